"""The payroll on real PostgreSQL: differences, holds, four eyes, exactly one settlement of each month."""

import argparse
import datetime
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.utils import ProgrammingError

from ansinh.base.months import Month
from ansinh.base.refusals import Refused
from ansinh.base.statements import statement
from ansinh.entitlement.models import Decision
from ansinh.entitlement.releases import law_in_force
from ansinh.ledger import accounts as chart
from ansinh.ledger import operations as ledger
from ansinh.ledger import queries as books
from ansinh.office.security import everything, put_on
from ansinh.payment import operations as payment
from ansinh.payment.models import PaymentItem
from ansinh.payroll import operations, queries
from ansinh.payroll.models import PayrollHold, PayrollLine, PayrollPayee, PayrollRun, Settlement
from ansinh.payroll.selection import select
from ansinh.people.models import FinancialAddress
from ansinh.people.remembering import told_at
from ansinh.project.work import payroll as payroll_work
from tests.integration import makers

NOVEMBER = Month(2026, 11)
AT = datetime.datetime(2026, 11, 22, 3, tzinfo=datetime.UTC)
pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture(autouse=True)
def _office(database: None) -> None:
    makers.staff()
    ledger.appropriate(amount_dong=10**12, document=1, month=NOVEMBER.first_day, at=AT)


def calculate(
    month: Month = NOVEMBER, *, area: str | None = "19777", province: str | None = None, at: datetime.datetime = AT
) -> queries.RunRow:
    return operations.calculate(
        package=law_in_force(),
        month=month,
        selection=select(month=month, province=province, area=area),
        by="operator",
        at=at,
    )


def freeze(run: queries.RunRow) -> queries.RunRow:
    operations.check(run=run.code, by="operator", at=AT)
    operations.approve(run=run.code, by="lanh.dao", at=AT)
    return payment.freeze(run=run.code, by="can.bo", at=AT)


def lines() -> list[tuple[str, str, int]]:
    rows = PayrollLine.objects.order_by("person_id", "-for_month", "benefit")
    return [(row.kind, str(Month.of(row.for_month)), row.amount_dong) for row in rows]


def settled(about: Any, month: str, amount: int, benefit: str = "K6") -> None:
    Settlement.objects.create(
        person=about,
        benefit=benefit,
        for_month=datetime.date.fromisoformat(f"{month}-01"),
        settled_dong=amount,
        area_id=about.area_id,
    )


def test_the_raise_of_2026_is_paid_with_four_months_of_arrears() -> None:
    woman = makers.severe()
    for month in ("2026-07", "2026-08", "2026-09", "2026-10"):
        settled(woman, month, 750_000)
    run = calculate()
    assert lines() == [("regular", "2026-11", 810_000)] + [("arrears", f"2026-{m:02d}", 60_000) for m in (10, 9, 8, 7)]
    assert (run.lines, run.control_total_dong) == (5, 1_050_000)


def test_a_changed_account_is_held_until_it_has_cooled_off() -> None:
    woman = makers.severe()
    FinancialAddress.objects.filter(person=woman).update(cooling_until=datetime.date(2026, 11, 24))
    calculate()
    assert [(hold.reason, hold.amount_dong) for hold in PayrollHold.objects.all()] == [("address_cooling_off", 810_000)]
    assert lines() == []
    calculate(at=datetime.datetime(2026, 11, 24, 3, tzinfo=datetime.UTC))
    assert [line[2] for line in lines()] == [810_000]
    assert not PayrollHold.objects.exists()


def test_taking_over_older_payments_uses_the_law_known_then() -> None:
    makers.severe()
    selection = select(month=NOVEMBER, province=None, area="19777")
    taken = [
        operations.take_over_settlements(
            package=law_in_force(),
            selection=selection,
            first=Month(2026, 7),
            last=Month(2026, 10),
            known_on=datetime.date(2026, 10, 1),
            by="operator",
            at=AT,
        )
        for _ in range(2)
    ]
    assert taken == [4, 0]
    assert set(Settlement.objects.values_list("settled_dong", flat=True)) == {750_000}


