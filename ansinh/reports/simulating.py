"""A simulation told: as tables in words, as a workbook with a sheet for each breakdown, as a picture of before and after.

The command and the page tell the same figures; both take the plain answer of `entitlement.simulation`.
"""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import xlsxwriter

from ansinh.base.dong import format_dong, format_number
from ansinh.law.words import Text

_SHOWN_AREAS = 15
_COLUMNS = {
    "persons_before": Text("Người, trước", "Persons before"),
    "persons_after": Text("Người, sau", "Persons after"),
    "gained": Text("Được thêm", "Gained"),
    "lost": Text("Mất", "Lost"),
    "raised": Text("Tăng mức", "Raised"),
    "lowered": Text("Giảm mức", "Lowered"),
    "cost_before_dong": Text("Kinh phí trước", "Cost before"),
    "cost_after_dong": Text("Kinh phí sau", "Cost after"),
    "difference_dong": Text("Chênh lệch", "Difference"),
}
_TABLES = {
    "month": Text("Theo tháng", "By month"),
    "year": Text("Theo năm", "By year"),
    "area": Text("Theo xã, phường", "By commune"),
    "benefit": Text("Theo chế độ", "By benefit"),
    "sex": Text("Theo giới tính", "By sex"),
    "age": Text("Theo tuổi", "By age"),
    "poverty": Text("Theo diện hộ nghèo", "By poverty class"),
}
_WORDS = {
    ("sex", "female"): Text("nữ", "female"),
    ("sex", "male"): Text("nam", "male"),
    ("poverty", "poor"): Text("hộ nghèo", "poor"),
    ("poverty", "near_poor"): Text("hộ cận nghèo", "near-poor"),
    ("poverty", "none"): Text("không thuộc diện", "neither"),
    ("poverty", "unknown"): Text("chưa rõ", "unknown"),
}


@dataclass(frozen=True)
class Table:
    """One table of the answer: its title, the titles of its columns, and its rows of words and whole numbers."""

    name: str
    title: str
    columns: tuple[str, ...]
    # The names of the figures, so that money is told from people.
    figures: tuple[str, ...]
    rows: tuple[tuple[str, ...] | tuple[str | int, ...], ...]

    @property
    def shown(self) -> list[tuple[str, ...]]:
        """Return the rows as people read them."""
        return [
            (
                str(row[0]),
                *(_shown(name, int(value)) for name, value in zip(self.figures, row[1:], strict=True)),
            )
            for row in self.rows
        ]

    @property
    def labelled(self) -> list[list[tuple[str, str]]]:
        """Return the rows as people read them, each cell with the title of its column."""
        return [list(zip(self.columns, row, strict=True)) for row in self.shown]


def _shown(name: str, value: int) -> str:
    return format_dong(value) if name.endswith("_dong") else format_number(value)


def tables(answer: Mapping[str, Any], language: str = "vi") -> list[Table]:
    """Return the tables of a simulation, months and years first."""
    sources = {"month": answer["months"], "year": answer["years"], **answer["breakdown"]}
    found = []
    for name, rows in sources.items():
        figures = tuple(figure for figure in _COLUMNS if rows and figure in rows[0])
        columns = (_TABLES[name].of(language), *(_COLUMNS[figure].of(language) for figure in figures))
        cells = tuple((_key(name, row, language), *(row[figure] for figure in figures)) for row in rows)
        found.append(Table(name, _TABLES[name].of(language), columns, figures, cells))
    return found


def _key(name: str, row: Mapping[str, Any], language: str) -> str:
    if name == "area":
        return f"{row['area']} {row['name']}"
    word = _WORDS.get((name, str(row[name])))
    return str(row[name]) if word is None else word.of(language)


