"""Collecting accounts: the three shares are the funnel, on any day; a VietQR is read or refused; each commune its own people."""

import datetime
from typing import Any

import pytest
from django.db import transaction

from ansinh.base.refusals import Refused
from ansinh.office.security import everything, limited, put_on
from ansinh.people import campaigns, operations
from ansinh.people.models import FinancialAddress, Person
from ansinh.reports import account_form
from ansinh.standards import vietqr
from ansinh.web import assets
from tests.integration import makers
from tests.integration.visiting import page, working

pytestmark = pytest.mark.usefixtures("database")
AT = datetime.datetime(2026, 11, 22, 3, tzinfo=datetime.UTC)
TODAY = AT.date()


def _payee(state: str, reason: str = "", area: str = "19777") -> Person:
    made = makers.person(area=area)
    address = makers.address(made, state)
    FinancialAddress.objects.filter(pk=address.pk).update(valid_from=makers.LONG_AGO, reason=reason)
    return made


def _refused(work: Any, **named: Any) -> str:
    with pytest.raises(Refused) as refusal, transaction.atomic():
        work(**named)
    return refusal.value.reason


def test_the_three_shares_are_the_funnel_of_a_day() -> None:
    makers.staff()
    operations.load_banks()
    for state, reason, number in (
        ("PAYING", "", 5),
        ("COLLECTED", "", 3),
        ("NOT_OPENED", "", 1),
        ("CANNOT_OPEN", "refuses", 1),
    ):
        for _ in range(number):
            _payee(state, reason)
    commune = makers.commune()
    [row] = campaigns.progress([commune], TODAY)
    assert (row.payees, row.paying, row.collected, row.not_opened, row.cannot_open) == (10, 5, 3, 1, 1)
    assert (row.per_mille, row.reasons) == (800, {"refuses": 1})
    waiting = campaigns.payees([commune], "NOT_OPENED")[0]
    campaigns.collect(person_id=waiting.person_id, bank_bin="970405", number="1234 5678", qr="", by="can.bo", at=AT)
    assert campaigns.progress([commune], TODAY)[0].collected == 4
    assert campaigns.progress([commune], TODAY - datetime.timedelta(days=1)) == [row], "yesterday is what it was"


def test_a_vietqr_is_read_and_a_damaged_one_refused() -> None:
    makers.staff()
    operations.load_banks()
    person = _payee("NOT_OPENED")
    code = vietqr.write(vietqr.VietQr("970436", "0011001234567"))
    now: dict[str, Any] = {"person_id": person.id, "by": "can.bo", "at": AT}
    assert _refused(
        campaigns.collect, bank_bin="", number="", qr=code[:-1] + ("0" if code[-1] != "0" else "1"), **now
    ).startswith("qr_")
    assert (
        _refused(
            campaigns.collect,
            bank_bin="",
            number="",
            qr=vietqr.write(vietqr.VietQr("970436", "9704366812345678", is_card=True)),
            **now,
        )
        == "qr_of_a_card"
    )
    assert _refused(campaigns.collect, bank_bin="", number="", qr="", **now) == "account_missing"
    assert _refused(campaigns.collect, bank_bin="999999", number="12345678", qr="", **now) == "bank_unknown"
    campaigns.collect(bank_bin="", number="", qr=code, **now)
    row = FinancialAddress.objects.get(person=person, valid_to=None)
    assert (row.state, row.bank_bin, row.number) == ("COLLECTED", "970436", "0011001234567"), (
        "collected, not yet payable"
    )


def test_a_reason_is_kept_and_only_the_own_people_are_seen() -> None:
    makers.staff()
    here, there = _payee("NOT_OPENED"), _payee("NOT_OPENED", area="19753")
    campaigns.cannot(person_id=here.id, reason="bedridden", by="can.bo", at=AT)
    assert [row.reason for row in campaigns.payees([here.area_id], "CANNOT_OPEN")] == ["bedridden"]
    put_on(limited("xã", [here.area_id]))
    assert campaigns.payees([here.area_id, there.area_id], "NOT_OPENED") == []
    assert _refused(campaigns.cannot, person_id=there.id, reason="refuses", by="can.bo", at=AT) == "person_unknown"
    assert [row.area_code for row in campaigns.progress([here.area_id, there.area_id], TODAY)] == ["19777"]


def test_a_campaign_is_opened_once_by_its_own_department() -> None:
    makers.staff()
    named: dict[str, Any] = {
        "name": "Quý I",
        "province": "46",
        "due_on": datetime.date(2027, 3, 31),
        "target_per_mille": 850,
        "at": AT,
    }
    first = campaigns.open_campaign(**named, by="can.bo")
    assert campaigns.open_campaign(**named, by="can.bo") == first == campaigns.newest_campaign(first.province_id)
    assert _refused(campaigns.open_campaign, **named, by="soan.luat") == "role_not_allowed"
    assert _refused(campaigns.open_campaign, **{**named, "target_per_mille": 0}, by="can.bo") == "campaign_invalid"
    assert (
        _refused(campaigns.open_campaign, **{**named, "due_on": TODAY - datetime.timedelta(days=1)}, by="can.bo")
        == "campaign_invalid"
    )


def test_the_form_is_a_pdf_of_the_commune_alone() -> None:
    _payee("NOT_OPENED"), _payee("PAYING"), _payee("NOT_OPENED", area="19753")
    rows = account_form.rows_of(makers.commune())
    assert len(rows) == 1
    assert account_form.pdf("Phường Vỹ Dạ", "19777", TODAY, rows).startswith(b"%PDF")


def test_by_the_page() -> None:
    assets.build()
    operations.load_banks()
    person = _payee("NOT_OPENED")
    officer, here = working("commune_officer", "19777"), f"/nguoi/{person.id}/tai-khoan/"
    assert person.full_name in page(officer, "/tai-khoan/")
    assert "Hãy chọn ngân hàng" in officer.post(here, {"viec": "co"}).content.decode()
    assert officer.post(here, {"viec": "co", "ngan-hang": "970405", "so": "12345678"}).status_code == 302
    put_on(everything("tests", protected=True))
    assert FinancialAddress.objects.get(person=person, valid_to=None).state == "COLLECTED"
    assert person.full_name not in page(officer, "/tai-khoan/")
    assert working("commune_officer", "19753").post(here, {"viec": "khong", "ly-do": "refuses"}).status_code in {
        200,
        404,
    }
    put_on(everything("tests", protected=True))
    assert FinancialAddress.objects.get(person=person, valid_to=None).state == "COLLECTED"
    assert officer.get("/tai-khoan/phieu/").content.startswith(b"%PDF")
    put_on(everything("tests", protected=True))
