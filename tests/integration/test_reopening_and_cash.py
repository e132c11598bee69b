"""What came back is paid again by two people's word; cash is paid once, to the right hand, and what is left goes back."""

import datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from ansinh.base.months import Month
from ansinh.base.refusals import Refused
from ansinh.entitlement.releases import law_in_force
from ansinh.ledger import accounts as chart
from ansinh.ledger import operations as ledger
from ansinh.ledger import queries as books
from ansinh.office import queries as office
from ansinh.office.models import Area, AuditEvent
from ansinh.payment import cash, operations, queries, reopening
from ansinh.payment.models import CashList, CashReceipt, PaymentItem, Reopening
from ansinh.payroll import operations as payroll
from ansinh.payroll.selection import select
from ansinh.people.models import FinancialAddress, Mandate, Person
from ansinh.reports import cash_sheet
from ansinh.standards.end_to_end import encode
from tests.integration import makers
from tests.integration.test_payment import AMOUNT, AT, World

pytestmark = pytest.mark.usefixtures("database")
LATER = AT + datetime.timedelta(days=1)


@pytest.fixture
def world(tmp_path: Path) -> Any:
    made = World(tmp_path / "archive")
    yield made
    verified = {**books.verify().checks, **queries.invariants()}
    assert all(verified.values()), verified


def refused(work: Any, **named: Any) -> str:
    with pytest.raises(Refused) as refusal, transaction.atomic():
        work(**named)
    return refusal.value.reason


def propose(world: World, channel: str = "account", by: str = "can.bo", people: list[int] | None = None) -> int:
    return reopening.propose(run=world.run, beneficiaries=people, channel=channel, reason="đã khai lại", by=by, at=AT)


def approve(world: World, by: str = "lanh.dao") -> reopening.Reopened:
    return reopening.approve(run=world.run, by=by, at=LATER)


def rejected(world: World) -> str:
    """Let the bank reject the first item; return the name of its attempt."""
    world.submit()
    first = world.names()[0]
    world.bank.says("s1.xml", (first, "RJCT", "AC04"))
    world.collect()
    return first


def verified_account(world: World, number: str = "77778888") -> None:
    person = world.people[0]
    FinancialAddress.objects.filter(person=person, valid_to=None).update(state="VERIFIED", number=number)


# ── paying again ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_rejected_item_leaves_again_by_two_people_s_word(world: World) -> None:
    first = rejected(world)
    assert propose(world) == 1
    assert propose(world) == 0, "a second proposal of the same attempt is none"
    verified_account(world)
    assert approve(world) == reopening.Reopened(1, 0, ())
    assert world.submit().sent == 1
    second = world.names()[0]
    assert second != first
    world.bank.says("n2.xml", (second, "DBIT", AMOUNT))
    world.collect()
    assert world.statuses()[0] == "PAID"
    # A late word about the attempt that ended is held, whatever it says.
    world.bank.says("n3.xml", (first, "DBIT", AMOUNT))
    world.collect()
    assert world.hold_reasons() == ["older_attempt"]
    assert AuditEvent.objects.filter(action__startswith="payment.reopen").count() == 2


def test_the_proposer_does_not_approve(world: World) -> None:
    rejected(world)
    propose(world, by="lanh.dao")
    verified_account(world)
    assert approve(world).held == ((world.people[0].id, "own_proposal"),)
    with pytest.raises(IntegrityError, match="second_person_reopens"), transaction.atomic():
        Reopening.objects.update(approved_by="lanh.dao")
    assert approve(world, by="lanh.dao2").account == 1


def test_what_speaks_against_it_is_named(world: World) -> None:
    rejected(world)
    propose(world)
    first = world.people[0].id
    assert approve(world).held == ((first, "address_not_verified"),)
    verified_account(world)
    FinancialAddress.objects.filter(person_id=first).update(cooling_until=LATER.date() + datetime.timedelta(days=1))
    assert approve(world).held == ((first, "address_cooling_off"),)
    FinancialAddress.objects.filter(person_id=first).update(cooling_until=None)
    Person.objects.filter(pk=first).update(death_date=AT.date())
    assert approve(world).held == ((first, "beneficiary_deceased"),)
    assert world.submit().sent == 0


