"""The months in a row: every stretch begins with what began it, and skipping like months skips nothing."""

import datetime
import random
from typing import Any

import pytest

from ansinh.base.months import Month
from ansinh.law.answers import Inquiry, answer
from ansinh.law.package import LawPackage, load_package
from ansinh.law.timeline import timeline

NOVEMBER, KNOWN_ON = Month(2026, 11), datetime.date(2026, 11, 22)


@pytest.fixture(scope="module")
def package() -> LawPackage:
    return load_package()


def told(package: LawPackage, language: str = "vi", back: int = 12, **facts: Any) -> dict[str, Any]:
    person = package.person({"area": "19777", **facts})
    return timeline(Inquiry(package, person, KNOWN_ON, None, language), NOVEMBER, back=back)


def spans(answer: dict[str, Any]) -> list[tuple[str, str, int, list[str]]]:
    return [(s["from"], s["to"], s["total_dong"], [e["kind"] for e in s["events"]]) for s in answer["spans"]]


def test_twelve_months_back_and_six_ahead(package: LawPackage) -> None:
    answer = told(package, birth_date="1984-03-09", disability="severe")
    assert (answer["from"], answer["to"], len(answer["months"])) == ("2025-11", "2027-05", 19)
    assert spans(answer) == [("2025-11", "2026-06", 750_000, []), ("2026-07", "2027-05", 810_000, ["law"])]
    assert "NĐ 335/2026/NĐ-CP, Điều 4 khoản 2" in answer["spans"][1]["because"]


def test_a_birthday_a_new_figure_and_a_repeal_each_begin_a_stretch(package: LawPackage) -> None:
    answer = told(package, birth_date="1944-08-09", back=200)
    assert answer["from"] == "2021-07", "no month lies before the law held here"
    assert spans(answer) == [
        ("2021-07", "2024-07", 0, []),
        ("2024-08", "2025-06", 500_000, ["birthday"]),
        ("2025-07", "2026-06", 500_000, ["law"]),
        ("2026-07", "2027-05", 540_000, ["law"]),
    ]
    assert "đủ 80 tuổi vào ngày 09/08/2024" in answer["spans"][1]["because"]


def test_a_repeal_names_the_clause_that_ended_the_benefit(package: LawPackage) -> None:
    """Whoever has a decision for the ended benefit alone is due nothing from that month on."""
    person = package.person({"area": "19777", "birth_date": "1940-08-09"})
    asked = Inquiry(package, person, KNOWN_ON, lambda _: frozenset({"K5"}))
    answer = timeline(asked, NOVEMBER, back=24)
    assert spans(answer) == [("2024-11", "2025-06", 500_000, []), ("2025-07", "2027-05", 0, ["law"])]
    assert "NĐ 176/2025/NĐ-CP, Điều 8 khoản 2 bãi bỏ chế độ này" in answer["spans"][1]["because"]
    assert "chưa có quyết định hưởng" in answer["spans"][1]["because"]


def test_a_decision_a_paper_and_a_death_begin_their_stretches(package: LawPackage) -> None:
    severe = [
        {"value": "severe", "from": "2026-03-01", "to": "2026-06-15"},
        {"value": "extremely_severe", "from": "2026-06-15"},
    ]
    answer = told(
        package, birth_date="1984-01-05", disability=severe, decision_signed_on="2026-04-10", death_date="2026-09-02"
    )
    assert [(first, total, kinds) for first, _, total, kinds in spans(answer)] == [
        ("2025-11", 0, []),
        ("2026-04", 750_000, ["decision"]),
        ("2026-06", 1_000_000, ["fact"]),
        ("2026-07", 1_080_000, ["law"]),
        ("2026-10", 0, ["death"]),
    ]
    assert "mất ngày 02/09/2026" in answer["spans"][-1]["because"]


def test_settled_sums_stand_beside_what_is_due(package: LawPackage) -> None:
    person = package.person({"area": "19777", "birth_date": "1984-03-09", "disability": "severe"})
    settled = {("K6", Month(2026, 10)): 750_000}
    months = timeline(Inquiry(package, person, KNOWN_ON), NOVEMBER, settled)["months"]
    by_month = {one["month"]: (one["due_dong"], one["settled_dong"]) for one in months}
    assert by_month["2026-10"] == (810_000, 750_000)
    assert by_month["2026-09"] == (810_000, None)


def test_a_student_after_sixteen_is_followed_over_the_birthday(package: LawPackage) -> None:
    """From the month asked on, what is due counts as received: K2 asks who was receiving K1."""
    facts = {"birth_date": "2011-01-05", "no_caregiver_case": "a", "studying": True, "study_unbroken": True}
    due = [[one["benefit"] for one in span["due"]] for span in told(package, **facts)["spans"]]
    assert due[-1] == ["K2"]


@pytest.mark.parametrize("seed", range(40))
def test_months_skipped_as_alike_are_alike(package: LawPackage, seed: int) -> None:
    """Every month of the timeline, asked by itself, gives the same sum: behind the asked month nothing is carried."""
    chance = random.Random(seed)
    facts = _person(chance)
    person = package.person(facts)
    asked = Inquiry(package, person, KNOWN_ON)
    for one in timeline(asked, NOVEMBER, back=40)["months"]:
        month = Month.parse(one["month"])
        if month <= NOVEMBER:
            assert one["due_dong"] == answer(asked, person, month).total_dong, (facts, one)


def _person(chance: random.Random) -> dict[str, Any]:
    def day(first: int, last: int) -> str:
        start = datetime.date(first, 1, 1)
        return (start + datetime.timedelta(days=chance.randrange((last - first) * 365))).isoformat()

    def changing(values: list[Any]) -> Any:
        turn = day(2023, 2027)
        return [{"value": chance.choice(values), "to": turn}, {"value": chance.choice(values), "from": turn}]

    born = chance.choice([day(1940, 1967), day(2003, 2026), "2010-12-31", "1952-02-29"])
    facts: dict[str, Any] = {"area": "19777", "birth_date": born}
    facts["household_poverty"] = changing(["poor", "near_poor", "none", "unknown"])
    if chance.random() < 0.5:
        facts["disability"] = changing(["severe", "mild", "extremely_severe", "none"])
    if chance.random() < 0.3:
        facts |= {
            "single_parent": True,
            "children": [{"birth_date": day(2005, 2026), "studying": changing([True, False])}],
        }
    if chance.random() < 0.3:
        facts["death_date"] = day(2026, 2027)
    if chance.random() < 0.3:
        facts["decision_signed_on"] = day(2023, 2026)
    return facts
