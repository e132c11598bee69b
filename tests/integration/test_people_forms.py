"""Forms that an officer has explained: found again, on the held sheet too, listed, forgotten, and refused in words."""

import datetime
import io
import unicodedata
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from ansinh.base import old_fonts
from ansinh.base.refusals import Refused
from ansinh.people import forms, headings, sheets
from ansinh.people.held_copy import held_workbook
from ansinh.people.lists import open_list
from ansinh.people.reading import GoodRow, HeldRow
from ansinh.people.sheets import Sheet
from tests.integration import makers

pytestmark = pytest.mark.usefixtures("database")
AT = datetime.datetime(2026, 11, 22, 3, tzinfo=datetime.UTC)
TITLES = ["Số", "Người được lĩnh", "Ngày sinh", "Giấy tờ", "CCCD cũ", "Ghi chú"]
SAID = {"Người được lĩnh": "họ và tên", "Giấy tờ": "national_id"}
GOOD = ["1", "Lê Thị Sen", "01/02/1950", "046150000001", "", ""]
BAD = ["2", "Lê Thị Hoa", "01/02/1950", "chưa có", "", ""]


def _csv(*rows: list[str]) -> bytes:
    return "\n".join(";".join(row) for row in rows).encode()


def _sheet(*rows: list[str]) -> list[Sheet]:
    return [Sheet("DS", [list(row) for row in rows])]


def _keep(area: int) -> int:
    mapping, _ = headings.map_columns(_sheet(["UBND"], TITLES, GOOD), SAID, "ds.csv")
    return forms.keep_mapping(mapping, area_id=area, by="t", at=AT)


def test_an_explained_form_is_known_again_and_so_is_its_held_sheet() -> None:
    area = makers.commune()
    form = _keep(area)
    assert _keep(area) == form, "the same form twice is one form"
    (row,) = forms.list_forms(area)
    assert row.columns["name"] == "nguoi duoc linh"
    kept = forms.kept_mappings(area)
    opened = open_list("ds.csv", _csv(["Danh sách"], TITLES, GOOD, BAD), kept=kept, on=AT.date())
    assert opened.heading.is_kept
    good, bad = opened.rows
    assert isinstance(good, GoodRow)
    assert isinstance(bad, HeldRow)
    assert (good.full_name, good.national_id) == ("Lê Thị Sen", "046150000001")
    held = held_workbook(opened.heading, [bad], "vi")
    again = open_list("giu.xlsx", held, kept=kept, on=AT.date())
    assert again.heading.is_kept
    assert again.rows == [HeldRow(2, "identifier")]
    rows = CalamineWorkbook.from_filelike(io.BytesIO(held)).get_sheet_by_index(0).to_python()
    assert rows[1][:3] == [4.0, "2", "Lê Thị Hoa"]


def test_a_form_is_forgotten_by_its_own_area_alone() -> None:
    area, other = makers.commune(), makers.commune("19789")
    form = _keep(area)
    assert forms.kept_mappings(other) == []
    with pytest.raises(Refused) as refusal:
        forms.forget_mapping(form, area_id=other, by="t", at=AT)
    assert refusal.value.reason == "list_form_unknown"
    forms.forget_mapping(form, area_id=area, by="t", at=AT)
    assert forms.list_forms(area) == []


@pytest.mark.parametrize(
    ("titles", "said", "reason"),
    [
        (TITLES, {"Người được lĩnh": "chức vụ"}, "mapping_field_unknown"),
        (TITLES, {"Người lĩnh": "name"}, "mapping_title_unknown"),
        (TITLES, {"Giấy tờ": "national_id"}, "mapping_incomplete"),
        ([*TITLES, "Sinh ngày"], SAID, "heading_ambiguous"),
    ],
)
def test_what_cannot_be_kept_is_refused_by_name(titles: list[str], said: dict[str, str], reason: str) -> None:
    with pytest.raises(Refused) as refusal:
        headings.map_columns(_sheet(titles, GOOD), said, "ds.csv")
    assert refusal.value.reason == reason


def test_a_column_may_be_left_unread_and_a_merged_heading_be_explained() -> None:
    two_birth_columns = [*TITLES, "Sinh ngày"]
    mapping, _ = headings.map_columns(_sheet(two_birth_columns, GOOD), SAID | {"Sinh ngày": "ignore"}, "ds.csv")
    assert mapping.columns["birth"] == 2
    upper, lower = ["Số", "Đối tượng", "", "", "", ""], ["", "Tên gọi", "Ngày sinh", "Giấy tờ", "", ""]
    said = {"Đối tượng Tên gọi": "name", "Đối tượng Giấy tờ": "national_id", "Đối tượng Ngày sinh": "birth"}
    mapping, heading = headings.map_columns(_sheet(upper, lower, GOOD), said, "ds.csv")
    assert (heading.first_row, mapping.columns["name"]) == (2, 1)


@pytest.mark.parametrize("coding", ["TCVN3", "VNI"])
def test_a_text_file_of_an_old_font_is_read_or_refused(coding: str) -> None:
    rows = [["STT", "Họ và tên", "Ngày sinh", "Số CCCD"]]
    rows += [
        [str(n), f"Nguyễn Thị {given}", "01/02/1950", f"0461500000{n:02}"] for n, given in enumerate(["Thắm", "Bích"])
    ]
    content = "\n".join(";".join(old_fonts.encode(cell, coding) for cell in row) for row in rows).encode("latin-1")
    opened = open_list("ds.csv", content, kept=(), on=AT.date())
    assert [row.full_name for row in opened.rows if isinstance(row, GoodRow)] == ["Nguyễn Thị Thắm", "Nguyễn Thị Bích"]
    with pytest.raises(Refused) as refusal:
        sheets.read(Path("tra-loi.csv"), content)
    assert refusal.value.reason == "file_encoding_unknown", "whoever does not make it Unicode must not get it"
    with pytest.raises(Refused) as refusal:
        open_list("ds.csv", content.replace(b";", b";\xd6\xfe\xb6 "), kept=(), on=AT.date())
    assert refusal.value.reason == "file_encoding_unknown"


def test_a_text_file_of_vietnamese_windows_is_read() -> None:
    # As Excel on a Vietnamese Windows saves it: letters with marks whole, tones after them.
    text = "STT;Họ và tên;Ngày sinh;Số CCCD\n1;Nguyễn Thị Thắm;01/02/1950;046150000001\n"
    tones = "\u0300\u0301\u0303\u0309\u0323"
    written = ""
    for letter in text:
        try:
            letter.encode("cp1258")
            written += letter
        except UnicodeEncodeError:
            parts = unicodedata.normalize("NFD", letter)
            tone = next(part for part in parts if part in tones)
            written += unicodedata.normalize("NFC", parts.replace(tone, "")) + tone
    opened = open_list("ds.csv", written.encode("cp1258"), kept=(), on=AT.date())
    assert [row.full_name for row in opened.rows if isinstance(row, GoodRow)] == ["Nguyễn Thị Thắm"]
