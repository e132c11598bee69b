"""Giving up what nobody will be paid, giving it back to the budget, and closing a month that then stays closed."""

import datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from ansinh.base.months import Month
from ansinh.base.refusals import Refused
from ansinh.entitlement.releases import law_in_force
from ansinh.ledger import accounts as chart
from ansinh.ledger import closing
from ansinh.ledger import operations as ledger
from ansinh.ledger import queries as books
from ansinh.ledger.models import ClosedPeriod, Transfer
from ansinh.payment import operations, queries, reopening
from ansinh.payment.models import PaymentItem, Reopening
from ansinh.payroll import operations as payroll
from ansinh.payroll.selection import select
from ansinh.people.models import Person
from tests.integration import makers
from tests.integration.test_payment import AMOUNT, AT, NOVEMBER, World

DECEMBER = datetime.datetime(2026, 12, 2, 3, tzinfo=datetime.UTC)
pytestmark = pytest.mark.usefixtures("database")


class Ended(World):
    """A month in which the bank paid one woman, rejected another and has not said anything about the third."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.submit()
        first, second, _ = self.names()
        self.bank.says("n1.xml", (first, "DBIT", AMOUNT))
        self.bank.says("s1.xml", (second, "RJCT", "MD07"))
        self.collect()
        self.run_id = PaymentItem.objects.values_list("run_id", flat=True)[0]

    def waive(self, by: str = "can.bo") -> int:
        dead = [self.people[1].id]
        return reopening.propose(run=self.run, beneficiaries=dead, channel="waived", reason="đã mất", by=by, at=AT)

    def refund(self, document: int = 77) -> int:
        return ledger.refund(run_code=self.run, run_id=self.run_id, document=document, month=NOVEMBER.first_day, at=AT)


@pytest.fixture
def ended(tmp_path: Path) -> Any:
    made = Ended(tmp_path / "archive")
    yield made
    ledger.seal(at=DECEMBER)
    verified = {**books.verify().checks, **queries.invariants()}
    assert all(verified.values()), verified


def refused(act: Any, *arguments: Any, **named: Any) -> str:
    with pytest.raises(Refused) as refusal:
        act(*arguments, **named)
    return refusal.value.reason


def close(by: str, month: Month = NOVEMBER, at: datetime.datetime = DECEMBER, **checks: bool) -> closing.Closing:
    return closing.close_month(
        month=month,
        checks={**queries.invariants(), **checks},
        open_items=queries.open_items(month.first_day),
        by=by,
        at=at,
    )


# ── thôi chi, nộp trả ────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_nobody_will_be_paid_is_waived_by_two_and_goes_back_to_the_budget(ended: Ended) -> None:
    before = books.balance(chart.WORLD.name)
    assert ended.waive() == 1
    assert reopening.approve(run=ended.run, by="can.bo", at=AT).held[0][1] == "own_proposal"
    assert PaymentItem.objects.filter(waived_dong__gt=0).count() == 0
    # A death is no reason to keep the money.
    Person.objects.filter(id=ended.people[1].id).update(death_date="2026-11-10")
    assert reopening.approve(run=ended.run, by="lanh.dao", at=AT).waived == 1
    assert books.balance(chart.refund(ended.run).name) == AMOUNT
    assert books.balance(chart.prefund(ended.provider.code).name) == 0
    assert ended.refund() == AMOUNT
    assert books.balance(chart.refund(ended.run).name) == 0
    assert books.balance(chart.WORLD.name) == before + AMOUNT
    assert ended.refund() == 0
    assert refused(ended.refund, 78) == "nothing_to_refund"
    assert refused(ended.refund, 0) == "number_too_large"
    # Given up is given up: nothing proposes it again, nothing sends it.
    assert refused(ended.waive) == "nothing_to_reopen"
    assert ended.submit().sent == 0


def test_cash_that_nobody_collected_can_be_waived(tmp_path: Path) -> None:
    made = World(tmp_path / "archive")
    somebody = makers.person(disability="severe")
    makers.decision(somebody)
    makers.address(somebody, "NOT_OPENED")
    run = _another_month(made)
    item = PaymentItem.objects.get(run__code=run, channel="cash")
    reopening.propose(run=run, beneficiaries=[somebody.id], channel="waived", reason="đã chuyển đi", by="can.bo", at=AT)
    assert reopening.approve(run=run, by="lanh.dao", at=AT).waived == 1
    item.refresh_from_db()
    assert item.waived_dong == item.due_dong
    assert books.balance(chart.refund(run).name) == item.due_dong
    assert all({**books.verify().checks, **queries.invariants()}.values())


def _another_month(made: World) -> str:

    selection = select(month=Month(2026, 12), province=None, area="19777")
    run = payroll.calculate(
        package=law_in_force(), month=Month(2026, 12), selection=selection, by="operator", at=AT
    ).code
    payroll.check(run=run, by="operator", at=AT)
    payroll.approve(run=run, by="lanh.dao", at=AT)
    operations.freeze(run=run, by="can.bo", at=AT)
    return run


def test_what_is_with_the_bank_cannot_be_given_up_and_nobody_is_given_up_unnamed(ended: Ended) -> None:
    give_up = {"run": ended.run, "channel": "waived", "reason": "đã mất", "by": "can.bo", "at": AT}
    everybody = [person.id for person in ended.people]
    assert reopening.propose(beneficiaries=everybody, **give_up) == 1
    assert Reopening.objects.get().item.status == "REJECTED"
    for nobody in (None, []):
        assert refused(reopening.propose, beneficiaries=nobody, **give_up) == "beneficiaries_missing"


# ── khoá sổ ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_month_is_closed_by_two_people_once_it_is_over(ended: Ended) -> None:
    with pytest.raises(Refused) as early:
        close("can.bo", at=AT)
    assert (early.value.reason, "Hãy khoá sổ từ ngày 01/12/2026" in early.value.vi) == ("month_not_over", True)
    proposed = close("can.bo")
    assert (proposed.closed_by, proposed.open_items) == ("", {"in_flight": 1, "to_be_paid_again": 1})
    assert refused(close, "can.bo") == "second_person_needed"
    closed = close("lanh.dao")
    assert (closed.closed_by, closed.transfers) == ("lanh.dao", Transfer.objects.count())
    assert refused(close, "lanh.dao2") == "month_already_closed"
    assert [one.month for one in closing.closings()] == ["2026-11"]


def test_what_changed_since_the_proposal_is_proposed_anew(ended: Ended) -> None:
    close("can.bo")
    ended.bank.says("n2.xml", (ended.names()[2], "DBIT", AMOUNT))
    ended.collect()
    again = close("lanh.dao")
    assert (again.closed_by, again.proposed_by) == ("", "lanh.dao")
    assert close("can.bo").closed_by == "can.bo"


def test_books_that_do_not_hold_are_never_closed(ended: Ended) -> None:
    assert refused(close, "can.bo", something_else=False) == "books_do_not_hold"
    assert ClosedPeriod.objects.count() == 0


def test_months_are_closed_in_order(ended: Ended) -> None:
    late = datetime.datetime(2027, 2, 1, 3, tzinfo=datetime.UTC)
    assert refused(close, "can.bo", month=Month(2026, 12), at=late) == "earlier_month_open"


def test_money_that_comes_back_after_the_month_was_closed_is_booked_in_the_first_open_month(ended: Ended) -> None:
    close("can.bo")
    close("lanh.dao")
    count = Transfer.objects.filter(month=NOVEMBER.first_day).count()
    ended.bank.says("r1.xml", (ended.names()[0], "CRDT", AMOUNT, "AC04"))
    ended.collect()
    assert ended.statuses()[0] == "RETURNED"
    assert Transfer.objects.filter(month=NOVEMBER.first_day).count() == count
    returned = Transfer.objects.filter(code__in=[chart.Code.RETURN, chart.Code.RETURN_TO_PREFUND])
    assert set(returned.values_list("month", flat=True)) == {datetime.date(2026, 12, 1)}
    # The reference still says which payment it is about.
    item = PaymentItem.objects.order_by("id").first()
    assert item is not None
    assert set(returned.values_list("reference", flat=True)) == {item.id * 64 + 1}


def test_nothing_can_be_written_into_a_closed_month_and_a_closing_is_final(ended: Ended) -> None:
    close("can.bo")
    close("lanh.dao")
    one = Transfer.objects.first()
    assert one is not None
    with pytest.raises(IntegrityError, match="period_closed"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ledger_transfer (code, reference, debit_id, credit_id, amount_dong, evidence, month, booked_at)"
            " VALUES (99, 99, %s, %s, 1, 1, %s, now())",
            [one.debit_id, one.credit_id, NOVEMBER.first_day],
        )
    for change in (lambda: ClosedPeriod.objects.update(closed_by=""), lambda: ClosedPeriod.objects.all().delete()):
        with pytest.raises(IntegrityError, match="closing_is_final"), transaction.atomic():
            change()
