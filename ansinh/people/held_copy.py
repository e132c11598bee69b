"""Rows written back for the officer: the held ones with their reason, or before anything is written all of them with their fate.

The same columns as the list, the row number in front. Cells are written as text, so that a long number keeps its digits
and a formula stays a word; what was typed in an old font is written in Unicode.
"""

import io
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import xlsxwriter

from ansinh.people.headings import Heading, fingerprint
from ansinh.people.importing import TAKEN
from ansinh.people.reading import HeldRow, text_of

_FATES = {
    "created": ("thêm mới", "created"),
    "updated": ("cập nhật", "updated"),
    "unchanged": ("không đổi", "unchanged"),
    "held": ("tạm giữ", "held"),
}


def fate_label(verdict: str, language: str) -> str:
    """Return what becomes of a row, in words."""
    vi, en = _FATES[verdict if verdict in TAKEN else "held"]
    return en if language == "en" else vi


def held_workbook(heading: Heading, held: Sequence[HeldRow], language: str) -> bytes:
    """Return the held rows as a workbook whose last column says why."""
    is_english = language == "en"
    return _workbook(
        heading,
        ((row.row, [row.message(language)]) for row in held),
        sheet="Held" if is_english else "Tạm giữ",
        first="Row" if is_english else "Dòng",
        last=["Reason held" if is_english else "Lý do tạm giữ"],
    )


def preview_workbook(heading: Heading, fates: Mapping[int, str], language: str) -> bytes:
    """Return every row with what would become of it, and why it would be held."""
    is_english = language == "en"

    def lines() -> Iterable[tuple[int, list[str]]]:
        for row, verdict in fates.items():
            why = "" if verdict in TAKEN else HeldRow(row, verdict).message(language)
            yield row, [fate_label(verdict, language), why]

    return _workbook(
        heading,
        lines(),
        sheet="Preview" if is_english else "Xem trước",
        first="Row" if is_english else "Dòng",
        last=["What becomes of it", "Reason held"] if is_english else ["Kết quả", "Lý do tạm giữ"],
    )


def write_whole(path: Path, content: bytes) -> None:
    """Write a file of people, whole or not at all, in a folder for its owner alone."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    unfinished = path.with_name(path.name + ".part")
    unfinished.write_bytes(content)
    os.replace(unfinished, path)


def _workbook(
    heading: Heading, lines: Iterable[tuple[int, list[str]]], *, sheet: str, first: str, last: list[str]
) -> bytes:
    _, before = fingerprint(heading.titles)
    # A held sheet that is held again keeps the row numbers of the list it came from, and grows no further columns.
    titles = heading.titles[1 : _last(heading.titles)] if before else heading.titles
    packed = io.BytesIO()
    # Constant memory writes each row out as soon as the next begins: rows must come from top to bottom, never back
    # again.
    with xlsxwriter.Workbook(packed, {"constant_memory": True}) as workbook:
        bold = workbook.add_format({"bold": True, "text_wrap": True})
        page = workbook.add_worksheet(sheet)
        page.freeze_panes(1, 0)
        page.set_column(0, 0, 6)
        page.set_column(1, len(titles), 18)
        page.set_column(len(titles) + len(last), len(titles) + len(last), 60)
        for column, title in enumerate([first, *titles, *last]):
            page.write_string(0, column, title, bold)
        for line, (row, told) in enumerate(lines, 1):
            # `rows` counts from 0, the officer's sheet from 1; cells beyond the last title belong to no column.
            cells = heading.sheet.rows[row - 1]
            number = text_of(cells[0]) if before else ""
            page.write_number(line, 0, int(number) if number.isdigit() else row)
            for column, cell in enumerate(cells[before : before + len(titles)], 1):
                page.write_string(line, column, text_of(cell))
            for column, word in enumerate(told, len(titles) + 1):
                page.write_string(line, column, word)
    return packed.getvalue()


def _last(titles: Sequence[str]) -> int:
    """Return the place of the last column that has a title."""
    return max(place for place, title in enumerate(titles) if title.strip())
