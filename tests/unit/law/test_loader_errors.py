"""Ways in which a lawyer mistypes a law file: each is refused with file and line, in a sentence that says what to do.

Most of them look right on the screen, or make the reader of YAML speak of tokens and block ends.
"""

import re
import shutil
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest

from ansinh.base.refusals import Refused
from ansinh.law.package import default_laws, load_book

DOMAIN = "vn/social-assistance"
RULE = f"{DOMAIN}/nd-335-2026/rules/dieu-5-khoan-6.yaml"
PARAMETER = f"{DOMAIN}/nd-335-2026/parameters/base_standard.yaml"
DOCUMENT = f"{DOMAIN}/nd-335-2026/document.yaml"
FACTS = f"{DOMAIN}/domain.yaml"
# Words of the reader of YAML and of programmers, which a lawyer should never meet.
_JARGON = re.compile(
    r"yaml|token|block|mapping|scalar|expected|found|stream|parse|anchor|alias|null|string|NoneType|\bint\b",
    re.IGNORECASE,
)

TYPED = [
    # file       instead of                                  typed                                                line  says
    # indentation, spaces and signs that look alike
    (PARAMETER, "  - value_dong",                           "\t- value_dong",                                     5, "phím Tab"),
    (PARAMETER, "    applies_from",                         "\tapplies_from",                                     6, "phím Tab"),
    (PARAMETER, "value_dong: ",                             "value_dong:\t",                                      5, "phím Tab"),
    (PARAMETER, "    applies_from",                         "   applies_from",                                    6, "thụt đầu dòng"),
    (PARAMETER, "    applies_from",                         "      applies_from",                                 6, "thụt đầu dòng"),
    (PARAMETER, "versions:",                                "#versions:",                                         5, "thụt đầu dòng"),
    (PARAMETER, "    applies_from",                         "\u00a0\u00a0\u00a0\u00a0applies_from",               6, "dấu cách đặc biệt"),
    (PARAMETER, "value_dong: 540000",                       "value_dong:\u00a0540000",                            5, "dấu cách đặc biệt"),
    (PARAMETER, "value_dong",                               "value_\u200bdong",                                   5, "ký tự ẩn"),
    (RULE,      "rule: K6",                                 "rule: K6\u2028",                                     1, "ký tự ẩn"),
    (RULE,      "rule: K6",                                 "rule: K6\x00",                                       1, "ký tự điều khiển"),
    (PARAMETER, "540000",                                   "５４００００",                                          5, "kiểu rộng"),
    (PARAMETER, "value_dong: ",                             "value_dong： ",                                      5, "kiểu rộng"),
    (RULE,      "age >= 60",                                "age >= ６０",                                         18, "kiểu rộng"),
    (RULE,      "benefit: K6",                              "benefit: К6",                                        2, "phải là một trong"),
    # colons, dashes, quotes, brackets
    (PARAMETER, "value_dong: 540000",                       "value_dong:540000",                                  5, "dấu cách sau dấu hai chấm"),
    (RULE,      "benefit: K6",                              "benefit:K6",                                         2, "dấu cách sau dấu hai chấm"),
    (RULE,      "benefit: K6",                              "benefit K6",                                         2, "thiếu dấu hai chấm"),
    (RULE,      "vi: người khuyết tật nặng và",             "người khuyết tật nặng và",                           7, "thiếu dấu hai chấm"),
    (RULE,      "vi: người khuyết tật nặng",                "vi: người khuyết tật: nặng",                         7, "dấu hai chấm ở giữa câu"),
    (PARAMETER, "  - value_dong",                           "  -value_dong",                                      5, "sau dấu gạch ngang"),
    (PARAMETER, "  - value_dong",                           "  – value_dong",                                     5, "gạch ngang ngắn"),
    (PARAMETER, 'vi: "mức chuẩn trợ giúp xã hội"',          "vi: “mức chuẩn trợ giúp xã hội”",                    2, "nháy cong"),
    (RULE,      "who} nên",                                 'who}" nên',                                          10, "dấu nháy kép"),
    (RULE,      'tức là {amount}."',                        "tức là {amount}.",                                   10, "dấu nháy kép"),
    (RULE,      'vi: "Vì',                                  'vi: "\\Vì',                                          10, "dấu “\\”"),
    (RULE,      'severe disability"}',                      'severe disability"',                                 None, "dấu đóng"),
    (FACTS,     "K7, K8, HT, CEN]",                              "K7, K8, HT, CEN",                                         None, "dấu đóng"),
    (RULE,      "rule: K6",                                 "rule: @K6",                                          1, "ký hiệu không dùng được"),
    (RULE,      "rule: K6",                                 "rule: *K6",                                          1, "bí danh"),
    (RULE,      "rule: K6",                                 "rule: &K6 K6",                                       1, "bí danh"),
    (RULE,      "rule: K6",                                 "rule: !K6",                                          1, "thẻ kiểu"),
    (RULE,      "purpose:",                                 "---\npurpose:",                                      6, "“---”"),
    # fields and what stands in them
    (RULE,      "base: base_standard",                      "base: base_standard\nbase: base_standard",           6, "viết hai lần"),
    (PARAMETER, "    clause: Điều 4 khoản 2\n",             "",                                                   5, "thiếu mục “clause”"),
    (RULE,      "applies_from",                             "Applies_from",                                       13, "có lẽ là “applies_from”"),
    (RULE,      "benefit: K6",                              "benefit:",                                           2, "bị bỏ trống"),
    (RULE,      "rule: K6",                                 "rule: #K6",                                          1, "bị bỏ trống"),
    (RULE,      "rule: K6",                                 "rule:\n  - K6",                                      2, "một dòng chữ"),
    (PARAMETER, "2026-07",                                  "2026-13",                                            6, "tháng phải viết như"),
    (PARAMETER, "2026-07",                                  "07/2026",                                            6, "tháng phải viết như"),
    (DOCUMENT,  "2026-08-21",                               "21/08/2026",                                         4, "ngày phải viết như"),
    (DOCUMENT,  "2026-08-21",                               "2026-02-30",                                         4, "có thật trên lịch"),
    (PARAMETER, "540000",                                   "năm trăm bốn mươi nghìn",                            5, "số nguyên"),
    (PARAMETER, "540000",                                   "540.000",                                            5, "số nguyên"),
    (PARAMETER, "540000",                                   "540000đ",                                            5, "số nguyên"),
    (PARAMETER, "540000",                                   "54000O",                                             5, "số nguyên"),
    (RULE,      "coefficient: 2.5",                         "coefficient: 2,5",                                   17, "hệ số phải viết như"),
    (RULE,      "coefficient: 2.5",                         "coefficient: 0.5",                                   20, "từ hệ số cao xuống thấp"),
    (FACTS,     "in_conditions: true",                      "in_conditions: có",                                  None, "phải là một trong"),
    (RULE,      "clause: Điều 6",                           "clause: Đ. 6",                                       4, "phải viết như “Điều 6"),
    # conditions
    (RULE,      "disability in (severe, extremely_severe)", "disabilty in (severe)",                              14, "không phải là sự kiện"),
    (RULE,      "age >= 60",                                "age ≥ 60",                                           18, "“≥ 60)”"),
    (RULE,      "age >= 60",                                "age >= 60/2",                                        18, "phép chia"),
    (RULE,      "(age < 16 or age >= 60)",                  "(age < 16 or age >= 60",                             18, "cần “)”"),
    (RULE,      "disability = extremely",                   "disability = 'extremely",                            18, "dấu nháy"),
]  # fmt: skip


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A law of one decree, one clause and one parameter, which is read in a moment."""
    laws = tmp_path_factory.mktemp("typed") / "laws"
    for file in (RULE, PARAMETER, DOCUMENT, FACTS):
        (laws / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(default_laws() / file, laws / file)
    (laws / "vn/book.yaml").write_text("domains: [social-assistance]\n", encoding="utf8")
    assert len(load_book(laws).packages[0].rules) == 1
    return laws


def refusal_of(laws: Path, file: str, change: Callable[[str], str]) -> Refused:
    """Return the refusal of the law with one file changed; the file is put back."""
    path = laws / file
    before = path.read_bytes()
    after = change(before.decode("utf8"))
    assert after.encode("utf8") != before, "the test must mistype something"
    path.write_bytes(after.encode("utf8"))
    try:
        with pytest.raises(Refused) as refused:
            load_book(laws)
    finally:
        path.write_bytes(before)
    return refused.value


def check(refused: Refused, file: str, line: int | None, says: str) -> None:
    assert refused.reason == "law_invalid"
    assert refused.details["file"] == file
    assert line is None or refused.details["line"] == line, refused.vi
    sentence = refused.vi.removeprefix(f"Tệp luật {file}, dòng {refused.details['line']}: ")
    assert sentence != refused.vi
    assert says in sentence
    # What the lawyer typed may be quoted; the words around it are Vietnamese.
    assert not _JARGON.search(re.sub("“[^”]*”", "", sentence)), sentence
    assert refused.en and refused.en != refused.vi


@pytest.mark.parametrize(("file", "old", "new", "line", "says"), TYPED)
def test_what_is_mistyped_is_said_with_its_line(
    copied: Path, file: str, old: str, new: str, line: int | None, says: str
) -> None:
    def change(text: str) -> str:
        assert old in text
        return text.replace(old, new, 1)

    check(refusal_of(copied, file, change), file, line, says)


@pytest.mark.parametrize(
    ("change", "line", "says"),
    [
        (lambda text: "\ufeff" + text, 1, "BOM"),
        (lambda text: text.replace("\n", "\r\n"), 1, "kiểu Windows"),
        (lambda text: unicodedata.normalize("NFD", text), 3, "dựng sẵn"),
        (lambda text: "", 1, "trống"),
        (lambda text: "# " + text.replace("\n", "\n# "), 1, "trống"),
        (lambda text: "[" * 5000, 1, "lồng nhau"),
    ],
)
def test_a_whole_file_saved_wrongly(copied: Path, change: Callable[[str], str], line: int, says: str) -> None:
    check(refusal_of(copied, RULE, change), RULE, line, says)


def test_a_file_in_another_encoding(copied: Path) -> None:
    path = copied / RULE
    before = path.read_bytes()
    path.write_bytes(before.decode("utf8").encode("utf-16"))
    with pytest.raises(Refused) as refused:
        load_book(copied)
    path.write_bytes(before)
    check(refused.value, RULE, 1, "UTF-8")


def test_the_law_is_whole_again(copied: Path) -> None:
    assert load_book(copied).has_clause("NĐ 335/2026/NĐ-CP, Điều 6 khoản 1 điểm e")
