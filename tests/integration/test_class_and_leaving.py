"""A household's class, leaving the province, a certificate that ended: effect first, then a second person's word."""

import datetime

import pytest
from django.db import transaction

from ansinh.base.months import Month
from ansinh.base.refusals import Refused
from ansinh.entitlement import events
from ansinh.entitlement.models import Decision, LifeEvent
from ansinh.entitlement.releases import law_in_force
from ansinh.office.models import AuditEvent, Hardship
from ansinh.payroll import operations as payroll
from ansinh.payroll.models import PayrollHold, PayrollLine, Settlement
from ansinh.payroll.queries import RunRow
from ansinh.payroll.selection import select
from ansinh.people.models import Circumstance, Membership, Person
from ansinh.poverty.models import HouseholdClass
from tests.integration import makers
from tests.integration.telling import AT, ON, accept, refusal, tell
from tests.integration.visiting import page, working

pytestmark = pytest.mark.usefixtures("database")
DAY = datetime.date
NUMBER = "118/QĐ-UBND"


def _run() -> RunRow:
    month = Month(2026, 11)
    selection = select(month=month, province="46", area=None)
    return payroll.calculate(package=law_in_force(), month=month, selection=selection, by="operator", at=AT)


def _small_child(poverty: str) -> Person:
    """Return a child under three in a commune of special hardship: due while the household is poor or near poor."""
    makers.staff()
    child = makers.person(born="2024-06-15", poverty=poverty)
    makers.decision(child, "K7", start="2026-08")
    Hardship.objects.create(area_id=child.area_id, valid_from=DAY(2025, 7, 1), document="QĐ thử")
    return child


def test_a_household_that_becomes_poor_is_shown_what_the_next_payroll_finds() -> None:
    child = _small_child("none")
    Settlement.objects.create(
        person=makers.severe(), benefit="K6", for_month=DAY(2026, 8, 1), settled_dong=810_000, area_id=child.area_id
    )
    told = tell(child, "poverty_class", "poor", document=NUMBER)
    assert told.monthly_change_dong > 0 and told.clauses and not told.is_unknown
    assert HouseholdClass.objects.filter(household__membership__person=child).count() == 1, "looked at, not done"
    assert not AuditEvent.objects.filter(action="poverty_class_recorded").exists()
    accept(told)
    classes = HouseholdClass.objects.filter(household__membership__person=child).order_by("valid_from")
    assert [(row.poverty_class, row.valid_to, row.decision_number) for row in classes] == [
        ("none", ON, ""), ("poor", None, NUMBER)
    ]  # fmt: skip
    lines = PayrollLine.objects.filter(run__code=_run().code, person=child).order_by("for_month")
    shown = [(one["month"], one["after_dong"]) for one in told.effect if one["month"] <= "2026-11"]
    assert [(str(Month.of(line.for_month)), line.amount_dong) for line in lines] == shown and shown


def test_a_class_is_the_whole_households() -> None:
    child = _small_child("poor")
    household = Membership.objects.get(person=child).household
    other = makers.person(born="2024-09-01")
    makers.decision(other, "K7", start="2026-08")
    Membership.objects.filter(person=other).delete()
    Membership.objects.create(
        household=household, person=other, relationship="child", area_id=child.area_id, valid_from=makers.LONG_AGO
    )
    told = tell(child, "poverty_class", "none")
    shown = {one["month"]: (one["before_dong"], one["after_dong"]) for one in told.effect}
    lines = PayrollLine.objects.filter(run__code=_run().code, for_month=DAY(2026, 11, 1))
    assert {line.person_id for line in lines} == {child.id, other.id}
    assert shown["2026-11"] == (sum(line.amount_dong for line in lines), 0), "both lose what the payroll would pay"


@pytest.mark.parametrize(
    ("value", "on", "document", "reason"),
    [
        ("rich", ON, NUMBER, "event_impossible"), ("", ON, NUMBER, "event_impossible"), ("poor", ON, " ", "document_missing"),
        ("poor", ON, "Q" * 61, "decision_number_too_long"), ("poor", makers.LONG_AGO, NUMBER, "class_overlaps"),
        ("poor", DAY(2035, 1, 1), NUMBER, "date_too_far"),
    ],
)  # fmt: skip
def test_a_class_that_cannot_be_is_refused(value: str, on: datetime.date, document: str, reason: str) -> None:
    child = _small_child("none")
    assert refusal(tell, child, "poverty_class", value, on, document=document) == reason
    assert not LifeEvent.objects.exists() and HouseholdClass.objects.count() == 1


def test_a_refusal_names_the_values_that_the_kind_takes() -> None:
    makers.staff()
    person = makers.severe()
    for kind, value, said in (
        ("poverty_class", "rich", "poor, near_poor, none."), ("disability", "banana", "extremely_severe, mild, severe, unknown."),
        ("monthly_pension_dong", "-5", "chỉ gồm chữ số"), ("hiv", "true", "chuyển sang tỉnh khác ghi nơi đến"),
    ):  # fmt: skip
        with pytest.raises(Refused) as refused, transaction.atomic():
            tell(person, kind, value)
        assert said in refused.value.vi and "hiv," not in refused.value.vi


