"""A commune's file as rows of cells: xlsx, xls or csv, whatever its encoding. Reads; decides nothing about people.

It refuses by name what cannot be a list: missing, empty, too large, locked by a password, with macros, swollen inside.
"""

import unicodedata
from dataclasses import dataclass
from pathlib import Path

from ansinh.base import old_fonts
from ansinh.base.refusals import Refused
from ansinh.standards.sheets import workbook
from ansinh.standards.sheets.workbook import Cell

MOST_BYTES = workbook.MOST_BYTES


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
# The same refusals under the names of this room, which have been part of the contract for longer.
_SAME = {
    "sheet_unreadable": "file_not_a_list",
    "sheet_has_macros": "file_has_macros",
    "sheet_has_password": "file_has_password",
    "sheet_swollen": "file_swollen",
}


# Why a file was not opened: each of these is worth a note, for the next one may come by another way.
UNOPENED = frozenset(_REFUSALS) - {"file_missing", "file_empty"}


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


def read(path: Path, content: bytes) -> list[Sheet]:
    """Return the visible sheets of a file that must be in Unicode: a bank's answers, a provider's results.

    Raises:
        Refused: `file_has_password`, `file_has_macros`, `file_swollen`, `file_not_a_list`, `file_encoding_unknown`.
    """
    found = read_list(path.name, content)
    # Its letters are still those of the old font, and only the reader of lists makes them Unicode.
    if any(sheet.coding for sheet in found):
        raise _refused("file_encoding_unknown", path)
    return found


def read_list(name: str, content: bytes) -> list[Sheet]:
    """Return the visible sheets of a commune's list; a text file may be of an old coding, which its sheet then names.

    Raises:
        Refused: as `read`.
    """
    path = Path(name)
    try:
        if workbook.is_packed(content):
            return [Sheet(sheet.name, sheet.rows) for sheet in workbook.read_packed(content)]
        text, coding = _decode(path, content)
        return [Sheet(path.stem, workbook.rows_of_text(text), coding)]
    except Refused as refusal:
        raise _refused(_SAME[refusal.reason], path) if refusal.reason in _SAME else refusal from refusal


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
