"""What would change the answer: the days and papers that turn it, and nothing absurd, protected or untrue."""

import datetime
from typing import Any

import pytest

from ansinh.base.months import Month
from ansinh.law.answers import Inquiry
from ansinh.law.explanation import explain
from ansinh.law.package import LawPackage, load_package
from ansinh.law.turning import turning_points

NOVEMBER, KNOWN_ON = Month(2026, 11), datetime.date(2026, 11, 22)
POOR = {"area": "19777", "household_poverty": "poor"}


@pytest.fixture(scope="module")
def package() -> LawPackage:
    return load_package()


def turns(package: LawPackage, language: str = "vi", month: Month = NOVEMBER, **facts: Any) -> list[dict[str, Any]]:
    person = package.person({"area": "19777", **facts})
    return turning_points(Inquiry(package, person, KNOWN_ON, None, language), month)


def of(points: list[dict[str, Any]], benefit: str, kind: str) -> dict[str, Any]:
    found = [point for point in points if (point["benefit"], point["kind"]) == (benefit, kind)]
    assert len(found) == 1, [(p["benefit"], p["kind"], p["because"]) for p in points]
    return found[0]


def test_the_next_birthday_that_brings_a_pension_is_named_with_its_month_and_sum(package: LawPackage) -> None:
    point = of(turns(package, birth_date="1952-01-10"), "HT", "date")
    assert (point["on"], point["from_month"], point["effect"]) == ("2027-01-10", "2027-01", "begins")
    assert (point["before_dong"], point["after_dong"], point["total_after_dong"]) == (0, 540_000, 540_000)
    assert point["clause"] == "NĐ 335/2026/NĐ-CP, Điều 31 khoản 1"
    assert point["because"] == (
        "Đủ 75 tuổi vào ngày 10/01/2027: từ tháng 01/2027 được hưởng “Trợ cấp hưu trí xã hội” (HT), 540.000 đồng mỗi tháng."
    )


@pytest.mark.parametrize(("born", "is_near"), [("1953-11-30", True), ("1953-12-01", False)])
def test_a_birthday_is_told_two_years_ahead_and_no_further(package: LawPackage, born: str, is_near: bool) -> None:
    points = turns(package, birth_date=born)
    assert any(point["kind"] == "date" for point in points) is is_near


def test_a_paper_that_raises_the_sum_and_papers_that_end_it(package: LawPackage) -> None:
    points = turns(package, birth_date="1984-03-09", disability="severe")
    rises, ends = (next(p for p in points if p["effect"] == effect) for effect in ("rises", "ends"))
    assert (rises["before_dong"], rises["after_dong"]) == (810_000, 1_080_000)
    assert rises["because"].startswith("Nếu có giấy xác nhận khuyết tật đặc biệt nặng:")
    # Two values that come to the same are one sentence.
    assert "có giấy xác nhận khuyết tật nhẹ hoặc không còn giấy xác nhận khuyết tật" in ends["because"]
    assert ends["clause"] == "NĐ 335/2026/NĐ-CP, Điều 5 khoản 6"


def test_a_child_who_turns_sixteen_keeps_the_money_by_studying(package: LawPackage) -> None:
    point = of(turns(package, birth_date="2011-01-05", no_caregiver_case="a"), "K1", "date")
    assert (point["on"], point["from_month"], point["effect"]) == ("2027-01-05", "2027-02", "ends")
    assert [change["fact"] for change in point["unless"][0]["changes"]] == ["studying", "study_unbroken"]
    assert "trừ khi đi học, có giấy xác nhận của nhà trường và có xác nhận học liên tục" in point["because"]


def test_of_several_children_the_birthday_tells_which(package: LawPackage) -> None:
    children = [{"birth_date": "2010-12-31"}, {"birth_date": "2018-12-31"}]
    points = turns(package, birth_date="1980-01-05", single_parent=True, household_poverty="poor", children=children)
    point = of(points, "K4", "date")
    assert (point["effect"], point["before_dong"], point["after_dong"]) == ("falls", 1_080_000, 540_000)
    assert point["because"].startswith("Con sinh ngày 31/12/2010 đủ 16 tuổi vào ngày 31/12/2026: từ tháng 12/2026")
    assert point["because"].count("(con sinh ngày 31/12/2010)") == 1


def test_one_paper_is_preferred_to_two_and_a_limit_is_named(package: LawPackage) -> None:
    points = turns(package, birth_date="1945-01-05", monthly_pension_dong=3_000_000)
    assert "thấp hơn 540.000 đồng" in of(points, "HT", "fact")["because"]
    assert all(len(point["changes"]) == 1 for point in points if point["benefit"] == "HT")