def test_a_text_that_is_too_long_is_refused_and_not_cut() -> None:
    makers.staff()
    person = makers.severe()
    assert refusal(tell, person, "birth", "A" * 5_000) == "text_too_long"
    given = {
        "person_id": person.id,
        "kind": "delegate",
        "value": "046180000012",
        "happened_on": ON,
        "source": "commune",
    }
    who = {"name": "Lê Na", "sex": "female", "birth_date": "1980-02-03", "certifier": "x" * 121}
    assert refusal(events.record, **given, document="g", by="can.bo", at=AT, details=who) == "text_too_long"


def test_whoever_is_in_no_household_has_no_class_to_change() -> None:
    child = _small_child("none")
    Membership.objects.filter(person=child).delete()
    assert refusal(tell, child, "poverty_class", "poor") == "household_unknown"


def test_leaving_the_province_stops_here_from_the_next_month_and_pays_none_twice() -> None:
    makers.staff()
    person = makers.severe()
    told = tell(person, "leaves_province", "Thành phố Đà Nẵng", DAY(2026, 11, 20))
    assert [(one["month"], one["after_dong"]) for one in told.effect] == [("2026-12", 0)] and told.due_on is None
    assert told.clauses == ("NĐ 335/2026/NĐ-CP, Điều 8 khoản 3",), (
        "the clause of a move, not of what nobody is due any more"
    )
    assert Decision.objects.get(person=person).end_month is None
    accept(told)
    assert {row.end_month for row in Decision.objects.filter(person=person)} == {DAY(2026, 12, 1)}
    assert AuditEvent.objects.filter(action="decision.stop", subject=f"person:{person.id}").count() == 1
    lines = PayrollLine.objects.filter(run__code=_run().code, person=person)
    assert {line.for_month for line in lines} == {DAY(2026, 11, 1)}, "the month of leaving is paid here"
    assert refusal(tell, person, "leaves_province", "a" * 121) == "text_too_long"
    assert refusal(tell, person, "leaves_province", "Thành phố Hà Nội", DAY(2026, 11, 21)) == "nothing_to_stop"


def test_leaving_told_by_mistake_is_taken_back_and_nothing_is_lost() -> None:
    makers.staff()
    person = makers.severe()
    assert refusal(tell, person, "leaving_undone", "", DAY(2026, 11, 21)) == "nothing_to_resume"
    makers.decision(person, "K7", start="2026-08")
    Decision.objects.filter(benefit="K7").update(end_month=DAY(2027, 3, 1))
    accept(tell(person, "leaves_province", "Đà Nẵng", DAY(2026, 11, 20)))
    told = tell(person, "leaving_undone", "", DAY(2026, 11, 21), document="phiếu 10")
    assert [(one["month"], one["before_dong"]) for one in told.effect] == [
        ("2026-12", 0)
    ] and told.monthly_change_dong > 0
    ends = Decision.objects.filter(person=person).order_by("benefit").values_list("end_month", flat=True)
    assert list(ends) == [DAY(2026, 12, 1)] * 2, "looked at, not done"
    accept(told)
    assert list(ends.all()) == [None, DAY(2027, 3, 1)], "each ends where it ended before"


def test_a_certificate_that_has_ended_holds_the_month_instead_of_guessing() -> None:
    makers.staff()
    person = makers.severe()
    told = tell(person, "disability", "unknown")
    assert told.is_unknown
    accept(told)
    assert Circumstance.objects.filter(person=person, kind="disability", value="unknown", valid_from=ON).exists()
    run = _run()
    assert PayrollHold.objects.filter(run__code=run.code, person=person).exists()


def test_the_page_tells_a_class_and_leaving_in_the_officers_words() -> None:
    child = _small_child("none")
    officer = working("commune_officer", "19777")
    form = page(officer, f"/nguoi/{child.id}/bien-dong/")
    assert "Kết quả rà soát hộ nghèo, cận nghèo: hộ nghèo" in form.replace("Hộ nghèo", "hộ nghèo")
    assert "Giấy xác nhận khuyết tật hết hạn" in form
    told = officer.post(
        f"/nguoi/{child.id}/bien-dong/", {"viec": "poverty_class:poor", "ngay": "2026-10-12", "giay-to": NUMBER}
    )
    shown = page(officer, told.headers["Location"])
    assert "ảnh hưởng cộng mọi người trong hộ" in shown and NUMBER in shown
    gone = officer.post(
        f"/nguoi/{child.id}/bien-dong/",
        {"viec": "leaves_province:", "ngay": "2026-11-20", "giay-to": "phiếu 9", "tinh-den": "Đà Nẵng"},
    )
    shown = page(officer, gone.headers["Location"])
    assert "Đà Nẵng" in shown and "thôi chi trả từ tháng sau" in shown
