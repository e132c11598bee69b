"""Two records of one human being: found with reasons, decided by a person, merged by two, undone exactly; never by itself."""

import datetime
from typing import Any

import pytest
from django.db import connection, transaction

from ansinh.base.months import Month
from ansinh.base.refusals import Refused
from ansinh.entitlement import merging
from ansinh.entitlement.models import Decision
from ansinh.entitlement.releases import law_in_force
from ansinh.office.models import AuditEvent
from ansinh.office.security import everything, limited, put_on
from ansinh.payroll import operations as payroll
from ansinh.payroll.models import PayrollHold, PayrollLine, Settlement
from ansinh.payroll.selection import select
from ansinh.people import operations as people_operations
from ansinh.people import twins
from ansinh.people.models import DuplicatePair, FinancialAddress, Household, Membership, Person
from ansinh.people.queries import fold
from ansinh.web import assets
from tests.integration import makers
from tests.integration.visiting import page, working

pytestmark = pytest.mark.usefixtures("database")
AT = datetime.datetime(2026, 11, 22, 3, tzinfo=datetime.UTC)


def _person(name: str, **changed: Any) -> Person:
    made = makers.severe(area=changed.pop("area", "19777"))
    values = {"birth_date": datetime.date(1950, 3, 8), "village": "Tổ 1", **changed}
    Person.objects.filter(pk=made.pk).update(full_name=name, name_fold=fold(name), name_sort_key=fold(name), **values)
    made.refresh_from_db()
    return made


def _found() -> list[tuple[int, int, str]]:
    twins.find(since=None, at=AT)
    return [(row.first_id, row.second_id, row.kind) for row in twins.pairs()]


@pytest.mark.parametrize(
    "changed",
    [
        {"national_id": None}, {"national_id": "046050123467"}, {"name": "Nguyen Thi Lan"}, {"name": "Lan Nguyễn Thị"},
        {"name": "NguyễnThịLan"}, {"birth_date": datetime.date(1950, 8, 3), "national_id": "046050123465"},
        {"birth_date": datetime.date(1950, 1, 1), "birth_precision": "year"}, {"area": "19753", "phone": "0911772266", "village": ""},
    ],
)  # fmt: skip
def test_a_second_record_is_found_with_its_reasons(changed: dict[str, Any]) -> None:
    first = _person("Nguyễn Thị Lan", national_id="046050123456", phone="0911772266")
    second = _person(changed.pop("name", "Nguyễn Thị Lan"), **changed)
    assert _found() == [(first.id, second.id, "likely")], twins.pairs()
    assert set(twins.pairs()[0].reasons) <= twins.REASONS.keys()
    assert twins.find(since=None, at=AT) == 0, "searched again, nothing new"


@pytest.mark.parametrize(
    "changed",
    [
        {"national_id": "046050999999"}, {"name": "Trần Văn Hùng"}, {"birth_date": datetime.date(1977, 3, 8)}, {"sex": "male", "national_id": "046050999999"},
        {"area": "19753", "village": "", "national_id": "046050777777"},
    ],
)  # fmt: skip
def test_a_namesake_is_left_alone(changed: dict[str, Any]) -> None:
    _person("Nguyễn Thị Lan", national_id="046050123456")
    _person(changed.pop("name", "Nguyễn Thị Lan"), **changed)
    assert _found() == []


def test_brothers_and_sisters_born_on_one_day_are_two() -> None:
    first = _person("Nguyễn Thị Lan", national_id="046050123456")
    second = _person("Nguyễn Thị Liên", national_id="046050123457")
    house = Household.objects.create(code="H1", area_id=first.area_id)
    for person in (first, second):
        Membership.objects.create(
            household=house, person=person, relationship="child", area_id=first.area_id, valid_from=makers.LONG_AGO
        )
    assert _found() == []


def test_two_strangers_with_one_account_are_named_as_that() -> None:
    first, second = _person("Nguyễn Thị Lan"), _person("Trần Văn Hùng", birth_date=datetime.date(1980, 1, 2))
    FinancialAddress.objects.filter(person__in=[first, second]).update(number="123456789", bank_bin="970405")
    assert _found() == [(first.id, second.id, "account")]


