"""The registry's facts: what SQL gathers for everybody equals what is said of each person alone, and asking one for many changes nothing."""

import datetime
import random
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from ansinh.base.months import Month
from ansinh.entitlement import month as entitlement
from ansinh.entitlement import queries
from ansinh.law import relations
from ansinh.law.ages import birth_cutoff
from ansinh.law.package import LawPackage, load_package
from ansinh.office.models import Hardship
from ansinh.people.models import Circumstance, Household, Membership, ParentChild, Person, ProtectedCondition
from ansinh.poverty.models import HouseholdClass
from tests.integration import makers

pytestmark = pytest.mark.usefixtures("database")

_KNOWN_ON = datetime.date(2026, 11, 22)
MONTHS = (Month(2026, 2), Month(2026, 10), Month(2026, 11))
COMMUNES = ("19777", "20044", "19960")
VALUES = {
    "disability": ("mild", "severe", "extremely_severe", "unknown"),
    "no_caregiver_case": ("a", "b", "dd", "l", "unknown"),
    "studying": ("true", "false", "unknown"),
    "study_unbroken": ("true", "false", "unknown"),
    "stable_income": ("true", "false", "unknown"),
    "support_obligor": ("none", "on_assistance", "able", "unknown"),
    "in_community_care": ("true", "false"),
    "single_parent": ("true", "unknown"),
    "monthly_pension_dong": ("0", "1", "539999", "540000", "540001", "4000000", "unknown"),
}
# Birthdays on which something begins or ends in one of the months, and days around the month's ends.
BIRTHS = ["1946-11-01", "1951-11-15", "1951-12-01", "2004-10-31", "2010-12-14", "2010-03-28", "2008-02-29", "2023-11-30", "2026-10-20"]  # fmt: skip
DAYS = [datetime.date(2026, month, day) for month in (1, 2, 10, 11) for day in (1, 2, 14, 15, 28)] + [
    datetime.date(2026, 10, 31),
    datetime.date(2026, 11, 30),
    datetime.date(2020, 5, 1),
]


def _periods(luck: random.Random) -> list[tuple[datetime.date, datetime.date | None]]:
    """Return one or two periods that do not overlap."""
    days = sorted(luck.sample(sorted(set(DAYS)), luck.choice((1, 2, 3))))
    if len(days) == 1:
        return [(days[0], None)]
    return [(days[0], days[1])] if len(days) == 2 else [(days[0], days[1]), (days[1], luck.choice((days[2], None)))]


def _say(luck: random.Random, about: Person) -> None:
    for kind in luck.sample(sorted(VALUES), luck.choice((0, 1, 1, 2, 4))):
        for start, end in _periods(luck):
            Circumstance.objects.create(
                person=about,
                kind=kind,
                value=luck.choice(VALUES[kind]),
                area_id=about.area_id,
                valid_from=start,
                valid_to=end,
                recorded_at=makers.EPOCH,
            )
    if luck.random() < 0.2:
        for start, end in _periods(luck):
            ProtectedCondition.objects.create(
                person=about,
                kind="hiv",
                value=luck.choice(("true", "unknown")),
                area_id=about.area_id,
                valid_from=start,
                valid_to=end,
                recorded_at=makers.EPOCH,
            )


def _live_in_a_household(luck: random.Random, about: Person) -> None:
    household = Household.objects.create(code=f"HX{about.id}", area_id=about.area_id)
    joined = luck.choice((makers.LONG_AGO, datetime.date(2026, 10, 31), datetime.date(2026, 11, 2)))
    Membership.objects.create(
        household=household, person=about, relationship="head", area_id=about.area_id, valid_from=joined
    )
    for start, end in _periods(luck):
        HouseholdClass.objects.create(
            household=household,
            poverty_class=luck.choice(("poor", "near_poor", "none")),
            area_id=about.area_id,
            valid_from=start,
            valid_to=end,
            recorded_at=makers.EPOCH,
        )


def _decide(luck: random.Random, about: Person) -> None:
    months = [f"{year}-{month:02d}" for year, month in ((2023, 3), (2026, 1), (2026, 2), (2026, 9), (2026, 10), (2026, 11), (2027, 1))]  # fmt: skip
    for benefit in luck.sample(("K1", "K2", "K3", "K4", "K5", "K6", "K7", "K8", "HT"), luck.choice((1, 1, 1, 2, 3))):
        start, *rest = sorted(luck.sample(months[:-1], luck.choice((1, 1, 2))))
        makers.decision(about, benefit, start=start, end=rest[0] if rest else luck.choice((None, None, "2027-01")))
        if rest and luck.random() < 0.3:
            makers.decision(about, benefit, start=rest[0])


