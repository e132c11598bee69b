"""A move and a birth: told with their effect, decided by another person, written with everything that follows."""

import datetime

import pytest

from ansinh.base.months import Month
from ansinh.base.refusals import Refused
from ansinh.entitlement import agency_lists
from ansinh.entitlement import queries as entitlement
from ansinh.entitlement.models import Decision, LifeEvent
from ansinh.entitlement.releases import law_in_force
from ansinh.office import queries as office
from ansinh.office.models import AuditEvent, Hardship
from ansinh.office.security import everything, limited, put_on
from ansinh.payroll import operations as payroll
from ansinh.payroll.models import PayrollLine, Settlement
from ansinh.payroll.selection import select
from ansinh.people.models import (
    Circumstance,
    FinancialAddress,
    Household,
    Membership,
    ParentChild,
    Person,
    Residence,
)  # fmt: skip
from ansinh.people.sheets import read_list
from ansinh.poverty.models import HouseholdClass
from ansinh.web import assets
from tests.integration import makers
from tests.integration.telling import AT, ON, accept, refusal, tell
from tests.integration.visiting import page, working

pytestmark = pytest.mark.usefixtures("database")
DAY = datetime.date
MOVED = ON
HOME, AWAY = "19777", "19753"


def _family() -> tuple[Person, Person]:
    """Return a head and a member of one poor household."""
    head, member = makers.severe(poverty="poor"), makers.severe()
    household = Membership.objects.get(person=head).household
    Membership.objects.create(
        household=household, person=member, relationship="child", area_id=head.area_id, valid_from=makers.LONG_AGO
    )
    return head, member


def test_a_household_moves_with_everything_that_follows_it_and_the_history_stays() -> None:
    makers.staff()
    head, member = _family()
    told = tell(head, "household_move", AWAY, village="Thôn 3")
    assert (told.effect, told.due_on) == ((), None), "within the province no sum changes, and no days are invented"
    assert not Residence.objects.exists() and Person.objects.get(pk=head.pk).area.code == HOME, "looked at, not done"
    assert not AuditEvent.objects.filter(action="home_moved").exists()
    accept(told)
    away = makers.commune(AWAY)
    for person in (head, member):
        person.refresh_from_db()
        assert (person.area_id, person.village) == (away, "Thôn 3")
        lived = Residence.objects.filter(person=person).order_by("valid_from")
        assert [(row.unit.code, row.valid_to) for row in lived] == [(HOME, MOVED), (AWAY, None)]
    for model in (Circumstance, FinancialAddress, Decision, Membership, Household, HouseholdClass, LifeEvent):
        assert set(model.objects.values_list("area_id", flat=True)) == {away}, model
    assert Membership.objects.filter(valid_to=None).count() == 2
    put_on(limited("xã cũ", [makers.commune(HOME)]))
    assert not Person.objects.exists()
    put_on(limited("xã mới", [away]))
    assert Person.objects.count() == 2
    put_on(everything("tests", protected=True))
    # The decision goes on: no month is paid twice, none is lost, and the line is the new commune's.
    selection = select(month=Month(2026, 11), province="46", area=None)
    run = payroll.calculate(package=law_in_force(), month=Month(2026, 11), selection=selection, by="operator", at=AT)
    lines = PayrollLine.objects.filter(run__code=run.code, person=head)
    assert {line.area_id for line in lines} == {away} and len({line.for_month for line in lines}) == len(lines)


def test_whoever_leaves_a_household_alone_heads_a_new_one_and_a_head_does_not_slip_away() -> None:
    makers.staff()
    head, member = _family()
    assert refusal(tell, head, "move", AWAY) == "head_leaves"
    accept(tell(member, "move", AWAY))
    assert list(Membership.objects.filter(person=head, valid_to=None).values_list("area__code", flat=True)) == [HOME]
    new = Membership.objects.get(person=member, valid_to=None)
    assert (new.relationship, new.area.code, new.household.area.code) == ("head", AWAY, AWAY)
    assert not HouseholdClass.objects.filter(household=new.household).exists(), (
        "its class is for the new commune to find"
    )
    ended = Membership.objects.exclude(valid_to=None).get()
    assert (ended.person_id, ended.valid_to, ended.household.area.code) == (member.id, MOVED, HOME)