def test_in_the_night_only_new_records_are_searched() -> None:
    first = _person("Nguyễn Thị Lan", recorded_at=AT - datetime.timedelta(days=9))
    second = _person("Nguyễn Thị Lan", recorded_at=AT - datetime.timedelta(days=8))
    assert twins.find(since=AT, at=AT) == 0
    third = _person("Nguyễn Thị Lan", recorded_at=AT)
    twins.find(since=AT, at=AT)
    assert [(row.first_id, row.second_id) for row in twins.pairs()] == [(first.id, third.id), (second.id, third.id)]


def test_a_pair_is_decided_once_and_seen_only_by_whoever_sees_both() -> None:
    makers.staff()
    first, second = (
        _person("Nguyễn Thị Lan", phone="0911772266"),
        _person("Nguyễn Thị Lan", area="19753", phone="0911772266", village=""),
    )
    [(_, _, kind)] = _found()
    assert kind == "likely"
    for areas in ([first.area_id], [second.area_id], []):
        put_on(limited("xã", areas))
        assert twins.pairs() == [], "each commune sees one of the two only"
    put_on(limited("sở", [first.area_id, second.area_id]))
    [pair] = twins.pairs()
    with pytest.raises(Refused) as refusal:
        twins.decide(pair_id=pair.id, is_same=False, note=" ", by="can.bo", at=AT)
    assert refusal.value.reason == "note_missing"
    assert (
        twins.decide(pair_id=pair.id, is_same=False, note="đã xem căn cước", by="can.bo", at=AT).decision == "different"
    )
    put_on(everything("tests", protected=True))
    assert twins.find(since=None, at=AT) == 0, "decided is decided"
    assert twins.pairs() == []


# ── merging ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def _rows(person: Person) -> list[tuple]:
    with connection.cursor() as cursor:
        found = []
        for table, column in (
            ("people_person", "id"),
            ("people_membership", "person_id"),
            ("people_financialaddress", "person_id"),
            ("entitlement_decision", "person_id"),
        ):
            cursor.execute(f"SELECT to_jsonb(t) FROM {table} AS t WHERE {column} = %s ORDER BY id", [person.id])
            found += cursor.fetchall()
        return found


def _run(month: Month) -> str:
    selection = select(month=month, province="46", area=None)
    return payroll.calculate(package=law_in_force(), month=month, selection=selection, by="operator", at=AT).code


@pytest.mark.parametrize("is_verified", [False, True])
def test_the_kept_record_gets_the_others_account_and_loses_it_when_undone(is_verified: bool) -> None:
    makers.staff()
    keep, gone = _person("Nguyễn Thị Lan"), _person("Nguyễn Thị Lan")
    FinancialAddress.objects.filter(person=keep).delete()
    own = makers.address(keep, "NOT_OPENED")
    number = FinancialAddress.objects.get(person=gone, valid_to=None).number
    merge = merging.propose(keep=keep.id, gone=gone.id, reason="cùng căn cước", by="can.bo", at=AT)
    merging.confirm(merge_id=merge.id, by="lanh.dao", at=AT)
    now = FinancialAddress.objects.get(person=keep, valid_to=None)
    assert (now.number, now.state) == (number, "COLLECTED"), "hers, and to be verified under her name"
    if is_verified:
        assert people_operations.mark_addresses([now.id], "VERIFIED", by="can.bo", at=AT) == 1
    merging.undo(merge_id=merge.id, by="lanh.dao", at=AT)
    assert FinancialAddress.objects.get(person=keep, valid_to=None).id == own.id
    assert FinancialAddress.objects.get(person=gone, valid_to=None).number == number


def test_an_account_of_ones_own_is_not_replaced() -> None:
    makers.staff()
    keep, gone = _person("Nguyễn Thị Lan"), _person("Nguyễn Thị Lan")
    own = FinancialAddress.objects.get(person=keep, valid_to=None).id
    merge = merging.propose(keep=keep.id, gone=gone.id, reason="cùng căn cước", by="can.bo", at=AT)
    merging.confirm(merge_id=merge.id, by="lanh.dao", at=AT)
    assert FinancialAddress.objects.get(person=keep, valid_to=None).id == own


