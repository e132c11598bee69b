"""The day of execution leaves out weekends and public holidays, and only weekends where no calendar is known."""

import datetime

import pytest

from ansinh.payment.execution import ExecutionDay, execution_day, next_weekday

DAYS = [
    # made          asked for     because
    ("2026-11-20", "2026-11-23"),  # Friday
    ("2026-11-23", "2026-11-25"),  # the holiday of 24 November
    ("2026-02-13", "2026-02-23"),  # Tết
    ("2026-08-28", "2026-09-03"),  # 31 August swapped, National Day
    ("2026-08-21", "2026-08-24"),  # offices work on the Saturday, banks do not settle
    ("2026-12-31", "2027-01-04"),  # into the next year
]


@pytest.mark.parametrize(("made", "asked"), DAYS)
def test_banks_settle_on_that_day(made: str, asked: str) -> None:
    assert execution_day(datetime.date.fromisoformat(made)) == ExecutionDay(datetime.date.fromisoformat(asked))


def test_a_year_without_calendar_leaves_out_weekends_and_says_so() -> None:
    assert execution_day(datetime.date(2031, 1, 3)) == ExecutionDay(datetime.date(2031, 1, 6), 2031)
    assert execution_day(datetime.date(2028, 12, 29)) == ExecutionDay(datetime.date(2029, 1, 1), 2029)


def test_batches_made_before_keep_their_day() -> None:
    assert next_weekday(datetime.date(2026, 11, 23)) == datetime.date(2026, 11, 24)
    assert next_weekday(datetime.date(2026, 11, 20)) == datetime.date(2026, 11, 23)
