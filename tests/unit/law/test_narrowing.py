"""The part of the law that could concern a person answers as the whole does, whatever is said of them."""

import datetime
import random
from typing import Any

import pytest

from ansinh.base.months import Month
from ansinh.law.narrowing import narrowed, spoken
from ansinh.law.oracle import evaluate
from ansinh.law.package import LawBook, load_book
from ansinh.law.words import FactKind

KNOWN_ON = datetime.date(2026, 11, 22)


@pytest.fixture(scope="module")
def book() -> LawBook:
    return load_book()


def test_whoever_says_nothing_of_merit_is_not_asked_about_it(book: LawBook) -> None:
    plain = book.person({"birth_date": "1950-01-01", "area": "19777"})
    merit = book.package("merit")
    part = narrowed(merit, spoken(merit, plain))
    assert len(part.rules) < len(merit.rules) // 4
    assert [benefit.code for benefit in part.benefits] == [benefit.code for benefit in merit.benefits]


def test_a_fact_taken_as_open_keeps_its_rules(book: LawBook) -> None:
    plain = book.person({"birth_date": "1950-01-01", "area": "19777"})
    first = book.packages[0]
    assert "K6" not in {rule.rule for rule in narrowed(first, spoken(first, plain)).rules}
    also = spoken(first, plain, also=frozenset({"disability"}))
    assert "K6" in {rule.rule for rule in narrowed(first, also).rules}


def _day(chance: random.Random) -> str:
    return (datetime.date(1930, 1, 1) + datetime.timedelta(days=chance.randrange(35_400))).isoformat()


def _value(chance: random.Random, kind: FactKind) -> Any:
    if chance.random() < 0.1:
        return "unknown"
    if kind.type == "bool":
        return chance.random() < 0.6
    if kind.type == "enum":
        return chance.choice(list(kind.members))
    if kind.type == "date":
        return f"2026-{chance.randrange(5, 12):02d}-{chance.randrange(1, 28):02d}"
    return chance.choice([0, 1, 2, 60, 500_000, 540_000, 5_000_000])


def _person(chance: random.Random, book: LawBook) -> dict[str, Any]:
    kinds = [
        kind
        for name, kind in book.facts.items()
        if kind.type in {"bool", "enum", "date", "dong", "count"}
        and not kind.derived
        and name not in {"birth_date", "death_date", "decision_signed_on"}
    ]
    facts = {kind.name: _value(chance, kind) for kind in chance.sample(kinds, chance.randrange(9))}
    facts |= {"birth_date": _day(chance), "area": "19777"}
    if chance.random() < 0.4:
        codes = ["NCC-06", "NCC-07", "NCC-01a", "NCC-03a", "NCC-08"]
        facts["merit"] = [{"kind": c, "wound_percent": chance.randrange(21, 100)} for c in chance.sample(codes, 2)]
    if chance.random() < 0.3:
        facts["was_receiving"] = chance.choice([["K1"], ["K6"], ["HT", "K4"], "unknown"])
    if chance.random() < 0.3:
        facts["children"] = chance.choice(["unknown", [{"birth_date": "2012-03-04"}], [{"birth_date": "2024-03-04"}]])
    if chance.random() < 0.3:
        facts["death_date"] = chance.choice(["unknown", "2026-10-09"])
    return facts


@pytest.mark.parametrize("seed", range(60))
def test_the_part_answers_as_the_whole(book: LawBook, seed: int) -> None:
    chance = random.Random(seed)
    facts = _person(chance, book)
    person = book.person(facts)
    for package in book.packages:
        part = narrowed(package, spoken(package, person))
        for month in (Month(2026, 10), Month(2026, 11)):
            if month < package.first_month:
                continue
            whole, narrow = (evaluate(one, person, month, KNOWN_ON) for one in (package, part))
            assert (narrow.due, narrow.unknown, narrow.undecided) == (whole.due, whole.unknown, whole.undecided), facts
            assert {c: s.count for c, s in narrow.standings.items()} == {c: s.count for c, s in whole.standings.items()}
