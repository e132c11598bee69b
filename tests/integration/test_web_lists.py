"""The commune's lists by the page: sent, looked through, taken, held rows back; fenced, and hostile files refused in words."""

import io
from collections.abc import Iterator
from typing import Any

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils.translation import override
from python_calamine import CalamineWorkbook

from ansinh.office.models import AuditEvent
from ansinh.office.security import acting, everything, limited, put_on
from ansinh.people.models import ColumnMapping, Person, ReceivedList
from ansinh.web import assets, uploads
from tests.integration import messy_lists
from tests.integration.visiting import area_id, page, working

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture(scope="session", autouse=True)
def built_pages() -> None:
    """The pages need their style sheet and catalogue; a build that is current costs nothing."""
    assets.build()


@pytest.fixture(autouse=True)
def vietnamese() -> Iterator[None]:
    with override("vi"):
        yield


def send(client: Client, content: bytes, name: str = "ds.xlsx") -> Any:
    """Send a file by the form, and give the test its own sight back."""
    answer = client.post("/danh-sach/", {"tep": SimpleUploadedFile(name, content)})
    put_on(everything("tests", protected=True))
    return answer


def post(client: Client, address: str, values: dict[str, str]) -> Any:
    """Post a form, and give the test its own sight back."""
    answer = client.post(address, values)
    put_on(everything("tests", protected=True))
    return answer


def officer() -> Client:
    return working("commune_officer", "19777")


def messy() -> bytes:
    draft = messy_lists.clean(4)
    for mess in ("letterhead", "wrong cards", "VNI"):
        messy_lists.MESSES[mess](draft)
    return messy_lists.workbook(draft)[0]


def counts_on(shown: str) -> str:
    return shown.split('name="counts" value="')[1].split('"')[0]


def test_a_list_is_shown_row_by_row_then_taken_and_its_held_rows_come_back() -> None:
    client = officer()
    answer = send(client, messy())
    address = answer["Location"]
    shown = page(client, address)
    assert counts_on(shown) == "20-0-0-4"
    assert "bảng mã VNI" in shown
    assert "Số định danh phải đủ 12 chữ số" in shown
    assert Person.objects.count() == 0
    assert post(client, address, {"counts": counts_on(shown)}).status_code == 302
    assert Person.objects.count() == 20
    assert AuditEvent.objects.filter(action="list_imported").get().by == "commune_officer.19777"
    taken = page(client, address)
    assert "Đã nhập danh sách" in taken
    assert 'name="counts"' not in taken
    held = client.get(address + "giu-lai/")
    put_on(everything("tests", protected=True))
    rows = CalamineWorkbook.from_filelike(io.BytesIO(held.content)).get_sheet_by_index(0).to_python()
    assert (len(rows), rows[0][-1]) == (5, "Lý do tạm giữ")
    # A second yes, as by a double click, changes nothing.
    assert post(client, address, {"counts": counts_on(shown)}).status_code == 302
    assert Person.objects.count() == 20
    assert AuditEvent.objects.filter(action="list_imported").count() == 1


def test_what_changed_since_the_preview_is_not_taken() -> None:
    client = officer()
    address = send(client, messy())["Location"]
    assert post(client, address, {"counts": "19-1-0-4"}).status_code == 409
    assert Person.objects.count() == 0
    assert ReceivedList.objects.get().taken_at is None


def test_another_communes_officer_sees_no_list_and_no_form() -> None:
    client = officer()
    address = send(client, messy())["Location"]
    ColumnMapping.objects.create(
        area_id=area_id("19777"),
        fingerprint="0",
        titles=[],
        columns={},
        recorded_by="t",
        recorded_at="2026-11-01T00:00Z",
    )
    other = working("commune_officer", "19789")
    for part in ("", "cot/", "giu-lai/", "xem-truoc/"):
        assert other.get(address + part).status_code == 404, part
    assert post(other, address, {"counts": "20-0-0-4"}).status_code == 404
    with acting(limited("t", [area_id("19789")])):
        assert ReceivedList.objects.count() == ColumnMapping.objects.count() == 0
    put_on(everything("tests", protected=True))
    assert "ds.xlsx" not in page(other, "/danh-sach/")
    assert Person.objects.count() == 0


@pytest.mark.parametrize("role", ["department_officer", "leader", "auditor", "administrator"])
def test_others_are_shown_the_door(role: str) -> None:
    assert working(role).get("/danh-sach/").status_code == 403


def test_a_form_without_its_token_is_refused() -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.cookies = officer().cookies
    assert browser.post("/danh-sach/", {"tep": SimpleUploadedFile("ds.csv", b"a;b\n")}).status_code == 403


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("ds.xlsx", b"", "rỗng"),
        ("ds.xlsx", b"PK\x03\x04 hong", "không phải bảng tính"),
        ("anh.png", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "không phải bảng tính"),
        ("ds.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(64) + "_VBA_PROJECT".encode("utf-16-le"), "macro"),
    ],
)
def test_a_hostile_file_is_refused_in_one_sentence_and_not_kept(name: str, content: bytes, words: str) -> None:
    answer = send(officer(), content, name)
    assert answer.status_code == 200
    assert words in answer.content.decode()
    assert ReceivedList.objects.count() == 0


def test_a_file_that_is_too_large_is_dropped_while_it_comes_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "MOST_BYTES", 100_000)
    answer = send(officer(), bytes(300_000))
    assert "lớn hơn 10 MB" in answer.content.decode()
    assert ReceivedList.objects.count() == 0


def test_words_of_a_file_stay_words() -> None:
    rows = [["Họ và tên", "Ngày sinh", "Số CCCD", "<b>x</b>"], ["<script>alert(1)</script>", "01/02/1950", "1", ""]]
    packed = io.BytesIO()
    with xlsxwriter.Workbook(packed) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    client = officer()
    address = send(client, packed.getvalue(), '"><script>.xlsx')["Location"]
    for part in ("", "cot/"):
        assert "<script>alert" not in page(client, address + part)
    assert "<b>x</b>" not in page(client, address + "cot/")
    assert "\r" not in client.get(address + "xem-truoc/")["Content-Disposition"]


def test_a_form_that_nobody_knows_is_explained_once_and_known_the_next_time() -> None:
    draft = messy_lists.clean(6)
    draft.titles = [["Số", "Người được lĩnh", "Sinh", "Nam hay nữ", "Giấy tờ", "Chỗ ở", "Số sổ", "Nơi mở", "Tiền"]]
    content = messy_lists.workbook(draft)[0]
    client = officer()
    address = send(client, content)["Location"]
    shown = page(client, address)
    assert "Không tìm thấy dòng tiêu đề" in shown
    assert "Người được lĩnh" in shown
    said = {"dong": "1", "cot-1": "name", "cot-2": "birth", "cot-4": "national_id", "cot-6": "account", "cot-7": "bank"}
    assert (
        "chưa có cột họ tên" in post(client, address + "cot/", {"dong": "1", "cot-2": "birth"}).content.decode().lower()
    )
    assert post(client, address + "cot/", said).status_code == 302
    assert counts_on(page(client, address)) == "24-0-0-0"
    # The next list of the same form needs nobody; the neighbour's officers have said nothing about it.
    again = page(client, send(client, content)["Location"])
    assert "đã chỉ rõ cho mẫu này" in again
    other = working("commune_officer", "19789")
    assert "Không tìm thấy dòng tiêu đề" in page(other, send(other, content)["Location"])
