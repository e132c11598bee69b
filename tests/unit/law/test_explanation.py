"""The explanation of one person: the contract's example to the đồng, the clause of each line, sentences people understand."""

import datetime
import re
from typing import Any

import pytest

from ansinh.base.months import Month
from ansinh.law.explanation import explain
from ansinh.law.package import LawPackage, load_package
from ansinh.law.reasons import explain_month

NOVEMBER, KNOWN_ON = Month(2026, 11), datetime.date(2026, 11, 22)
SEVERE = {"id": "p1", "birth_date": "1980-03-09", "area": "19777", "disability": "severe"}


@pytest.fixture(scope="module")
def package() -> LawPackage:
    return load_package()


def asked(
    package: LawPackage, content: dict[str, Any], settled: dict[tuple[str, Month], int] | None = None, **changes: Any
) -> dict[str, Any]:
    return explain(package, package.person({**content, **changes}), NOVEMBER, KNOWN_ON, settled)


def months(first: int, last: int, amount_dong: int, benefit: str = "K6") -> dict[tuple[str, Month], int]:
    return {(benefit, Month(2026, number)): amount_dong for number in range(first, last + 1)}


def test_a_severely_disabled_adult_gets_the_raise_and_four_months_of_arrears(package: LawPackage) -> None:
    answer = asked(package, SEVERE, months(7, 10, 750_000))
    assert (answer["month"], answer["person"], answer["total_dong"]) == ("2026-11", "p1", 1_050_000)
    regular, *arrears = answer["lines"]
    assert regular == {
        "benefit": "K6", "for_month": "2026-11", "kind": "regular", "coefficient": "1.5", "base_dong": 540_000, "amount_dong": 810_000,
        "clause": "NĐ 335/2026/NĐ-CP, Điều 6 khoản 1 điểm e",
        "because": "Vì là người khuyết tật nặng nên mỗi tháng được hưởng 1,5 lần mức chuẩn 540.000 đồng, tức là 810.000 đồng.",
    }  # fmt: skip
    assert [(line["for_month"], line["kind"], line["amount_dong"]) for line in arrears] == [
        (f"2026-{number:02d}", "arrears", 60_000) for number in (7, 8, 9, 10)
    ]
    assert {line["clause"] for line in arrears} == {"NĐ 335/2026/NĐ-CP, Điều 32 khoản 3"}
    assert "đã trả 750.000 đồng, đúng ra là 810.000 đồng" in arrears[0]["because"]


def test_every_line_has_the_fields_of_the_contract_and_nothing_is_said_twice(package: LawPackage) -> None:
    answer = asked(package, SEVERE, months(7, 10, 750_000), hiv="unknown", household_poverty="poor")
    assert list(answer) == ["month", "person", "total_dong", "lines", "not_granted", "needs_verification"]
    assert {frozenset(entry) for entry in answer["not_granted"]} == {frozenset({"benefit", "clause", "because"})}
    assert {frozenset(entry) for entry in answer["needs_verification"]} == {frozenset({"benefit", "fact", "because"})}
    said = [entry["benefit"] for entry in answer["not_granted"]] + [
        entry["benefit"] for entry in answer["needs_verification"]
    ]
    paid = [line["benefit"] for line in answer["lines"] if line["kind"] == "regular"]
    assert sorted(said + paid) == sorted(benefit.code for benefit in package.benefits)
    assert all(package.has_clause(entry["clause"]) for entry in answer["lines"] + answer["not_granted"])


def test_without_settled_only_the_month_itself_is_computed(package: LawPackage) -> None:
    assert [line["kind"] for line in asked(package, SEVERE)["lines"]] == ["regular"]


def test_asking_twice_pays_once(package: LawPackage) -> None:
    settled = months(7, 11, 810_000)
    assert asked(package, SEVERE, settled)["lines"] == []


