"""Changes of life: told with their effect and deadline, decided by another person, settled by the next payroll; agency lists; dates."""

import datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from ansinh.base.months import Month
from ansinh.base.refusals import Refused
from ansinh.entitlement import agency_lists, events
from ansinh.entitlement.models import Decision, LifeEvent
from ansinh.entitlement.releases import law_in_force
from ansinh.office.security import everything, limited, put_on
from ansinh.payroll import operations as payroll
from ansinh.payroll.models import PayrollHold, Settlement
from ansinh.payroll.selection import select
from ansinh.people.models import Circumstance, Mandate, Person, ProtectedCondition
from ansinh.people.sheets import read_list
from ansinh.web import assets
from tests.integration import makers
from tests.integration.visiting import page, working

pytestmark = pytest.mark.usefixtures("database")
AT = datetime.datetime(2026, 11, 23, 3, tzinfo=datetime.UTC)
DAY = datetime.date
TENTH = datetime.date(2026, 9, 10)


def _tell(
    person: Person, kind: str = "death", value: str = "", on: datetime.date = TENTH, by: str = "can.bo"
) -> events.EventRow:
    told = events.record(
        person_id=person.id, kind=kind, value=value, happened_on=on, source="commune", document="giấy chứng tử 12", by=by, at=AT
    )  # fmt: skip
    put_on(everything("tests", protected=True))
    return told


def _refused(work: Any, **named: Any) -> str:
    with pytest.raises(Refused) as refusal, transaction.atomic():
        work(**named)
    put_on(everything("tests", protected=True))
    return refusal.value.reason


def test_a_death_told_late_shows_what_was_paid_too_much_and_the_next_run_settles_it() -> None:
    makers.staff()
    person = makers.severe()
    for month in (10, 11):
        Settlement.objects.create(
            person=person, benefit="K6", for_month=DAY(2026, month, 1), settled_dong=810_000, area_id=person.area_id
        )
    told = _tell(person)
    assert [(one["month"], one["before_dong"], one["after_dong"]) for one in told.effect] == [
        ("2026-10", 810_000, 0), ("2026-11", 810_000, 0), ("2026-12", 810_000, 0),
    ]  # fmt: skip
    assert (told.monthly_change_dong, told.taken_back_dong, told.is_unknown) == (-810_000, 1_620_000, False)
    assert all("NĐ 335/2026/NĐ-CP" in clause for clause in told.clauses) and told.clauses
    # Seven working days from Monday the 23rd; the 24th is a public holiday.
    assert told.due_on == DAY(2026, 12, 3)
    assert _tell(person).id == told.id, "told again, nothing new"
    person.refresh_from_db()
    assert person.death_date is None, "what somebody says is not yet so"
    assert (
        _refused(events.decide, event_id=told.id, is_accepted=True, note="x", by="can.bo", at=AT)
        == "second_person_needed"
    )
    for _click in range(2):
        done = events.decide(event_id=told.id, is_accepted=True, note="đã đối chiếu", by="lanh.dao", at=AT)
        put_on(everything("tests", protected=True))
        assert done.state == "ACCEPTED"
    selection = select(month=Month(2026, 12), province="46", area=None)
    run = payroll.calculate(package=law_in_force(), month=Month(2026, 12), selection=selection, by="operator", at=AT)
    holds = PayrollHold.objects.filter(run__code=run.code, person=person)
    assert sum(hold.amount_dong for hold in holds) == -1_620_000, "the effect that was shown is what the payroll finds"


def test_a_dead_delegate_receives_no_more() -> None:
    makers.staff()
    beneficiary, delegate = makers.severe(), makers.person()
    makers.mandate(beneficiary, delegate)
    told = _tell(delegate)
    assert told.effect == (), "the delegate's death changes nobody's sum"
    events.decide(event_id=told.id, is_accepted=True, note="x", by="lanh.dao", at=AT)
    put_on(everything("tests", protected=True))
    assert Mandate.objects.get().valid_to == DAY(2026, 9, 11)


