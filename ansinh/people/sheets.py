"""A commune's file as rows of cells: xlsx, xls or csv, whatever its encoding. Reads; decides nothing about people.

It refuses by name what cannot be a list: missing, empty, too large, locked by a password, with macros, swollen inside.
"""

import csv
import datetime
import io
import re
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from ansinh.base.refusals import Refused

Cell = str | float | int | bool | datetime.date | datetime.datetime | datetime.time | datetime.timedelta | None
MOST_BYTES = 50 * 1024 * 1024
_MOST_UNPACKED = 700 * 1024 * 1024
_MOST_CELLS = 60_000_000
_CHUNK = 1 << 20
_OLE, _ZIP = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PK\x03\x04"
_ROW_NUMBER = re.compile(rb'<(?:\w+:)?row\b[^>]{0,200}?\br="(\d{1,9})"')
_WIDE_CELL = re.compile(rb'\br="([A-Z]{2,3})\d')


@dataclass(frozen=True)
class Sheet:
    """One visible sheet; row 1 of the sheet is `rows[0]`, hidden rows included."""

    name: str
    rows: list[list[Cell]]


def _refused(reason: str, path: Path, vi: str, en: str) -> Refused:
    return Refused(reason, vi=vi, en=en, file=path.name)


def _not_a_list(path: Path) -> Refused:
    return _refused(
        "file_not_a_list",
        path,
        f"Tệp {path.name} không phải bảng tính đọc được. Hãy lưu lại dưới dạng .xlsx hoặc .csv rồi nhập.",
        f"{path.name} is not a spreadsheet that can be read. Save it as .xlsx or .csv and import that.",
    )


def read_bytes(path: Path) -> bytes:
    """Return the file's bytes.

    Raises:
        Refused: `file_missing`, `file_empty`, `file_too_large`.
    """
    if not path.is_file():
        raise _refused(
            "file_missing",
            path,
            f"Không có tệp {path}. Hãy kiểm tra đường dẫn.",
            f"There is no file {path}. Check the path.",
        )
    size = path.stat().st_size
    if size == 0:
        raise _refused(
            "file_empty",
            path,
            f"Tệp {path.name} rỗng. Hãy xuất lại danh sách.",
            f"{path.name} is empty. Export the list again.",
        )
    if size > MOST_BYTES:
        raise _refused(
            "file_too_large",
            path,
            f"Tệp {path.name} lớn hơn 50 MB. Hãy chia danh sách theo thôn, tổ rồi nhập từng phần.",
            f"{path.name} is larger than 50 MB. Split the list and import the parts.",
        )
    return path.read_bytes()


def read(path: Path, content: bytes) -> list[Sheet]:
    """Return the visible sheets of a list.

    Raises:
        Refused: `file_has_password`, `file_has_macros`, `file_swollen`, `file_not_a_list`, `file_encoding_unknown`.
    """
    if content.startswith(_ZIP):
        _inspect_zip(path, content)
        return _read_workbook(path, content)
    if content.startswith(_OLE):
        _inspect_ole(path, content)
        return _read_workbook(path, content)
    return [Sheet(path.stem, _read_csv(path, content))]


def _has_macros(path: Path) -> Refused:
    return _refused(
        "file_has_macros",
        path,
        f"Tệp {path.name} có macro nên không được mở. Hãy lưu lại dưới dạng .xlsx không macro.",
        f"{path.name} holds macros and is not opened. Save it as .xlsx without macros.",
    )


def _has_password(path: Path) -> Refused:
    return _refused(
        "file_has_password",
        path,
        f"Tệp {path.name} đang khoá bằng mật khẩu. Hãy bỏ mật khẩu rồi nhập lại.",
        f"{path.name} is locked by a password. Remove it and import again.",
    )


def _swollen(path: Path) -> Refused:
    return _refused(
        "file_swollen",
        path,
        f"Tệp {path.name} bung ra quá lớn nên không được mở. Hãy chép riêng bảng danh sách sang tệp mới.",
        f"{path.name} unpacks to far too much and is not opened. Copy the list alone into a new file.",
    )


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
            number = 0
            for letter in letters:
                number = number * 26 + letter - 64
            self.columns = max(self.columns, number)


def _measure(archive: zipfile.ZipFile, path: Path) -> _Extent:
    extent = _Extent()
    for name in archive.namelist():
        with archive.open(name) as part:
            tail = b""
            while chunk := part.read(_CHUNK):
                extent.unpacked += len(chunk)
                if extent.unpacked > _MOST_UNPACKED:
                    raise _swollen(path)
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
                raise _has_macros(path)
            if any(entry.flag_bits & 1 for entry in archive.infolist()):
                raise _has_password(path)
            extent = _measure(archive, path)
    except (zipfile.BadZipFile, EOFError, NotImplementedError, zlib.error) as error:
        raise _not_a_list(path) from error
    # The reader keeps every cell between the first and the last: one stray cell far away would fill the memory.
    if extent.rows * extent.columns > _MOST_CELLS:
        raise _swollen(path)


def _inspect_ole(path: Path, content: bytes) -> None:
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise _has_password(path)
    if "_VBA_PROJECT".encode("utf-16-le") in content:
        raise _has_macros(path)


def _read_workbook(path: Path, content: bytes) -> list[Sheet]:
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(content)) as workbook:
            shown = [
                meta.name
                for meta in workbook.sheets_metadata
                if meta.visible == SheetVisibleEnum.Visible and meta.typ == SheetTypeEnum.WorkSheet
            ]
            return [Sheet(name, workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)) for name in shown]
    except PasswordError as error:
        raise _has_password(path) from error
    except CalamineError as error:
        raise _not_a_list(path) from error


def _decode(path: Path, content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    elif content.startswith(b"\xef\xbb\xbf"):
        encoding = "utf-8-sig"
    else:
        encoding = "utf-8"
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        if b"\x00" in content[:4096]:
            raise _not_a_list(path) from error
        # Old Vietnamese fonts (TCVN3, VNI) cannot be told apart safely; a wrong guess would misspell everybody.
        raise _refused(
            "file_encoding_unknown",
            path,
            f"Tệp {path.name} không dùng Unicode (có thể là phông TCVN3 hoặc VNI). Hãy lưu lại dưới dạng CSV UTF-8 hoặc .xlsx.",
            f"{path.name} is not Unicode text (perhaps an old Vietnamese font). Save it as CSV UTF-8 or .xlsx.",
        ) from error


def _read_csv(path: Path, content: bytes) -> list[list[Cell]]:
    text = _decode(path, content)
    if "\x00" in text:
        raise _not_a_list(path)
    sample = text[:20_000]
    delimiter = max(";,\t|", key=sample.count)
    try:
        return [list(row) for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)]
    except csv.Error as error:
        raise _not_a_list(path) from error