def as_text(answer: Mapping[str, Any]) -> str:
    """Return the simulation as lines for a person at a terminal."""
    lines = [
        f"Mô phỏng: {answer['title']}",
        f"Lĩnh vực: {', '.join(answer['domains'])}; luật như biết vào ngày {answer['known_on']}",
    ]
    lines += [f"Cảnh báo: {warning['vi']}" for warning in answer["warnings"]]
    for table in tables(answer):
        suffix = f" (tháng {answer['breakdown_month']})" if table.name in answer["breakdown"] else ""
        lines += ["", table.title + suffix, *_aligned([table.columns, *table.shown])]
    return "\n".join([*lines, "", answer["note"]["vi"], ""])


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    return [
        "  ".join(
            cell.ljust(width) if place == 0 else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def workbook(answer: Mapping[str, Any], language: str = "vi") -> bytes:
    """Return the simulation as an xlsx file with a sheet for each table."""
    content = io.BytesIO()
    # A title pasted by somebody must stay a word: every text is written as text, never as a formula.
    with xlsxwriter.Workbook(content, {"in_memory": True}) as book:
        bold, number = book.add_format({"bold": True, "text_wrap": True}), book.add_format({"num_format": "#,##0"})
        about = book.add_worksheet("Mô phỏng" if language == "vi" else "Simulation")
        about.set_column(0, 0, 100)
        told = [answer["title"], *(warning[language] for warning in answer["warnings"]), answer["note"][language]]
        told += [f"law {answer['law_before']} → {answer['law_after']}; draft {answer['draft']}"]
        for line, text in enumerate(told):
            about.write_string(line, 0, text)
        for table in tables(answer, language):
            sheet = book.add_worksheet(table.title.replace(",", ""))
            sheet.freeze_panes(1, 1)
            sheet.set_column(0, 0, 30)
            sheet.set_column(1, len(table.columns) - 1, 16, number)
            for column, title in enumerate(table.columns):
                sheet.write_string(0, column, title, bold)
            for line, row in enumerate(table.rows, 1):
                sheet.write_string(line, 0, str(row[0]))
                for column, value in enumerate(row[1:], 1):
                    sheet.write_number(line, column, int(value), number)
    return content.getvalue()


# ── the picture ──────────────────────────────────────────────────────────────────────────────────────────────────────

_BEFORE, _AFTER = "#7a8a99", "#14545c"
_WIDTH, _NAME, _ROW = 900, 250, 46


def picture(answer: Mapping[str, Any], language: str = "vi") -> str:
    """Return an SVG of the cost before and after: by month, and by the communes with the greatest difference."""
    months = [(row["month"], row["cost_before_dong"], row["cost_after_dong"]) for row in answer["months"]]
    areas = sorted(answer["breakdown"]["area"], key=lambda row: (-abs(row["difference_dong"]), row["area"]))
    communes = [(row["name"], row["cost_before_dong"], row["cost_after_dong"]) for row in areas[:_SHOWN_AREAS]]
    parts, y = _key_of_colours(language), 70
    for title, rows in (
        (_TABLES["month"].of(language), months),
        (f"{_TABLES['area'].of(language)}, {answer['breakdown_month']}", communes),
    ):
        parts.append(f'<text x="10" y="{y}" font-size="18" font-weight="bold">{escape(title)}</text>')
        parts += _bars(rows, y + 12)
        y += _ROW * len(rows) + 60
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {y}" role="img" font-family="sans-serif" font-size="14">'
        f'<title>{escape(answer["title"])}</title><rect width="{_WIDTH}" height="{y}" fill="#ffffff"/>{"".join(parts)}</svg>'
    )


def _key_of_colours(language: str) -> list[str]:
    before, after = ("Trước", "Sau") if language == "vi" else ("Before", "After")
    return [
        f'<rect x="10" y="14" width="18" height="14" fill="{_BEFORE}"/><text x="34" y="26">{before}</text>',
        f'<rect x="130" y="14" width="18" height="14" fill="{_AFTER}"/><text x="154" y="26">{after}</text>',
    ]


def _bars(rows: Sequence[tuple[str, int, int]], top: int) -> list[str]:
    # Bars begin at nothing: cut off below, a raise of a tenth would look like a doubling.
    most = max((max(before, after) for _, before, after in rows), default=0) or 1
    room = _WIDTH - _NAME - 170
    parts = []
    for place, (name, *amounts) in enumerate(rows):
        y = top + place * _ROW
        parts.append(f'<text x="10" y="{y + 24}">{escape(name)}</text>')
        for line, (amount, fill) in enumerate(zip(amounts, (_BEFORE, _AFTER), strict=True)):
            width, at = amount * room // most, y + 4 + line * 18
            parts.append(f'<rect x="{_NAME}" y="{at}" width="{width}" height="15" fill="{fill}"/>')
            parts.append(f'<text x="{_NAME + width + 6}" y="{at + 12}">{escape(format_dong(amount))}</text>')
    return parts