def test_a_death_known_late_is_recovered_from_the_month_after(package: LawPackage) -> None:
    answer = asked(package, SEVERE, months(10, 11, 810_000), death_date="2026-10-31")
    assert [(line["for_month"], line["kind"], line["amount_dong"]) for line in answer["lines"]] == [
        ("2026-11", "recovery", -810_000)
    ]
    assert answer["lines"][0]["clause"] == "NĐ 335/2026/NĐ-CP, Điều 8 khoản 4"
    assert "đã mất ngày 31/10/2026" in answer["lines"][0]["because"]
    assert answer["total_dong"] == -810_000


def test_paid_under_the_wrong_benefit_is_both_recovered_and_paid(package: LawPackage) -> None:
    answer = asked(package, SEVERE, months(10, 10, 750_000, "K8"))
    october = {
        line["benefit"]: (line["kind"], line["amount_dong"])
        for line in answer["lines"]
        if line["for_month"] == "2026-10"
    }
    assert october == {"K6": ("arrears", 810_000), "K8": ("recovery", -750_000)}


def test_nothing_is_taken_back_while_a_fact_is_unknown(package: LawPackage) -> None:
    answer = asked(package, SEVERE, months(10, 10, 810_000), disability="unknown")
    assert (answer["lines"], answer["total_dong"]) == ([], 0)
    assert [(entry["benefit"], entry["fact"]) for entry in answer["needs_verification"]] == [("K6", "disability")]


OLD = {"birth_date": "1949-05-01", "area": "19777", "disability": "unknown"}


def test_a_benefit_in_doubt_that_was_paid_blocks_what_it_may_exclude(package: LawPackage) -> None:
    answer = asked(package, OLD, months(10, 10, 1_080_000))
    assert [(line["benefit"], line["for_month"], line["kind"]) for line in answer["lines"]] == [
        ("HT", "2026-11", "regular")
    ]
    assert [entry["benefit"] for entry in answer["needs_verification"]] == ["K6"]


def test_a_benefit_in_doubt_that_was_paid_this_month_blocks_the_regular_line(package: LawPackage) -> None:
    assert asked(package, OLD, months(11, 11, 1_080_000))["lines"] == []


def test_no_benefit_of_a_month_in_doubt_is_recovered(package: LawPackage) -> None:
    parent = {
        "birth_date": "1980-01-01",
        "area": "19777",
        "single_parent": True,
        "household_poverty": "poor",
        "was_receiving": ["K4"],
        "children": [
            {"birth_date": "2015-01-01"},
            {"birth_date": "2009-01-01", "studying": "unknown", "study_unbroken": True},
        ],
    }
    answer = asked(package, parent, months(9, 10, 1_080_000, "K4"))
    assert [(line["for_month"], line["kind"], line["amount_dong"]) for line in answer["lines"]] == [
        ("2026-11", "regular", 540_000)
    ]
    assert ("K4", "children") in [(entry["benefit"], entry["fact"]) for entry in answer["needs_verification"]]
    # Another benefit of the same month is not taken back either, although nothing is unknown about it.
    assert all(line["amount_dong"] > 0 for line in asked(package, parent, months(9, 9, 750_000, "K8"))["lines"])


def test_a_certain_lower_level_is_still_paid_late(package: LawPackage) -> None:
    answer = asked(package, SEVERE, months(10, 10, 750_000), hiv="unknown", household_poverty="poor")
    assert [(line["kind"], line["amount_dong"]) for line in answer["lines"]] == [
        ("regular", 810_000),
        ("arrears", 60_000),
    ]


@pytest.mark.parametrize(
    ("changes", "fact"),
    [({"death_date": "unknown"}, "death_date"), ({"decision_signed_on": "unknown"}, "decision_signed_on")],
)
def test_an_unknown_death_or_decision_pays_nothing_and_is_listed(
    package: LawPackage, changes: dict[str, Any], fact: str
) -> None:
    answer = asked(package, SEVERE, **changes)
    assert answer["lines"] == []
    assert ("K6", fact) in [(entry["benefit"], entry["fact"]) for entry in answer["needs_verification"]]
    assert "K6" not in [entry["benefit"] for entry in answer["not_granted"]]


