"""Collecting accounts: the three shares are the funnel, on any day; a VietQR is read or refused; each commune its own people."""

import argparse
import datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction

from ansinh.base.refusals import Refused
from ansinh.entitlement import events
from ansinh.entitlement.releases import law_in_force
from ansinh.office.models import AuditEvent
from ansinh.office.security import everything, limited, put_on
from ansinh.people import campaigns, operations
from ansinh.people.models import FinancialAddress, Mandate, Person
from ansinh.project.work import account
from ansinh.reports import account_form, account_groups
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
    waiting = campaigns.payees([commune], "NOT_OPENED", on=TODAY)[0]
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
    assert [row.reason for row in campaigns.payees([here.area_id], "CANNOT_OPEN", on=TODAY)] == ["bedridden"]
    put_on(limited("xã", [here.area_id]))
    assert campaigns.payees([here.area_id, there.area_id], "NOT_OPENED", on=TODAY) == []
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
    rows = account_form.rows_of(makers.commune(), TODAY)
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


def test_the_funnel_over_time_is_what_each_month_ended_with() -> None:
    makers.staff()
    operations.load_banks()
    first, other = _payee("NOT_OPENED"), _payee("PAYING", area="19753")
    FinancialAddress.objects.filter(person=other).update(valid_from=datetime.date(2026, 10, 5))
    day = datetime.datetime(2026, 10, 20, 3, tzinfo=datetime.UTC)
    campaigns.collect(person_id=first.id, bank_bin="970405", number="12345678", qr="", by="can.bo", at=day)
    rows = campaigns.over_time([first.area_id, other.area_id], TODAY, months=3)
    assert [(row.day, row.payees, row.paying, row.collected, row.not_opened) for row in rows] == [
        (datetime.date(2026, 9, 30), 1, 0, 0, 1), (datetime.date(2026, 10, 31), 2, 1, 1, 0), (TODAY, 2, 1, 1, 0),
    ]  # fmt: skip
    put_on(limited("xã", [first.area_id]))
    assert [row.payees for row in campaigns.over_time([first.area_id, other.area_id], TODAY, months=2)] == [1, 1]


def _delegate(person: Person, number: str, by: str = "can.bo", **details: str) -> events.EventRow:
    told = events.record(
        person_id=person.id, kind="delegate", value=number, happened_on=datetime.date(2026, 11, 1), source="commune",
        document="GUQ 12", by=by, at=AT, details=details,
    )  # fmt: skip
    put_on(everything("tests", protected=True))
    return told


def test_a_delegate_instead_takes_somebody_out_of_those_who_cannot() -> None:
    makers.staff()
    bedridden = _payee("CANNOT_OPEN", "bedridden")
    said = {"name": "Hoàng Thị Nhận", "sex": "female", "birth_date": "1980-02-03", "certifier": "UBND xã"}
    told = _delegate(bedridden, "046180000012", **said)
    assert not Mandate.objects.exists() and Person.objects.count() == 1, "looked at, not done"
    with pytest.raises(Refused) as refusal, transaction.atomic():
        events.decide(event_id=told.id, is_accepted=True, note="x", by="can.bo", at=AT)
    assert refusal.value.reason == "second_person_needed", "who receives somebody's money is for two people to say"
    put_on(everything("tests", protected=True))
    events.decide(event_id=told.id, is_accepted=True, note="đã xem giấy", by="lanh.dao", at=AT)
    put_on(everything("tests", protected=True))
    mandate = Mandate.objects.get()
    assert (mandate.beneficiary_id, mandate.payee.full_name, mandate.certifier) == (
        bedridden.id,
        "Hoàng Thị Nhận",
        "UBND xã",
    )
    [row] = campaigns.progress([bedridden.area_id], TODAY)
    assert (row.payees, row.delegated, row.cannot_open, row.not_opened, row.reasons) == (1, 1, 0, 1, {})
    assert campaigns.payees([bedridden.area_id], "CANNOT_OPEN", on=TODAY) == []
    assert [one.person_id for one in campaigns.payees([bedridden.area_id], "NOT_OPENED", on=TODAY)] == [
        mandate.payee_id
    ]
    [before] = campaigns.progress([bedridden.area_id], datetime.date(2026, 10, 31))
    assert (before.cannot_open, before.delegated) == (1, 0), "the month before is what it was"
    # A second ward of the same delegate: the person is known now, and a wrong name is noticed.
    second = _payee("CANNOT_OPEN", "refuses")
    assert _refused(_delegate, person=second, number="046180000012", name="Trần Thị Khác") == "payee_name_differs"
    _delegate(second, "046180000012", name="Hoàng Thị Nhận")
    ended = events.record(
        person_id=bedridden.id, kind="delegate_ends", value="", happened_on=datetime.date(2026, 11, 20), source="commune",
        document="Đơn 3", by="can.bo", at=AT,
    )  # fmt: skip
    put_on(everything("tests", protected=True))
    events.decide(event_id=ended.id, is_accepted=True, note="x", by="lanh.dao", at=AT)
    put_on(everything("tests", protected=True))
    assert campaigns.progress([bedridden.area_id], TODAY)[0].delegated == 0