def test_regression_an_empty_filter_pays_nobody() -> None:
    """A peer pays everybody when the filter matches nobody."""
    makers.severe(area="19777")
    for chosen, reason in (({"area": "20044"}, "empty_selection"), ({"area": None}, "selection_missing")):
        with pytest.raises(Refused) as refusal:
            calculate(**chosen)
        assert refusal.value.reason == reason
    assert PayrollLine.objects.count() == 0
    assert PayrollRun.objects.count() == 0


def test_regression_the_same_month_thrice_pays_once() -> None:
    """A peer accepts three payrolls for one cycle and pays three times."""
    makers.severe()
    first = freeze(calculate())
    second, third = calculate(), calculate()
    assert first.code == second.code == third.code
    assert sum(PayrollLine.objects.values_list("amount_dong", flat=True)) == 810_000
    assert books.balance(chart.commitment(first.code).name) == 810_000


def test_a_second_run_of_the_month_adds_only_differences() -> None:
    makers.severe()
    first = freeze(calculate())
    late = makers.severe()
    second = calculate()
    assert second.code != first.code
    assert list(PayrollLine.objects.filter(run__code=second.code).values_list("person_id", "amount_dong")) == [
        (late.id, 810_000)
    ]


def test_calculating_again_replaces_the_open_run() -> None:
    makers.severe()
    first = calculate()
    makers.severe()
    second = calculate()
    assert (first.code, first.lines, second.lines) == (second.code, 1, 2)


def test_calculating_again_finds_a_new_hold_under_the_same_lines() -> None:
    """What is to be taken back moves no line, and whoever checks the run must see it all the same."""
    makers.severe()
    gone = makers.severe()
    told_at(AT)
    settled(gone, "2026-10", 810_000)
    Decision.objects.filter(person=gone).update(end_month=datetime.date(2026, 11, 1))
    first = calculate()
    operations.check(run=first.code, by="operator", at=AT)
    assert not PayrollHold.objects.filter(run__code=first.code, reason="recovery_needs_decision").exists()
    Decision.objects.filter(person=gone).update(end_month=datetime.date(2026, 10, 1))
    again = calculate(at=AT + datetime.timedelta(hours=1))
    assert (again.code, again.control_total_dong) == (first.code, first.control_total_dong)
    held = PayrollHold.objects.get(run__code=first.code, reason="recovery_needs_decision")
    assert (held.person_id, held.amount_dong) == (gone.id, -810_000)
    assert again.state == "CALCULATED", "a check made without it is made again"


def test_the_same_facts_give_the_same_hash() -> None:
    makers.severe()
    assert calculate().sha256 == calculate().sha256 != ""


def test_a_commune_and_its_province_cannot_both_settle_a_month() -> None:
    makers.severe()
    of_province = calculate(area=None, province="46")
    of_commune = calculate()
    freeze(of_commune)
    operations.check(run=of_province.code, by="operator", at=AT)
    operations.approve(run=of_province.code, by="lanh.dao", at=AT)
    with pytest.raises(Refused) as refusal:
        payment.freeze(run=of_province.code, by="can.bo", at=AT)
    assert refusal.value.reason == "settled_meanwhile"
    assert Settlement.objects.get().settled_dong == 810_000


