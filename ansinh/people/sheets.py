"""A commune's file as rows of cells: xlsx, xls or csv, whatever its encoding. Reads; decides nothing about people.

It refuses by name what cannot be a list: missing, empty, too large, locked by a password, with macros, swollen inside.
"""

import csv
import datetime
import io
import lzma
import re
import struct
import unicodedata
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from ansinh.base import old_fonts
from ansinh.base.refusals import Refused

Cell = str | float | int | bool | datetime.date | datetime.datetime | datetime.time | datetime.timedelta | None
MOST_BYTES = 50 * 1024 * 1024
# Spreadsheets pack well: a list of 50 MB may honestly unpack to ten times as much, a bomb to a thousand times.
_MOST_UNPACKED = 700 * 1024 * 1024
_MOST_CELLS = 60_000_000
_CHUNK = 1 << 20
_OLE, _ZIP = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PK\x03\x04"
# How far a sheet reaches is read from its raw text, because the library that reads cells has filled the memory before
# it could be asked. The bounded repetition keeps a tag without an end from costing the square of its length.
_ROW_NUMBER = re.compile(rb'<(?:\w+:)?row\b[^>]{0,200}?\br="(\d{1,9})"')
_WIDE_CELL = re.compile(rb'\br="([A-Z]{2,3})\d')


@dataclass(frozen=True)
class Sheet:
    """One visible sheet; row 1 of the sheet is `rows[0]`, hidden rows included."""

    name: str
    rows: list[list[Cell]]
    # The old coding that the bytes of a text file proved as a whole; "" for Unicode and for workbooks.
    coding: str = ""


# What the officer reads: what is wrong with the file, and what to do about it.
_REFUSALS = {
    "file_missing": ("Không có tệp {path}. Hãy kiểm tra đường dẫn.", "There is no file {path}. Check the path."),
    "file_empty": ("Tệp {name} rỗng. Hãy xuất lại danh sách.", "{name} is empty. Export the list again."),
    "file_too_large": (
        "Tệp {name} lớn hơn {most} MB. Hãy chia danh sách theo thôn, tổ rồi nhập từng phần.",
        "{name} is larger than {most} MB. Split the list and import the parts.",
    ),
    "file_not_a_list": (
        "Tệp {name} không phải bảng tính đọc được. Hãy lưu lại dưới dạng .xlsx hoặc .csv rồi nhập.",
        "{name} is not a spreadsheet that can be read. Save it as .xlsx or .csv and import that.",
    ),
    "file_has_macros": (
        "Tệp {name} có macro nên không được mở. Hãy lưu lại dưới dạng .xlsx không macro.",
        "{name} holds macros and is not opened. Save it as .xlsx without macros.",
    ),
    "file_has_password": (
        "Tệp {name} đang khoá bằng mật khẩu. Hãy bỏ mật khẩu rồi nhập lại.",
        "{name} is locked by a password. Remove it and import again.",
    ),
    "file_swollen": (
        "Tệp {name} bung ra quá lớn nên không được mở. Hãy chép riêng bảng danh sách sang tệp mới.",
        "{name} unpacks to far too much and is not opened. Copy the list alone into a new file.",
    ),
    "file_encoding_unknown": (
        "Tệp {name} không dùng Unicode và không nhận ra chắc chắn bảng mã (TCVN3, VNI). Hãy lưu lại dưới dạng CSV UTF-8 hoặc .xlsx.",
        "{name} is not Unicode text, and its old coding cannot be told for certain. Save it as CSV UTF-8 or .xlsx.",
    ),
}
# How the library that unpacks says "damaged". It knows its own error only where it looked: a wrong offset, a name that
# is no text, or a wrong packing method come out as whatever Python raised underneath.
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


def _refused(reason: str, path: Path, most: int = 0) -> Refused:
    vi, en = (sentence.format(name=path.name, path=path, most=most) for sentence in _REFUSALS[reason])
    return Refused(reason, vi=vi, en=en, file=path.name)


def read_bytes(path: Path) -> bytes:
    """Return the file's bytes.

    Raises:
        Refused: `file_missing`, `file_empty`, `file_too_large`.
    """
    if not path.is_file():
        raise _refused("file_missing", path)
    check_size(path.name, path.stat().st_size, MOST_BYTES)
    return path.read_bytes()


