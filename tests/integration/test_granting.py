"""An application, the decision of another person, the end of one benefit: what is shown is what the payroll pays."""

import datetime

import pytest

from ansinh.base.months import Month
from ansinh.entitlement import events, granting
from ansinh.entitlement.models import Decision, LifeEvent
from ansinh.entitlement.releases import law_in_force
from ansinh.law.package import default_laws
from ansinh.law.procedure.deadlines import deadline
from ansinh.law.procedure.loading import load_procedure
from ansinh.office.models import AuditEvent
from ansinh.payroll import operations as payroll
from ansinh.payroll.models import PayrollLine
from ansinh.payroll.selection import select
from ansinh.people.models import Circumstance, FinancialAddress, Person, ProtectedCondition
from ansinh.project.work.events import as_json
from tests.integration import makers
from tests.integration.telling import AT, accept, refusal, tell
from tests.integration.visiting import page, working

pytestmark = pytest.mark.usefixtures("database")
DAY = datetime.date
RECEIVED = DAY(2026, 11, 16)
NUMBER = "118/QĐ-UBND"


def _decide(
    told: events.EventRow, note: str = NUMBER, *, is_accepted: bool = True, by: str = "lanh.dao"
) -> events.EventRow:
    return events.decide(event_id=told.id, is_accepted=is_accepted, note=note, by=by, at=AT)


def _paid() -> dict[str, int]:
    month = Month(2026, 11)
    selection = select(month=month, province="46", area=None)
    run = payroll.calculate(package=law_in_force(), month=month, selection=selection, by="operator", at=AT)
    lines = PayrollLine.objects.filter(run__code=run.code)
    return {str(Month.of(line.for_month)): line.amount_dong for line in lines}


def _applicant(disability: str = "severe") -> Person:
    makers.staff()
    return makers.person(disability=disability)


def test_an_application_is_shown_with_its_sum_and_clause_and_changes_nothing() -> None:
    woman = _applicant()
    told = tell(woman, "grant", "K6", RECEIVED, document="Tờ khai mẫu 01")
    assert [(one["month"], one["before_dong"], one["after_dong"]) for one in told.effect] == [
        ("2026-11", 0, 810_000), ("2026-12", 0, 810_000)
    ]  # fmt: skip
    assert told.clauses == ("NĐ 335/2026/NĐ-CP, Điều 8 khoản 2",)
    step = deadline(load_procedure(default_laws()), "assistance_decision", RECEIVED)
    assert told.due_on == step.due, "the days run from the day the file came"
    assert not Decision.objects.exists() and not FinancialAddress.objects.exists(), "looked at, not done"
    assert not AuditEvent.objects.filter(action="decision.grant").exists()


def test_another_person_signs_and_the_payroll_pays_from_that_month() -> None:
    woman = _applicant()
    told = tell(woman, "grant", "K6", RECEIVED)
    assert refusal(_decide, told, by="can.bo") == "second_person_needed"
    done = _decide(told)
    row = Decision.objects.get()
    assert (row.person_id, row.benefit, row.number, row.signed_on) == (woman.id, "K6", NUMBER, AT.date())
    assert (row.start_month, row.end_month, row.recorded_at) == (DAY(2026, 11, 1), None, AT)
    assert done.state == "ACCEPTED" and _decide(told).id == done.id, "pressed twice it is signed once"
    assert Decision.objects.count() == 1
    assert FinancialAddress.objects.get(person=woman).state == "NOT_OPENED", "now somebody to ask for an account"
    assert AuditEvent.objects.get(action="decision.grant").subject == f"person:{woman.id}"
    assert _paid() == {"2026-11": 810_000}


@pytest.mark.parametrize(
    ("disability", "reason"),
    [("mild", "not_entitled"), ("unknown", "not_verified")],
)
def test_nobody_signs_what_the_law_does_not_bear(disability: str, reason: str) -> None:
    told = tell(_applicant(disability), "grant", "K6", RECEIVED)
    assert told.effect == () and told.is_unknown == (disability == "unknown")
    assert refusal(_decide, told) == reason
    assert not Decision.objects.exists() and LifeEvent.objects.get().state == "OPEN"
    assert _decide(told, "chưa đủ điều kiện", is_accepted=False).state == "REFUSED"


def test_what_has_changed_since_it_was_told_counts_when_it_is_signed() -> None:
    woman = _applicant()
    told = tell(woman, "grant", "K6", RECEIVED)
    Circumstance.objects.filter(person=woman).update(value="mild")
    assert refusal(_decide, told) == "not_entitled"
    Circumstance.objects.filter(person=woman).update(value="extremely_severe")
    assert _decide(told).monthly_change_dong == 1_080_000, "the effect that was signed is the one that is kept"


@pytest.mark.parametrize(
    ("kind", "value", "on", "details", "reason"),
    [
        ("grant", "K99", RECEIVED, {}, "benefit_unknown"),
        ("grant", "ONE-07", RECEIVED, {}, "benefit_unknown"),
        ("grant", "", RECEIVED, {}, "event_impossible"),
        ("grant", "K6", DAY(2026, 12, 24), {}, "date_in_future"),
        ("grant", "K6", RECEIVED, {"cause": "declined"}, "event_impossible"),
        ("stop", "K6", RECEIVED, {}, "cause_unknown"),
        ("stop", "K6", RECEIVED, {"cause": "died"}, "cause_unknown"),
        ("stop", "K6", RECEIVED, {"cause": "declined"}, "nothing_to_stop"),
    ],
)
def test_what_cannot_be_is_refused(kind: str, value: str, on: DAY, details: dict[str, str], reason: str) -> None:
    woman = _applicant()
    assert refusal(tell, woman, kind, value, on, **details) == reason
    assert not LifeEvent.objects.exists()