def test_whoever_is_guardian_no_more_is_sent_nothing(tmp_path: Path) -> None:
    """The mandate ends after the freeze: the ward's money waits, and is paid in cash to whoever has a right to it."""
    world = World(tmp_path / "archive", people=2, wards=1)
    ward, yesterday = world.people[1], AT.date() - datetime.timedelta(days=1)
    Mandate.objects.update(valid_to=yesterday)
    assert (world.submit().sent, world.submit().sent) == (1, 0)
    stopped = PaymentItem.objects.get(beneficiary=ward)
    assert (stopped.status, stopped.eligible, stopped.reason_code, stopped.inflight_dong) == (
        "DUE",
        False,
        "MANDATE",
        0,
    )
    assert propose(world, people=[ward.id]) == 1
    assert approve(world).held == ((ward.id, "mandate_ended"),)
    assert withdraw(world, people=[ward.id]) == 1
    # Renewed, it goes by itself.
    Mandate.objects.update(valid_to=None)
    assert world.submit().sent == 1
    names = world.names()
    world.bank.says("s1.xml", *((name, "RJCT", "MS03") for name in names))
    world.collect()
    Mandate.objects.update(valid_to=yesterday)
    assert propose(world) == 2
    assert approve(world) == reopening.Reopened(1, 0, ((ward.id, "mandate_ended"),))
    assert world.submit().sent == 1
    assert withdraw(world, people=[ward.id]) == 1
    assert propose(world, "cash", people=[ward.id]) == 1
    assert approve(world).cash == 1


def withdraw(world: World, by: str = "can.bo", people: list[int] | None = None) -> int:
    named = people or [world.people[0].id]
    return reopening.withdraw(run=world.run, beneficiaries=named, by=by, at=LATER)


def test_a_proposal_of_the_wrong_way_is_withdrawn_and_made_anew(world: World) -> None:
    rejected(world)
    first = [world.people[0].id]
    propose(world)
    assert approve(world).held == ((first[0], "address_not_verified"),)
    for channel in ("cash", "waived"):
        with pytest.raises(Refused) as refusal:
            propose(world, channel, by="lanh.dao2", people=first)
        assert refusal.value.reason == "already_proposed"
        assert "“can.bo”" in refusal.value.vi and "chi lại vào tài khoản" in refusal.value.vi
    assert propose(world, people=first) == 0, "the same once more is none"
    assert withdraw(world, by="lanh.dao") == 1
    assert not Reopening.objects.exists()
    kept = AuditEvent.objects.get(action="payment.reopen.withdraw").detail
    assert (kept["proposed_by"], kept["channel"], kept["item_id"]) == (
        "can.bo",
        "account",
        PaymentItem.objects.first().pk,
    )
    assert refused(withdraw, world=world) == "nothing_to_withdraw"
    assert propose(world, "cash", people=first) == 1
    assert approve(world).cash == 1
    assert refused(withdraw, world=world, by="lanh.dao") == "nothing_to_withdraw", "what was approved stays"
    assert PaymentItem.objects.first().channel == "cash"


def test_a_proposal_is_withdrawn_by_whoever_made_it_or_may_approve(world: World) -> None:
    rejected(world)
    propose(world, by="lanh.dao")
    makers.give_role("can.bo", "commune_officer")
    assert refused(withdraw, world=world) == "nothing_to_withdraw"
    makers.give_role("can.bo", "auditor")
    assert refused(withdraw, world=world) == "role_not_allowed"
    assert refused(withdraw, world=world, by="lanh.dao", people=[10**30]) == "person_unknown"
    assert Reopening.objects.count() == 1
    assert withdraw(world, by="lanh.dao") == 1
    makers.give_role("can.bo", "commune_officer")
    propose(world)
    assert withdraw(world) == 1


def test_unknown_and_paid_items_are_never_proposed(world: World) -> None:
    world.submit()
    assert refused(propose, world=world) == "nothing_to_reopen"
    world.bank.says("n1.xml", *((name, "DBIT", AMOUNT) for name in world.names()))
    world.collect()
    assert refused(propose, world=world) == "nothing_to_reopen"
    assert refused(approve, world=world) == "nothing_to_approve"


