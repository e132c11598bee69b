"""The command line's grammar, and argparse's own words in Vietnamese: most readers of a refusal read nothing else.

argparse speaks English and has no catalogue; its messages are few, and each that these commands can raise is turned.
"""

import argparse
import itertools
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ansinh.project.commands import COMMANDS

_MESSAGES = (
    (r"the following arguments are required: (.*)", r"thiếu \1"),
    (r"one of the arguments (.*) is required", r"cần một trong các tham số \1"),
    (r"unrecognized arguments: (.*)", r"không hiểu “\1”"),
    (r"argument (.*): invalid choice: (.*) \(choose from (.*)\)", r"tham số \1 không nhận \2; chọn một trong: \3"),
    (r"argument (.*): invalid int value: (.*)", r"tham số \1 phải là số nguyên, không phải \2"),
    (r"argument (.*): invalid \S+ value: (.*)", r"tham số \1 không nhận giá trị \2"),
    (r"argument (.*): expected one argument", r"tham số \1 cần một giá trị"),
    (r"argument (.*): expected at least one argument", r"tham số \1 cần ít nhất một giá trị"),
    (r"argument (.*): not allowed with argument (.*)", r"tham số \1 không đi cùng \2"),
    (r"argument (.*): ignored explicit argument (.*)", r"tham số \1 không nhận giá trị \2"),
    (r"ambiguous option: (.*) could match (.*)", r"“\1” có thể là \2; hãy ghi đủ"),
)


def _in_vietnamese(message: str) -> str:
    for pattern, words in _MESSAGES:
        found = re.fullmatch(pattern, message, re.DOTALL)
        if found:
            return found.expand(words)
    return message


def _is_english(argv: Sequence[str]) -> bool:
    return "--lang=en" in argv or any(pair == ("--lang", "en") for pair in itertools.pairwise(argv))


class _Formatter(argparse.HelpFormatter):
    """Begins the line of use with a Vietnamese word."""

    def add_usage(self, usage: str | None, actions: Any, groups: Any, prefix: str | None = None) -> None:
        """Add the line of use under its Vietnamese name."""
        super().add_usage(usage, actions, groups, "Cách dùng: " if prefix is None else prefix)


class _Parser(argparse.ArgumentParser):
    """Says wrong use in Vietnamese (or English) on one line, and exits with 2."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options, add_help=False, formatter_class=_Formatter)
        self._positionals.title, self._optionals.title = "tham số", "tuỳ chọn"
        self.add_argument("-h", "--help", action="help", help="hiện phần trợ giúp này")

    def error(self, message: str) -> None:  # type: ignore[override]
        """Say what is wrong on one line and exit with 2."""
        english = _is_english(sys.argv)
        lead = "Wrong use" if english else "Lệnh chưa đúng"
        hint = "See" if english else "Xem"
        self.exit(2, f"{lead}: {message if english else _in_vietnamese(message)}. {hint}: {self.prog} --help\n")


def make_parser() -> argparse.ArgumentParser:
    """Return the parser of every command; a command's own row is in `command` of what it parses."""
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--home", type=Path, default=None, metavar="THƯ_MỤC", help="thư mục dữ liệu (mặc định .ansinh)")
    common.add_argument("--lang", choices=["vi", "en"], default="vi", help="ngôn ngữ của lời báo")
    common.add_argument("--json", action="store_true", help="in đúng một tài liệu JSON")
    parser = _Parser(prog="ansinh", description="AnSinh: an sinh xã hội của một tỉnh, từ nghị định đến từng đồng.")
    groups = parser.add_subparsers(dest="group", required=True, metavar="LỆNH", parser_class=_Parser)
    nested: dict[str, Any] = {}
    # A group may be spread over several files: whichever command says what it is for.
    helps = {command.name.partition(" ")[0]: command.group_help for command in COMMANDS if command.group_help}
    for command in COMMANDS:
        first, _, second = command.name.partition(" ")
        if second:
            if first not in nested:
                nested[first] = groups.add_parser(first, help=helps.get(first, "")).add_subparsers(
                    dest="action", required=True, metavar="VIỆC", parser_class=_Parser
                )
            sub = nested[first].add_parser(second, help=command.help, parents=[common])
        else:
            sub = groups.add_parser(first, help=command.help, parents=[common])
        for flags, options in command.arguments:
            sub.add_argument(*flags, **options)
        if command.one_of:
            choice = sub.add_mutually_exclusive_group(required=True)
            for flags, options in command.one_of:
                choice.add_argument(*flags, **options)
        sub.set_defaults(command=command)
    return parser
