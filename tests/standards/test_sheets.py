"""Providers' spreadsheets: read by a declared template, or shown by common headings; nothing bent is guessed.

The files are written by other libraries; the traps are those that offices really send.
"""

import datetime
import io
from typing import Any

import pytest
import xlsxwriter

from ansinh.base.refusals import Refused
from ansinh.standards.end_to_end import encode
from ansinh.standards.files import FileReading
from ansinh.standards.iso20022.fields import Unreadable
from ansinh.standards.iso20022.results import Profile, ReadResult
from ansinh.standards.sheets import cells, template
from ansinh.standards.sheets.template import parse

A, B, C, D = (encode(46, item, 1) for item in (1, 2, 3, 4))
HEADINGS = ["STT", "Mã lệnh chi", "Họ và tên", "Số tài khoản", "Số tiền", "Kết quả", "Lý do", "Ngày chi"]
AGREED: dict[str, Any] = {"provider": "ket-qua-chi"}


def workbook(*rows: list[Any], sheets: dict[str, list[list[Any]]] | None = None, hidden: str = "") -> bytes:
    """Return an xlsx; rows go into one sheet unless sheets are named."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        for name, content in (sheets or {"Kết quả": list(rows)}).items():
            sheet = book.add_worksheet(name)
            if name == hidden:
                sheet.hide()
            for position, row in enumerate(content):
                for column, value in enumerate(row):
                    if isinstance(value, datetime.date):
                        sheet.write_datetime(position, column, datetime.datetime.combine(value, datetime.time()), day)
                    elif value is not None:
                        sheet.write(position, column, value)
    return file.getvalue()


def csv_file(*rows: list[Any], separator: str = ";", encoding: str = "utf-8-sig") -> bytes:
    """Return the rows as text."""
    return "\r\n".join(separator.join("" if cell is None else str(cell) for cell in row) for row in rows).encode(
        encoding
    )


def read(content: bytes, **agreed: Any) -> ReadResult:
    """Return everything that the file says; without a word about it, the provider is the agreed one."""
    return FileReading(content, name="ket qua thang 11", **(agreed or AGREED)).result()


ROWS = [
    ["NGÂN HÀNG ...", None, None, None, None, None, None, None],
    ["KẾT QUẢ CHI THÁNG 11/2026"],
    HEADINGS,
    ["(1)", "(2)", "(3)", "(4)", "(5)", "(6)", "(7)", "(8)"],
    [1, A, "Nguyễn Văn An", "0113000012345", 500_000, "Đã chi", "", datetime.date(2026, 11, 6)],
    [2, B, "Trần Thị Bảy", "0113000012346", "750.000", "Không chi được", "Sai số tài khoản", "06/11/2026"],
    [3, C, "Lê Hoa", "0113000012347", "500,000 đ", "Không chi được", "Trùng lệnh", "2026-11-06"],
    [4, D, "Hồ Văn Tư", "0113000012348", 500_000.0, "Đã hoàn trả", "Tài khoản đã đóng", None],
    ["Tổng cộng", None, None, None, 2_250_000],
    ["Người lập bảng", None, None, "Thủ trưởng đơn vị"],
]  # fmt: skip


def test_an_agreed_sheet_is_read_row_by_row() -> None:
    result = read(workbook(*[row for row in ROWS if row[0] != "Người lập bảng"]))
    assert (result.kind, result.messages, result.warnings, result.held) == ("sheet.ket-qua-chi", 1, [], [])
    assert [
        (e.line, e.end_to_end_id, e.amount_dong, e.status, e.reason_set, e.reason_code) for e in result.entries
    ] == [
        (1, A, 500_000, "PAID", "", ""),
        (2, B, 750_000, "REJECTED", "status", "AC01"),
        # Rejected as a duplicate says nothing of the first one.
        (3, C, 500_000, "UNKNOWN", "status", "AM05"),
        (4, D, 500_000, "RETURNED", "return", "AC04"),
    ]
    assert [e.booked_on for e in result.entries] == [datetime.date(2026, 11, 6)] * 3 + [None]
    assert (result.entries[0].party_name, result.entries[0].account_number) == ("Nguyễn Văn An", "0113000012345")
    assert (result.entries[1].code, result.entries[1].kind) == ("Không chi được", "row")


@pytest.mark.parametrize("separator", [";", ",", "\t"])
def test_the_same_as_text_reads_the_same(separator: str) -> None:
    rows = [[str(cell).replace(",", ".") if cell is not None else "" for cell in row] for row in ROWS]
    result = read(csv_file(*rows, separator=separator))
    assert [(e.end_to_end_id, e.amount_dong, e.status) for e in result.entries] == [
        (A, 500_000, "PAID"), (B, 750_000, "REJECTED"), (C, 500_000, "UNKNOWN"), (D, 500_000, "RETURNED"),
    ]  # fmt: skip


def test_without_an_agreement_a_sheet_is_shown_and_pays_nobody() -> None:
    rows = [
        ["STT", "Số tham chiếu", "Số TK", "Số tiền (VND)", "Trạng thái"],
        [1, A, "0113", 5, "Thành công"],
        [2, B, "0114", 6, "Thất bại"],
    ]
    result = read(workbook(*rows), is_shown_only=True)
    assert (result.kind, [n.reason for n in result.warnings]) == ("sheet", ["sheet_without_template"])
    assert [(e.end_to_end_id, e.status) for e in result.entries] == [(A, "ACCEPTED"), (B, "REJECTED")]


def test_a_sheet_without_known_headings_is_held_by_its_name() -> None:
    result = read(workbook(sheets={"Danh bạ": [["a", "b"], [1, 2]], "Trống": [], "Kết quả": ROWS}))
    assert [(h.line, h.reason, h.evidence) for h in result.held] == [(1, "sheet_unknown", "Danh bạ")]
    assert [e.line for e in result.entries] == [2, 3, 4, 5]
    nothing = read(csv_file(["a", "b"], ["1", "2"]))
    assert (nothing.kind, [h.reason for h in nothing.held]) == ("unknown", ["sheet_unknown"])


def test_a_hidden_sheet_is_not_read() -> None:
    assert len(read(workbook(sheets={"Kết quả": ROWS, "Cũ": ROWS}, hidden="Cũ")).entries) == 4


def test_two_columns_for_one_thing_are_not_guessed() -> None:
    rows = [[*HEADINGS, "Số tiền"], [1, A, "An", "0113", 5, "Đã chi", "", None, 6]]
    assert [h.reason for h in read(workbook(*rows)).held] == ["sheet_unknown"]


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        (4, "12.34.5", "amount_invalid"),
        (4, "500.5", "amount_invalid"),
        (4, 1000.5, "amount_not_whole_dong"),
        (4, -5, "amount_invalid"),
        (4, "(500)", "amount_invalid"),
        (4, None, "amount_missing"),
        (4, 0, "amount_invalid"),
        (3, 1.234567890123456e17, "account_number_damaged"),
        (3, "1,02E+11", "account_number_damaged"),
        (5, "Chưa rõ", "status_unknown"),
        (5, None, "status_missing"),
        (7, "31/02/2026", "date_invalid"),
        (1, f"{A} {B}", "reference_ambiguous"),
    ],
)
def test_a_bent_cell_holds_its_row_only(column: int, value: Any, reason: str) -> None:
    row = list(ROWS[4])
    row[column] = value
    result = read(workbook(HEADINGS, row, ROWS[5], ["Tổng cộng", None, None, None, 1]))
    assert [(h.line, h.reason) for h in result.held] == [(1, reason)]
    assert "Kết quả, 2" in result.held[0].evidence
    assert result.held[0].end_to_end_id == ("" if column == 1 else A)
    assert [e.end_to_end_id for e in result.entries] == [B]
    assert result.warnings == [], "a sum with a hole in it is not compared"


def test_a_total_that_is_not_the_sum_is_shown() -> None:
    result = read(workbook(HEADINGS, ROWS[4], ["", "", "Tổng cộng:", "", 1]))
    assert [(n.reason, n.evidence["stated"], n.evidence["found"]) for n in result.warnings] == [
        ("control_sum_differs", "1", "500000")
    ]


def test_an_account_that_became_a_number_is_said_once() -> None:
    rows = [[*row[:3], 113_000_012_345, *row[4:]] for row in (ROWS[4], ROWS[5])]
    result = read(workbook(HEADINGS, *rows))
    assert [n.reason for n in result.warnings] == ["account_number_is_number"]
    assert result.entries[0].account_number == "113000012345"


def test_a_statement_in_a_sheet_says_as_little_as_a_statement() -> None:
    rows = [
        ["Ngày giao dịch", "Ghi nợ", "Ghi có", "Nội dung"],
        ["06/11/2026", 500_000, None, f"TRO CAP {A}"],
        ["06/11/2026", None, "1.000.000", "NAP KINH PHI"],
        ["06/11/2026", 5, 6, "?"],
    ]
    result = read(workbook(*rows), profile=Profile(debit_is_paid=True), is_shown_only=True)
    assert [(e.end_to_end_id, e.amount_dong, e.status, e.credit_debit) for e in result.entries] == [
        (A, 500_000, "ACCEPTED", "DBIT"), ("", 1_000_000, "BOOKED", "CRDT"),
    ]  # fmt: skip
    assert [h.reason for h in result.held] == ["direction_unknown"]


OWN = """
name: buu-dien
providers: [VNPOST]
sheet: Kết quả
columns:
  end_to_end_id: [Mã phiếu]
  amount: [Tiền chi]
  status: [KQ]
  reason: [Ghi chú]
