"""One cell, one row, one heading of a commune's list: what is taken, what is held, under which name."""

import datetime
import math

import pytest

from ansinh.base.refusals import Refused
from ansinh.people import banks, headings, identifier, reading
from ansinh.people.reading import GoodRow, HeldRow
from ansinh.people.sheets import Cell, Sheet

TODAY = datetime.date(2026, 11, 22)
TITLES = ["STT", "Họ và tên", "Ngày sinh", "Giới tính", "Số CCCD", "Số tài khoản", "Ngân hàng", "Mức trợ cấp"]


def _read(*rows: list[Cell], titles: list[str] | None = None) -> list[GoodRow | HeldRow]:
    sheet = Sheet("Danh sách", [list(titles or TITLES), *rows])
    return list(reading.read_rows(headings.find([sheet], "ds.xlsx"), TODAY))


def _row(**changes: Cell) -> list[Cell]:
    cells: dict[str, Cell] = {
        "stt": 1.0,
        "name": "Nguyễn Thị Lan",
        "birth": "05/03/1986",
        "sex": "Nữ",
        "id": "046186000017",
        "account": "",
        "bank": "",
        "amount": "",
    }
    return list((cells | changes).values())


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"name": ""}, "name"),
        ({"name": "Lan 2"}, "name"),
        ({"id": "04618600001"}, "identifier"),
        ({"id": "046986000017"}, "identifier"),
        ({"id": ""}, "identifier"),
        ({"id": 1.5}, "identifier"),
        ({"id": math.nan}, "identifier"),
        ({"birth": math.inf}, "birth_date"),
        ({"birth": "31/02/1986"}, "birth_date"),
        ({"birth": "05/03/2027"}, "birth_date"),
        ({"birth": "tháng ba"}, "birth_date"),
        ({"birth": ""}, "birth_date"),
        ({"birth": "13/1986"}, "birth_date"),
        ({"sex": "Nam"}, "sex_contradicts_identifier"),
        ({"sex": "?"}, "sex"),
        ({"birth": "05/03/1987"}, "birth_contradicts_identifier"),
        ({"account": "1.02E+11", "bank": "Agribank"}, "account"),
        ({"account": "1.02E11", "bank": "Agribank"}, "account"),
        ({"account": "1,02e11", "bank": "Agribank"}, "account"),
        ({"account": math.inf, "bank": "Agribank"}, "account"),
        ({"account": math.nan, "bank": "Agribank"}, "account"),
        ({"account": 1e16, "bank": "Agribank"}, "account"),
        ({"account": "123", "bank": "Agribank"}, "account"),
        ({"account": "0123456789", "bank": "Ngân hàng Mặt Trăng"}, "bank"),
        ({"account": "0123456789", "bank": ""}, "bank"),
        ({"amount": "tám trăm nghìn"}, "amount"),
        ({"amount": math.nan}, "amount"),
    ],
)
def test_a_doubtful_row_is_held_by_name(changes: dict[str, Cell], reason: str) -> None:
    assert _read(_row(**changes)) == [HeldRow(2, reason)]


@pytest.mark.parametrize(
    "changes",
    [
        {"id": 46186000017.0},
        {"id": "'046186000017"},
        {"id": "‘046186000017’"},
        {"id": "046186000017'"},
        {"id": "046 186 000 017"},
        {"birth": datetime.date(1986, 3, 5)},
        {"birth": "5-3-1986"},
        {"birth": "1986-03-05"},
        {"name": "NGUYỄN\u00a0 THỊ LAN"},
        {"name": "Nguye\u0302\u0303n Thi\u0323 Lan"},
        {"sex": ""},
        {"sex": "NỮ"},
        {"amount": "810.000"},
        {"amount": 810000.0},
        {"amount": "810,000 đồng"},
    ],
)
def test_one_person_however_the_cells_are_written(changes: dict[str, Cell]) -> None:
    (row,) = _read(_row(**changes))
    assert isinstance(row, GoodRow)
    assert (row.full_name, row.birth_date, row.national_id, row.sex) == (
        "Nguyễn Thị Lan",
        datetime.date(1986, 3, 5),
        "046186000017",
        "female",
    )


@pytest.mark.parametrize(
    ("written", "date", "precision"),
    [
        ("1986", datetime.date(1986, 1, 1), "year"),
        (1986.0, datetime.date(1986, 1, 1), "year"),
        ("00/00/1986", datetime.date(1986, 1, 1), "year"),
        ("03/1986", datetime.date(1986, 3, 1), "month"),
        ("00/03/1986", datetime.date(1986, 3, 1), "month"),
    ],
)
def test_an_incomplete_birth_date_says_how_far_it_is_known(written: Cell, date: datetime.date, precision: str) -> None:
    (row,) = _read(_row(birth=written))
    assert isinstance(row, GoodRow)
    assert (row.birth_date, row.birth_precision) == (date, precision)


