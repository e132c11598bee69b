"""Two months on one day before Tết: two runs, each person twice, each month once; what changes in between is settled later.

Tết 2027 is 6 February: January and February are paid together at the end of January.
"""

import datetime
from pathlib import Path

import pytest

from ansinh.base.months import Month
from ansinh.base.refusals import Refused
from ansinh.entitlement.releases import law_in_force
from ansinh.ledger import operations as ledger
from ansinh.ledger import queries as books
from ansinh.office import queries as office
from ansinh.payment import collecting, operations, queries
from ansinh.payment.archive import Archive
from ansinh.payment.models import PaymentItem
from ansinh.payroll import operations as payroll
from ansinh.payroll.models import PayrollHold, PayrollLine
from ansinh.payroll.selection import select
from ansinh.people.models import Person
from ansinh.standards.end_to_end import encode
from tests.integration import makers
from tests.integration.fake_bank import FakeBank

JANUARY, FEBRUARY, MARCH = Month(2027, 1), Month(2027, 2), Month(2027, 3)
AT = datetime.datetime(2027, 1, 22, 3, tzinfo=datetime.UTC)
pytestmark = pytest.mark.usefixtures("database")


def _calculated(month: Month, at: datetime.datetime) -> str:
    selection = select(month=month, province=None, area="19777")
    return payroll.calculate(package=law_in_force(), month=month, selection=selection, by="operator", at=at).code


def _frozen(month: Month, at: datetime.datetime = AT) -> str:
    run = _calculated(month, at)
    payroll.check(run=run, by="operator", at=at)
    payroll.approve(run=run, by="lanh.dao", at=at)
    operations.freeze(run=run, by="can.bo", at=at)
    return run


def test_two_months_are_paid_on_one_day_and_a_death_between_them_is_seen(tmp_path: Path) -> None:
    makers.staff()
    alive, dying = makers.severe(), makers.severe()
    ledger.appropriate(amount_dong=10**12, document=1, month=JANUARY.first_day, at=AT)
    with pytest.raises(Refused) as refusal:
        _calculated(MARCH, AT)
    assert refusal.value.reason == "month_too_far", "no month beyond the next one is paid ahead"
    provider, bank, archive = makers.provider(), FakeBank(), Archive(tmp_path)
    for month in (JANUARY, FEBRUARY):
        run = _frozen(month)
        sent = operations.submit(run=run, provider=provider, gateway=bank, archive=archive, by="operator", at=AT)
        assert sent.sent == 2
    months = PayrollLine.objects.order_by("person_id", "for_month").values_list("person_id", "for_month", "amount_dong")
    assert list(months) == [
        (person.id, month.first_day, 810_000) for person in (alive, dying) for month in (JANUARY, FEBRUARY)
    ]
    names = [encode(office.instance_number(), item.id, item.attempt) for item in PaymentItem.objects.order_by("id")]
    assert len(set(names)) == 4
    bank.says("n1.xml", *((name, "DBIT", 810_000) for name in names))
    assert collecting.collect(provider=provider, gateway=bank, archive=archive, at=AT).applied == 4

    Person.objects.filter(pk=dying.pk).update(death_date=datetime.date(2027, 1, 28))
    run = _calculated(MARCH, datetime.datetime(2027, 3, 1, 3, tzinfo=datetime.UTC))
    assert list(PayrollLine.objects.filter(run__code=run).values_list("person_id", "for_month", "amount_dong")) == [
        (alive.id, MARCH.first_day, 810_000)
    ], "February is not paid a second time"
    hold = PayrollHold.objects.get(run__code=run)
    assert (hold.person_id, hold.reason, hold.amount_dong) == (dying.id, "recovery_needs_decision", -810_000)
    verified = {**books.verify().checks, **queries.invariants()}
    assert all(verified.values()), verified
