"""The reform of 1 July 2025 on data of before: nothing lost, history readable, totals before = after, divided communes wait.

A small register in communes of the three old provinces that became Vĩnh Long; the 30,000 people of Trà Vinh are in docs.
"""

import datetime
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from ansinh.base.months import Month
from ansinh.base.refusals import Refused
from ansinh.entitlement.models import Decision
from ansinh.entitlement.releases import law_in_force
from ansinh.office import operations as office_operations
from ansinh.office import queries as office
from ansinh.office.models import Agency, Area, AreaSuccession, AuditEvent, Hardship, Setting, Staff
from ansinh.office.reforms import load_reform
from ansinh.office.security import Scope, acting, everything, put_on
from ansinh.payroll import operations as payroll
from ansinh.payroll.models import PayrollLine, Settlement
from ansinh.payroll.selection import select
from ansinh.people import reform
from ansinh.people.following import OF_HOUSEHOLDS, OF_PERSONS
from ansinh.people.models import FormerState, Household, Person, Residence, SplitDecision
from ansinh.poverty.models import HouseholdClass
from ansinh.web import assets
from tests.integration import makers
from tests.integration.visiting import page, working

DAY = datetime.date(2025, 7, 1)
BEFORE = datetime.date(2025, 6, 30)
AT = datetime.datetime(2025, 7, 2, 3, tzinfo=datetime.UTC)
# Trà Vinh's, taken over whole; and one of Vĩnh Long's that was divided between two.
WHOLE, DIVIDED = "29236", "29719"
pytestmark = pytest.mark.usefixtures("database")


def _old(code: str) -> int:
    return office.find_commune(code, BEFORE).id


def _move_to(person: Person, area: int) -> None:
    """Put a person whom `makers` made elsewhere into an old unit, with all rows, as the register of before had them."""
    household = person.membership_set.get().household_id if person.membership_set.exists() else None
    with connection.cursor() as cursor:
        for table, column in OF_PERSONS.items():
            cursor.execute(f"UPDATE {table} SET area_id = %s WHERE {column} = %s", [area, person.id])
        for table, column in OF_HOUSEHOLDS.items():
            cursor.execute(f"UPDATE {table} SET area_id = %s WHERE {column} = %s", [area, household])
    # There they were from the beginning.
    FormerState.objects.filter(person=person).delete()


@pytest.fixture
def people() -> dict[str, list[Person]]:
    """Three people of a commune taken over whole, two households of a divided one, and the staff of old and new."""
    made = {code: [makers.severe(poverty="poor") for _ in range(count)] for code, count in ((WHOLE, 3), (DIVIDED, 2))}
    for code, persons in made.items():
        for person in persons:
            _move_to(person, _old(code))
    for name, code, on in (("cu", "84", BEFORE), ("moi", "86", DAY)):
        agency = Agency.objects.create(name=f"Sở {name}", kind="department", area_id=office.find_province(code, on).id)
        for role in ("department_officer", "department_approver"):
            Staff.objects.create(username=f"{role}.{name}", full_name=role, agency=agency, role=role, password="!")
    return made


def _apply() -> reform.Carried:
    reform.propose(day=DAY, province="86", by="department_officer.cu", at=AT)
    return reform.carry_out(day=DAY, province="86", by="department_approver.moi", at=AT)


def _refused(work: Any, **named: Any) -> str:
    with pytest.raises(Refused) as refusal, transaction.atomic():
        work(**named)
    put_on(everything("tests", protected=True))
    return refusal.value.reason


def _everything_of(person: Person) -> dict[str, list[tuple]]:
    found = {}
    with connection.cursor() as cursor:
        for table, column in OF_PERSONS.items():
            if table not in {"people_residence", "people_formerstate"}:
                cursor.execute(
                    f"SELECT to_jsonb(t) - 'area_id' FROM {table} AS t WHERE {column} = %s ORDER BY id", [person.id]
                )
                found[table] = cursor.fetchall()
    return found


def test_the_official_lists_say_what_the_reform_did() -> None:
    counts = {}
    for code in ("46", "86"):
        planned = reform.plan(day=DAY, province=code)
        counts[code] = (
            len(planned.units),
            len(office.communes_of(code, DAY)),
            sum(not unit.is_whole for unit in planned.units),
        )
    assert counts == {"46": (133, 40, 0), "86": (104 + 148 + 102, 124, 8)}


