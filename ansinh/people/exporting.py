"""The register of one commune as a list in the form that import reads, so that the same list back changes nothing.

Every row is read back before it is written: who could not be read again is left out and counted by the reason; a cell that
would come back otherwise is left empty, which erases nothing. It knows names and accounts, no circumstance and no health.
"""

import csv
import datetime
import io
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import xlsxwriter
from django.db import connection

from ansinh.base.statements import statement
from ansinh.office.operations import audit
from ansinh.people import banks, headings, reading
from ansinh.people.reading import HeldRow
from ansinh.people.sheets import Cell, Sheet

TITLES = (
    "STT",
    "Họ và tên",
    "Ngày sinh",
    "Giới tính",
    "Số định danh cá nhân",
    "Dân tộc",
    "Thôn, tổ dân phố",
    "Số điện thoại",
    "Số tài khoản",
    "Ngân hàng",
    "Tên tài khoản",
    "Ghi chú",
)
_SHARED = "Dùng chung tài khoản với một người ở trên"
_FORMULA, _QUOTES = "=+-@\t\r", "'`‘’\"“”"
_DATES = {"day": "%d/%m/%Y", "month": "%m/%Y", "year": "%Y"}


@dataclass(frozen=True)
class ExportedList:
    """A file, how many people stand in it, and why others do not."""

    content: bytes
    people: int
    left_out: Mapping[str, int]


class _Listed(NamedTuple):
    full_name: str
    birth_date: datetime.date
    birth_precision: str
    sex: str
    national_id: str
    ethnicity: str
    village: str
    phone: str
    bank_bin: str
    number: str
    holder_name: str
    is_deceased: bool


def export_list(*, area_id: int, kind: str, by: str, at: datetime.datetime) -> ExportedList:
    """This will return the living people of an area as a list that import reads without changing anything.

    Promises: one statement and an entry of the trail, whatever the number of people.

    Args:
        kind: `xlsx` or `csv`.
    """
    with connection.cursor() as cursor:
        cursor.execute(statement("people", "export_list"), {"area": area_id})
        listed = [_Listed(*row) for row in cursor.fetchall()]
    left_out: Counter[str] = Counter(deceased=sum(one.is_deceased for one in listed))
    living = [one for one in listed if not one.is_deceased]
    rows = _read_back(living, _cells(living, kind), at.date(), left_out)
    content = _csv(rows) if kind == "csv" else _xlsx(rows)
    reasons = {reason: count for reason, count in left_out.items() if count}
    audit(by=by, action="list_exported", subject=f"area:{area_id}", detail={"people": len(rows), **reasons}, at=at)
    return ExportedList(content, len(rows), reasons)


def _cells(living: list[_Listed], kind: str) -> list[list[Cell]]:
    seen: set[tuple[str, str]] = set()
    named = {bank.bin: bank.short_name for bank in banks.directory() if banks.bin_of(bank.short_name) == bank.bin}
    rows: list[list[Cell]] = []
    for one in living:
        account = (one.bank_bin, one.number)
        # A list in which two rows have one account is asked whose it is; in the register that was answered long ago.
        is_shared = bool(one.number) and account in seen
        seen.add(account)
        has_account = bool(one.number) and not is_shared
        words = [
            one.full_name,
            one.birth_date.strftime(_DATES[one.birth_precision]),
            "Nam" if one.sex == "male" else "Nữ",
            one.national_id,
            one.ethnicity,
            one.village,
            one.phone,
            one.number if has_account else "",
            named.get(one.bank_bin, one.bank_bin) if has_account else "",
            one.holder_name if has_account else "",
            _SHARED if is_shared else "",
        ]
        rows.append([len(rows) + 1, *(_safe(word, kind) for word in words)])
    return rows


def _safe(word: str, kind: str) -> str:
    """Return a word that no spreadsheet takes for a formula, and that comes back from import as it was."""
    is_marked = word[:1] in _QUOTES or (kind == "csv" and word[:1] in _FORMULA)
    return "'" + word if word and is_marked else word


def _read_back(
    living: list[_Listed], rows: list[list[Cell]], on: datetime.date, left_out: Counter[str]
) -> list[list[Cell]]:
    sheet = Sheet("", [list(TITLES), *rows])
    kept: list[list[Cell]] = []
    returned = {row.row: row for row in reading.read_rows(headings.find([sheet], ""), on)}
    for place, (one, cells) in enumerate(zip(living, rows, strict=True), 2):
        row = returned.get(place)
        if row is None or isinstance(row, HeldRow):
            left_out[row.reason if row else "name"] += 1
            continue
        same = {5: row.ethnicity == one.ethnicity, 6: row.village == one.village, 7: row.phone == one.phone}
        if one.number and cells[8]:
            same |= dict.fromkeys((8, 9, 10), (row.bank_bin, row.number) == (one.bank_bin, one.number))
        for column, is_same in same.items():
            if not is_same:
                cells[column] = ""
        kept.append([len(kept) + 1, *cells[1:]])
    return kept


def _csv(rows: list[list[Cell]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([TITLES, *rows])
    # The mark of order tells Excel that this is Unicode; without it the officer sees old letters.
    return text.getvalue().encode("utf-8-sig")


def _xlsx(rows: list[list[Cell]]) -> bytes:
    packed = io.BytesIO()
    with xlsxwriter.Workbook(packed, {"constant_memory": True}) as workbook:
        bold = workbook.add_format({"bold": True, "text_wrap": True})
        page = workbook.add_worksheet("Danh sách")
        page.freeze_panes(1, 0)
        page.set_column(1, len(TITLES) - 1, 20)
        for column, title in enumerate(TITLES):
            page.write_string(0, column, title, bold)
        for line, row in enumerate(rows, 1):
            page.write_number(line, 0, line)
            for column, cell in enumerate(row[1:], 1):
                page.write_string(line, column, str(cell))
    return packed.getvalue()