def test_one_decision_at_a_time_and_a_number_that_fits() -> None:
    woman = _applicant()
    told = tell(woman, "grant", "K6", RECEIVED)
    assert refusal(_decide, told, "x" * 61) == "decision_number_too_long"
    _decide(told)
    assert refusal(tell, woman, "grant", "K6", DAY(2026, 11, 20)) == "already_granted"


@pytest.mark.parametrize("cause", granting.stop_causes())
def test_a_benefit_stops_with_the_month_after_by_the_clause_of_its_ground(cause: str) -> None:
    makers.staff()
    woman = makers.severe()
    told = tell(woman, "stop", "K6", DAY(2026, 11, 5), document="Đơn", cause=cause)
    assert [(one["month"], one["before_dong"], one["after_dong"]) for one in told.effect] == [("2026-12", 810_000, 0)]
    rule = load_procedure(default_laws()).life_rule("stop", cause, "assistance", "K6", AT.date())
    assert rule is not None and told.clauses == (rule.clause.citation,)
    assert Decision.objects.get().end_month is None, "looked at, not done"
    accept(told)
    assert Decision.objects.get().end_month == DAY(2026, 12, 1)
    assert _paid()["2026-11"] == 810_000, "the month in which it happened is still due"


def test_what_was_stopped_is_granted_anew_and_no_month_is_paid_twice() -> None:
    makers.staff()
    woman = makers.severe()
    accept(tell(woman, "stop", "K6", DAY(2026, 9, 5), cause="declined"))
    _decide(tell(woman, "grant", "K6", RECEIVED))
    starts = list(Decision.objects.order_by("start_month").values_list("start_month", "end_month"))
    assert starts == [(DAY(2024, 2, 1), DAY(2026, 10, 1)), (DAY(2026, 11, 1), None)]
    assert _paid() == {"2026-11": 810_000}


def test_whoever_left_the_province_by_mistake_or_came_back_can_be_granted_again() -> None:
    makers.staff()
    woman = makers.severe()
    accept(tell(woman, "leaves_province", "79", DAY(2026, 9, 1)))
    _decide(tell(woman, "grant", "K6", RECEIVED))
    assert refusal(tell, woman, "leaving_undone", "") == "nothing_to_resume", "the new decision runs"


def _ill() -> Person:
    makers.staff()
    person = makers.person(born="1980-05-02", poverty="poor", stable_income="false")
    ProtectedCondition.objects.create(
        person=person,
        kind="hiv",
        value="true",
        area_id=person.area_id,
        valid_from=makers.LONG_AGO,
        recorded_at=makers.EPOCH,
    )
    return person


def test_a_benefit_that_tells_a_health_status_is_granted_without_being_named() -> None:
    person = _ill()
    told = tell(person, "grant", "K8", RECEIVED)
    assert told.monthly_change_dong == 810_000
    _decide(told)
    client = working("commune_officer", "19777")
    shown = page(client, f"/bien-dong/{told.id}/")
    assert "Trợ cấp xã hội hằng tháng" in shown and "K8" not in shown and "HIV" not in shown
    telling = page(client, f"/nguoi/{person.id}/bien-dong/")
    assert 'value="stop:1"' in telling and "stop:K8" not in telling
    assert as_json(told)["value"] == "Trợ cấp xã hội hằng tháng"
    trail = AuditEvent.objects.filter(subject=f"person:{person.id}").values_list("detail", flat=True)
    assert all("K8" not in str(detail) for detail in trail)
    answer = client.post(
        f"/nguoi/{person.id}/bien-dong/",
        {"viec": "stop:1", "ngay": "2026-11-20", "giay-to": "Đơn", "ly-do": "declined"},
    )
    assert answer.status_code == 302
    stopped = LifeEvent.objects.get(kind="stop")
    assert (stopped.value, stopped.details) == ("K8", {"cause": "declined"})


def test_by_the_page() -> None:
    woman = _applicant()
    officer, approver = working("commune_officer", "19777"), working("department_approver")
    address = f"/nguoi/{woman.id}/bien-dong/"
    form = page(officer, address)
    assert "Đề nghị hưởng chế độ: Trợ cấp người khuyết tật nặng, đặc biệt nặng (K6)" in form
    answer = officer.post(address, {"viec": "grant:K6", "ngay": "2026-11-16", "giay-to": "Tờ khai"})
    event = LifeEvent.objects.get()
    assert answer.headers["Location"] == f"/bien-dong/{event.id}/"
    assert "Số quyết định hưởng" in page(approver, f"/bien-dong/{event.id}/")
    for _ in range(2):
        approver.post(f"/bien-dong/{event.id}/", {"viec": "chap-nhan", "can-cu": NUMBER})
    assert Decision.objects.get().number == NUMBER
    assert NUMBER in page(officer, f"/nguoi/{woman.id}/")