def test_special_hardship_of_the_new_commune_counts_from_the_day_of_coming() -> None:
    """A poor household's child under three: due in a commune of special hardship, not before it came there."""
    makers.staff()
    child = makers.person(born="2024-06-15", poverty="poor")
    makers.decision(child, "K7", start="2026-08")
    away = makers.commune(AWAY)
    Hardship.objects.create(area_id=away, valid_from=DAY(2025, 7, 1), document="QĐ thử")
    told = tell(child, "household_move", AWAY)
    months = [(one["month"], one["before_dong"]) for one in told.effect]
    assert months[0] == ("2026-10", 0) and len(months) == 3 and told.monthly_change_dong > 0
    assert any("NĐ 335/2026/NĐ-CP" in clause for clause in told.clauses)
    accept(told)
    # The system has paid since August: that is how far back a run looks.
    other = makers.severe()
    Settlement.objects.create(
        person=other, benefit="K6", for_month=DAY(2026, 8, 1), settled_dong=810_000, area_id=other.area_id
    )
    selection = select(month=Month(2026, 11), province="46", area=None)
    run = payroll.calculate(package=law_in_force(), month=Month(2026, 11), selection=selection, by="operator", at=AT)
    lines = PayrollLine.objects.filter(run__code=run.code, person=child).order_by("for_month")
    assert [(line.for_month.month, line.amount_dong) for line in lines] == [
        (10, told.effect[0]["after_dong"]), (11, told.effect[1]["after_dong"]),
    ], "what was shown is what the payroll finds, and August and September stay unpaid"  # fmt: skip


def test_leaving_special_hardship_ends_what_hangs_on_it() -> None:
    makers.staff()
    child = makers.person(born="2024-06-15", poverty="poor")
    makers.decision(child, "K7", start="2026-08")
    Hardship.objects.create(area_id=child.area_id, valid_from=DAY(2025, 7, 1), document="QĐ thử")
    for month in (8, 9, 10):
        Settlement.objects.create(
            person=child, benefit="K7", for_month=DAY(2026, month, 1), settled_dong=810_000, area_id=child.area_id
        )
    told = tell(child, "household_move", AWAY)
    assert told.monthly_change_dong < 0 and told.effect[0]["month"] >= "2026-10"
    accept(told)
    facts = entitlement.facts_of(law_in_force(), child.id)
    assert facts["area_hardship"][0]["to"] == MOVED.isoformat()