def _populate(luck: random.Random, count: int) -> list[int]:
    """Make people of whom chance says everything that the registry can hold, and return their numbers."""
    made = []
    for code in COMMUNES[1:]:
        for start, end in _periods(luck):
            Hardship.objects.create(area_id=makers.commune(code), valid_from=start, valid_to=end, document="thử")
    for _ in range(count):
        born = luck.choice(BIRTHS) if luck.random() < 0.6 else f"{luck.randint(1935, 2025)}-0{luck.randint(4, 8)}-05"
        died = luck.choice([*DAYS, None, None, None, None]) if luck.random() < 0.3 else None
        if died and died.isoformat() < born:
            died = None
        about = makers.person(born=born, area=luck.choice(COMMUNES), died=died and died.isoformat())
        _say(luck, about)
        if luck.random() < 0.5:
            _live_in_a_household(luck, about)
        _decide(luck, about)
        for _ in range(luck.choice((0, 0, 0, 1, 2))):
            child = makers.person(born=luck.choice(("2010-12-14", "2012-05-05", "2004-10-31", "2026-10-20")))
            ParentChild.objects.create(parent=about, child=child, area_id=about.area_id, valid_from=makers.LONG_AGO)
            _say(luck, child)
        made.append(about.id)
    # Most of a register is like many others: people of one age and one disability, in one commune.
    for _ in range(count // 3):
        plain = makers.person(born=f"19{luck.randint(60, 79)}-0{luck.randint(4, 8)}-05", disability="severe")
        makers.decision(plain)
        made.append(plain.id)
    return made


def _question(month: Month) -> entitlement.Question:
    return entitlement.Question(
        month=month,
        known_on=_KNOWN_ON,
        known_at=timezone.now(),
        areas=[makers.commune(code) for code in COMMUNES],
    )


def _rows(sql: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def _expected(package: LawPackage, people: list[int], month: Month) -> tuple[list[Any], list[Any]]:
    known = [package.person(queries.facts_of(package, person)) for person in people]
    granted = [queries.granted_in(person, month) for person in people]
    rows, children = relations.facts_rows(package, known, month, _KNOWN_ON, granted)
    return (
        [(people[row[0]], *row[1:]) for row in rows],
        [(people[row[0]], *row[1:]) for row in children],
    )


def _of_the_past(package: LawPackage, rows: list[Any], month: Month) -> list[Any]:
    """Return the rows without what was in payment on birthdays still to come: decisions of later months may change it."""
    names = [name for name, _ in relations.fact_columns(package)]
    place = names.index("was_receiving_at_16")
    grown = _grown_up_by(month)
    kept = [row if row[1] <= grown else (*row[:place], 0, *row[place + 1 :]) for row in rows]
    return sorted(kept, key=str)


def _grown_up_by(month: Month) -> datetime.date:
    """Return the last birth date of those who have turned 16 by the end of the month."""
    return birth_cutoff(month.last_day, 16 * 12)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_registry_says_of_each_what_is_said_of_one(seed: int) -> None:
    package, people = load_package(), _populate(random.Random(seed), 120)
    names = ", ".join(name for name, _ in relations.fact_columns(package))
    child_names = ", ".join(name for name, _ in relations.child_columns(package))
    for month in MONTHS:
        decided = {row[0] for row in _rows(f"SELECT person_id FROM entitlement_decision WHERE start_month <= '{month.first_day}'")}  # fmt: skip
        facts, children = _expected(package, [person for person in people if person in decided], month)
        entitlement.gather_facts(package, _question(month))
        found = _rows(f"SELECT {names} FROM facts")
        assert _of_the_past(package, found, month) == _of_the_past(package, facts, month)
        assert sorted(_rows(f"SELECT {child_names} FROM children"), key=str) == sorted(children, key=str)


@pytest.mark.parametrize("seed", [4, 5, 6])
def test_asking_one_for_all_who_are_alike_changes_no_answer(seed: int) -> None:
    package, _ = load_package(), _populate(random.Random(seed), 150)
    for month in MONTHS:
        question = _question(month)
        compiled = entitlement.compile_for(package, question)
        entitlement.gather_facts(package, question)
        one_by_one = sorted(_rows(compiled.result_sql))
        entitlement.make_result_tables()
        entitlement.evaluate(package, compiled, question)
        assert sorted(_rows("SELECT * FROM outcome")) == one_by_one
        ((kinds,),) = _rows("SELECT count(*) FROM spokesman")
        ((everybody,),) = _rows("SELECT count(*) FROM likeness")
        assert 0 < kinds < everybody