def test_two_papers_are_named_where_no_single_one_helps(package: LawPackage) -> None:
    facts = {"birth_date": "1958-01-05", "support_obligor": "able", "household_poverty": "near_poor"}
    point = of(turns(package, **facts), "K5", "fact")
    assert {change["fact"] for change in point["changes"]} == {"household_poverty", "support_obligor"}


def test_a_benefit_that_takes_the_place_of_another_says_so(package: LawPackage) -> None:
    points = turns(package, birth_date="1952-01-10", **POOR)
    instead = next(point for point in points if point["benefit"] == "HT" and "cận nghèo" in point["because"])
    assert "thay cho K5 (810.000 đồng)" in instead["because"]
    assert (instead["total_before_dong"], instead["total_after_dong"]) == (810_000, 540_000)


def test_an_unknown_fact_is_to_be_verified_and_not_to_be_changed(package: LawPackage) -> None:
    points = turns(package, birth_date="1950-01-05", disability="unknown")
    assert all("Nếu xác minh được là" in p["because"] for p in points if p["benefit"] == "K6")


@pytest.mark.parametrize("facts", [
    {"birth_date": "1990-01-05", "hiv": True, **POOR},
    {"birth_date": "1990-01-05", "hiv": "unknown", **POOR},
    {"birth_date": "2020-01-05", **POOR},
    {"birth_date": "1985-01-05", "children": [{"birth_date": "2015-05-01"}], **POOR},
    {"birth_date": "1950-01-05", "disability": "unknown", "household_poverty": "unknown"},
])  # fmt: skip
def test_nobody_is_told_to_fall_ill_to_lose_a_parent_or_to_be_born_again(
    package: LawPackage, facts: dict[str, Any]
) -> None:
    never = {
        "hiv",
        "sex",
        "birth_date",
        "death_date",
        "no_caregiver_case",
        "other_parent_unidentifiable",
        "single_parent",
    }
    points = turns(package, **facts)
    told = {change["fact"] for point in points for change in point["changes"]}
    assert points
    assert told.isdisjoint(never)
    assert all(package.facts[name].if_changed is None for name in never)


def test_the_dead_are_told_nothing_of_what_could_become_of_them(package: LawPackage) -> None:
    assert turns(package, birth_date="1940-01-05", death_date="2026-11-02") == []


def test_a_benefit_without_a_decision_turns_with_one(package: LawPackage) -> None:
    person = package.person({"area": "19777", "birth_date": "1984-03-09", "disability": "severe"})
    asked = Inquiry(package, person, KNOWN_ON, lambda _: frozenset())
    point = of(turning_points(asked, NOVEMBER), "K6", "decision")
    assert (point["effect"], point["after_dong"]) == ("begins", 810_000)


def test_english_says_the_same(package: LawPackage) -> None:
    vi, en = (turns(package, language, birth_date="1952-01-10") for language in ("vi", "en"))
    assert [p["after_dong"] for p in vi] == [p["after_dong"] for p in en]
    assert (
        en[0]["because"] == "Turns 75 on 2027-01-10: from 2027-01 “Social pension” (HT) is due, 540,000 đồng a month."
    )


PEOPLE: list[dict[str, Any]] = [
    {"birth_date": "1952-01-10"}, {"birth_date": "1952-01-10", **POOR}, {"birth_date": "2011-01-05", "no_caregiver_case": "a"},
    {"birth_date": "2024-03-09", "area_hardship": True, **POOR}, {"birth_date": "1966-12-31", "disability": "extremely_severe"},
    {"birth_date": "1948-02-29", "household_poverty": "near_poor", "monthly_pension_dong": 540_000},
    {"birth_date": "1970-01-01", "single_parent": True, "children": [{"birth_date": "2011-02-28", "studying": True}], **POOR},
]  # fmt: skip


@pytest.mark.parametrize("facts", PEOPLE)
def test_every_turning_point_is_what_the_law_itself_answers(package: LawPackage, facts: dict[str, Any]) -> None:
    """Ask again with the change made in the file, or in the month named: the sums must be those that were told."""
    points = turns(package, **facts)
    assert points
    for point in points:
        if point["kind"] == "date":
            said = _total(package, facts, Month.parse(point["from_month"]))
            assert said == point["total_after_dong"], point["because"]
            assert _total(package, facts, Month.parse(point["from_month"]).plus(-1)) == point["total_before_dong"]
        elif not any("[" in change["fact"] for change in point["changes"]):
            for name in {change["fact"] for change in point["changes"]}:
                assert facts.get(name) not in [c["value"] for c in point["changes"] if c["fact"] == name]
            changed = {change["fact"]: change["value"] for change in point["changes"]}
            assert _total(package, {**facts, **changed}, NOVEMBER) == point["total_after_dong"], point["because"]


def _total(package: LawPackage, facts: dict[str, Any], month: Month) -> int:
    return explain(package, package.person({"area": "19777", **facts}), month, KNOWN_ON)["total_dong"]