@pytest.mark.parametrize(
    ("kind", "value", "on", "reason"),
    [
        ("move", HOME, MOVED, "already_there"), ("move", "99999", MOVED, "area_unknown"), ("move", "", MOVED, "event_impossible"),
        ("move", "00070", MOVED, "other_province"), ("move", AWAY, DAY(2026, 12, 1), "date_in_future"),
        ("move", AWAY, DAY(2025, 1, 1), "date_impossible"), ("birth", "Lê Na", DAY(1980, 1, 1), "birth_date_impossible"),
        ("birth", "Lê Na", DAY(2026, 12, 1), "date_in_future"), ("birth", "", MOVED, "event_impossible"),
        ("birth", "Lê Na", MOVED, "sex_missing"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_when_it_is_told(kind: str, value: str, on: datetime.date, reason: str) -> None:
    makers.staff()
    assert refusal(tell, makers.severe(), kind, value, on) == reason
    assert not LifeEvent.objects.exists() and Person.objects.count() == 1


def test_a_move_back_dated_before_the_last_one_and_one_of_the_dead_are_refused() -> None:
    makers.staff()
    person = makers.severe(poverty="poor")
    accept(tell(person, "move", AWAY))
    assert refusal(tell, person, "move", HOME, DAY(2026, 10, 1)) == "date_impossible"
    accept(tell(person, "move", HOME, DAY(2026, 11, 2)))
    lived = Residence.objects.filter(person=person, superseded_at=None).order_by("valid_from")
    assert [row.unit.code for row in lived] == [HOME, AWAY, HOME]
    assert refusal(tell, makers.person(died="2026-09-09"), "move", AWAY) == "person_is_deceased"


def test_a_birth_brings_a_person_into_the_household_and_shows_what_it_may_ask_for() -> None:
    makers.staff()
    mother = makers.person(born="1998-03-03", poverty="poor", single_parent="true")
    makers.address(mother)
    makers.decision(mother, "K4", start="2026-01")
    Hardship.objects.create(area_id=mother.area_id, valid_from=DAY(2025, 7, 1), document="QĐ thử")
    told = tell(mother, "birth", "Hồ  Thị Mới", DAY(2026, 10, 20), sex="female", national_id="046326000017")
    assert told.value == "Hồ Thị Mới" and Person.objects.count() == 1, "looked at, not done"
    assert told.monthly_change_dong > 0, "a single poor parent is paid for each child"
    assert told.on_request_dong > 0, "the child may be due its own, once somebody decides"
    accept(told)
    child = Person.objects.get(full_name="Hồ Thị Mới")
    assert (child.national_id, child.birth_date, child.area_id) == ("046326000017", DAY(2026, 10, 20), mother.area_id)
    own = Membership.objects.get(person=child)
    assert (own.relationship, own.household) == ("child", Membership.objects.get(person=mother).household)
    assert ParentChild.objects.get().parent_id == mother.id
    assert tell(mother, "birth", "Hồ Thị Mới", DAY(2026, 10, 20), sex="female").id == told.id
    assert refusal(tell, mother, "birth", "HỒ THỊ MỚI", DAY(2026, 10, 20), sex="female") == "child_known"
    twin = tell(mother, "birth", "Hồ Văn Mới", DAY(2026, 10, 20), sex="male")
    assert twin.id != told.id
    number = {"national_id": "046326000017"}
    assert (
        refusal(tell, mother, "birth", "Hồ Văn Ba", DAY(2026, 10, 20), sex="male", **number)
        == "national_id_contradicts"
    )
    assert refusal(tell, mother, "birth", "Hồ Thị Ba", DAY(2026, 10, 20), sex="female", **number) == "national_id_taken"


def _list(text: str, kind: str) -> agency_lists.Taken:
    taken = agency_lists.take(
        read_list("hotich.csv", text.encode()), kind=kind, value="", source="civil_registry", document="DS 9", by="can.bo", at=AT
    )  # fmt: skip
    put_on(everything("tests", protected=True))
    return taken


def test_the_civil_registry_s_births_come_to_the_parent_whose_number_the_row_gives() -> None:
    makers.staff()
    mother = makers.person(born="1998-03-03", poverty="poor", single_parent="true")
    Person.objects.filter(pk=mother.pk).update(national_id="046198000017", full_name="Hồ Thị Mẹ", name_fold="ho thi me")
    text = (
        "SỞ TƯ PHÁP\nSTT,Họ và tên cháu,Giới tính,Ngày sinh,Số định danh,Họ tên mẹ,Số định danh cá nhân của mẹ\n"
        "1,Hồ Thị Mới,Nữ,20/10/2026,046326000017,Hồ Thị Mẹ,046198000017\n2,Hồ Văn Mới,Nam,20/10/2026,,Hồ Thị Khác,046198000017\n"
        "3,Hồ Văn Ba,Nam,20/10/2026,,Hồ Thị Lạ,046198000099\n4,Hồ Văn Tư,,20/10/2026,,Hồ Thị Mẹ,046198000017\n5,Hồ Văn Năm,Nam,hôm qua,,Hồ Thị Mẹ,046198000017\n"
    )
    taken = _list(text, "birth")
    assert (taken.rows, taken.told) == (5, 1)
    assert [row.reason for row in taken.held] == ["name_differs", "nobody", "sex_missing", "date"]
    assert {row.reason for row in taken.held} <= agency_lists.REASONS.keys()
    event = LifeEvent.objects.get()
    assert (event.person_id, event.value, event.details) == (
        mother.id, "Hồ Thị Mới", {"sex": "female", "national_id": "046326000017"},
    )  # fmt: skip
    assert (_list(text, "birth").known, LifeEvent.objects.count()) == (1, 1)
    with pytest.raises(Refused) as refusal:
        _list("Họ và tên,Ngày sinh\nLê Na,01/01/2026\n", "birth")
    assert refusal.value.reason == "heading_not_found" and "của mẹ" in refusal.value.message("vi")


def test_a_list_of_moves_names_the_commune_by_code_or_name() -> None:
    makers.staff()
    people = [makers.severe(poverty="poor") for _ in range(3)]
    for number, person in enumerate(people):
        Person.objects.filter(pk=person.pk).update(national_id=f"04618600001{number}")
    name = office.name_of_commune(AWAY)
    rows = zip(people, (AWAY, name.upper(), "Xã Không Có"), strict=True)
    text = "Họ và tên,Số định danh,Ngày chuyển,Nơi đến\n" + "".join(
        f"{person.full_name},04618600001{number},12/10/2026,{to}\n" for number, (person, to) in enumerate(rows)
    )
    taken = _list(text, "household_move")
    assert (taken.told, [row.reason for row in taken.held]) == (2, ["place"])
    assert set(LifeEvent.objects.values_list("value", flat=True)) == {AWAY}


def test_by_the_page_a_family_is_told_to_have_moved() -> None:
    assets.build()
    head, _member = _family()
    officer, approver = working("commune_officer", HOME), working("department_approver", "46")
    address = f"/nguoi/{head.id}/bien-dong/"
    assert "Chuyển nơi cư trú, cả hộ" in page(officer, address)
    form = {"viec": "household_move:", "ngay": "2026-10-12", "giay-to": "Phiếu 7", "noi-den": "", "thon": "Thôn 3"}
    wrong = officer.post(address, form).content.decode()
    assert "chuyển nơi cư trú ghi mã xã đến" in wrong and "Thôn 3" in wrong, "what was written is not lost"
    where = officer.post(address, form | {"noi-den": AWAY}).headers["Location"]
    assert "Thôn 3" in page(approver, where) and "Điều 8 khoản 3" in page(approver, where)
    assert approver.post(where, {"viec": "chap-nhan", "can-cu": "đã đối chiếu"}).headers["Location"] == "/bien-dong/"
    assert officer.get(f"/nguoi/{head.id}/").status_code == 404
    put_on(everything("tests", protected=True))
    assert Person.objects.get(pk=head.pk).area.code == AWAY
