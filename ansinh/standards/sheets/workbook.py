"""Bytes of a spreadsheet as rows of cells. Decides nothing about their meaning.

It refuses by name what could harm or cannot be a table: swollen inside, locked by a password, with macros, old fonts.
"""

import csv
import datetime
import io
import lzma
import re
import struct
import zipfile
import zlib
from typing import NamedTuple

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from ansinh.base.refusals import Refused

Cell = str | float | int | bool | datetime.date | datetime.datetime | datetime.time | datetime.timedelta | None
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SEPARATORS = ";\t,|"
MOST_BYTES = 50 << 20
_MOST_UNPACKED = 700 << 20
_MOST_CELLS = 60_000_000
_CHUNK = 1 << 20
# How far a sheet reaches is read from its raw text: the library that reads cells has filled the memory before it could be
# asked. The bounded repetition keeps a tag without an end from costing the square of its length.
_ROW_NUMBER = re.compile(rb'<(?:\w+:)?row\b[^>]{0,200}?\br="(\d{1,9})"')
_WIDE_CELL = re.compile(rb'\br="([A-Z]{2,3})\d')
# How unpacking says "damaged": the library knows its own error only where it looked.
_DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    OSError,
    ValueError,
    NotImplementedError,
)

_REFUSALS = {
    "sheet_too_large": (
        "Bảng tính lớn hơn 50 MB. Hãy xin tệp chia nhỏ.",
        "The spreadsheet is larger than 50 MB. Ask for it in parts.",
    ),
    "sheet_unreadable": (
        "Tệp không phải bảng tính đọc được. Hãy xin tệp .xlsx hoặc .csv.",
        "The file is not a spreadsheet that can be read. Ask for .xlsx or .csv.",
    ),
    "sheet_has_macros": (
        "Bảng tính có macro nên không được mở. Hãy xin tệp .xlsx không macro.",
        "The spreadsheet holds macros and is not opened. Ask for .xlsx without macros.",
    ),
    "sheet_has_password": (
        "Bảng tính đang khoá bằng mật khẩu. Hãy xin tệp không mật khẩu.",
        "The spreadsheet is locked by a password. Ask for it without.",
    ),
    "sheet_swollen": (
        "Bảng tính bung ra quá lớn nên không được mở. Hãy xin riêng bảng kết quả.",
        "The spreadsheet unpacks to far too much and is not opened. Ask for the result table alone.",
    ),
    "sheet_encoding_unknown": (
        "Tệp không dùng Unicode (có thể là phông TCVN3 hoặc VNI). Hãy xin tệp CSV UTF-8 hoặc .xlsx.",
        "The file is not Unicode text (perhaps an old Vietnamese font). Ask for CSV in UTF-8 or .xlsx.",
    ),
}


class Sheet(NamedTuple):
    """One visible sheet; `rows[0]` is its first row, empty ones included."""

    name: str
    rows: list[list[Cell]]


def refused(reason: str) -> Refused:
    """Return the refusal of this name."""
    vi, en = _REFUSALS[reason]
    return Refused(reason, vi=vi, en=en)


def is_workbook(archive: zipfile.ZipFile) -> bool:
    """Say whether a zip file is a spreadsheet, which is a zip file of its own kind."""
    names = set(archive.namelist())
    return bool(names & {"xl/workbook.xml", "xl/workbook.bin"}) or {"mimetype", "content.xml"} <= names