@pytest.mark.parametrize(
    ("number", "details", "reason"),
    [
        ("046180000012", {"name": "Lê Na"}, "payee_incomplete"), ("", {"name": "Lê Na"}, "event_impossible"),
        ("046180000012", {"name": "Lê Na", "sex": "female", "birth_date": "2012-02-03"}, "national_id_contradicts"),
        ("046318000012", {"name": "Lê Na", "sex": "female", "birth_date": "2018-02-03"}, "payee_is_minor"),
        ("04618000001", {"name": "Lê Na", "sex": "female", "birth_date": "1980-02-03"}, "national_id_invalid"),
        ("046180000012", {"name": "Lê Na", "sex": "female", "birth_date": "hôm qua"}, "date_invalid"),
        ("046180000012", {"name": "Lê Na", "sex": "female", "birth_date": "1980-02-03", "mandate": "friend"}, "mandate_kind_unknown"),
        ("046180000012", {"name": "Lê Na", "sex": "female", "birth_date": "1980-02-03", "until": "2026-10-01"}, "period_impossible"),
    ],
)  # fmt: skip
def test_a_delegate_who_cannot_be_is_refused_when_told(number: str, details: dict[str, str], reason: str) -> None:
    makers.staff()
    assert _refused(_delegate, person=_payee("CANNOT_OPEN", "refuses"), number=number, **details) == reason
    put_on(everything("tests", protected=True))
    assert Person.objects.count() == 1


def test_by_the_page_from_who_cannot_to_the_delegate() -> None:
    assets.build()
    person = _payee("CANNOT_OPEN", "bedridden")
    officer, approver = working("commune_officer", "19777"), working("department_approver", "46")
    listed = page(officer, "/tai-khoan/?trang-thai=CANNOT_OPEN")
    address = f"/nguoi/{person.id}/bien-dong/"
    assert f"{address}?viec=delegate" in listed and "Qua các tháng" in listed
    assert '<option value="delegate:" selected>' in page(officer, f"{address}?viec=delegate")
    form = {
        "viec": "delegate:", "ngay": "2026-11-01", "giay-to": "GUQ 12", "so-nhan": "046180000012", "ten-nhan": "Hoàng Thị Nhận",
        "gioi-tinh-nhan": "female", "ngay-sinh-nhan": "1980-02-03", "loai-nhan": "delegate", "noi-xac-nhan": "UBND xã", "den-ngay": "2027-11-01",
    }  # fmt: skip
    assert "chưa có trong sổ" in officer.post(address, form | {"ngay-sinh-nhan": ""}).content.decode()
    where = officer.post(address, form).headers["Location"]
    shown = page(approver, where)
    assert "Hoàng Thị Nhận, 046180000012" in shown and "01/11/2027" in shown
    assert approver.post(where, {"viec": "chap-nhan", "can-cu": "đã xem giấy"}).status_code == 302
    put_on(everything("tests", protected=True))
    assert Mandate.objects.get().valid_to == datetime.date(2027, 11, 1)
    listed = page(approver, "/tai-khoan/?xa=19777")
    assert "Có người nhận thay" in listed


def test_the_list_for_the_bank_holds_what_its_writer_may_see(tmp_path: Path) -> None:
    """By the command, for another commune: nothing to ask, and no file."""
    makers.staff()
    working("commune_officer", "19753")
    put_on(everything("tests", protected=True))
    _payee("COLLECTED")
    asked: dict[str, Any] = {"file": str(tmp_path / "hoi.xlsx"), "area": "19777", "province": None}
    with pytest.raises(Refused) as refusal:
        account.ask(argparse.Namespace(**asked, user="commune_officer.19753"))
    assert refusal.value.reason == "nothing_to_ask" and not (tmp_path / "hoi.xlsx").exists()
    assert account.ask(argparse.Namespace(**asked, user="can.bo"))["accounts"] == 1
    put_on(everything("tests", protected=True))
    assert AuditEvent.objects.get(action="account.ask").detail == {"accounts": 1}


def test_the_funnel_by_group_counts_beneficiaries_by_whoever_receives_for_them() -> None:
    makers.staff()
    grandmother, ward, child = _payee("PAYING"), makers.person(), _payee("CANNOT_OPEN", "minor")
    makers.decision(grandmother, "HT", start="2026-07")
    makers.decision(ward, "K6")
    makers.decision(child, "K6")
    makers.decision(_payee("PAYING", area="19753"), "K6")
    makers.mandate(ward, grandmother)
    plans: list[str] = []

    def explained(execute: Any, sql: str, words: Any, many: bool, context: Any) -> Any:
        if "entitlement_decision" in sql:
            plans.extend(line for (line,) in connection.connection.execute(f"EXPLAIN {sql}", words))
        return execute(sql, words, many, context)

    law = law_in_force()
    with connection.execute_wrapper(explained):
        rows = account_groups.by_group(law, [grandmother.area_id], [datetime.date(2026, 6, 30), TODAY])
    # Accounts are looked up, not read through once for each beneficiary and day.
    assert plans and not [line for line in plans if "Nested Loop Left Join" in line], plans
    found = [(row.day, row.group, row.payees, row.paying, row.cannot_open, row.reasons) for row in rows]
    assert found == [
        (datetime.date(2026, 6, 30), "assistance", 2, 1, 1, {"minor": 1}), (TODAY, "assistance", 2, 1, 1, {"minor": 1}),
        (TODAY, "pension", 1, 1, 0, {}),
    ]  # fmt: skip
    assert {account_groups.group_of(benefit.group) for benefit in law_in_force().benefits} == set(account_groups.GROUPS)
