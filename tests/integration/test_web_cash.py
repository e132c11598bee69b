"""The cash desk and paying again, by their pages: who may, once however often it is clicked, and what a refusal keeps."""

import re
from pathlib import Path

import pytest
from django.test import Client

from ansinh.base.months import Month
from ansinh.entitlement.releases import law_in_force
from ansinh.ledger import operations as ledger
from ansinh.ledger import queries as books
from ansinh.office import queries as office
from ansinh.office.security import everything, put_on
from ansinh.payment import collecting, operations, queries
from ansinh.payment.archive import Archive
from ansinh.payment.models import CashReceipt, PaymentItem, Recall, Reopening
from ansinh.payroll import operations as payroll
from ansinh.payroll.selection import select
from ansinh.people.models import Person
from ansinh.standards.end_to_end import encode
from ansinh.web import assets
from tests.integration import makers
from tests.integration.fake_bank import FakeBank
from tests.integration.visiting import AT, page, working

NOVEMBER = Month(2026, 11)
VY_DA, PHU_XUAN = "19777", "19753"
pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture(scope="session", autouse=True)
def built_pages() -> None:
    """The pages need their style sheet and catalogue; a build that is current costs nothing."""
    assets.build()


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pages' clock says the day of these tests."""
    for module in ("cash", "paying_again"):
        monkeypatch.setattr(f"ansinh.web.{module}.timezone.now", lambda: AT)


def _in_cash(number: int, name: str) -> Person:
    made = makers.person(area=VY_DA, disability="severe")
    Person.objects.filter(pk=made.pk).update(full_name=name, national_id=f"04618600000{number}")
    makers.decision(made)
    makers.address(made, "CANNOT_OPEN")
    return made


@pytest.fixture
def run(tmp_path: Path) -> str:
    """A frozen run of the province, with two people in cash and one whose bank refused."""
    for number, name in enumerate(("Trần Thị Một", "Lê Văn Hai")):
        _in_cash(number, name)
    makers.severe(area=VY_DA)
    makers.staff()
    ledger.appropriate(amount_dong=10**12, document=1, month=NOVEMBER.first_day, at=AT)
    selection = select(month=NOVEMBER, province="46", area=None)
    code = payroll.calculate(package=law_in_force(), month=NOVEMBER, selection=selection, by="operator", at=AT).code
    payroll.check(run=code, by="operator", at=AT)
    payroll.approve(run=code, by="lanh.dao", at=AT)
    operations.freeze(run=code, by="can.bo", at=AT)
    provider, bank, archive = makers.provider(), FakeBank(), Archive(tmp_path)
    operations.submit(run=code, provider=provider, gateway=bank, archive=archive, by="operator", at=AT)
    item = PaymentItem.objects.get(channel="account")
    bank.says("s1.xml", (encode(office.instance_number(), item.id, item.attempt), "RJCT", "AC04"))
    collecting.collect(provider=provider, gateway=bank, archive=archive, at=AT)
    return code


def _post(client: Client, address: str, **form: str | list[str]) -> tuple[int, str]:
    answer = client.post(address, {name.replace("_", "-"): value for name, value in form.items()})
    put_on(everything("tests", protected=True))
    return answer.status_code, answer.headers.get("Location", "") or answer.content.decode()


def _sound() -> None:
    verified = {**books.verify().checks, **queries.invariants()}
    assert all(verified.values()), verified


def test_a_day_at_the_desk(run: str) -> None:
    desk, here = working("commune_officer", VY_DA), f"/tien-mat/2026-11/{run}/{VY_DA}/"
    answer = desk.get("/tien-mat/2026-11/")
    assert answer.headers["Location"] == here, "a commune goes straight to its own desk"
    assert "Lập danh sách chi" in page(desk, here)
    assert _post(desk, here, viec="lap") == (302, here)
    assert _post(desk, here, viec="lap") == (302, here), "a second click opens no second list"
    shown = page(desk, here)
    assert "Trần Thị Một" in shown
    codes = re.findall(r"chi/\?ma=([A-Z0-9]+)", shown)
    assert len(codes) == 2
    assert "810.000\u00a0đồng" in page(desk, f"{here}chi/?ma={codes[0]}")
    status, told = _post(desk, f"{here}chi/", ma=codes[0], so_dinh_danh="046000000000")
    assert status == 200
    assert "Hãy đối chiếu căn cước" in told
    assert 'value="046000000000"' in told, "what was typed is not lost"
    receiver = PaymentItem.objects.get(pk=_item(codes[0])).payee
    spaced = " ".join(re.findall(r"\d{3}", receiver.national_id))
    assert _post(desk, f"{here}chi/", ma=codes[0].lower(), so_dinh_danh=spaced) == (302, f"{here}?vua-chi={codes[0]}")
    assert receiver.full_name in page(desk, f"{here}?vua-chi={codes[0]}").split("<h1")[0]
    status, told = _post(desk, f"{here}chi/", ma=codes[0], so_dinh_danh=receiver.national_id)
    assert status == 200
    assert "Không chi lần thứ hai" in told
    sheet = desk.get(f"{here}bang-ky/")
    put_on(everything("tests", protected=True))
    assert sheet.content.startswith(b"%PDF")
    assert "Nộp lại:" in page(desk, f"{here}?hoi=ket-so")
    assert _post(desk, here, viec="ket-so") == (302, here)
    assert "Danh sách đã kết sổ" in page(desk, here)
    assert [(row.waiting, row.in_hand, row.paid) for row in queries.cash_points(_run_id(run), _areas())] == [(1, 0, 1)]
    _sound()


