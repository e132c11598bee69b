"""Months order, add, and refuse what is no month."""

import calendar
import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansinh.base.months import Month
from ansinh.base.refusals import Refused

MONTHS = st.builds(Month, st.integers(1950, 2150), st.integers(1, 12))
STEPS = st.integers(-600, 600)


def test_parse_reads_what_str_writes() -> None:
    assert Month.parse("2026-11") == Month(2026, 11)
    assert str(Month(2026, 1)) == "2026-01"
    assert Month(2026, 1).vi == "01/2026"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026",
        "2026-13",
        "2026-00",
        "2026-1",
        "26-11",
        "2026/11",
        "2026-11-01",
        "11-2026",
        "２０２６-11",
        "2026-¹¹",
        "1899-12",
        "2201-01",
        " 2026-11",
    ],
)
def test_parse_refuses_by_name(text: str) -> None:
    with pytest.raises(Refused) as refusal:
        Month.parse(text)
    assert refusal.value.reason == "month_invalid"
    assert text in refusal.value.message("vi")


def test_first_and_last_day_at_leap_years_and_year_ends() -> None:
    assert Month(2024, 2).last_day == datetime.date(2024, 2, 29)
    assert Month(2026, 2).last_day == datetime.date(2026, 2, 28)
    assert Month(2025, 12).last_day == datetime.date(2025, 12, 31)
    assert Month(2026, 1).first_day == datetime.date(2026, 1, 1)


def test_until_includes_both_ends_and_is_empty_backwards() -> None:
    assert list(Month(2025, 11).until(Month(2026, 2))) == [
        Month(2025, 11),
        Month(2025, 12),
        Month(2026, 1),
        Month(2026, 2),
    ]
    assert list(Month(2026, 2).until(Month(2026, 2))) == [Month(2026, 2)]
    assert list(Month(2026, 3).until(Month(2026, 2))) == []


@given(month=MONTHS)
def test_text_and_day_lead_back_to_the_month(month: Month) -> None:
    assert Month.parse(str(month)) == month
    assert Month.of(month.first_day) == Month.of(month.last_day) == month
    assert month.last_day.day == calendar.monthrange(month.year, month.number)[1]


@given(month=MONTHS, steps=STEPS)
def test_plus_is_undone_by_minus_and_keeps_order(month: Month, steps: int) -> None:
    moved = month.plus(steps)
    assert moved.plus(-steps) == month
    assert (moved > month) == (steps > 0)
    assert 1 <= moved.number <= 12


@given(month=MONTHS, steps=st.integers(0, 60))
def test_until_has_one_month_for_each_step(month: Month, steps: int) -> None:
    months = list(month.until(month.plus(steps)))
    assert len(months) == steps + 1
    assert months == sorted(set(months))