def test_a_figure_from_memory_says_so(package: LawPackage) -> None:
    answer = explain(package, package.person(SEVERE), Month(2026, 6), KNOWN_ON)
    assert "chưa được xác minh với Công báo" in answer["lines"][0]["because"]


def test_a_refusal_names_what_is_missing(package: LawPackage) -> None:
    refused = {entry["benefit"]: entry for entry in asked(package, SEVERE)["not_granted"]}
    assert refused["HT"]["clause"] == "NĐ 335/2026/NĐ-CP, Điều 31 khoản 1"
    assert "46 tuổi" in refused["HT"]["because"]
    assert "không đi học" in refused["K2"]["because"]


def test_the_higher_benefit_is_named_when_only_one_is_paid(package: LawPackage) -> None:
    old = {"birth_date": "1948-01-10", "area": "19777", "disability": "severe"}
    refused = {entry["benefit"]: entry for entry in asked(package, old)["not_granted"]}
    assert "đã hưởng K6" in refused["HT"]["because"]


def test_a_whole_history_is_explained_within_its_budget(package: LawPackage) -> None:
    settled = {("K6", month): 540_000 for month in Month(2021, 7).until(Month(2026, 10))}
    answer = asked(package, SEVERE, settled)
    by_year = {line["for_month"]: line["amount_dong"] for line in answer["lines"]}
    assert by_year["2024-07"] == 210_000
    assert by_year["2026-07"] == 270_000
    assert "2024-06" not in by_year


def test_the_month_for_pages_marks_every_part(package: LawPackage) -> None:
    facts = package.person({**SEVERE, "household_poverty": "poor", "hiv": True, "stable_income": "unknown"})
    for language, unknown in (("vi", "chưa rõ"), ("en", "not known")):
        answer = explain_month(package, facts, NOVEMBER, KNOWN_ON, lang=language)
        benefits = {benefit["benefit"]: benefit for benefit in answer["benefits"]}
        assert (benefits["K6"]["status"], benefits["K6"]["amount_dong"], answer["total_dong"]) == (
            "paid",
            810_000,
            810_000,
        )
        assert benefits["K6"]["base"]["clause"] == "NĐ 335/2026/NĐ-CP, Điều 4 khoản 2"
        assert benefits["K8"]["status"] == "needs_verification"
        marks = {atom["found"]: atom["mark"] for atom in benefits["K8"]["rules"][0]["atoms"]}
        assert [mark for found, mark in marks.items() if unknown in found] == ["?"]
        assert sorted(marks.values()) == ["?", "✓", "✓", "✓"]


def test_the_month_for_pages_heeds_decisions(package: LawPackage) -> None:
    answer = explain_month(package, package.person(SEVERE), NOVEMBER, KNOWN_ON, granted=frozenset({"HT"}))
    statuses = {benefit["benefit"]: benefit["status"] for benefit in answer["benefits"]}
    assert (statuses["K6"], statuses["HT"], answer["total_dong"]) == ("no_decision", "not_granted", 0)


def test_an_unknown_birth_date_leaves_open_what_hangs_on_age(package: LawPackage) -> None:
    answer = asked(package, SEVERE, birth_date="unknown")
    # The level of adults holds at any age; the higher one of children and old people is left open.
    assert [(line["benefit"], line["amount_dong"]) for line in answer["lines"]] == [("K6", 810_000)]
    assert {(entry["benefit"], entry["fact"]) for entry in answer["needs_verification"]} == {
        ("K6", "birth_date"),
        ("HT", "birth_date"),
    }