def test_a_worse_disability_raises_the_sum_and_is_kept_as_history() -> None:
    makers.staff()
    person = makers.severe()
    told = _tell(person, "disability", "extremely_severe", DAY(2026, 11, 2))
    assert told.monthly_change_dong > 0
    assert any("Điều 8 khoản 4" in clause or "Điều 6" in clause for clause in told.clauses), told.clauses
    events.decide(event_id=told.id, is_accepted=True, note="x", by="lanh.dao", at=AT)
    put_on(everything("tests", protected=True))
    values = Circumstance.objects.filter(person=person, kind="disability", superseded_at=None).order_by("valid_from")
    assert [row.value for row in values] == ["severe", "extremely_severe"]


def test_what_is_refused_leaves_no_trace_in_the_register_and_can_be_told_again() -> None:
    makers.staff()
    person = makers.severe()
    told = _tell(person)
    events.decide(event_id=told.id, is_accepted=False, note="nhầm người", by="lanh.dao", at=AT)
    put_on(everything("tests", protected=True))
    person.refresh_from_db()
    assert person.death_date is None
    assert (
        _refused(events.decide, event_id=told.id, is_accepted=True, note="x", by="lanh.dao2", at=AT) == "event_decided"
    )
    assert _tell(person).id != told.id


@pytest.mark.parametrize(
    ("named", "reason"),
    [
        ({"kind": "hiv", "value": "true"}, "event_impossible"), ({"kind": "disability", "value": "very"}, "event_impossible"),
        ({"on": DAY(2026, 12, 24)}, "date_in_future"), ({"by": "soan.luat"}, "role_not_allowed"), ({"kind": "stable_income", "value": "true"}, "event_impossible"),
    ],
)  # fmt: skip
def test_bad_news_is_refused_by_name(named: dict[str, Any], reason: str) -> None:
    makers.staff()
    assert _refused(_tell, person=makers.severe(), **named) == reason
    assert not LifeEvent.objects.exists()


def test_no_effect_tells_a_health_status() -> None:
    """The sum of a protected benefit is computed, and nothing of the event names the group."""
    makers.staff()
    person = makers.person(born="1990-01-01", poverty="poor")
    ProtectedCondition.objects.create(
        person=person,
        kind="hiv",
        value="true",
        area_id=person.area_id,
        valid_from=makers.LONG_AGO,
        recorded_at=makers.EPOCH,
    )
    Decision.objects.create(
        person=person, benefit="K8", number="1/QĐ", signed_on=DAY(2026, 1, 5), start_month=DAY(2026, 1, 1), area_id=person.area_id, recorded_at=makers.EPOCH
    )  # fmt: skip
    told = _tell(person)
    other = _tell(makers.severe(poverty="poor"))
    assert told.monthly_change_dong < 0
    assert told.clauses == other.clauses, "the clause of everybody's stopping"
    assert "K8" not in str(LifeEvent.objects.get(pk=told.id).effect)


def test_late_is_visible_and_another_commune_sees_nothing() -> None:
    makers.staff()
    person = makers.severe()
    told = _tell(person)
    later = told.due_on + datetime.timedelta(days=1)  # type: ignore[operator]
    assert [row.is_late for row in events.events(today=later)] == [True]
    assert events.events(today=AT.date(), late=True) == []
    put_on(limited("xã", [makers.commune("19753")]))
    assert events.events(today=later) == []
    with pytest.raises(Refused) as refusal:
        events.event(told.id, later)
    assert refusal.value.reason == "event_unknown"


# ── lists of other agencies ──────────────────────────────────────────────────────────────────────────────────────────


def _list(text: str, **options: Any) -> agency_lists.Taken:
    sheets = read_list("hotich.csv", text.encode())
    taken = agency_lists.take(
        sheets,
        **{
            "kind": "death",
            "value": "",
            "source": "civil_registry",
            "document": "DS 9",
            "by": "can.bo",
            "at": AT,
            **options,
        },
    )
    put_on(everything("tests", protected=True))
    return taken


