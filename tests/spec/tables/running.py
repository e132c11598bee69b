"""Runs one row of a table: on the oracle for conditions, on any engine for months."""

import datetime
from functools import cache
from pathlib import Path

from ansinh.base.months import Month
from ansinh.law.engines import Due, Engine
from ansinh.law.language import ConditionError, Vocabulary, parse_condition
from ansinh.law.oracle import Instant, truth
from ansinh.law.package import LawPackage, load_package
from ansinh.law.tree import Expression
from tests.spec.tables import Gives, Group, Refuses, Says, conditions, refusals, rules, time

ROOT = Path(__file__).resolve().parents[1] / "law"
LAW = ROOT / "vn" / "sample"
DAY = datetime.date(2026, 11, 30)
KNOWN_ON = datetime.date(2026, 12, 20)
BORN = "1950-03-09"
# In the order of the manual.
CHAPTERS = {"conditions": conditions.GROUPS, "time": time.GROUPS, "rules": rules.GROUPS, "refusals": refusals.GROUPS}
GROUPS: tuple[Group, ...] = tuple(group for groups in CHAPTERS.values() for group in groups)


@cache
def sample_law() -> LawPackage:
    """Return the sample law."""
    return load_package(ROOT)


@cache
def _vocabulary() -> Vocabulary:
    law = sample_law()
    words = Vocabulary(law.facts, law.child_facts, frozenset({"base"}), frozenset(b.code for b in law.benefits), {})
    needy = parse_condition("household_poverty in (poor, near_poor)", words)
    return Vocabulary(words.facts, words.child_facts, words.parameters, words.benefits, {"needy": needy})


def tree(condition: str) -> Expression:
    """Return the condition as a typed tree."""
    return parse_condition(condition, _vocabulary())


def asked(row: Says) -> str:
    """Return yes, no or unknown."""
    day = datetime.date.fromisoformat(row.day) if row.day else DAY
    law = sample_law()
    facts = law.person({"birth_date": BORN, "area": "19777", **row.given})
    answer = truth(tree(row.condition), Instant(law, law.month_law(Month.of(day), KNOWN_ON), facts, day))
    return {True: "yes", False: "no", None: "unknown"}[answer]


def refused(row: Refuses) -> ConditionError | None:
    """Return the refusal, or None where the condition was read after all."""
    try:
        tree(row.condition)
    except ConditionError as error:
        return error
    return None


def given(row: Gives, engine: Engine) -> Due:
    """Return what an engine says of the row's month."""
    law = sample_law()
    person = law.person({"area": "19777", **row.given})
    return engine.month(law, Month.parse(row.month), datetime.date.fromisoformat(row.known_on), [person])[0]
