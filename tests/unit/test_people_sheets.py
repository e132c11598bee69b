"""Files of every kind that communes send, and those that are refused before anything reads them."""

import io
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from ansinh.base.refusals import Refused
from ansinh.people import sheets
from ansinh.standards.sheets import workbook

ROWS = [["STT", "Họ và tên"], ["1", "Nguyễn Thị Đào"]]


def _read(path: Path) -> list[sheets.Sheet]:
    return sheets.read(path, sheets.read_bytes(path))


def _zip(path: Path, parts: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_in_every_usual_writing(tmp_path: Path, encoding: str, delimiter: str) -> None:
    path = tmp_path / "ds.csv"
    path.write_bytes("\r\n".join(delimiter.join(row) for row in ROWS).encode(encoding))
    assert _read(path)[0].rows == ROWS


def test_hidden_rows_are_read_and_hidden_sheets_are_not(tmp_path: Path) -> None:
    path = tmp_path / "ds.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        shown, hidden = book.add_worksheet("Hiện"), book.add_worksheet("Ẩn")
        shown.write_row(2, 1, ["Họ và tên"])
        shown.write_row(3, 1, ["Nguyễn Thị Đào"])
        shown.set_row(3, None, None, {"hidden": True})
        hidden.hide()
    (sheet,) = _read(path)
    assert sheet.rows[3][1] == "Nguyễn Thị Đào", "row 4 of the sheet is the fourth row"


def test_what_cannot_be_a_list_is_refused_by_name(tmp_path: Path) -> None:
    empty, words, old_font = tmp_path / "rong.csv", tmp_path / "anh.png", tmp_path / "tcvn.csv"
    empty.touch()
    words.write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR")
    old_font.write_bytes("Họ và tên".encode("cp1258", errors="replace") + b"\xd6\xfe")
    protected = tmp_path / "khoa.xlsx"
    protected.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512) + "EncryptedPackage".encode("utf-16-le"))
    old_macro = tmp_path / "macro.xls"
    old_macro.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512) + "_VBA_PROJECT".encode("utf-16-le"))
    broken = tmp_path / "hong.xlsx"
    broken.write_bytes(b"PK\x03\x04" + b"khong phai zip")
    cases = {
        tmp_path / "khong-co.xlsx": "file_missing",
        tmp_path: "file_missing",
        empty: "file_empty",
        words: "file_not_a_list",
        old_font: "file_encoding_unknown",
        protected: "file_has_password",
        old_macro: "file_has_macros",
        broken: "file_not_a_list",
        _zip(tmp_path / "macro.xlsm", {"xl/vbaProject.bin": b"x"}): "file_has_macros",
        _zip(tmp_path / "khac.xlsx", {"thu.txt": b"x"}): "file_not_a_list",
    }
    for path, reason in cases.items():
        with pytest.raises(Refused) as refusal:
            _read(path)
        assert refusal.value.reason == reason, path


def _broken_workbooks(folder: Path) -> dict[str, bytes]:
    """Return workbooks broken in each way that the unpacking library answers with an exception of another kind."""
    path = folder / "lanh.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        book.add_worksheet().write_row(0, 0, ROWS[0])
    whole = path.read_bytes()
    first, end = whole.index(b"PK\x01\x02"), whole.rindex(b"PK\x05\x06")

    def with_bytes(position: int, content: bytes) -> bytes:
        return whole[:position] + content + whole[position + len(content) :]

    return {
        "a directory that begins before the file does": with_bytes(end + 16, b"\xff\xff\xff\x7f"),
        "a name that is no text": with_bytes(first + 8, b"\x00\x08")[: first + 46] + b"\xff\xfe" + whole[first + 48 :],
        "a part said to be packed by bzip2": with_bytes(first + 10, b"\x0c\x00"),
        "a part said to be packed by lzma": with_bytes(first + 10, b"\x0e\x00"),
    }


def test_a_damaged_workbook_is_refused_however_it_is_damaged(tmp_path: Path) -> None:
    for how, content in _broken_workbooks(tmp_path).items():
        with pytest.raises(Refused) as refusal:
            sheets.read(tmp_path / "hong.xlsx", content)
        assert refusal.value.reason == "file_not_a_list", how


def test_a_file_that_swells_is_refused_before_it_fills_the_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bomb = _zip(tmp_path / "bom.xlsx", {"xl/worksheets/sheet1.xml": bytes(4 << 20)})
    assert bomb.stat().st_size < 10_000
    monkeypatch.setattr(workbook, "_MOST_UNPACKED", 3 << 20)
    with pytest.raises(Refused) as refusal:
        _read(bomb)
    assert refusal.value.reason == "file_swollen"


def test_one_stray_cell_far_away_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "xa.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        book.add_worksheet().write_string(1_048_575, 16_383, "x")
    with pytest.raises(Refused) as refusal:
        _read(path)
    assert refusal.value.reason == "file_swollen"


def test_a_file_over_the_limit_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "to.csv"
    path.write_bytes(io.BytesIO(b"a;b\n" * 10).getvalue())
    monkeypatch.setattr(sheets, "MOST_BYTES", 39)
    with pytest.raises(Refused) as refusal:
        _read(path)
    assert refusal.value.reason == "file_too_large"