def test_a_run_that_settles_the_month_at_the_same_moment_is_met_by_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """The look whether a month was settled before cannot see what another transaction is just writing; the key does."""
    makers.severe()
    of_province = calculate(area=None, province="46")
    of_commune = calculate()
    freeze(of_commune)
    operations.check(run=of_province.code, by="operator", at=AT)
    operations.approve(run=of_province.code, by="lanh.dao", at=AT)

    def blind(room: str, name: str) -> str:
        text = statement(room, name)
        look = "NOT EXISTS (SELECT FROM payroll_settlement AS known WHERE known.for_month = run.month)"
        assert name != "settle" or look in text
        return text.replace(look, "true")

    monkeypatch.setattr(operations, "statement", blind)
    with pytest.raises(Refused) as refusal:
        payment.freeze(run=of_province.code, by="can.bo", at=AT)
    assert refusal.value.reason == "settled_meanwhile"
    assert Settlement.objects.get().settled_dong == 810_000
    assert not PaymentItem.objects.filter(run__code=of_province.code).exists()


def test_an_unknown_fact_is_held_neither_paid_nor_refused() -> None:
    makers.severe()
    doubtful = makers.person(disability="unknown")
    makers.decision(doubtful)
    settled(doubtful, "2026-10", 750_000)
    calculate()
    assert [hold.reason for hold in PayrollHold.objects.filter(person=doubtful)] == ["needs_verification"]
    assert not PayrollLine.objects.filter(person=doubtful).exists()


def test_a_death_reported_late_is_held_with_its_recovery() -> None:
    makers.severe()
    dead = makers.severe(died="2026-09-30")
    for month, amount in (("2026-09", 810_000), ("2026-10", 810_000)):
        settled(dead, month, amount)
    calculate()
    hold = PayrollHold.objects.get(person=dead)
    assert (hold.reason, hold.amount_dong) == ("recovery_needs_decision", -810_000)


def test_nothing_is_paid_to_the_dead() -> None:
    makers.severe()
    dead = makers.severe(died="2026-11-05")
    calculate()
    hold = PayrollHold.objects.get(person=dead)
    assert (hold.reason, hold.amount_dong) == ("beneficiary_deceased", 810_000)


def test_a_dead_delegate_receives_nothing() -> None:
    bedridden = makers.severe()
    makers.mandate(bedridden, makers.person(died="2026-10-01"), kind="delegate")
    makers.severe()
    calculate()
    assert PayrollHold.objects.get(person=bedridden).reason == "payee_deceased"


def test_an_incomplete_birth_date_is_held() -> None:
    makers.severe()
    vague = makers.severe()
    vague.birth_precision = "year"
    vague.save()
    calculate()
    assert PayrollHold.objects.get(person=vague).reason == "birth_date_incomplete"


def test_a_guardian_of_three_children_is_the_payee_of_three_sums() -> None:
    guardian = makers.person()
    makers.address(guardian)
    for _ in range(3):
        child = makers.person(born="2018-03-01", no_caregiver_case="b")
        makers.decision(child, "K1")
        makers.mandate(child, guardian)
    calculate()
    rows = PayrollPayee.objects.values_list("payee_id", "channel", "due_dong")
    assert list(rows) == [(guardian.id, "account", 810_000)] * 3


def test_an_unverified_account_is_not_paid_into() -> None:
    for state in ("COLLECTED", "NOT_OPENED", "CANNOT_OPEN"):
        woman = makers.person(disability="severe")
        makers.decision(woman)
        makers.address(woman, state)
    calculate()
    assert set(PayrollPayee.objects.values_list("channel", flat=True)) == {"cash"}


def test_one_person_cannot_approve_what_they_calculated() -> None:
    makers.severe()
    selection = select(month=NOVEMBER, province=None, area="19777")
    run = operations.calculate(package=law_in_force(), month=NOVEMBER, selection=selection, by="lanh.dao", at=AT)
    operations.check(run=run.code, by="operator", at=AT)
    with pytest.raises(Refused) as refusal:
        operations.approve(run=run.code, by="lanh.dao", at=AT)
    assert refusal.value.reason == "second_person_required"
    assert operations.approve(run=run.code, by="lanh.dao2", at=AT).state == "APPROVED"


