"""Wrong use of the command line is said in the reader's language, and every group says what it is for."""

import argparse

import pytest

from ansinh.project.commands import COMMANDS
from ansinh.project.parser import make_parser


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["payroll", "approve"], "thiếu KỲ, --as"),
        (["payroll", "pay"], "không nhận 'pay'; chọn một trong: 'calculate'"),
        (["payroll", "calculate", "--month"], "tham số --month cần một giá trị"),
        (["bench", "month", "--people", "x"], "phải là số nguyên, không phải 'x'"),
        (["bench", "month", "--people", "5", "--foo"], "không hiểu “--foo”"),
        (["people", "decide-event", "7"], "thiếu --note"),
        ([], "thiếu LỆNH"),
    ],
)  # fmt: skip
def test_wrong_use_is_said_in_vietnamese_on_one_line(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.argv", ["ansinh", *words])
    with pytest.raises(SystemExit) as left:
        make_parser().parse_args(words)
    error = capsys.readouterr().err
    assert left.value.code == 2 and error.startswith("Lệnh chưa đúng: ") and said in error and error.count("\n") == 1


def test_wrong_use_is_said_in_english_when_asked(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ["payroll", "approve", "--lang", "en"]
    monkeypatch.setattr("sys.argv", ["ansinh", *words])
    with pytest.raises(SystemExit):
        make_parser().parse_args(words)
    assert "the following arguments are required" in capsys.readouterr().err


def test_no_help_of_any_command_has_argparse_s_own_words() -> None:
    def walk(parser: argparse.ArgumentParser) -> list[argparse.ArgumentParser]:
        found = [parser]
        for action in parser._actions:
            if isinstance(action, argparse._SubParsersAction):
                assert all(choice.help for choice in action._choices_actions), parser.prog
                for below in action.choices.values():
                    found += walk(below)
        return found

    parsers = walk(make_parser())
    assert len(parsers) > len(COMMANDS)
    for parser in parsers:
        text = parser.format_help()
        assert not any(word in text for word in ("usage:", "positional arguments", "options:", "show this help")), (
            parser.prog
        )