@pytest.mark.parametrize("language", ["vi", "en"])
def test_nobody_is_of_a_negative_age(package: LawPackage, language: str) -> None:
    facts = package.person({**SEVERE, "birth_date": "2030-05-01"})
    answer = explain(package, facts, NOVEMBER, KNOWN_ON, months(10, 10, 810_000), language=language)
    assert [line["kind"] for line in answer["lines"]] == ["recovery"]
    said = [entry["because"] for entry in answer["lines"] + answer["not_granted"]]
    assert not [sentence for sentence in said if "-" in sentence.replace("2026-10", "").replace("2030-05-01", "")]
    assert ("khi đó chưa sinh" if language == "vi" else "not yet born") in said[0]
    assert all(("01/05/2030" if language == "vi" else "2030-05-01") in sentence for sentence in said[1:])


def test_an_abolished_benefit_is_recovered_by_the_clause_that_ended_it(package: LawPackage) -> None:
    old = package.person({"birth_date": "1940-01-10", "area": "19777"})
    settled = {("K5", Month(2025, 7)): 500_000}
    answer = explain(package, old, Month(2025, 8), datetime.date(2025, 8, 20), settled)
    by_benefit = {line["benefit"]: line for line in answer["lines"] if line["for_month"] == "2025-07"}
    assert {code: line["amount_dong"] for code, line in by_benefit.items()} == {"K5": -500_000, "HT": 500_000}
    assert by_benefit["K5"]["clause"] == "NĐ 176/2025/NĐ-CP, Điều 8 khoản 2"
    assert "NĐ 176/2025/NĐ-CP đã bãi bỏ chế độ này từ tháng 07/2025" in by_benefit["K5"]["because"]
    assert "trợ cấp hưu trí xã hội" in by_benefit["K5"]["because"]
    # Somebody who never fulfilled the abolished clause is told what was missing, and not of the abolition.
    young = explain(package, package.person(SEVERE), Month(2025, 8), datetime.date(2025, 8, 20), settled)
    because = {line["benefit"]: line["because"] for line in young["lines"] if line["kind"] == "recovery"}
    assert "bãi bỏ" not in because["K5"]


VIETNAMESE = re.compile("[ăâđêôơưạảấầẩẫậắằẳẵặẹẻẽếềểễệịỉĩọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]", re.IGNORECASE)


@pytest.mark.parametrize(
    ("changes", "settled"),
    [
        ({}, months(7, 10, 750_000)),
        ({"death_date": "2026-09-30"}, months(9, 11, 810_000)),
        ({"disability": "mild"}, months(10, 10, 810_000)),
        ({}, months(10, 10, 750_000, "K8")),
        ({"birth_date": "1945-01-10"}, months(10, 10, 540_000, "HT")),
        ({"birth_date": "1945-01-10", "disability": None}, {("K5", Month(2025, 7)): 500_000}),
        ({"hiv": "unknown", "household_poverty": "poor", "birth_date": "unknown"}, {}),
        ({"decision_signed_on": "2026-12-01"}, months(10, 10, 810_000)),
    ],
)
def test_every_sentence_can_be_english(
    package: LawPackage, changes: dict[str, Any], settled: dict[tuple[str, Month], int]
) -> None:
    facts = package.person({**SEVERE, **changes})
    english = explain(package, facts, NOVEMBER, KNOWN_ON, settled, language="en")
    vietnamese = explain(package, facts, NOVEMBER, KNOWN_ON, settled)
    for part in ("lines", "not_granted", "needs_verification"):
        assert len(english[part]) == len(vietnamese[part])
        for entry, other in zip(english[part], vietnamese[part], strict=True):
            # Documents are cited by their Vietnamese names, and amounts are in đồng, in every language.
            plain = entry["because"].replace("đồng", "").replace("NĐ", "").replace("NĐ-CP", "").replace("-CP", "")
            plain = re.sub(r"/N?Đ", "", plain)
            assert not VIETNAMESE.search(plain), entry["because"]
            assert {k: v for k, v in entry.items() if k != "because"} == {
                k: v for k, v in other.items() if k != "because"
            }
