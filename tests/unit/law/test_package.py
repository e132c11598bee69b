"""The law package: three clocks, folded money, strict files whose errors name file and line, a hash that moves with the law."""

import datetime
import shutil
from pathlib import Path

import pytest

from ansinh.base.months import Month
from ansinh.base.refusals import Refused
from ansinh.law.package import LawPackage, default_laws, load_package

BEFORE, AFTER = datetime.date(2026, 10, 4), datetime.date(2026, 10, 5)


@pytest.fixture(scope="module")
def package() -> LawPackage:
    return load_package()


@pytest.fixture
def laws(tmp_path: Path) -> Path:
    """A copy of the laws that a test may break."""
    return Path(shutil.copytree(default_laws(), tmp_path / "laws"))


def amounts(package: LawPackage, rule: str, month: Month, known_on: datetime.date) -> list[int]:
    return [priced.amount_dong for priced in package.month_law(month, known_on).rules if priced.rule.rule == rule]


CLOCKS = [
    # rule  month            known on   amounts
    ("K6",  Month(2026, 7),  BEFORE,    [1_250_000, 1_000_000, 1_000_000, 750_000]),
    ("K6",  Month(2026, 7),  AFTER,     [1_350_000, 1_080_000, 1_080_000, 810_000]),
    ("K6",  Month(2026, 6),  AFTER,     [1_250_000, 1_000_000, 1_000_000, 750_000]),
    ("K6",  Month(2021, 7),  AFTER,     [900_000, 720_000, 720_000, 540_000]),
    ("K6",  Month(2024, 6),  AFTER,     [900_000, 720_000, 720_000, 540_000]),
    ("K6",  Month(2024, 7),  AFTER,     [1_250_000, 1_000_000, 1_000_000, 750_000]),
    ("K5b", Month(2025, 6),  AFTER,     [500_000]),
    ("K5b", Month(2025, 7),  AFTER,     []),
    ("K5b", Month(2025, 7),  datetime.date(2025, 6, 30), [500_000]),
    ("HT",  Month(2025, 6),  AFTER,     []),
    ("HT",  Month(2025, 7),  AFTER,     [500_000, 500_000]),
    ("HT",  Month(2026, 7),  AFTER,     [540_000, 540_000]),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "month", "known_on", "expected"), CLOCKS)
def test_three_clocks(
    package: LawPackage, rule: str, month: Month, known_on: datetime.date, expected: list[int]
) -> None:
    assert amounts(package, rule, month, known_on) == expected


def test_the_comparison_level_of_a_pension_moves_later_than_the_amount(package: LawPackage) -> None:
    levels = {number: package.month_law(Month(2026, number), AFTER).numbers for number in (9, 10)}
    assert [levels[number]["social_pension"] for number in (9, 10)] == [540_000, 540_000]
    assert [levels[number]["social_pension_ceiling"] for number in (9, 10)] == [500_000, 540_000]


def test_clauses_can_be_looked_up(package: LawPackage) -> None:
    assert package.has_clause("NĐ 335/2026/NĐ-CP, Điều 6 khoản 1 điểm e")
    assert package.has_clause("NĐ 335/2026/NĐ-CP, Điều 32 khoản 3")
    assert not package.has_clause("NĐ 335/2025/NĐ-CP, Điều 6 khoản 1 điểm e")
    assert len(package.clauses) == len(set(package.clauses))


def test_months_before_the_package_are_refused_not_denied(package: LawPackage) -> None:
    with pytest.raises(Refused) as refused:
        package.month_law(Month(2021, 6), AFTER)
    assert refused.value.reason == "law_not_encoded"


def test_every_month_has_a_law_on_every_day_of_asking(package: LawPackage) -> None:
    for document in package.documents:
        for month in package.first_month.until(Month(2028, 12)):
            assert package.month_law(month, document.in_force_from).rules


def test_the_hash_moves_with_a_figure_and_not_with_a_comment(package: LawPackage, laws: Path) -> None:
    path = laws / "vn/social-assistance/nd-335-2026/parameters/base_standard.yaml"
    text = path.read_text(encoding="utf8")
    path.write_text("# một lời ghi chú\n" + text, encoding="utf8")
    assert load_package(laws).hash == package.hash
    path.write_text(text.replace("540000", "540001"), encoding="utf8")
    assert load_package(laws).hash != package.hash


def test_an_amount_that_is_not_whole_is_an_error(laws: Path) -> None:
    path = laws / "vn/social-assistance/nd-335-2026/parameters/base_standard.yaml"
    path.write_text(path.read_text(encoding="utf8").replace("540000", "540001"), encoding="utf8")
    with pytest.raises(Refused) as refused:
        load_package(laws).month_law(Month(2026, 11), AFTER)
    assert refused.value.reason == "law_invalid"
    assert "không ra số đồng chẵn" in refused.value.vi


