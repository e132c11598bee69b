"""Households part and come together from a day; the past stays, the payroll sees it, a mistake is undone exactly."""

import datetime

import pytest

from ansinh.base.refusals import Refused
from ansinh.office.models import AuditEvent
from ansinh.office.security import everything, put_on
from ansinh.people import households, queries
from ansinh.people.models import Household, HouseholdChange, Membership, Person
from ansinh.web import assets
from tests.integration import makers
from tests.integration.test_payment import AT
from tests.integration.visiting import page, working

pytestmark = pytest.mark.usefixtures("database")
DAY = datetime.date(2026, 11, 1)


@pytest.fixture
def family() -> dict[str, Person]:
    """A couple with a grown son and his wife, in one household since 2020, and a neighbour in another."""
    makers.staff()
    people = {name: makers.person() for name in ("head", "wife", "son", "bride", "neighbour")}
    Membership.objects.filter(person__in=people.values()).delete()
    area = people["head"].area_id
    home, other = (Household.objects.create(code=code, area_id=area, village="Thôn 1") for code in ("HO1", "HO2"))
    for name, relationship in (("head", "head"), ("wife", "spouse"), ("son", "child"), ("bride", "other")):
        _lives(people[name], home, relationship)
    _lives(people["neighbour"], other, "head")
    return people


def _lives(person: Person, household: Household, relationship: str) -> None:
    Membership.objects.create(
        household=household,
        person=person,
        relationship=relationship,
        area_id=person.area_id,
        valid_from=datetime.date(2020, 1, 1),
    )


def _now(code: str) -> dict[int, str]:
    rows = Membership.objects.filter(household__code=code, valid_to=None)
    return dict(rows.values_list("person_id", "relationship"))


def _split(family: dict[str, Person], **changes: object) -> households.ChangeRow:
    given = {
        "household": "HO1", "persons": [family["son"].id, family["bride"].id], "head": family["son"].id, "head_left": None, "on": DAY,
        "document": "Giấy đề nghị tách hộ 12", "by": "can.bo", "at": AT,
    }  # fmt: skip
    return households.split_household(**{**given, **changes})  # type: ignore[arg-type]


def test_a_son_takes_a_household_of_his_own_and_the_past_stays(family: dict[str, Person]) -> None:
    done = _split(family)
    assert (done.from_household, done.to_household) == ("HO1", "HO1-T1")
    assert _now("HO1-T1") == {family["son"].id: "head", family["bride"].id: "other"}
    assert _now("HO1") == {family["head"].id: "head", family["wife"].id: "spouse"}
    before = Membership.objects.get(person=family["son"], household__code="HO1")
    assert (before.valid_from, before.valid_to) == (datetime.date(2020, 1, 1), DAY)
    assert Household.objects.get(code="HO1-T1").village == "Thôn 1"
    assert queries.person_file(family["son"].id).household_code == "HO1-T1"
    assert AuditEvent.objects.get(action="household_split").detail["to"] == "HO1-T1"


def test_when_the_head_goes_somebody_is_named_for_those_who_stay(family: dict[str, Person]) -> None:
    going = {"persons": [family["head"].id], "head": family["head"].id}
    with pytest.raises(Refused) as refusal:
        _split(family, **going)
    assert refusal.value.reason == "head_missing"
    _split(family, **going, head_left=family["wife"].id)
    assert _now("HO1") == {family["wife"].id: "head", family["son"].id: "other", family["bride"].id: "other"}


def test_a_household_goes_into_another_of_its_commune(family: dict[str, Person]) -> None:
    done = households.join_household(household="HO2", into="HO1", on=DAY, document="Biên bản", by="can.bo", at=AT)
    assert _now("HO2") == {}
    assert _now("HO1")[family["neighbour"].id] == "other"
    assert _now("HO1")[family["head"].id] == "head"
    assert [row.id for row in households.changes_of("HO2")] == [done.id]


def test_a_mistake_is_undone_exactly_once_and_not_under_a_later_change(family: dict[str, Person]) -> None:
    before = list(Membership.objects.order_by("id").values())
    first = _split(family)
    second = households.join_household(
        household="HO1-T1", into="HO2", on=DAY + datetime.timedelta(days=3), document="x", by="can.bo", at=AT
    )
    with pytest.raises(Refused) as refusal:
        households.undo_change(change=first.id, by="can.bo", at=AT)
    assert refusal.value.reason == "undo_impossible"
    for change in (second, first, first):
        assert households.undo_change(change=change.id, by="can.bo", at=AT).undone_by == "can.bo"
    kept = {row["id"] for row in before}
    assert [row for row in Membership.objects.order_by("id").values() if row["id"] in kept] == before
    assert all(row.valid_from == row.valid_to for row in Membership.objects.exclude(id__in=kept))
    assert AuditEvent.objects.filter(action="household_change_undone").count() == 2
    # The same may then be done again.
    assert _split(family).to_household == "HO1-T2"