def test_undone_after_a_payroll_what_was_overpaid_and_owed_is_for_a_person_to_decide() -> None:
    makers.staff()
    keep, gone = _person("Nguyễn Thị Lan"), _person("Nguyễn Thị Lan")
    merge = merging.propose(keep=keep.id, gone=gone.id, reason="nhầm", by="can.bo", at=AT)
    merging.confirm(merge_id=merge.id, by="lanh.dao", at=AT)
    first = _run(Month(2026, 11))
    assert {line.person_id for line in PayrollLine.objects.filter(run__code=first)} <= {keep.id}
    merging.undo(merge_id=merge.id, by="lanh.dao", at=AT)
    again = _run(Month(2026, 12))
    told = {line.person_id for line in PayrollLine.objects.filter(run__code=again)}
    held = {hold.person_id for hold in PayrollHold.objects.filter(run__code=again)}
    assert {keep.id, gone.id} <= told | held, "both are people of their own again, and nobody is forgotten"


def test_two_people_merge_and_what_was_paid_twice_is_shown() -> None:
    makers.staff()
    keep, gone = _person("Nguyễn Thị Lan"), _person("Nguyễn Thị Lan")
    for person in (keep, gone):
        Settlement.objects.create(
            person=person,
            benefit="K6",
            for_month=datetime.date(2026, 10, 1),
            settled_dong=810_000,
            area_id=person.area_id,
        )
    before = _rows(gone), _rows(keep)
    merge = merging.propose(keep=keep.id, gone=gone.id, reason="cùng căn cước", by="can.bo", at=AT)
    assert merging.propose(keep=keep.id, gone=gone.id, reason="cùng căn cước", by="can.bo", at=AT).id == merge.id
    assert (_rows(gone), _rows(keep)) == before, "a proposal changes nothing"
    with pytest.raises(Refused) as refusal:
        merging.confirm(merge_id=merge.id, by="can.bo", at=AT)
    assert refusal.value.reason == "second_person_needed"
    for _click in range(2):
        assert merging.confirm(merge_id=merge.id, by="lanh.dao", at=AT).confirmed_by == "lanh.dao"
    gone.refresh_from_db()
    assert gone.merged_into_id == keep.id
    run = _run(Month(2026, 11))
    assert set(PayrollLine.objects.filter(run__code=run).values_list("person_id", flat=True)) == {keep.id}
    holds = PayrollHold.objects.filter(run__code=run, person=gone)
    assert [(hold.reason, hold.amount_dong) for hold in holds] == [("recovery_needs_decision", -810_000)]
    assert _found() == [], "a merged record is nobody's twin"
    for _click in range(2):
        assert merging.undo(merge_id=merge.id, by="lanh.dao", at=AT).undone_by == "lanh.dao"
    assert (_rows(gone), _rows(keep)) == before, "undone exactly"
    assert AuditEvent.objects.filter(action__startswith="merge.").count() == 3


def test_a_benefit_that_only_one_record_had_goes_on_under_the_kept_one() -> None:
    makers.staff()
    keep, gone = _person("Nguyễn Thị Lan"), _person("Nguyễn Thị Lan")
    Decision.objects.filter(person=keep).delete()
    merge = merging.propose(keep=keep.id, gone=gone.id, reason="cùng căn cước", by="can.bo", at=AT)
    merging.confirm(merge_id=merge.id, by="lanh.dao", at=AT)
    one = Decision.objects.get(person=keep)
    assert (one.benefit, one.start_month, one.end_month) == ("K6", datetime.date(2026, 11, 1), None)
    assert Decision.objects.get(person=gone).end_month == datetime.date(2026, 11, 1)
    merging.undo(merge_id=merge.id, by="lanh.dao", at=AT)
    assert Decision.objects.get(person=gone).end_month is None
    assert Decision.objects.get(person=keep).end_month == datetime.date(2026, 11, 1), (
        "begun and ended in one month: paid for none"
    )


