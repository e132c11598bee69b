"""Working days: Monday to Friday without public holidays, with the Saturdays worked in exchange, as the year's file says.

Fail closed: a year without a file is refused as `calendar_missing`. A deadline counted through holidays that nobody wrote
down would be too early, and the office would be late without having been told.
"""

import datetime
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ansinh.base.refusals import Refused
from ansinh.law.reading import Value, read_yaml
from ansinh.law.words import Verification

_DAY = datetime.timedelta(days=1)
_SATURDAY = 5


@dataclass(frozen=True)
class NamedDay:
    """A day that the calendar names: a public holiday, its substitute, a day swapped off, or a Saturday worked for one."""

    date: datetime.date
    name: str
    kind: str
    clause: str


@dataclass(frozen=True)
class CalendarYear:
    """The named days of one year, and whether the yearly notice that fixes Tết and National Day was seen."""

    year: int
    announced: bool
    verification: Verification
    holidays: Mapping[datetime.date, NamedDay]
    worked: Mapping[datetime.date, NamedDay]
    where: str


@dataclass(frozen=True)
class WorkingCalendar:
    """The years that are known. Every question about another year is refused."""

    years: Mapping[int, CalendarYear]

    def year(self, number: int) -> CalendarYear:
        """Return the calendar of the year.

        Raises:
            Refused: `calendar_missing` when no file says which days of it are public holidays.
        """
        known = self.years.get(number)
        if known is None:
            raise Refused(
                "calendar_missing",
                vi=f"Chưa có lịch nghỉ lễ, tết của năm {number}, nên chưa tính được ngày làm việc. "
                f"Hãy thêm tệp laws/vn/procedure/holidays/{number}.yaml.",
                en=f"The public holidays of {number} are not known, so its working days cannot be counted. "
                f"Add the file laws/vn/procedure/holidays/{number}.yaml.",
                year=number,
            )
        return known

    def holiday_on(self, day: datetime.date) -> NamedDay | None:
        """Return the public holiday, substitute or swapped day off on that day, if it is one."""
        return self.year(day.year).holidays.get(day)

    def is_working_day(self, day: datetime.date) -> bool:
        """Return whether offices work on that day."""
        year = self.year(day.year)
        # A Saturday worked in exchange counts: the office is open, and the day it replaces was taken out.
        return day in year.worked or (day.weekday() < _SATURDAY and day not in year.holidays)

    def is_bank_day(self, day: datetime.date) -> bool:
        """Return whether money moves between banks on that day: like offices, but never on a weekend."""
        return day.weekday() < _SATURDAY and self.is_working_day(day)

    def add_working_days(self, day: datetime.date, count: int) -> datetime.date:
        """Return the day that is so many working days after `day`, which itself is not counted; before it when negative."""
        # Asked first, so that a day at the end of all dates is refused by name like any other year that is not known.
        self.year(day.year)
        step = _DAY if count >= 0 else -_DAY
        remaining = abs(count)
        while remaining:
            day += step
            remaining -= self.is_working_day(day)
        return day

    def next_working_day(self, day: datetime.date) -> datetime.date:
        """Return the first working day after `day`."""
        return self.add_working_days(day, 1)

    def previous_working_day(self, day: datetime.date) -> datetime.date:
        """Return the last working day before `day`."""
        return self.add_working_days(day, -1)

    def next_bank_day(self, day: datetime.date) -> datetime.date:
        """Return the first day after `day` on which banks settle."""
        day += _DAY
        while not self.is_bank_day(day):
            day += _DAY
        return day

    def days_between(self, after: datetime.date, until: datetime.date) -> Iterator[datetime.date]:
        """Yield the days after `after` up to and including `until`."""
        while after < until:
            after += _DAY
            yield after

    def skipped(self, after: datetime.date, until: datetime.date) -> tuple[NamedDay, ...]:
        """Return the holidays after `after` and up to `until` that took a working day away: those from Monday to Friday."""
        found = (self.holiday_on(day) for day in self.days_between(after, until) if day.weekday() < _SATURDAY)
        return tuple(holiday for holiday in found if holiday is not None)

    def worked(self, after: datetime.date, until: datetime.date) -> tuple[NamedDay, ...]:
        """Return the weekend days after `after` and up to `until` that were worked in exchange."""
        found = (self.year(day.year).worked.get(day) for day in self.days_between(after, until))
        return tuple(named for named in found if named is not None)


# ── reading ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def _named_days(items: list[Value], year: int, kinds: tuple[str, ...]) -> dict[datetime.date, NamedDay]:
    days: dict[datetime.date, NamedDay] = {}
    for item in items:
        named = item.fields("date name clause", "kind")
        kind = named.get("kind")
        day = NamedDay(
            named["date"].date(),
            named["name"].text(),
            kinds[0] if kind is None else kind.member(*kinds),
            named["clause"].text(),
        )
        if day.date.year != year:
            raise named["date"].error(f"ngày này không thuộc năm {year}.", f"this day is not in {year}.")
        if day.date in days:
            raise named["date"].error("ngày này đã có ở trên.", "this day stands above already.")
        days[day.date] = day
    return days


def read_year(value: Value) -> CalendarYear:
    """Return the checked content of one year's file."""
    fields = value.fields("year status note announced days working")
    year = fields["year"].integer()
    holidays = _named_days(fields["days"].items(), year, ("holiday", "substitute", "swapped"))
    worked = _named_days(fields["working"].items(), year, ("worked",))
    for day in worked.values():
        # A working weekday needs no saying, and a holiday worked in exchange would be both.
        if day.date.weekday() < _SATURDAY or day.date in holidays:
            raise fields["working"].error(
                f"ngày làm bù {day.date} phải là thứ Bảy hoặc Chủ nhật không nghỉ lễ.",
                f"the day worked in exchange {day.date} must be a weekend day that is no holiday.",
            )
    for day in holidays.values():
        if day.kind != "holiday" and day.date.weekday() >= _SATURDAY:
            raise fields["days"].error(
                f"ngày nghỉ bù, nghỉ hoán đổi {day.date} không thể là ngày cuối tuần.",
                f"the substitute or swapped day {day.date} cannot be on a weekend.",
            )
    verification = Verification(fields["status"].member("verified", "unverified") == "verified", fields.text("note"))
    return CalendarYear(year, fields["announced"].boolean(), verification, holidays, worked, str(value.path))


def read_calendar(folder: Path, only: Collection[int] | None = None) -> WorkingCalendar:
    """Return the calendar from the folder `holidays`, one file a year, named by the year; `only` reads just those years.

    Raises:
        Refused: `law_invalid` with file and line.
    """
    years: dict[int, CalendarYear] = {}
    for path in sorted(folder.glob("*.yaml")):
        # Whoever needs one day of one year should not wait for eight files.
        if only is not None and path.stem not in {str(year) for year in only}:
            continue
        shown = Path("holidays") / path.name
        value = read_yaml(path, shown)
        year = read_year(value)
        if not re.fullmatch(r"[0-9]{4}", path.stem) or int(path.stem) != year.year:
            raise value.error(f"tên tệp phải là {year.year}.yaml.", f"the file must be called {year.year}.yaml.")
        years[year.year] = year
    return WorkingCalendar(years)
