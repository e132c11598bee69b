"""The day on which the bank is asked to execute a batch: the first day after its making on which banks settle.

Public holidays come from the law's calendar. Without the calendar of a year only weekends are left out, and the answer says so:
money that is ready is not kept back because a file is missing, and a bank moves such a date on by itself.
"""

import datetime
from dataclasses import dataclass

from ansinh.base.refusals import Refused
from ansinh.law.package import default_laws
from ansinh.law.procedure.calendar import read_calendar
from ansinh.law.procedure.loading import procedure_folder


@dataclass(frozen=True)
class ExecutionDay:
    """The day, and the year whose public holidays were not known when it was chosen."""

    date: datetime.date
    year_without_calendar: int | None = None


def next_weekday(day: datetime.date) -> datetime.date:
    """Return the first day after `day` that is neither Saturday nor Sunday."""
    following = day + datetime.timedelta(days=1)
    return following + datetime.timedelta(days=(7 - following.weekday()) if following.weekday() >= 5 else 0)


def execution_day(day: datetime.date) -> ExecutionDay:
    """Return the first day after `day` on which banks settle."""
    # The days after Tết may lie in the next year, never further away.
    folder = procedure_folder(default_laws()) / "holidays"
    calendar = read_calendar(folder, only={day.year, day.year + 1})
    try:
        return ExecutionDay(calendar.next_bank_day(day))
    except Refused as refused:
        if refused.reason != "calendar_missing":
            raise
        return ExecutionDay(next_weekday(day), int(refused.details["year"]))