def _item(code: str) -> int:
    return next(
        item.id for item in PaymentItem.objects.all() if encode(office.instance_number(), item.id, item.attempt) == code
    )


def _run_id(code: str) -> int:
    return PaymentItem.objects.filter(run__code=code)[0].run_id


def _areas() -> list[int]:
    return [office.find_commune(VY_DA, NOVEMBER.last_day).id]


def test_a_signed_sheet_is_entered_later_and_a_second_report_is_shown(run: str) -> None:
    desk, here = working("commune_officer", VY_DA), f"/tien-mat/2026-11/{run}/{VY_DA}/"
    _post(desk, here, viec="lap")
    code = re.findall(r"chi/\?ma=([A-Z0-9]+)", page(desk, here))[0]
    number = PaymentItem.objects.get(pk=_item(code)).payee.national_id
    form = {"ma": code, "so_dinh_danh": number, "tren_giay": "1"}
    status, told = _post(desk, f"{here}chi/", **form, ngay_chi="")
    assert status == 200
    assert "Hãy chọn ngày đã chi" in told
    assert not CashReceipt.objects.exists()
    for _ in range(2):
        assert _post(desk, f"{here}chi/", **form, ngay_chi=f"{AT:%Y-%m-%d}")[0] == 302
    assert CashReceipt.objects.filter(is_conflict=True).count() == 1
    assert "Báo chi hai lần" in page(desk, here)
    _sound()


def test_nobody_else_touches_the_desk(run: str) -> None:
    here = f"/tien-mat/2026-11/{run}/{VY_DA}/"
    for role, area in (("commune_officer", PHU_XUAN), ("department_officer", "48")):
        # Another's desk is not forbidden but not there: a refusal would tell that it is.
        assert _post(working(role, area), here, viec="lap")[0] == 404, role
    for role in ("auditor", "department_approver"):
        assert "Lập danh sách chi" not in page(working(role), here)
        assert _post(working(role), here, viec="lap")[0] == 403
    assert working("leader").get(here).status_code == 403
    put_on(everything("tests", protected=True))
    assert not PaymentItem.objects.exclude(cash_list_id=None).exists()


def test_what_the_bank_refused_is_paid_in_cash_by_two_people_s_word(run: str) -> None:
    here = f"/ky-chi-tra/2026-11/{run}/chi-lai/"
    officer, approver = working("department_officer"), working("department_approver")
    assert here in page(officer, "/ky-chi-tra/2026-11/")
    assert "Tài khoản đã đóng" in page(officer, here)
    refused = str(PaymentItem.objects.get(status="REJECTED").beneficiary_id)
    status, told = _post(officer, here, viec="de-nghi", cach="cash", ly_do="Tài khoản đã đóng")
    assert status == 200
    assert "đánh dấu ít nhất một người" in told, "no box ticked is nobody, never everybody"
    status, told = _post(officer, here, viec="de-nghi", nguoi=[refused], cach="cash", ly_do=" ")
    assert "Hãy ghi lý do" in told
    assert not Reopening.objects.exists()
    item = PaymentItem.objects.get(status="REJECTED")
    Recall.objects.create(
        item=item, attempt=item.attempt, is_meant=True, reason="chi nhầm người", area_id=item.area_id, asked_by="lanh.dao",
        asked_at=AT, receipt="SENT",
    )  # fmt: skip
    assert _post(officer, here, viec="de-nghi", nguoi=[refused], cach="cash", ly_do="Tài khoản đã đóng")[0] == 302
    told = page(officer, here)
    assert "Đang chờ người khác duyệt" in told
    # Whoever approves reads that it was called back on purpose, by whom, and why; and what became of it.
    assert told.count("chi nhầm người") == 2 and "Lệnh không chi, tiền đã về" in told
    assert _post(working("commune_officer", VY_DA), here, viec="duyet")[0] == 403
    # Proposed the wrong way: taken back by the page, and then it can be ticked again.
    assert f'name="nguoi" type="checkbox" value="{refused}"' not in told and "Rút lại" in told
    assert _post(officer, here, viec="rut-lai", nguoi="x")[0] == 404
    assert _post(officer, here, viec="rut-lai", nguoi=refused)[0] == 302
    assert f'name="nguoi" type="checkbox" value="{refused}"' in page(officer, here)
    assert "Không có đề nghị nào" in _post(officer, here, viec="rut-lai", nguoi=refused)[1]
    assert _post(officer, here, viec="de-nghi", nguoi=[refused], cach="cash", ly_do="Tài khoản đã đóng")[0] == 302
    status, told = _post(approver, here, viec="duyet")
    assert status == 200
    assert "Chuyển sang tiền mặt: 1" in told
    assert PaymentItem.objects.get(beneficiary_id=int(refused)).channel == "cash"
    status, told = _post(approver, here, viec="duyet")
    assert "Không có đề nghị" in told
    _sound()
