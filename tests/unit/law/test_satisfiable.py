"""The search over conditions: whom it finds and whom it does not, sentence by sentence.

The comparison with trying everybody on random conditions is in tests/generative.
"""

import datetime
from pathlib import Path
from typing import Any

import pytest

from ansinh.base.months import Month
from ansinh.law.language import Vocabulary, parse_condition
from ansinh.law.oracle import Instant, truth
from ansinh.law.package import LawPackage, MonthLaw, load_book, load_package
from ansinh.law.satisfiable import Solver, possible
from ansinh.law.tree import Expression, Is

PACKAGE = load_package()
KNOWN_ON = datetime.date(2026, 11, 22)
FORMAT = Path(__file__).resolve().parents[2] / "fixtures" / "laws-format"


def law_of(month: Month) -> MonthLaw:
    return PACKAGE.month_law(month, KNOWN_ON)


def holds(law: MonthLaw, expression: Expression, witness: Any) -> bool | None:
    """Return what the oracle says of the witness, read as FACTS.json would be."""
    person = PACKAGE.person(witness.content)
    assert person.death_date in (None, witness.day)
    return truth(expression, Instant(PACKAGE, law, person, witness.day))


def _parse(text: str, package: LawPackage = PACKAGE) -> Expression:
    vocabulary = Vocabulary(
        package.facts,
        package.child_facts,
        frozenset(version.name for version in package.all_parameters),
        frozenset(benefit.code for benefit in package.benefits),
        {},
    )
    return parse_condition(text, vocabulary)


WRITTEN = [
    # condition                                                                                        possible
    ("hiv and not hiv",                                                                                False),
    ("hiv is unknown",                                                                                 True),
    ("hiv is unknown and (hiv or not hiv)",                                                            False),
    ("not (hiv or not hiv)",                                                                           False),
    # All three alike and not all true: whichever is tried first is wrong, and must be taken back.
    ("(hiv or not pregnant) and (pregnant or not studying) and (studying or not hiv) and (not hiv or not pregnant or not studying)", True),
    ("(hiv or pregnant) and (not hiv or studying) and (not hiv or not studying) and not pregnant",     False),
    ("age >= 75 and age < 75",                                                                         False),
    ("age >= 75 and months_old < 900",                                                                 False),
    ("age >= 75 and months_old < 901",                                                                 True),
    ("age < 0",                                                                                        False),
    ("age > 140",                                                                                      False),
    ("age >= 70 and birth_date >= 2003-10-01",                                                         False),
    ("age = 23 and birth_date >= 2003-10-01",                                                          True),
    ("age = 24 and birth_date >= 2003-10-01",                                                          False),
    ("birth_date = 2026-11-15 and months_old = 0",                                                     True),
    ("birth_date > 2026-11-30",                                                                        False),
    ("monthly_pension_dong < 0",                                                                       False),
    ("monthly_pension_dong > 540000 and monthly_pension_dong < social_pension_ceiling",                False),
    ("monthly_pension_dong > 539998 and monthly_pension_dong < social_pension_ceiling",                True),
    ("disability in (mild, none) and disability != none and not disability = mild",                    False),
    ("was_receiving K1 at 16 and not was_receiving K1",                                                True),
    ("was_receiving K1 at 16 and not was_receiving K1 and birth_date = 2010-11-15",                    False),
    ("not was_receiving K1 at 16 and was_receiving K1 and birth_date = 2010-11-15",                    True),
    ("count_children(age >= 5 and age < 3) >= 1",                                                      False),
    ("not count_children(age < 16) >= 1 and count_children(age < 4) >= 1",                             False),
    ("count_children(studying) >= 3 and not count_children(studying and age < 200) >= 2",              False),
    ("count_children(studying) >= 3 and not count_children(studying and age >= 4) >= 2",               True),
    ("count_children(was_counted) >= 1 and not was_receiving K4",                                      False),
    ("count_children(was_counted) >= 1 and count_children(not was_counted) >= 1",                      False),
    ("count_children(was_counted_at_16) >= 1 and count_children(age < 2) >= 1 and not was_receiving K4", True),
    ("count_children(was_counted is unknown) >= 1",                                                    True),
    ("count_children(was_counted is unknown) >= 1 and was_receiving K1",                               False),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), WRITTEN)
