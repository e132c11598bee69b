"""Ages as birth dates: "has completed n months on day d" is one comparison of the birth date with a cutoff computed here.

Policy for a birthday that does not exist (29 February, or the 31st when counting months): it falls on the last day of
that month, so that a person born on 29 February 1948 is 78 on 28 February 2026. The same cutoff serves the oracle and SQL.
"""

import calendar as gregorian
import datetime
from functools import lru_cache

from ansinh.law.tree import Age, Comparison

# Cutoffs are computed here and reach the database as plain days: age() exists in one engine, passes through the second
# untouched, and the difference of two dates is a number in two engines and an interval in the third.
_EARLIEST = datetime.date(1, 1, 1)


@lru_cache(maxsize=4096)
def birth_cutoff(day: datetime.date, months: int) -> datetime.date:
    """Return the latest birth date of somebody who has completed so many months of life on the day."""
    # Counting in whole months makes years and months one rule, leap years included.
    years, index = divmod(day.year * 12 + day.month - 1 - months, 12)
    # A nonsensical age in a condition gives a day before everybody's birth, hence an answer, instead of an error in
    # mid-payroll.
    if years < 1:
        return _EARLIEST
    length = gregorian.monthrange(years, index + 1)[1]
    # On the last day of a month every later day-of-month has come too: nobody waits for a 31st that does not exist.
    is_last_day = day.day == gregorian.monthrange(day.year, day.month)[1]
    return datetime.date(years, index + 1, length if is_last_day else min(day.day, length))


def anniversary(birth: datetime.date, years: int) -> datetime.date:
    """Return the birthday on which so many years are completed."""
    year = birth.year + years
    return datetime.date(year, birth.month, min(birth.day, gregorian.monthrange(year, birth.month)[1]))


def completed_years(birth: datetime.date, day: datetime.date) -> int:
    """Return the completed years of life on the day; negative before birth."""
    return day.year - birth.year - (day < anniversary(birth, day.year - birth.year))


def completed_months(birth: datetime.date, day: datetime.date) -> int:
    """Return the completed months of life on the day; negative before birth."""
    months = (day.year - birth.year) * 12 + day.month - birth.month
    return months if birth <= birth_cutoff(day, months) else months - 1


def age_months(age: Age) -> list[tuple[Comparison, int]]:
    """Return the age condition as comparisons of the birth date with the cutoffs of so many completed months.

    All must hold. `!=` has no such form; the caller negates `=`.
    """
    # “Older than n” in law means n completed years and one more completed: above n is at least n + 1, at most n is
    # below n + 1.
    unit = 12 if age.unit == "years" else 1
    reached, passed = age.number * unit, (age.number + 1) * unit
    return {
        ">=": [("<=", reached)],
        ">": [("<=", passed)],
        "<": [(">", reached)],
        "<=": [(">", passed)],
        "=": [("<=", reached), (">", passed)],
    }[age.operator]  # type: ignore[return-value]


def age_bounds(age: Age, day: datetime.date) -> list[tuple[Comparison, datetime.date]]:
    """Return the age condition on the day as comparisons of the birth date, all of which must hold."""
    return [(sign, birth_cutoff(day, months)) for sign, months in age_months(age)]