def test_answers_that_disagree_are_settled_first(world: World) -> None:
    first = rejected(world)
    world.bank.says("n2.xml", (first, "DBIT", AMOUNT))
    world.collect()
    propose(world)
    verified_account(world)
    assert approve(world).held == ((world.people[0].id, "answers_disagree"),)


def test_money_returned_after_it_was_paid_can_go_to_the_cash_desk(world: World) -> None:
    world.submit()
    first = world.names()[0]
    world.bank.says("n1.xml", (first, "DBIT", AMOUNT))
    world.bank.says("n2.xml", (first, "CRDT", AMOUNT, "AC06"))
    world.collect()
    commitment = books.balance(chart.commitment(world.run).name)
    propose(world, "cash")
    assert approve(world) == reopening.Reopened(0, 1, ())
    assert books.balance(chart.commitment(world.run).name) == commitment + AMOUNT
    sheet = cash.open_list(run=world.run, area="19777", by="can.bo", at=LATER)
    assert (len(sheet.rows), sheet.drawn_dong) == (1, AMOUNT)
    # The bank hears nothing of it, and what it says about the receipt's code is not believed.
    assert world.submit().sent == 0
    world.bank.says("n3.xml", (sheet.rows[0].code, "DBIT", AMOUNT))
    world.collect()
    assert world.hold_reasons() == ["unknown_reference"]
    assert world.statuses()[0] == "ACCEPTED"


# ── the cash desk ────────────────────────────────────────────────────────────────────────────────────────────────────


class Desk:
    """A frozen run with people who have no account."""

    def __init__(self, people: int = 3) -> None:
        makers.staff()
        ledger.appropriate(amount_dong=10**12, document=1, month=datetime.date(2026, 11, 1), at=AT)
        self.people = []
        for number in range(people):
            made = makers.person(disability="severe")
            makers.decision(made)
            makers.address(made, "NOT_OPENED")
            Person.objects.filter(pk=made.pk).update(national_id=f"0460860000{number:02d}")
            self.people.append(made)
        self.run = self.frozen(Month(2026, 11))

    def frozen(self, month: Month) -> str:
        at = datetime.datetime(month.year, month.number, 22, 3, tzinfo=datetime.UTC)
        selection = select(month=month, province=None, area="19777")
        code = payroll.calculate(package=law_in_force(), month=month, selection=selection, by="operator", at=at).code
        payroll.check(run=code, by="operator", at=at)
        payroll.approve(run=code, by="lanh.dao", at=at)
        operations.freeze(run=code, by="can.bo", at=at)
        return code

    def list(self) -> cash.CashSheet:
        return cash.open_list(run=self.run, area="19777", by="can.bo", at=AT)

    def code(self, number: int = 0) -> str:
        item = PaymentItem.objects.get(run__code=self.run, beneficiary=self.people[number])
        return encode(office.instance_number(), item.id, item.attempt)

    def pay(self, number: int = 0, identity: str | None = None, **named: Any) -> cash.PaidOut:
        known = Person.objects.get(pk=self.people[number].pk).national_id
        shown = identity if identity is not None else known
        return cash.pay_out(**{"code": self.code(number), "identity": shown, "by": "can.bo", "at": LATER, **named})


@pytest.fixture
def desk() -> Any:
    made = Desk()
    yield made
    verified = {**books.verify().checks, **queries.invariants()}
    assert all(verified.values()), verified


def balance(family: str) -> int:
    return books.balances().get(family, 0)


def test_a_list_takes_the_money_and_each_is_paid_once(desk: Desk) -> None:
    assert refused(desk.pay) == "receipt_unknown"
    sheet = desk.list()
    assert (len(sheet.rows), sheet.drawn_dong, desk.list().id) == (3, 3 * AMOUNT, sheet.id)
    assert balance("Assets:InFlight:CASH19777") == 3 * AMOUNT
    assert desk.pay().amount_dong == AMOUNT
    assert refused(desk.pay) == "already_paid"
    assert balance("Expenses:Paid:CASH19777") == AMOUNT
    assert CashReceipt.objects.count() == 1
    assert queries.items_of(desk.people[0].id)[0].label == "Đã chi"


