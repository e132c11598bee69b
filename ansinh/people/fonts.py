"""Which coding each column of a list was typed in (Unicode, TCVN3, VNI), measured by its words, and the list in Unicode.

A column is taken as old only when at least 19 of 20 proving words say so. A cell that speaks against its column, or that
could be read in two ways where the column is not of one mind, makes its row wait; nothing is converted on a hope.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from ansinh.base import old_fonts
from ansinh.people.headings import Heading
from ansinh.people.sheets import Cell

# What is read from these columns goes into the register as words; a number misread is caught by its own rule.
_IDENTITY = ("national_id", "birth", "birth_male", "birth_female")
_DIGIT = re.compile(r"\d")
_WORDS = ("name", "village", "ethnicity", "holder", "bank", "sex")


@dataclass(frozen=True)
class ColumnCoding:
    """What a column's words proved: its coding, by how many words, and how many spoke against it."""

    column: str
    coding: str
    words: int
    contrary: int


def settle(heading: Heading) -> tuple[Heading, list[ColumnCoding]]:
    """Return the list with its old columns in Unicode and its doubtful rows named, and what was found, where it matters."""
    rows = heading.sheet.rows
    body = rows[heading.first_row :]
    texts = [_texts(body, column) for column in range(len(heading.titles))]
    # Page headings, totals and signatures were often typed by somebody else, elsewhere.
    people = {index for index, row in enumerate(body) if _has_identity(heading, row)}
    found = [old_fonts.find(text for index, text in column.items() if index in people) for column in texts]
    common = _common(found) or heading.sheet.coding
    told: list[ColumnCoding] = []
    waiting: dict[int, str] = {}
    changed: dict[int, dict[int, str]] = {}
    fields = {column: field for field, column in heading.columns.items() if field in _WORDS}
    for column, finding in enumerate(found):
        judged = finding
        if judged is None and common and texts[column]:
            # Words that could be of two codings, in a list whose other columns are all of one.
            judged = old_fonts.Finding(common, 0, 0)
        if judged is None or (judged.coding == old_fonts.UNICODE and not judged.contrary):
            continue
        told.append(ColumnCoding(heading.titles[column], judged.coding, judged.proving, judged.contrary))
        for index, text in texts[column].items():
            new, reason = _cell(text, judged)
            if new is not None:
                changed.setdefault(index, {})[column] = new
            if reason and column in fields:
                waiting.setdefault(index + heading.first_row, reason)
    if not told:
        return heading, []
    return replace(
        heading, sheet=replace(heading.sheet, rows=_with(rows, changed, heading.first_row)), waiting=waiting
    ), told


def _texts(body: list[list[Cell]], column: int) -> dict[int, str]:
    """Return the cells of a column whose letters could be of an old font, by the number of their row."""
    return {
        index: cell
        for index, row in enumerate(body)
        if column < len(row) and isinstance(cell := row[column], str) and not cell.isascii()
    }


def _has_identity(heading: Heading, row: list[Cell]) -> bool:
    places = (heading.columns.get(field, len(row)) for field in _IDENTITY)
    return any(place < len(row) and _DIGIT.search(str(row[place])) for place in places)


def _common(found: list[old_fonts.Finding | None]) -> str:
    """Return the old coding that every column with proof agrees on, "" when there is none."""
    codings = {finding.coding for finding in found if finding is not None}
    are_pure = all(finding is None or not finding.contrary for finding in found)
    return next(iter(codings)) if len(codings) == 1 and are_pure and codings <= set(old_fonts.OLD) else ""


def _cell(text: str, finding: old_fonts.Finding) -> tuple[str | None, str]:
    """Return a cell in Unicode (None: as it is) and why its row waits ("": it does not)."""
    proved = old_fonts.proofs(text)
    old = proved & set(old_fonts.OLD)
    if finding.is_clear and finding.coding in old_fonts.OLD:
        if proved == {finding.coding} or (not proved and not finding.contrary):
            decoded = old_fonts.decode(text, finding.coding)
            return decoded, "" if decoded is not None else "font_unclear"
        if proved == {old_fonts.UNICODE}:
            return None, "font_differs"
        return None, "font_unclear"
    # The column is in Unicode, or of two minds: what proves itself to be old is converted for the officer to look at.
    if len(proved) == 1 and old:
        return old_fonts.decode(text, next(iter(old))), "font_differs"
    if proved == {old_fonts.UNICODE}:
        return None, ""
    return None, "font_unclear" if old or (not finding.is_clear and old_fonts.words(text)) else ""


def _with(rows: list[list[Cell]], changed: Mapping[int, Mapping[int, str]], first: int) -> list[list[Cell]]:
    new = list(rows)
    for index, cells in changed.items():
        row = list(new[index + first])
        for column, text in cells.items():
            row[column] = text
        new[index + first] = row
    return new