def looks_like_csv(head: bytes) -> bool:
    """Say whether a text that begins like this has columns: the same separator in several of its lines."""
    text = head.decode("utf-16" if head.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8", "replace")
    if text.lstrip("\ufeff \t\r\n").startswith("<") or "\x00" in text:
        return False
    lines = [line for line in text.splitlines() if line.strip()]
    return any(sum(sign in line for line in lines) > 1 for sign in _SEPARATORS)


def read(content: bytes, name: str) -> list[Sheet]:
    """Return the visible sheets; a csv is one sheet of the given name.

    Raises:
        Refused: `sheet_too_large`, `sheet_has_password`, `sheet_has_macros`, `sheet_swollen`, `sheet_unreadable`,
            `sheet_encoding_unknown`.
    """
    if len(content) > MOST_BYTES:
        raise refused("sheet_too_large")
    if is_packed(content):
        return read_packed(content)
    return [Sheet(name, rows_of_text(_text(content)))]


def is_packed(content: bytes) -> bool:
    """Say whether the bytes claim to be a workbook; by their beginning, because names lie."""
    return content.startswith((b"PK", OLE))


def read_packed(content: bytes) -> list[Sheet]:
    """Return the visible sheets of a workbook, once nothing in it can do harm.

    Raises:
        Refused: `sheet_has_password`, `sheet_has_macros`, `sheet_swollen`, `sheet_unreadable`.
    """
    if content.startswith(OLE):
        _inspect_ole(content)
    else:
        _inspect_zip(content)
    return _workbook(content)


def _inspect_zip(content: bytes) -> None:
    """Unpack every part once, counting what really comes out, before the reader of cells allocates anything."""
    unpacked, rows, columns = 0, 1, 26
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if any(name.endswith("vbaProject.bin") for name in archive.namelist()):
                raise refused("sheet_has_macros")
            if any(entry.flag_bits & 1 for entry in archive.infolist()):
                raise refused("sheet_has_password")
            for name in archive.namelist():
                with archive.open(name) as part:
                    tail = b""
                    while chunk := part.read(_CHUNK):
                        unpacked += len(chunk)
                        if unpacked > _MOST_UNPACKED:
                            raise refused("sheet_swollen")
                        if name.startswith("xl/worksheets/"):
                            # A tag may be cut in two at the border of two chunks.
                            window, tail = tail + chunk, chunk[-256:]
                            rows = max([rows, *map(int, _ROW_NUMBER.findall(window))])
                            columns = max([columns, *map(_column, set(_WIDE_CELL.findall(window)))])
    except _DAMAGED as error:
        raise refused("sheet_unreadable") from error
    # The reader keeps every cell between the first and the last: one stray cell far away would fill the memory.
    if rows * columns > _MOST_CELLS:
        raise refused("sheet_swollen")


def _column(letters: bytes) -> int:
    # Columns are numbers to the base 26 with the digits A to Z: AA is 27.
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _inspect_ole(content: bytes) -> None:
    # An .xlsx with a password is wrapped in the old container, where the names of streams stand as UTF-16.
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise refused("sheet_has_password")
    if "_VBA_PROJECT".encode("utf-16-le") in content:
        raise refused("sheet_has_macros")


def _workbook(content: bytes) -> list[Sheet]:
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(content)) as workbook:
            shown = [
                meta.name
                for meta in workbook.sheets_metadata
                # Hidden sheets are last month's.
                if meta.visible == SheetVisibleEnum.Visible and meta.typ == SheetTypeEnum.WorkSheet
            ]
            return [Sheet(name, workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)) for name in shown]
    except PasswordError as error:
        raise refused("sheet_has_password") from error
    except CalamineError as error:
        raise refused("sheet_unreadable") from error


def _text(content: bytes) -> str:
    encoding = "utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        # Old Vietnamese fonts cannot be told apart safely; a wrong guess would misspell everybody.
        raise refused("sheet_unreadable" if b"\x00" in content[:4096] else "sheet_encoding_unknown") from error


def rows_of_text(text: str) -> list[list[Cell]]:
    """Return the cells of a text with columns, whatever sign stands between them.

    Raises:
        Refused: `sheet_unreadable`.
    """
    if "\x00" in text:
        raise refused("sheet_unreadable")
    # csv.Sniffer guesses by quotes and fails on short lists; the sign that stands most often is the delimiter.
    delimiter = max(_SEPARATORS, key=text[:20_000].count)
    try:
        return [list(row) for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)]
    except csv.Error as error:
        raise refused("sheet_unreadable") from error