def test_only_the_right_hand_is_paid(desk: Desk) -> None:
    desk.list()
    assert refused(desk.pay, identity="046086000001") == "identity_differs"
    assert refused(desk.pay, identity="") == "identity_differs"
    assert refused(desk.pay, by="soan.luat") == "role_not_allowed"
    assert refused(desk.pay, code="AS000000000000X") == "receipt_unknown"
    delegate = makers.person()
    Person.objects.filter(pk=delegate.pk).update(national_id="046086000099")
    assert refused(desk.pay, identity="046086000099") == "identity_differs"
    makers.mandate(desk.people[0], delegate)
    assert desk.pay(identity="046086000099").receiver == delegate.full_name


def test_a_guardian_whose_mandate_ended_is_not_paid(desk: Desk) -> None:
    guardian = makers.person()
    Person.objects.filter(pk=guardian.pk).update(national_id="046086000098")
    makers.mandate(desk.people[0], guardian)
    desk.list()
    PaymentItem.objects.filter(beneficiary=desk.people[0]).update(payee=guardian)
    Mandate.objects.update(valid_to=LATER.date())
    assert refused(desk.pay, identity="046086000098") == "mandate_ended"
    assert desk.pay().receiver == desk.people[0].full_name


def test_the_dead_are_paid_by_nobody(desk: Desk) -> None:
    Person.objects.filter(pk=desk.people[1].pk).update(death_date=AT.date())
    assert len(desk.list().rows) == 2
    Person.objects.filter(pk=desk.people[0].pk).update(death_date=AT.date())
    assert refused(desk.pay) == "beneficiary_deceased"


def test_what_two_sheets_report_is_paid_once_and_shown(desk: Desk) -> None:
    desk.list()
    assert desk.pay(offline=True, paid_on=AT.date(), note="tờ 1").is_conflict is False
    second = desk.pay(offline=True, paid_on=LATER.date(), note="tờ 2")
    assert second.is_conflict is True
    assert list(CashReceipt.objects.order_by("id").values_list("note", "is_conflict")) == [
        ("tờ 1", False),
        ("tờ 2", True),
    ]
    assert balance("Expenses:Paid:CASH19777") == AMOUNT
    assert AuditEvent.objects.filter(action="cash.conflict").count() == 1


def test_a_day_before_the_list_or_after_today_is_refused(desk: Desk) -> None:
    desk.list()
    for day in (AT.date() - datetime.timedelta(days=1), LATER.date() + datetime.timedelta(days=1)):
        assert refused(desk.pay, offline=True, paid_on=day) == "paid_on_impossible"


def test_what_is_not_collected_goes_back_and_waits_for_the_next_list(desk: Desk) -> None:
    desk.list()
    desk.pay()
    old = desk.code(1)
    closed = cash.close_list(run=desk.run, area="19777", by="can.bo", at=LATER)
    assert (closed.state, closed.paid_dong) == ("CLOSED", AMOUNT)
    assert balance("Assets:InFlight:CASH19777") == 0
    assert refused(desk.pay, number=1) == "receipt_unknown"
    assert refused(cash.close_list, run=desk.run, area="19777", by="can.bo", at=LATER) == "no_open_list"
    again = desk.list()
    assert (again.number, len(again.rows)) == (2, 2)
    # The receipt of the first list is worth nothing on the second.
    assert refused(desk.pay, number=1, code=old) == "receipt_unknown"
    assert desk.pay(1).amount_dong == AMOUNT


def test_a_sheet_signed_before_its_list_was_closed_is_not_paid_a_second_time(desk: Desk) -> None:
    desk.list()
    old = desk.code(1)
    cash.close_list(run=desk.run, area="19777", by="can.bo", at=LATER)
    signed = {"code": old, "offline": True, "paid_on": AT.date()}
    assert refused(desk.pay, number=1, **signed) == "list_closed"
    desk.list()
    assert desk.code(1) != old
    assert desk.pay(1, **signed).is_conflict is False, "the paper pays the line of the list that is open now"
    assert refused(desk.pay, number=1) == "already_paid"
    assert balance("Expenses:Paid:CASH19777") == AMOUNT
    assert desk.pay(1, **signed).is_conflict is True
    assert CashReceipt.objects.filter(is_conflict=False).count() == 1