def test_written_conditions(text: str, expected: bool) -> None:
    law, expression = law_of(Month(2026, 11)), _parse(text)
    witness = possible(PACKAGE, law, expression)
    assert (witness is not None) is expected, witness
    if witness is not None:
        assert holds(law, expression, witness) is True, witness


# Days, merit and what earlier domains give, on the invented law of tests/fixtures; the month is November 2026.
OTHER_FACTS = [
    # condition                                                                                        possible
    ("in_month(injured_on)",                                                                           True),
    ("in_month(injured_on) and not happened(injured_on)",                                              False),
    ("happened(injured_on) and not in_month(injured_on) and injured_on >= 2026-10-05",                 True),
    ("in_month(injured_on) and injured_on < 2026-11-01",                                               False),
    ("in_month(injured_on) and in_month(death_date) and injured_on > 2026-11-29 and not death_date > 2026-11-29", False),
    ("in_month(death_date) and death_date = 2026-11-07 and in_month(injured_on) and injured_on = 2026-11-07", True),
    ("death_date < 2026-11-01",                                                                        False),
    ("death_date > 2026-12-24 and not in_month(death_date)",                                           True),
    ("injured_on < 2020-01-01 or not injured_on < 2020-01-01",                                         True),
    ("percent = 41 and not severe and type_b",                                                         True),
    ("percent > 100",                                                                                  False),
    ("percent is unknown and type_b",                                                                  True),
    ("type_b and percent = 0",                                                                         True),
    ("martyr >= 3 and dear_dead = 2 and cheap_dead = 0",                                               True),
    ("a_met and not a_paid and a_received is unknown",                                                 True),
    ("a_met and not a_met",                                                                            False),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), OTHER_FACTS)
def test_days_merit_and_outcomes(text: str, expected: bool) -> None:
    package = load_book(FORMAT).package("second")
    law = package.month_law(Month(2026, 11), KNOWN_ON)
    expression = _parse(text, package)
    witness = possible(package, law, expression)
    assert (witness is not None) is expected, witness
    if witness is not None:
        person = package.person(witness.content)
        instant = Instant(package, law, person, witness.day, None, witness.outcomes)
        assert truth(expression, instant) is True, witness
        # Whoever has died is judged on that day; the end of a month is no day for somebody dead before it.
        assert witness.day in {person.last_day_of(law.month), law.previous}


def test_the_day_of_a_death_inside_the_month_counts() -> None:
    # Nine months old and not yet ten: true only from the 15th to the 14th, so at neither end of November.
    law = law_of(Month(2026, 11))
    expression = _parse("birth_date = 2026-01-15 and months_old = 9")
    witness = possible(PACKAGE, law, expression)
    assert witness is not None
    assert law.previous <= witness.day < datetime.date(2026, 11, 15)
    assert holds(law, expression, witness) is True


def test_every_level_of_the_law_has_a_person() -> None:
    for month in (Month(2021, 7), Month(2025, 6), Month(2026, 8), Month(2028, 12)):
        law = law_of(month)
        solver = Solver(PACKAGE, law, [rule.condition for rule in law.rules])
        for rule in law.rules:
            witness = solver.find([(rule.condition, True)])
            assert witness is not None
            assert holds(law, rule.condition, witness) is True


def test_goals_may_be_refused_too() -> None:
    law = law_of(Month(2026, 11))
    young, old = _parse("age < 16"), _parse("age >= 16")
    solver = Solver(PACKAGE, law, [young, old])
    assert solver.find([(young, False), (old, False)]) is None
    assert solver.find([(young, True), (old, False)]) is not None


def test_a_fact_that_nobody_declared_is_an_error_and_not_a_free_one() -> None:
    with pytest.raises(KeyError):
        possible(PACKAGE, law_of(Month(2026, 11)), Is("no_such_fact"))