def test_an_agencys_list_is_matched_row_by_row_or_held_with_a_reason() -> None:
    makers.staff()
    people = [makers.severe(born="1950-03-08") for _ in range(4)]
    for number, (person, name) in enumerate(
        zip(people, ("Lê Thị Một", "Lê Thị Hai", "Lê Thị Ba", "Lê Thị Ba"), strict=True)
    ):
        Person.objects.filter(pk=person.pk).update(
            full_name=name,
            name_fold=agency_lists.fold(name),
            national_id=f"04615000000{number}" if number != 3 else None,
        )
    text = (
        "UBND XÃ,,,,\nSTT,Họ và tên,Số CCCD,Ngày sinh,Ngày mất\n"
        "1,Lê Thị Một,046150000000,08/03/1950,10/09/2026\n2,LE THI HAI,,08/03/1950,11/09/2026\n3,Lê Thị Ba,,08/03/1950,12/09/2026\n"
        "4,Trần Văn Khác,046150000000,08/03/1950,10/09/2026\n5,Không Ai Cả,,01/01/1950,10/09/2026\n6,Lê Thị Một,046150000000,08/03/1950,hôm qua\n"
    )
    taken = _list(text)
    assert (taken.rows, taken.told, taken.known) == (6, 2, 0)
    assert [(row.row, row.reason) for row in taken.held] == [
        (5, "several"),
        (6, "name_differs"),
        (7, "nobody"),
        (8, "date"),
    ]
    again = _list(text)
    assert (again.told, again.known) == (0, 2)
    assert {row.reason for row in again.held} <= agency_lists.REASONS.keys()
    assert set(LifeEvent.objects.values_list("source", "document")) == {("civil_registry", "DS 9")}


def test_a_list_without_a_heading_is_refused_by_name() -> None:
    makers.staff()
    assert _refused(_list, text="a,b,c\n1,2,3\n") == "heading_not_found"


# ── dates that arrive ────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_birthday_is_seen_before_it_comes() -> None:
    child = makers.person(born="2022-12-15", no_caregiver_case="a", poverty="poor")
    makers.decision(child, "K1")
    steady = makers.severe()
    rows = events.arriving(month=Month(2026, 12), areas=[child.area_id], at=AT)
    put_on(everything("tests", protected=True))
    assert [row.person_id for row in rows] == [child.id], "four years old in December; the woman's sum stays"
    assert rows[0].before_dong > rows[0].after_dong > 0
    assert steady.id not in [
        row.person_id for row in events.arriving(month=Month(2026, 11), areas=[child.area_id], at=AT)
    ]


def test_by_the_page_from_the_person_to_the_decision(tmp_path: Path) -> None:
    assets.build()
    person = makers.severe()
    officer, approver = working("commune_officer", "19777"), working("department_approver", "46")
    assert f"/nguoi/{person.id}/bien-dong/" in page(officer, f"/nguoi/{person.id}/")
    assert "Mức độ khuyết tật: " in page(officer, f"/nguoi/{person.id}/bien-dong/")
    missing = officer.post(f"/nguoi/{person.id}/bien-dong/", {"viec": "death:", "ngay": "2026-09-10", "giay-to": ""})
    assert "Hãy ghi giấy tờ" in missing.content.decode()
    form = {"viec": "death:", "ngay": "2026-09-10", "giay-to": "Giấy chứng tử 12"}
    where = officer.post(f"/nguoi/{person.id}/bien-dong/", form).headers["Location"]
    shown = page(officer, where)
    assert "810.000\u00a0đồng" in shown and "Người ghi biến động không tự quyết định" in shown
    assert "Mất" in page(officer, "/bien-dong/")
    assert "Hãy ghi căn cứ quyết định" in approver.post(where, {"viec": "chap-nhan", "can-cu": ""}).content.decode()
    assert approver.post(where, {"viec": "chap-nhan", "can-cu": "đã đối chiếu"}).status_code == 302
    put_on(everything("tests", protected=True))
    person.refresh_from_db()
    assert person.death_date == DAY(2026, 9, 10)
    assert working("commune_officer", "19753").get(where).status_code == 404
    put_on(everything("tests", protected=True))