RULE = "nd-335-2026/rules/dieu-5-khoan-6.yaml"
PARAMETER = "nd-335-2026/parameters/base_standard.yaml"
BROKEN = [
    # file                     old                                    new                                         line  reason
    (RULE,                     "benefit: K6",                         "benefitt: K6",                                2, "không có trong mẫu"),
    (RULE,                     "benefit: K6",                         "benefit: K66",                                2, "một trong"),
    (RULE,                     "base: base_standard",                 "base: base_standard\nbase: base_standard",    6, "viết hai lần"),
    (RULE,                     "clause: Điều 6 khoản 1 điểm e",       "clause: Dieu 6",                              4, "phải viết như"),
    (RULE,                     "disability in (severe, extremely",    "disability in (severe; extremely",           14, "điều kiện không đúng"),
    (RULE,                     "coefficient: 2.5",                    "coefficient: 2,5",                           17, "hệ số"),
    (RULE,                     "coefficient: 2.5",                    "coefficient: 0.5",                           20, "từ hệ số cao xuống thấp"),
    (RULE,                     "applies_from: 2026-07",               "applies_from: 2026-7",                       13, "tháng phải viết như"),
    (RULE,                     "{who}",                               "{whom}",                                     10, "chỗ điền"),
    (RULE,                     "rule: K6",                            "rule: K3",                                    1, "đã được quy định"),
    (RULE,                     "versions:",                           "versions: &v",                               12, "bí danh"),
    (RULE,                     "rule: K6",                            "rule: [K6",                                   1, "không có dấu đóng"),
    (PARAMETER,                "value_dong: 540000",                  "value_dong: 540_000",                         5, "số nguyên"),
    (PARAMETER,                "value_dong: 540000",                  "value_dong: 5.4e5",                           5, "số nguyên"),
    (PARAMETER,                "    clause: Điều 4 khoản 2",           "",                                            5, "thiếu mục “clause”"),
    ("nd-335-2026/document.yaml", "signed_on: 2026-08-21",            "signed_on: 2026-02-30",                       4, "ngày phải viết như"),
    ("nd-335-2026/document.yaml", "status: verified",                 "status: no",                                  8, "một trong"),
    ("nd-335-2026/rules/dieu-5-khoan-1.yaml", "applies_to: 2026-09",  "applies_to: 2026-10",                         1, "chồng nhau"),
    ("nd-335-2026/rules/dieu-5-khoan-1.yaml", "applies_to: 2026-09",  "applies_to: 2026-08",                         1, "thiếu quy định từ tháng 2026-09"),
    ("nd-335-2026/rules/dieu-5-khoan-4.yaml", "per_child: true",      "per_child: false",                           20, "count_children"),
    (RULE,                     "rule: K6",                            "rule: !!str K6",                              1, "thẻ kiểu"),
    (RULE,                     "when: age < 16 or age >= 60",         "when: count_children(age < 16) >= 1",        24, "không đếm con"),
    ("domain.yaml",            "[K1, K2, K3,",                        "[K2, K1, K3,",                              253, "đúng thứ tự"),
    ("domain.yaml",            "[K5, K6, K8]",                        "[K6, K5, K8]",                              256, "đúng thứ tự"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "line", "reason"), BROKEN)
def test_a_broken_file_is_refused_with_its_line(
    laws: Path, file: str, old: str, new: str, line: int, reason: str
) -> None:
    path = laws / "vn/social-assistance" / file
    text = path.read_text(encoding="utf8")
    assert old in text, "the test must break something"
    path.write_text(text.replace(old, new, 1), encoding="utf8")
    with pytest.raises(Refused) as refused:
        load_package(laws)
    assert refused.value.reason == "law_invalid"
    assert reason in refused.value.vi
    assert (refused.value.details["file"], refused.value.details["line"]) == (
        f"vn/social-assistance/{file}",
        line,
    ), refused.value.vi


def test_a_clause_without_a_version_is_refused(laws: Path) -> None:
    path = laws / "vn/social-assistance" / RULE
    text = path.read_text(encoding="utf8")
    path.write_text(text[: text.index("versions:")] + "versions: []\n", encoding="utf8")
    with pytest.raises(Refused) as refused:
        load_package(laws)
    assert (refused.value.reason, refused.value.details["file"]) == (
        "law_invalid",
        f"vn/social-assistance/{RULE}",
    )
    assert "không được để trống" in refused.value.vi


def test_a_parameter_that_only_a_level_asks_for_is_missed_with_the_month(laws: Path) -> None:
    folder = laws / "vn/social-assistance"
    rule, ceiling = folder / RULE, folder / "nd-335-2026/parameters/absent.yaml"
    ceiling.write_text(
        "parameter: absent\nlabel: {vi: mức thử, en: a test}\nversions:\n"
        "  - {value_dong: 1, applies_from: 2027-01, clause: Điều 4 khoản 2}\n", encoding="utf8",
    )  # fmt: skip
    text = rule.read_text(encoding="utf8")
    rule.write_text(text.replace("age < 16 or age >= 60", "monthly_pension_dong < absent"), encoding="utf8")
    changed = load_package(laws)
    assert changed.month_law(Month(2027, 1), AFTER).rules
    with pytest.raises(Refused) as refused:
        changed.month_law(Month(2026, 12), AFTER)
    assert refused.value.details["parameter"] == "absent"


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"\xff\xfe", "UTF-8"), (b"", "trống"), (b"- a\n- b\n", "các mục có tên"), (b"[" * 5000, "lồng nhau")],
)
def test_a_file_that_is_no_law_is_refused(laws: Path, content: bytes, reason: str) -> None:
    (laws / "vn/social-assistance/domain.yaml").write_bytes(content)
    with pytest.raises(Refused) as refused:
        load_package(laws)
    assert reason in refused.value.vi


def test_a_folder_without_law_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        load_package(tmp_path)
    assert refused.value.reason == "law_folder_not_found"


def test_each_level_of_the_folder_is_found(package: LawPackage) -> None:
    assert load_package(default_laws() / "vn").hash == package.hash
    assert load_package(default_laws() / "vn" / "social-assistance").hash == package.hash
