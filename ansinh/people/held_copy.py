"""The held rows written back for the officer: the same columns, the row number in front, the reason at the end.

Cells are written as text, so that a long number keeps its digits and a formula stays a word.
"""

import os
from collections.abc import Sequence
from pathlib import Path

import xlsxwriter

from ansinh.people.headings import Heading
from ansinh.people.reading import HeldRow, text_of


def write_held(path: Path, heading: Heading, held: Sequence[HeldRow], language: str) -> None:
    """Write the workbook, whole or not at all."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    unfinished = path.with_name(path.name + ".part")
    is_english = language == "en"
    titles = ["Row" if is_english else "Dòng", *heading.titles, "Reason held" if is_english else "Lý do tạm giữ"]
    # Constant memory writes each row out as soon as the next begins: rows must come from top to bottom, never back
    # again.
    with xlsxwriter.Workbook(str(unfinished), {"constant_memory": True}) as workbook:
        bold = workbook.add_format({"bold": True, "text_wrap": True})
        sheet = workbook.add_worksheet("Held" if is_english else "Tạm giữ")
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, 0, 6)
        sheet.set_column(1, len(titles) - 2, 18)
        sheet.set_column(len(titles) - 1, len(titles) - 1, 60)
        for column, title in enumerate(titles):
            sheet.write_string(0, column, title, bold)
        for line, row in enumerate(held, 1):
            sheet.write_number(line, 0, row.row)
            # `rows` counts from 0, the officer's sheet from 1; cells beyond the last title belong to no column.
            for column, cell in enumerate(heading.sheet.rows[row.row - 1][: len(heading.titles)], 1):
                sheet.write_string(line, column, text_of(cell))
            sheet.write_string(line, len(titles) - 1, row.message(language))
    os.replace(unfinished, path)