def test_a_proposal_is_withdrawn_and_a_merged_pair_is_not_decided_anew() -> None:
    makers.staff()
    first, second = _person("Nguyễn Thị Lan"), _person("Nguyễn Thị Lan")
    _found()
    [pair] = twins.pairs()
    merge = merging.propose(keep=first.id, gone=second.id, reason="x", by="can.bo", at=AT)
    merging.undo(merge_id=merge.id, by="lanh.dao", at=AT)
    assert merging.waiting() == []
    again = merging.propose(keep=first.id, gone=second.id, reason="x", by="can.bo", at=AT)
    assert again.id != merge.id
    merging.confirm(merge_id=again.id, by="lanh.dao", at=AT)
    with pytest.raises(Refused) as refusal:
        twins.decide(pair_id=pair.id, is_same=False, note="x", by="can.bo", at=AT)
    assert refusal.value.reason == "pair_merged"


@pytest.mark.parametrize("wrong", ["itself", "unknown", "twice"])
def test_an_impossible_merge_is_refused(wrong: str) -> None:
    makers.staff()
    keep, gone, third = (_person("Nguyễn Thị Lan") for _ in range(3))
    if wrong == "twice":
        merge = merging.propose(keep=keep.id, gone=gone.id, reason="x", by="can.bo", at=AT)
        merging.confirm(merge_id=merge.id, by="lanh.dao", at=AT)
    chosen = {"itself": (keep.id, keep.id), "unknown": (keep.id, 10**9), "twice": (third.id, gone.id)}[wrong]
    with pytest.raises(Refused) as refusal, transaction.atomic():
        merging.propose(keep=chosen[0], gone=chosen[1], reason="x", by="can.bo", at=AT)
    assert refusal.value.reason in {"merge_impossible", "person_unknown"}


def test_by_the_page_side_by_side() -> None:
    assets.build()
    first, second = _person("Nguyễn Thị Lan"), _person("Nguyễn Thị Lan")
    _found()
    pair = DuplicatePair.objects.get()
    officer, approver, here = (
        working("commune_officer", "19777"),
        working("department_approver", "46"),
        f"/trung-lap/{pair.id}/",
    )
    assert "Nguyễn Thị Lan · Nguyễn Thị Lan" in page(officer, "/trung-lap/")
    assert page(officer, here).count("Tổ 1") == 2

    def post(client: Any, **form: str) -> int:
        status = client.post(here, {name.replace("_", "-"): value for name, value in form.items()}).status_code
        put_on(everything("tests", protected=True))
        return status

    assert post(officer, viec="mot-nguoi", can_cu="") == 200, "told what is missing"
    assert post(officer, viec="mot-nguoi", can_cu="căn cước") == 302
    assert post(officer, viec="gop", giu=str(first.id), can_cu="căn cước") == 302
    assert post(officer, viec="xac-nhan") == 200, "a commune proposes, the department confirms"
    assert post(approver, viec="xac-nhan") == 302
    second.refresh_from_db()
    assert second.merged_into_id == first.id
    assert "Hoàn tác gộp" in page(approver, here)
    assert post(approver, viec="hoan-tac") == 302
    second.refresh_from_db()
    assert second.merged_into_id is None
    assert working("commune_officer", "19753").get(here).status_code == 404
    put_on(everything("tests", protected=True))
    assert post(working("auditor", "46"), viec="mot-nguoi", can_cu="x") == 200


def test_the_night_sees_an_account_that_came_to_somebody_known_for_long() -> None:
    makers.staff()
    first, second = makers.person(), makers.person(born="1961-07-08")
    makers.address(first)
    assert twins.find(since=AT, at=AT) == 0
    FinancialAddress.objects.create(
        person=second, state="COLLECTED", bank_bin="970405", number=FinancialAddress.objects.get().number, holder_name="X",
        area_id=second.area_id, valid_from=AT.date(), recorded_at=AT,
    )  # fmt: skip
    assert twins.find(since=AT, at=AT) == 1
    assert DuplicatePair.objects.get().kind == "account"