def test_whole_units_move_and_nothing_else_changes(people: dict[str, list[Person]]) -> None:
    before = {person.id: _everything_of(person) for persons in people.values() for person in persons}
    assert _apply() == reform.Carried(persons=3, households=3, waiting_households=2)
    heir = office.heirs_of(_old(WHOLE))[0]
    for person in people[WHOLE]:
        assert _everything_of(person) == before[person.id], "only who keeps the rows has changed"
        person.refresh_from_db()
        assert person.area_id == heir.id
        now, then = reform.residences_of(person.id)
        assert (then.unit_code, then.valid_to, now.unit_code, now.valid_from) == (WHOLE, DAY, heir.code, DAY)
        assert [row.said for row in FormerState.objects.filter(person=person)] == [{"area_id": _old(WHOLE)}]
        assert Household.objects.get(membership__person=person).area_id == heir.id
        assert HouseholdClass.objects.get(household__membership__person=person).area_id == heir.id
        assert Decision.objects.get(person=person).area_id == heir.id
    for person in people[DIVIDED]:
        person.refresh_from_db()
        assert person.area_id == _old(DIVIDED), "about a divided commune nobody guesses"
    # Carried out again, and proposed and carried out again: nobody moves.
    assert reform.carry_out(day=DAY, province="86", by="department_approver.moi", at=AT).persons == 0
    assert _apply().persons == 0
    assert Residence.objects.count() == 6
    assert AuditEvent.objects.filter(action="area.reform.apply").count() == 2


def test_the_officer_of_the_new_commune_reads_what_was_before(people: dict[str, list[Person]]) -> None:
    june = Month(2025, 6)
    selection = select(month=june, province="84", area=None)
    run = payroll.calculate(
        package=law_in_force(), month=june, selection=selection, by="operator", at=AT, known_on=BEFORE
    )
    assert PayrollLine.objects.filter(run__code=run.code).count() == 3
    _apply()
    heir = office.heirs_of(_old(WHOLE))[0]
    agency = Agency.objects.create(name="UBND mới", kind="commune", area_id=heir.id)
    Staff.objects.create(username="xa.moi", full_name="x", agency=agency, role="commune_officer", password="!")
    other = office.heirs_of(_old(DIVIDED))[0]
    agency = Agency.objects.create(name="UBND khác", kind="commune", area_id=other.id)
    Staff.objects.create(username="xa.khac", full_name="x", agency=agency, role="commune_officer", password="!")

    def seen(username: str) -> tuple[int, int, int]:
        with acting(office.scope_of(office.staff(username))):
            found = Person.objects.count(), Residence.objects.count(), PayrollLine.objects.count()
        put_on(everything("tests", protected=True))
        return found

    assert seen("xa.moi") == (3, 6, 3), "the month of before lies in the old unit, which this commune took over whole"
    assert seen("xa.khac") == (0, 0, 0), "an heir of a divided commune sees nobody before a person has decided"
    assert seen("department_officer.moi") == (5, 6, 3)
    with acting(Scope(by="x", areas=frozenset({other.id}))), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM people_dwelling")
        assert cursor.fetchone() == (0,), "the view is fenced by the table below it"
    put_on(everything("tests", protected=True))


def test_totals_before_are_totals_after_and_nobody_is_left_out(people: dict[str, list[Person]]) -> None:
    july = Month(2025, 7)

    def lines() -> tuple[list[tuple], str]:
        selection = select(month=july, province="86", area=None)
        run = payroll.calculate(package=law_in_force(), month=july, selection=selection, by="operator", at=AT)
        rows = PayrollLine.objects.filter(run__code=run.code).order_by("person_id", "benefit")
        return list(rows.values_list("person_id", "benefit", "amount_dong")), run.sha256

    before = lines()
    assert len({person for person, _, _ in before[0]}) == 5
    _apply()
    assert lines() == before
    [household, *_others] = reform.waiting_households([_old(DIVIDED)])
    heir = office.heirs_of(_old(DIVIDED))[0]
    reform.decide(heirs={household.id: heir.code}, by="department_officer.moi", at=AT)
    put_on(everything("tests", protected=True))
    assert lines() == before


