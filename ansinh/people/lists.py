"""A commune's list opened: its heading found, its letters made Unicode, each row read. Writes nothing, asks no database."""

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ansinh.people import fonts, headings, reading, sheets
from ansinh.people.fonts import ColumnCoding
from ansinh.people.headings import Heading, KeptMapping
from ansinh.people.reading import GoodRow, HeldRow


@dataclass(frozen=True)
class OpenedList:
    """A list as it was understood: which column is what, in which coding it was typed, and every row of a person."""

    heading: Heading
    codings: Sequence[ColumnCoding]
    rows: Sequence[GoodRow | HeldRow]

    @property
    def columns(self) -> dict[str, str]:
        """Return the title of the column that each field is read from."""
        titles = self.heading.titles
        return {field: titles[place] for field, place in self.heading.columns.items() if place < len(titles)}


def open_list(
    name: str,
    content: bytes,
    *,
    kept: Sequence[KeptMapping],
    on: datetime.date,
    tell: Callable[[int], None] = lambda _: None,
) -> OpenedList:
    """Return the list that these bytes hold.

    Raises:
        Refused: why the file is no list (`file_not_a_list`, `heading_not_found`, `several_lists`, …).
    """
    heading, codings = fonts.settle(headings.find(sheets.read_list(name, content), name, kept))
    return OpenedList(heading, codings, list(reading.read_rows(heading, on, tell)))