statuses: {PAID: [x], REJECTED: [vắng]}
reasons: {MD07: [đã mất]}
grouping: "."
"""


def test_a_provider_is_a_file_not_code() -> None:
    own = parse(OWN)
    rows = [
        ["Mã phiếu", "Tiền chi", "KQ", "Ghi chú"],
        [A, "1.500", "X", ""],
        [B, "1,500", "x", ""],
        [C, "900.000", "Vắng", "Đã mất"],
        [D, 5, "VẮNG", "đi xa"],
    ]
    result = read(workbook(*rows), template=own)
    assert result.kind == "sheet.buu-dien"
    assert [(e.end_to_end_id, e.amount_dong, e.status, e.reason_set, e.reason_code) for e in result.entries] == [
        (A, 1500, "PAID", "", ""),
        (C, 900_000, "REJECTED", "status", "MD07"),
        (D, 5, "REJECTED", "proprietary", "đi xa"),
    ]
    assert [(h.line, h.reason) for h in result.held] == [(2, "amount_invalid")]
    # The template names its sheet, so another one is not taken for it.
    assert [h.reason for h in read(workbook(sheets={"Khác": rows}), template=own).held] == ["sheet_unknown"]


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("name: buu-dien", "name: Bưu điện"),
        ("name: buu-dien", "name: [x"),
        ("providers:", "provider:"),
        ("amount: [Tiền chi]", "money: [Tiền chi]"),
        ("amount: [Tiền chi]", "booked_on: [Tiền chi]"),
        ("amount: [Tiền chi]", "amount: [Mã phiếu]"),
        ("amount: [Tiền chi]", "amount: Tiền chi"),
        ("PAID: [x]", "GIVEN: [x]"),
        ("PAID: [x]", "PAID: [vắng]"),
        ("MD07:", "ZZ99:"),
        ('grouping: "."', 'grouping: " "'),
        ("sheet: Kết quả", "currency: đồng"),
        ("status: [KQ]", "status: [KQ]\n  status: [TT]"),
    ],
)
def test_a_mistaken_template_is_refused(right: str, wrong: str) -> None:
    assert right in OWN
    with pytest.raises(Refused) as caught:
        parse(OWN.replace(right, wrong))
    assert caught.value.reason == "template_invalid" and caught.value.details["problem"]


@pytest.mark.parametrize("text", ["", "- a", "x" * 70_000, "columns: {}\nname: a"])
def test_what_is_no_template_is_refused(text: str) -> None:
    with pytest.raises(Refused):
        parse(text)


def test_every_bundled_template_is_right() -> None:
    assert {one.name for one in template.bundled()} == {"common", "ket-qua-chi"}
    assert "PAID" not in template.common().statuses.values()


@pytest.mark.parametrize(
    ("cell", "amount"),
    [("500000", 500_000), ("500.000", 500_000), ("500,000", 500_000), ("1 500 000", 1_500_000), ("1\u00a0500", 1500),
     ("1.500.000,00", 1_500_000), ("1,500,000.0", 1_500_000), ("500.00", 500), ("5 đồng", 5), ("5VNĐ", 5), (5.0, 5), ("", None), (None, None)],
)  # fmt: skip
def test_amounts_as_offices_write_them(cell: Any, amount: int | None) -> None:
    assert cells.dong(cell, "") == amount


@pytest.mark.parametrize("cell", ["1.50", "1,500.000", "1.500,5", "5e3", "٥٠٠", True, 1e16, "-1", "500.0000", "1.5000"])
def test_amounts_that_could_mean_two_things_are_not_guessed(cell: Any) -> None:
    with pytest.raises(Unreadable):
        cells.dong(cell, "")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("Mã;Tiền\n1;Nguyễn\n".encode("cp1258", "replace") + b"\xb5\xff;1\n", "sheet_encoding_unknown"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 2000, "sheet_unreadable"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "sheet_has_password"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "_VBA_PROJECT".encode("utf-16-le"), "sheet_has_macros"),
    ],
)
def test_what_cannot_be_a_table_is_refused_by_name(content: bytes, reason: str) -> None:
    with pytest.raises(Refused) as caught:
        read(content)
    assert caught.value.reason == reason and caught.value.vi and caught.value.en


def test_a_stray_cell_far_away_is_refused() -> None:
    rows: list[list[Any]] = [HEADINGS, ROWS[4]]
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for position, row in enumerate(rows):
            sheet.write_row(position, 0, [str(cell) for cell in row])
        sheet.write(1_048_575, 16_383, "x")
    with pytest.raises(Refused) as caught:
        read(file.getvalue())
    assert caught.value.reason == "sheet_swollen"


def test_a_sheet_that_nobody_agreed_on_is_never_applied() -> None:
    """What a gateway reads is applied: a refusal in words of nobody's would pay a person twice."""
    for content in (workbook(*ROWS), csv_file(*ROWS)):
        result = FileReading(content, Profile(debit_is_paid=True), name="ket qua").result()
        assert (result.kind, result.entries, [h.reason for h in result.held]) == ("unknown", [], ["sheet_unknown"])