def test_a_month_settled_before_is_not_paid_again(people: dict[str, list[Person]]) -> None:
    person = people[WHOLE][0]
    Settlement.objects.create(person=person, benefit="K6", for_month=DAY, settled_dong=750_000, area_id=_old(WHOLE))
    _apply()
    august = Month(2025, 8)
    selection = select(month=august, province="86", area=None)
    run = payroll.calculate(
        package=law_in_force(), month=august, selection=selection, by="operator", at=AT + datetime.timedelta(days=20)
    )
    months = PayrollLine.objects.filter(run__code=run.code, person=person).values_list("for_month", "amount_dong")
    assert list(months) == [(august.first_day, 750_000)]


def test_special_hardship_of_an_ended_unit_goes_on_for_its_people(people: dict[str, list[Person]]) -> None:
    since = datetime.date(2021, 6, 4)
    Hardship.objects.create(area_id=_old(WHOLE), valid_from=since, document="kiểm thử")
    _apply()
    heir = office.heirs_of(_old(WHOLE))[0]
    stranger = makers.severe()
    _move_to(stranger, heir.id)
    with connection.cursor() as cursor:
        cursor.execute("SELECT person_id, valid_to FROM people_dwelling ORDER BY person_id")
        assert cursor.fetchall() == [(person.id, None) for person in people[WHOLE]]
    # Whoever moves on afterwards has left it behind.
    Residence.objects.filter(person=people[WHOLE][0], valid_to=None).update(valid_from=DAY + datetime.timedelta(days=9))
    with connection.cursor() as cursor:
        cursor.execute("SELECT valid_to FROM people_dwelling WHERE person_id = %s", [people[WHOLE][0].id])
        assert cursor.fetchone() == (DAY,)


def test_a_household_of_a_divided_commune_goes_where_a_person_says(people: dict[str, list[Person]]) -> None:
    _apply()
    first, second = reform.waiting_households([_old(DIVIDED)])
    assert (first.old_code, first.members) == (DIVIDED, 1)
    one, other = office.heirs_of(_old(DIVIDED))
    by = "department_officer.moi"
    assert _refused(reform.decide, heirs={first.id: heir_of_nobody()}, by=by, at=AT) == "heir_impossible"
    assert _refused(reform.decide, heirs={}, by=by, at=AT) == "nothing_chosen"
    assert _refused(reform.decide, heirs={10**9: one.code}, by=by, at=AT) == "household_unknown"
    with pytest.raises(Refused) as refusal, acting(office.scope_of(office.staff("department_officer.cu"))):
        reform.decide(heirs={first.id: one.code}, by="department_officer.cu", at=AT)
    put_on(everything("tests", protected=True))
    assert refusal.value.reason == "household_unknown", "Trà Vinh's department sees no household of Vĩnh Long's"
    assert reform.decide(heirs={first.id: one.code, second.id: one.code}, by=by, at=AT) == 2
    assert reform.decide(heirs={first.id: one.code}, by=by, at=AT) == 0, "said again, nothing moves"
    assert reform.decide(heirs={second.id: other.code}, by=by, at=AT) == 1, "a mistake is put right"
    put_on(everything("tests", protected=True))
    areas = dict(Household.objects.values_list("id", "area_id"))
    assert (areas[first.id], areas[second.id]) == (one.id, other.id)
    mistaken = Person.objects.get(membership__household_id=second.id)
    assert mistaken.area_id == other.id
    now, then = reform.residences_of(mistaken.id)
    assert (then.unit_code, now.unit_code, now.valid_from) == (DIVIDED, other.code, DAY)
    assert Residence.objects.filter(person=mistaken).exclude(superseded_at=None).count() == 1, (
        "the mistake is kept, too"
    )
    assert SplitDecision.objects.filter(superseded_at=None).count() == 2
    assert reform.waiting_households([_old(DIVIDED)]) == []


def heir_of_nobody() -> str:
    """Return a commune of Vĩnh Long that took over nothing of the divided one."""
    taken = {heir.code for heir in office.heirs_of(_old(DIVIDED))}
    return next(unit.code for unit in office.communes_of("86", DAY) if unit.code not in taken)