def check_size(name: str, size: int, most: int) -> None:
    """Refuse an empty file and one above the limit.

    Raises:
        Refused: `file_empty`, `file_too_large`.
    """
    if size == 0:
        raise _refused("file_empty", Path(name))
    if size > most:
        raise _refused("file_too_large", Path(name), most // (1 << 20))


def read_named(name: str, content: bytes) -> list[Sheet]:
    """Return the visible sheets of a list that came without a file. Raises as `read` does."""
    return read(Path(name), content)


def read(path: Path, content: bytes) -> list[Sheet]:
    """Return the visible sheets of a list.

    Raises:
        Refused: `file_has_password`, `file_has_macros`, `file_swollen`, `file_not_a_list`, `file_encoding_unknown`.
    """
    # By its first bytes, not by its name: lists called .xls are often web pages or text.
    if content.startswith(_ZIP):
        _inspect_zip(path, content)
        return _read_workbook(path, content)
    if content.startswith(_OLE):
        _inspect_ole(path, content)
        return _read_workbook(path, content)
    text, coding = _decode(path, content)
    return [Sheet(path.stem, _read_csv(path, text), coding)]


@dataclass
class _Extent:
    """How far a workbook reaches: bytes unpacked, last row, last column."""

    unpacked: int = 0
    rows: int = 1
    columns: int = 26

    def look(self, window: bytes) -> None:
        """Take note of the rows and columns that a piece of a sheet names."""
        self.rows = max([self.rows, *map(int, _ROW_NUMBER.findall(window))])
        for letters in set(_WIDE_CELL.findall(window)):
            # Columns are written as numbers to the base 26 with the digits A to Z: AA is 27.
            number = 0
            for letter in letters:
                number = number * 26 + letter - 64
            self.columns = max(self.columns, number)


def _measure(archive: zipfile.ZipFile, path: Path) -> _Extent:
    # The sizes that the archive states about itself may lie; only what really comes out is counted.
    extent = _Extent()
    for name in archive.namelist():
        with archive.open(name) as part:
            tail = b""
            while chunk := part.read(_CHUNK):
                extent.unpacked += len(chunk)
                if extent.unpacked > _MOST_UNPACKED:
                    raise _refused("file_swollen", path)
                if name.startswith("xl/worksheets/"):
                    # A tag may be cut in two at the border of two chunks.
                    extent.look(tail + chunk)
                    tail = chunk[-256:]
    return extent


def _inspect_zip(path: Path, content: bytes) -> None:
    """Unpack every part once, counting, before the real reader allocates anything."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if any(name.endswith("vbaProject.bin") for name in archive.namelist()):
                raise _refused("file_has_macros", path)
            if any(entry.flag_bits & 1 for entry in archive.infolist()):
                raise _refused("file_has_password", path)
            extent = _measure(archive, path)
    except _DAMAGED as error:
        raise _refused("file_not_a_list", path) from error
    # The reader keeps every cell between the first and the last: one stray cell far away would fill the memory.
    if extent.rows * extent.columns > _MOST_CELLS:
        raise _refused("file_swollen", path)


def _inspect_ole(path: Path, content: bytes) -> None:
    # An .xlsx with a password is wrapped in the old container, where the names of streams stand as UTF-16.
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise _refused("file_has_password", path)
    if "_VBA_PROJECT".encode("utf-16-le") in content:
        raise _refused("file_has_macros", path)


def _read_workbook(path: Path, content: bytes) -> list[Sheet]:
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(content)) as workbook:
            shown = [
                meta.name
                for meta in workbook.sheets_metadata
                if meta.visible == SheetVisibleEnum.Visible and meta.typ == SheetTypeEnum.WorkSheet
            ]
            # Empty rows stay, so that row numbers told to the officer are those of the sheet. Hidden sheets are last
            # year's.
            return [Sheet(name, workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)) for name in shown]
    except PasswordError as error:
        raise _refused("file_has_password", path) from error
    except CalamineError as error:
        raise _refused("file_not_a_list", path) from error


def _decode(path: Path, content: bytes) -> tuple[str, str]:
    """Return the text of a file and its old coding, "" when it is Unicode or was made so here."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    elif content.startswith(b"\xef\xbb\xbf"):
        encoding = "utf-8-sig"
    else:
        encoding = "utf-8"
    try:
        return content.decode(encoding), ""
    except UnicodeDecodeError as error:
        if b"\x00" in content[:4096]:
            raise _refused("file_not_a_list", path) from error
    return _decode_old(path, content)


def _decode_old(path: Path, content: bytes) -> tuple[str, str]:
    """Return the text in the one coding in which nearly all of its words are Vietnamese, and no other comes near."""
    raw, windows = content.decode("latin-1"), content.decode("cp1258", errors="replace")
    readings = ((raw, old_fonts.TCVN3), (raw, old_fonts.VNI), (unicodedata.normalize("NFC", windows), ""))
    tried = []
    for text, coding in readings:
        read, words = old_fonts.share_read(text, coding or old_fonts.UNICODE)
        tried.append((read, words, text, coding))
    (read, words, text, coding), (next_read, next_words, *_), *_ = sorted(
        tried, key=lambda one: one[0] * 1000 // max(one[1], 1), reverse=True
    )
    # Nine of ten words read, and the next best coding reads less than two of three: a wrong guess would misspell everybody.
    if words and 10 * read >= 9 * words and 3 * next_read < 2 * next_words:
        return text, coding
    raise _refused("file_encoding_unknown", path)


def _read_csv(path: Path, text: str) -> list[list[Cell]]:
    if "\x00" in text:
        raise _refused("file_not_a_list", path)
    # csv.Sniffer guesses by quotes and fails on short lists; the sign that stands most often is the delimiter.
    sample = text[:20_000]
    delimiter = max(";,\t|", key=sample.count)
    try:
        return [list(row) for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)]
    except csv.Error as error:
        raise _refused("file_not_a_list", path) from error