def test_what_cannot_be_is_refused_and_changes_nothing(family: dict[str, Person]) -> None:
    everybody = [person.id for name, person in family.items() if name != "neighbour"]
    for changes, reason in (
        ({"persons": [family["neighbour"].id], "head": family["neighbour"].id}, "person_not_a_member"),
        ({"persons": []}, "person_not_a_member"),
        ({"persons": everybody, "head": everybody[0]}, "nobody_left"),
        ({"head": family["wife"].id}, "head_missing"),
        ({"on": datetime.date(2020, 1, 1)}, "date_impossible"),
        ({"on": datetime.date(2026, 12, 24)}, "date_impossible"),
        ({"document": " "}, "document_missing"),
        ({"household": "HO9"}, "household_unknown"),
        ({"by": "soan.luat"}, "role_not_allowed"),
    ):
        with pytest.raises(Refused) as refusal:
            _split(family, **changes)
        assert refusal.value.reason == reason
    with pytest.raises(Refused) as refusal:
        households.join_household(household="HO1", into="HO1", on=DAY, document="x", by="can.bo", at=AT)
    assert refusal.value.reason == "households_apart"
    with pytest.raises(Refused) as refusal:
        households.undo_change(change=999, by="can.bo", at=AT)
    assert refusal.value.reason == "change_unknown"
    assert not HouseholdChange.objects.exists()
    assert Household.objects.filter(code__startswith="HO1").count() == 1


def test_an_officer_parts_a_household_by_the_page_and_takes_it_back(family: dict[str, Person]) -> None:
    assets.build()
    son, bride, where = family["son"].id, family["bride"].id, f"/nguoi/{family['son'].id}/ho/"
    officer = working("commune_officer", "19777")
    assert f'href="{where}"' in page(officer, f"/nguoi/{son}/")
    form = {
        "viec": "tach",
        "nguoi": [str(son), str(bride)],
        "ngay": "2026-11-01",
        "giay-to": "Giấy đề nghị 12",
        "ho": "HO1",
    }
    wrong = officer.post(where, form | {"chu-ho": ""}).content.decode()
    assert "Hãy nêu chủ hộ mới" in wrong and wrong.count(" checked") == 2, "what was ticked stays ticked"
    put_on(everything("tests", protected=True))
    assert not HouseholdChange.objects.exists()
    assert officer.post(where, form | {"chu-ho": str(son)}).status_code == 302
    shown = page(officer, where)
    assert "HO1-T1" in shown and "Chưa có kết quả rà soát nào" in shown and "Giấy đề nghị 12" in shown
    assert set(_now("HO1-T1")) == {son, bride}
    change = HouseholdChange.objects.get().id
    twice = officer.post(where, form | {"chu-ho": str(son)}).content.decode()
    assert "Hộ đã thay đổi từ khi mở trang này" in twice, "a second click parts nothing"
    assert officer.post(where, {"viec": f"hoan-tac:{change}"}).status_code == 302
    put_on(everything("tests", protected=True))
    assert son in _now("HO1") and "đã hoàn tác bởi" in page(officer, where)
    joined = officer.post(
        f"/nguoi/{family['neighbour'].id}/ho/",
        {"viec": "nhap", "ho-nhan": "HO1", "ngay": "2026-11-02", "giay-to": "g", "ho": "HO2"},
    )
    put_on(everything("tests", protected=True))
    assert joined.status_code == 302 and family["neighbour"].id in _now("HO1")


def test_nobody_else_parts_a_household_by_the_page(family: dict[str, Person]) -> None:
    assets.build()
    where = f"/nguoi/{family['son'].id}/ho/"
    form = {"viec": "tach", "nguoi": [str(family["son"].id)], "chu-ho": str(family["son"].id), "ngay": "2026-11-01", "giay-to": "g", "ho": "HO1"}  # fmt: skip
    assert working("commune_officer", "19753").post(where, form).status_code == 404
    auditor = working("auditor", "46")
    assert 'value="tach"' not in page(auditor, where)
    assert "không giữ sổ hộ" in auditor.post(where, form).content.decode()
    put_on(everything("tests", protected=True))
    assert not HouseholdChange.objects.exists()
    assert working("commune_officer", "19777").post(where, form | {"nguoi": ["x"]}).status_code == 404
    assert working("leader", "46").get(where).status_code == 403