def test_a_signed_sheet_that_comes_after_the_second_payment_is_a_conflict(desk: Desk) -> None:
    desk.list()
    old = desk.code(1)
    cash.close_list(run=desk.run, area="19777", by="can.bo", at=LATER)
    desk.list()
    desk.pay(1)
    told = desk.pay(1, code=old, offline=True, paid_on=AT.date())
    assert (told.is_conflict, balance("Expenses:Paid:CASH19777")) == (True, AMOUNT)
    day = LATER.date() + datetime.timedelta(days=1)
    assert refused(desk.pay, number=0, code=old, offline=True, paid_on=day) == "paid_on_impossible"


def test_a_signed_sheet_about_money_that_a_bank_has_now_is_a_conflict(desk: Desk) -> None:
    desk.list()
    old = desk.code(1)
    cash.close_list(run=desk.run, area="19777", by="can.bo", at=LATER)
    PaymentItem.objects.filter(beneficiary=desk.people[1]).update(channel="account")
    told = desk.pay(1, code=old, offline=True, paid_on=AT.date())
    assert (told.is_conflict, told.amount_dong) == (True, AMOUNT)
    assert (balance("Expenses:Paid:CASH19777"), CashReceipt.objects.get().cash_list.number) == (0, 1)
    assert refused(desk.pay, number=1, code=old) == "receipt_unknown"
    PaymentItem.objects.filter(beneficiary=desk.people[1]).update(channel="cash")


def test_a_number_that_no_person_has_is_refused_when_paying_again(desk: Desk) -> None:
    named = {"run": desk.run, "channel": "cash", "reason": "thử", "by": "can.bo", "at": AT}
    assert refused(reopening.propose, **named, beneficiaries=[10**23]) == "person_unknown"


def test_three_months_without_collecting_are_proposed_for_a_decision(desk: Desk) -> None:
    here = [Area.objects.get(code="19777", valid_to=None).id]
    for number, month in enumerate((Month(2026, 12), Month(2027, 1), None)):
        desk.list()
        desk.pay(1)
        cash.close_list(run=desk.run, area="19777", by="can.bo", at=LATER)
        found = [(person, months) for person, _, months in cash.uncollected(here)]
        assert found == ([] if number < 2 else [(desk.people[0].id, 3), (desk.people[2].id, 3)])
        if month is not None:
            desk.run = desk.frozen(month)


def test_bank_and_cash_exclude_each_other_in_the_database(desk: Desk) -> None:
    sheet = desk.list()
    with pytest.raises(IntegrityError, match="account_or_cash"), transaction.atomic():
        PaymentItem.objects.filter(cash_list_id=sheet.id).update(channel="account")
    with pytest.raises(IntegrityError, match="cash_receipt_once"), transaction.atomic():
        desk.pay()
        CashReceipt.objects.create(
            **{f.name: getattr(CashReceipt.objects.get(), f.name) for f in CashReceipt._meta.fields if f.name != "id"}
        )


def test_nothing_to_list_is_said(desk: Desk) -> None:
    assert refused(cash.open_list, run=desk.run, area="19789", by="can.bo", at=AT) == "nothing_to_pay_in_cash"
    assert refused(cash.open_list, run="khong-co", area="19777", by="can.bo", at=AT) == "run_not_frozen"
    assert CashList.objects.count() == 0


def test_the_number_of_statements_does_not_grow(desk: Desk) -> None:
    def statements(count: int) -> int:
        for _ in range(count):
            made = makers.person(disability="severe")
            makers.decision(made)
            makers.address(made, "NOT_OPENED")
        run = desk.frozen(Month(2026, 12) if count < 10 else Month(2027, 1))
        with CaptureQueriesContext(connection) as captured:
            cash.open_list(run=run, area="19777", by="can.bo", at=AT)
        return len(captured)

    # The first list also opens the point's account in the books.
    few = statements(1)
    assert statements(20) <= few


def test_the_sheet_to_sign_is_a_pdf_with_every_line_and_no_reason(desk: Desk) -> None:
    Person.objects.filter(pk=desk.people[0].pk).update(full_name="Đặng Thuỳ #Trâm $x$ *đậm*", village="Thôn Vỹ Dạ")
    raw = cash_sheet.pdf(desk.list())
    assert raw.startswith(b"%PDF-")
    assert len(raw) > 8_000