@pytest.mark.parametrize("skipped", ["approve", "freeze"])
def test_steps_cannot_be_skipped(skipped: str) -> None:
    makers.severe()
    run = calculate()
    with pytest.raises(Refused) as refusal:
        if skipped == "approve":
            operations.approve(run=run.code, by="lanh.dao", at=AT)
        else:
            payment.freeze(run=run.code, by="can.bo", at=AT)
    assert refusal.value.reason == "run_not_ready"


def test_a_line_changed_behind_the_approval_stops_the_freeze() -> None:
    makers.severe()
    run = calculate()
    operations.check(run=run.code, by="operator", at=AT)
    operations.approve(run=run.code, by="lanh.dao", at=AT)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE payroll_payrollline SET entitled_dong = entitled_dong + 1, amount_dong = amount_dong + 1"
        )
    with pytest.raises(Refused) as refusal:
        payment.freeze(run=run.code, by="can.bo", at=AT)
    assert refusal.value.reason == "control_total_changed"


def test_a_freeze_beyond_the_appropriation_changes_nothing() -> None:
    makers.severe()
    run = calculate()
    operations.check(run=run.code, by="operator", at=AT)
    operations.approve(run=run.code, by="lanh.dao", at=AT)
    # Another run has taken the money in the meantime.
    ledger.book_one(
        code=chart.Code.COMMIT,
        reference=999,
        debit=chart.commitment("khac"),
        credit=chart.APPROPRIATION,
        amount_dong=10**12 - 1,
        evidence=1,
        month=NOVEMBER.first_day,
        at=AT,
    )
    with pytest.raises(Refused) as refusal:
        payment.freeze(run=run.code, by="can.bo", at=AT)
    assert refusal.value.reason == "balance_insufficient"
    assert Settlement.objects.count() == 0
    assert queries.run(run.code).state == "APPROVED"


def test_the_number_of_statements_does_not_depend_on_the_people(django_assert_num_queries: Any) -> None:
    counts = []
    for people in (1, 30):
        for _ in range(people):
            makers.severe()
        seen = [0]

        def count(execute: Any, sql: str, params: Any, many: bool, context: Any, seen: list[int] = seen) -> Any:
            seen[0] += 1
            return execute(sql, params, many, context)

        with connection.execute_wrapper(count):
            calculate()
        counts.append(seen[0])
    assert abs(counts[0] - counts[1]) <= 4, counts


def test_an_undecided_benefit_that_was_settled_blocks_the_other_and_is_not_taken_back() -> None:
    """Disability unknown now, paid as K6 until now; the pension must not be paid beside it for the same months."""
    old = makers.person(born="1949-05-01", disability="unknown")
    makers.decision(old)
    makers.decision(old, "HT", start="2025-08")
    makers.address(old)
    settled(old, "2026-10", 1_080_000)
    makers.severe()
    calculate()
    of_old = PayrollLine.objects.filter(person=old).values_list("benefit", "for_month", "amount_dong")
    assert list(of_old) == [("HT", NOVEMBER.first_day, 540_000)]
    assert PayrollHold.objects.get(person=old).reason == "needs_verification"


def test_an_approved_run_that_another_one_overtook_can_be_calculated_again() -> None:
    makers.severe(area="19777")
    makers.severe(area="20044")
    of_province = calculate(area=None, province="46")
    of_commune = calculate()
    operations.check(run=of_province.code, by="operator", at=AT)
    operations.approve(run=of_province.code, by="lanh.dao", at=AT)
    freeze(of_commune)
    again = calculate(area=None, province="46")
    assert (again.code, again.state, again.lines, again.approved_by) == (of_province.code, "CALCULATED", 1, "")
    assert freeze(again).state == "FROZEN"


def test_calculating_an_approved_run_with_the_same_outcome_keeps_the_approval() -> None:
    makers.severe()
    run = calculate()
    operations.check(run=run.code, by="operator", at=AT)
    operations.approve(run=run.code, by="lanh.dao", at=AT)
    assert calculate().state == "APPROVED"


