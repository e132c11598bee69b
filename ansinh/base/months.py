"""A month is the unit in which social protection is owed: whole, never prorated. Here it has a type of its own.

It orders, subtracts and iterates; in the database it is the first day of the month.
"""

import datetime
from collections.abc import Iterator
from typing import NamedTuple

from ansinh.base.refusals import Refused


class Month(NamedTuple):
    """A calendar month. Ordered, hashable, printed as `YYYY-MM`."""

    year: int
    number: int

    @classmethod
    def parse(cls, text: str) -> "Month":
        """Return the month that `YYYY-MM` names.

        Raises:
            Refused: `month_invalid` when the text is anything else.
        """
        year, _, number = str(text).partition("-")
        is_plain = len(year) == 4 and len(number) == 2 and (year + number).isascii() and (year + number).isdigit()
        if not is_plain or not 1 <= int(number) <= 12 or not 1900 <= int(year) <= 2200:
            raise Refused(
                "month_invalid",
                vi=f"Tháng “{text}” không đúng. Hãy ghi năm và tháng như 2026-11.",
                en=f"Month “{text}” is not valid. Write year and month like 2026-11.",
                month=str(text),
            )
        return cls(int(year), int(number))

    @classmethod
    def of(cls, day: datetime.date) -> "Month":
        """Return the month in which the day lies."""
        return cls(day.year, day.month)

    @property
    def first_day(self) -> datetime.date:
        """Return the first day, which is also how the database stores the month."""
        return datetime.date(self.year, self.number, 1)

    @property
    def last_day(self) -> datetime.date:
        """Return the last day."""
        return self.plus(1).first_day - datetime.timedelta(days=1)

    def plus(self, months: int) -> "Month":
        """Return the month so many months later (earlier when negative)."""
        years, index = divmod(self.year * 12 + self.number - 1 + months, 12)
        return Month(years, index + 1)

    def until(self, last: "Month") -> Iterator["Month"]:
        """Yield this month and every later one up to and including `last`."""
        month = self
        while month <= last:
            yield month
            month = month.plus(1)

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.number:02d}"

    @property
    def vi(self) -> str:
        """Return the month as Vietnamese officers write it: 11/2026."""
        return f"{self.number:02d}/{self.year:04d}"
