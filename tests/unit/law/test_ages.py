"""Ages as cutoffs: the same answer as counting birthdays, at every month end, 29 February included."""

import datetime

import pytest

from ansinh.law.ages import age_bounds, anniversary, birth_cutoff, completed_months, completed_years
from ansinh.law.tree import Age

LEAP = datetime.date(1948, 2, 29)


@pytest.mark.parametrize(
    ("day", "years"),
    [
        (datetime.date(2026, 2, 27), 77),
        (datetime.date(2026, 2, 28), 78),
        (datetime.date(2026, 3, 1), 78),
        (datetime.date(2028, 2, 28), 79),
        (datetime.date(2028, 2, 29), 80),
    ],
)
def test_a_leap_birthday_falls_on_the_last_day_of_february(day: datetime.date, years: int) -> None:
    assert completed_years(LEAP, day) == years
    assert (birth_cutoff(day, years * 12) >= LEAP) and (birth_cutoff(day, (years + 1) * 12) < LEAP)


def test_cutoffs_agree_with_counting_birthdays() -> None:
    days = [datetime.date(2024, 1, 1) + datetime.timedelta(days=13 * n) for n in range(120)]
    births = [datetime.date(2008, 2, 20) + datetime.timedelta(days=n) for n in range(15)]
    for day in [*days, datetime.date(2024, 2, 29), datetime.date(2026, 2, 28)]:
        for birth in births:
            years = completed_years(birth, day)
            assert anniversary(birth, years) <= day < anniversary(birth, years + 1)
            assert (birth <= birth_cutoff(day, 16 * 12)) == (years >= 16), (birth, day)


def test_months_are_counted_to_the_last_day_of_a_short_month() -> None:
    assert completed_months(datetime.date(2026, 1, 31), datetime.date(2026, 2, 27)) == 0
    assert completed_months(datetime.date(2026, 1, 31), datetime.date(2026, 2, 28)) == 1
    assert completed_months(datetime.date(2023, 11, 30), datetime.date(2026, 11, 30)) == 36
    assert completed_months(datetime.date(2026, 12, 1), datetime.date(2026, 11, 30)) == -1


def test_bounds_of_an_exact_age_are_two() -> None:
    day = datetime.date(2026, 11, 30)
    assert age_bounds(Age("years", "=", 16), day) == [
        ("<=", datetime.date(2010, 11, 30)),
        (">", datetime.date(2009, 11, 30)),
    ]
    assert age_bounds(Age("years", ">", 15), day) == age_bounds(Age("years", ">=", 16), day)


def test_an_age_before_the_first_year_of_the_calendar_is_never_reached() -> None:
    assert birth_cutoff(datetime.date(2026, 11, 30), 12 * 3000) == datetime.date(1, 1, 1)