def test_the_second_of_two_equal_identifiers_is_held() -> None:
    first, second = _read(_row(), _row(name="Trần Thị Mai"))
    assert isinstance(first, GoodRow)
    assert second == HeldRow(3, "duplicate")


def test_the_second_of_two_equal_accounts_is_held() -> None:
    account: dict[str, Cell] = {"account": 123456789012.0, "bank": "NH Agribank"}
    first, second = _read(_row(**account), _row(name="Trần Thị Mai", id="046186000018", **account))
    assert isinstance(first, GoodRow)
    assert (first.bank_bin, first.number, first.holder_name) == ("970405", "123456789012", "NGUYEN THI LAN")
    assert second == HeldRow(3, "account_duplicate")


def test_totals_signatures_numbers_and_empty_rows_are_no_people() -> None:
    empty: list[Cell] = [""] * 8
    assert (
        _read(
            ["(1)", "(2)", "(3)", "", "", "", "", ""],
            empty,
            ["", "Tổng cộng", "", "", "", "", "", 810000.0],
            ["", "NGƯỜI LẬP BIỂU", *[""] * 6],
        )
        == []
    )


def test_a_family_name_that_begins_like_a_total_is_a_person() -> None:
    # An old family of Huế; a row that is neither taken nor held is a person whom nobody misses.
    (row,) = _read(_row(name="CÔNG TẰNG TÔN NỮ THỊ LAN"))
    assert isinstance(row, GoodRow)
    assert row.full_name == "Công Tằng Tôn Nữ Thị Lan"
    assert _read(_row(name="Công Tằng Tôn Nữ Thị Lan", id="")) == [HeldRow(2, "identifier")]
    assert _read(["", "Cộng trang 1", *[""] * 5, 810000.0]) == []


def test_a_heading_of_two_merged_rows_with_the_sexes_as_columns() -> None:
    sheet = Sheet(
        "DS",
        [
            ["UBND xã"],
            ["TT", "Họ và tên", "Năm sinh", "", "Số định danh cá nhân"],
            ["", "", "Nam", "Nữ", ""],
            [1.0, "Lê Văn Tý", "01/02/1950", "", "046050000011"],
            [2.0, "Lê Thị Sen", "", "01/02/1950", "046150000011"],
        ],
    )
    rows = list(reading.read_rows(headings.find([sheet], "ds.xlsx"), TODAY))
    assert [row.sex for row in rows if isinstance(row, GoodRow)] == ["male", "female"]


@pytest.mark.parametrize(
    ("sheets", "reason"),
    [
        ([Sheet("A", [["xin chào"], ["một", "hai", "ba"]])], "heading_not_found"),
        ([], "heading_not_found"),
        ([Sheet("A", [TITLES]), Sheet("B", [TITLES])], "several_lists"),
        ([Sheet("A", [[*TITLES, "CCCD"]])], "heading_ambiguous"),
    ],
)
def test_a_file_without_one_clear_heading_is_refused(sheets: list[Sheet], reason: str) -> None:
    with pytest.raises(Refused) as refusal:
        headings.find(sheets, "ds.xlsx")
    assert refusal.value.reason == reason


@pytest.mark.parametrize(
    ("number", "sex", "year"),
    [
        ("046186000017", "female", 1986),
        ("046086000017", "male", 1986),
        ("001305123456", "female", 2005),
        ("001205123456", "male", 2005),
    ],
)
def test_the_national_id_tells_sex_and_year(number: str, sex: str, year: int) -> None:
    said = identifier.read(number)
    assert said is not None
    assert (said.sex, said.birth_year) == (sex, year)


@pytest.mark.parametrize(
    "number", ["", "04618600001", "0461860000177", "046486000017", "000186000017", "04618600001x", "٠٤٦١٨٦٠٠٠٠١٧"]
)
def test_other_digits_are_no_national_id(number: str) -> None:
    assert identifier.read(number) is None


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Agribank", "970405"),
        ("NH Bưu điện Liên Việt", "970449"),
        ("lpbank", "970449"),
        ("Ngân hàng TMCP Ngoại thương Việt Nam", "970436"),
        ("VIETINBANK", "970415"),
        ("970418", "970418"),
        ("Viettel Money", "971005"),
        ("Bank", None),
        ("", None),
    ],
)
def test_the_names_that_communes_give_to_banks(name: str, expected: str | None) -> None:
    assert banks.bin_of(name) == expected


def test_names_in_capitals_become_usual_letters() -> None:
    assert reading.proper_name("  KIM  THỊ BÍCH HÒA ") == "Kim Thị Bích Hòa"
    assert reading.proper_name("H'NHI NIÊ") == "H'Nhi Niê"
    assert reading.proper_name("Y Blơ Ê Ban") == "Y Blơ Ê Ban"


def test_every_reason_speaks_both_languages() -> None:
    for vi, en in reading.REASONS.values():
        assert vi.endswith(".")
        assert en.endswith(".")
        assert vi != en