def test_two_people_of_the_province_do_it(people: dict[str, list[Person]]) -> None:
    carry = {"day": DAY, "province": "86", "at": AT}
    assert _refused(reform.carry_out, **carry, by="department_approver.moi") == "reform_not_proposed"
    makers.staff()
    assert _refused(reform.propose, **carry, by="can.bo") == "role_not_allowed"
    assert _refused(reform.propose, **{**carry, "day": BEFORE}, by="department_officer.cu") in {
        "area_unknown",
        "no_reform_that_day",
        "role_not_allowed",
    }
    reform.propose(**carry, by="department_approver.moi")
    assert _refused(reform.carry_out, **carry, by="department_approver.moi") == "second_person_needed"
    assert _refused(reform.carry_out, **carry, by="department_officer.cu") == "role_not_allowed"
    assert not Residence.objects.exists()


def test_killed_in_the_middle_nothing_has_moved(
    people: dict[str, list[Person]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """All or nothing: the last statement fails, and everybody lies where they lay."""
    reform.propose(day=DAY, province="86", by="department_officer.cu", at=AT)
    fired = []

    def dies(*_: Any, **__: Any) -> None:
        fired.append(Person.objects.filter(area_id=_old(WHOLE)).count())
        raise RuntimeError("killed")

    monkeypatch.setattr(reform, "audit", dies)
    with pytest.raises(RuntimeError, match="killed"), transaction.atomic():
        reform.carry_out(day=DAY, province="86", by="department_approver.moi", at=AT)
    put_on(everything("tests", protected=True))
    assert fired == [0], "they had moved when it died"
    assert Person.objects.filter(area_id=_old(WHOLE)).count() == 3
    assert not Residence.objects.exists()


def test_statements_do_not_grow_with_people(people: dict[str, list[Person]]) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as context:
            _apply()
        put_on(everything("tests", protected=True))
        return len(context)

    few = statements()
    for _ in range(8):
        _move_to(makers.severe(poverty="poor"), _old(WHOLE))
    assert statements() == few


def test_every_fenced_table_goes_along_or_stays_on_purpose() -> None:
    stays = {
        # Final: a frozen month stays in the units of its time; so do the papers of its money.
        "payroll_payrollline", "payroll_payrollhold", "payroll_payrollpayee", "payroll_settlement", "payment_paymentitem",
        "payment_reopening", "payment_instructionshare", "payment_cashlist", "payment_cashreceipt", "payment_statementmovement",
        "payment_recall",
        # Of a unit and not of a person: published figures, the forms it sent, the trail.
        "poverty_povertyreview", "people_columnmapping", "people_receivedlist", "office_auditevent",
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_policies WHERE policyname LIKE 'by_area%'")
        fenced = {name for (name,) in cursor.fetchall()}
    assert fenced - OF_PERSONS.keys() - OF_HOUSEHOLDS.keys() == stays & fenced
    assert stays <= fenced


# ── a later reform is one file ───────────────────────────────────────────────────────────────────────────────────────

HEAD = "old_code,old_name,new_code,new_name,new_kind,province_code,share,is_default\n"
LATER = datetime.date(2027, 1, 1)


@pytest.fixture
def administrator() -> str:
    agency = Agency.objects.create(name="Quản trị", kind="department", area_id=None)
    Staff.objects.create(username="quan.tri", full_name="x", agency=agency, role="administrator", password="!")
    return "quan.tri"


def _load(text: str, by: str, **options: Any) -> Any:
    return load_reform(content=(HEAD + text).encode(), day=LATER, by=by, at=AT, **options)


def test_a_later_reform_is_one_file_and_can_be_carried_out(administrator: str) -> None:
    office_operations.load_areas()
    text = (
        "19777,phuong vy da,90001,Phường Vỹ Dạ Mới,Phường,46,whole,1\n"
        "19753,PHÚ XUÂN,90001,Phường Vỹ Dạ Mới,Phường,46,part,1\n"
        "19753,Phường Phú Xuân,90002,Phường Thành Nội,Phường,46,part,\n"
    )
    made = makers.severe(area="19777")
    assert _load(text, administrator, is_trial=True).begun == 2
    assert not Area.objects.filter(code="90001").exists()
    assert (_load(text, administrator).ended, _load(text, administrator).was_known) == (2, True)
    assert office.find_commune("90001", LATER).parent_id == office.find_province("46", LATER).id
    assert len(office.communes_of("46", LATER)) == 40
    assert len(office.communes_of("46", DAY)) == 40
    assert _refused(office.find_commune, code="19777", on=LATER) == "area_unknown"
    # The official list comes again with new software: what was ended here stays ended.
    Setting.objects.filter(name="areas_sha256").delete()
    office_operations.load_areas()
    assert _refused(office.find_commune, code="19777", on=LATER) == "area_unknown"
    agency = Agency.objects.create(name="Sở Huế", kind="department", area_id=office.find_province("46", LATER).id)
    for role in ("department_officer", "department_approver"):
        Staff.objects.create(username=role, full_name=role, agency=agency, role=role, password="!")
    reform.propose(day=LATER, province="46", by="department_officer", at=AT)
    assert reform.carry_out(day=LATER, province="46", by="department_approver", at=AT).persons == 1
    made.refresh_from_db()
    assert made.area_id == office.find_commune("90001", LATER).id


@pytest.mark.parametrize(
    "text",
    [
        "19777,Phường Phú Xuân,90001,Phường Mới,Phường,46,whole,1\n",
        "99999,Xã Nào,90001,Phường Mới,Phường,46,whole,1\n",
        "19777,Phường Vỹ Dạ,9001,Phường Mới,Phường,46,whole,1\n",
        "19777,Phường Vỹ Dạ,90001,Phường Mới,Huyện,46,whole,1\n",
        "19777,Phường Vỹ Dạ,90001,Phường Mới,Phường,99,whole,1\n",
        "19777,Phường Vỹ Dạ,90001,Phường Mới,Phường,46,part,1\n",
        "19777,Phường Vỹ Dạ,90001,Phường Mới,Phường,46,part,1\n19777,Phường Vỹ Dạ,90002,Phường Kia,Phường,46,part,1\n",
        "19777,Phường Vỹ Dạ,90001,Phường Mới,Phường,46,half,1\n",
        "19777,Phường Vỹ Dạ,19753,Phường Phú Xuân,Phường,46,whole,1\n",
        "19777,Phường Vỹ Dạ,90001,Phường Mới,Phường,46,whole,1\n19753,Phường Phú Xuân,90001,Phường Khác,Phường,46,whole,1\n",
        "",
    ],
)  # fmt: skip
def test_a_file_with_a_mistake_is_refused_by_its_line(administrator: str, text: str) -> None:
    before = Area.objects.count(), AreaSuccession.objects.count()
    with pytest.raises(Refused) as refusal, transaction.atomic():
        _load(text, administrator)
    assert refusal.value.reason == "reform_file_invalid"
    assert (Area.objects.count(), AreaSuccession.objects.count()) == before


def test_only_an_administrator_loads_it_and_any_bytes_are_refused_by_name(administrator: str) -> None:
    makers.staff()
    assert _refused(_load, text="", by="can.bo") == "role_not_allowed"
    for content in (b"\xff\xfe\x00", b"a,b\n1,2\n", b'old_code,"'):
        assert _refused(load_reform, content=content, day=LATER, by=administrator, at=AT) == "reform_file_invalid"


# ── by the page ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_department_places_households_by_the_page(people: dict[str, list[Person]]) -> None:
    assets.build()
    _apply()
    unit = _old(DIVIDED)
    first, _second = reform.waiting_households([unit])
    heir = office.heirs_of(unit)[0]
    client, here = working("department_officer", "86"), f"/dia-ban/{unit}/"
    assert "Thị trấn Tam Bình" in page(client, "/dia-ban/")
    assert first.code in page(client, here)
    nothing = client.post(here, {"xa-moi": heir.code}).content.decode()
    assert "Hãy chọn ít nhất một hộ" in nothing
    wrong = client.post(here, {"ho": [first.id], "xa-moi": ""}).content.decode()
    assert "được chia cho" in wrong
    for _click in range(2):
        assert client.post(here, {"ho": [first.id], "xa-moi": heir.code}).status_code == 302
    put_on(everything("tests", protected=True))
    assert Household.objects.get(pk=first.id).area_id == heir.id
    assert first.code not in page(client, here)
    assert working("commune_officer", heir.code).get(here).status_code == 403
    assert working("department_officer", "46").get(here).status_code == 404
    put_on(everything("tests", protected=True))