@pytest.mark.parametrize(
    ("month", "reason"),
    [("2027-01", "month_too_far"), ("2035-01", "month_too_far"), ("2026-06", "month_before_register")],
)
def test_a_month_that_is_not_ours_to_pay_is_refused(month: str, reason: str) -> None:
    settled(makers.severe(), "2026-07", 750_000)
    with pytest.raises(Refused) as refusal:
        calculate(Month.parse(month))
    assert refusal.value.reason == reason
    assert PayrollRun.objects.count() == 0


def test_a_commune_whose_month_its_province_has_paid_leaves_no_empty_run() -> None:
    makers.severe()
    freeze(calculate(area=None, province="46"))
    with pytest.raises(Refused) as refusal:
        calculate()
    assert refusal.value.reason == "nothing_to_pay"
    assert PayrollRun.objects.count() == 1


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM payroll_payrollline",
        "UPDATE payroll_payrollline SET amount_dong = 1, entitled_dong = 1",
        "DELETE FROM payroll_payrollpayee",
        "DELETE FROM payroll_payrollrun",
        "UPDATE payroll_payrollrun SET state = 'CALCULATED'",
        "INSERT INTO payroll_payrollhold (run_id, person_id, reason, detail, amount_dong, area_id)"
        " SELECT run_id, person_id, 'x', '', 0, area_id FROM payroll_payrollline",
    ],
)
def test_the_database_itself_keeps_a_frozen_run(statement: str) -> None:
    makers.severe()
    freeze(calculate())
    with pytest.raises(ProgrammingError, match="frozen"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_what_changed_in_the_month_of_death_counts_for_that_month() -> None:
    makers.severe()
    woman = makers.person(died="2026-10-20")
    makers.fact(woman, "disability", "severe", since=datetime.date(2026, 10, 3))
    makers.decision(woman, start="2026-10")
    settled(makers.severe(), "2026-10", 810_000)
    calculate()
    # October is due to her estate; it waits for a decision, because nothing is paid to the dead.
    hold = PayrollHold.objects.get(person=woman)
    assert (hold.reason, hold.amount_dong) == ("beneficiary_deceased", 810_000)


def test_a_commune_of_another_province_is_refused() -> None:
    makers.severe()
    with pytest.raises(Refused) as refusal:
        calculate(area="19777", province="01")
    assert refusal.value.reason == "area_outside_province"


@pytest.mark.parametrize("act", ["calculate", "check"])
def test_whoever_calculates_or_checks_by_name_cannot_approve(act: str) -> None:
    makers.severe()
    named = {name: "lanh.dao" if name == act else None for name in ("calculate", "check")}
    given = argparse.Namespace(month="2026-11", province=None, area="19777", user=named["calculate"])
    code = payroll_work.calculate(given)["run"]
    payroll_work.check(argparse.Namespace(run=code, user=named["check"]))
    put_on(everything("tests"))
    run = queries.run(code)
    assert (run.calculated_by, run.checked_by) == tuple(named[name] or "operator" for name in ("calculate", "check"))
    with pytest.raises(Refused) as refusal:
        operations.approve(run=code, by="lanh.dao", at=AT)
    assert refusal.value.reason == "second_person_required"
    assert operations.approve(run=code, by="lanh.dao2", at=AT).state == "APPROVED"


def test_without_a_name_the_operator_calculates_as_the_contract_says() -> None:
    makers.severe()
    code = payroll_work.calculate(argparse.Namespace(month="2026-11", province=None, area="19777"))["run"]
    payroll_work.check(argparse.Namespace(run=code))
    put_on(everything("tests"))
    assert operations.approve(run=code, by="lanh.dao", at=AT).state == "APPROVED"
    with pytest.raises(Refused) as refusal:
        payroll_work.calculate(argparse.Namespace(month="2026-11", province=None, area="19777", user="soan.luat"))
    assert refusal.value.reason == "role_not_allowed"
