"""Somebody new: entered by an officer, counted in a household, granted a benefit and paid; never twice by mistake."""

import datetime
from typing import Any

import pytest

from ansinh.entitlement.models import Decision
from ansinh.office.models import AuditEvent
from ansinh.office.security import everything, put_on
from ansinh.people import entering
from ansinh.people.models import Household, Membership, Person
from tests.integration import makers
from tests.integration.telling import AT, accept, refusal, tell
from tests.integration.visiting import page, working

pytestmark = pytest.mark.usefixtures("database")
DAY = datetime.date


def _enter(*, by: str = "can.bo", document: str = "Căn cước", **changes: Any) -> int:
    given = {"full_name": "hồ  thị  Mới", "sex": "female", "birth_date": DAY(1986, 5, 2), "area_id": makers.commune()}
    return entering.enter(entering.Entry(**{**given, **changes}), document=document, by=by, at=AT)


def test_somebody_new_has_a_household_and_can_be_granted_at_once() -> None:
    makers.staff()
    number = _enter(national_id="046 186 000 017", village="Thôn 2", phone="0905 123 456")
    person = Person.objects.get(pk=number)
    assert (person.full_name, person.national_id, person.phone, person.village) == (
        "hồ thị Mới", "046186000017", "0905123456", "Thôn 2"
    )  # fmt: skip
    own = Membership.objects.get(person=person)
    assert (own.relationship, own.valid_from, own.recorded_at) == ("head", AT.date(), AT)
    assert own.household.code == f"19777-N{number}"
    assert AuditEvent.objects.get(action="person_entered").detail["document"] == "Căn cước"
    accept(tell(person, "disability", "severe", DAY(2026, 11, 20)))
    accept(tell(person, "grant", "K6", DAY(2026, 11, 20)))
    assert Decision.objects.get().person_id == number


def test_a_member_of_a_household_that_is_there() -> None:
    makers.staff()
    home = Membership.objects.get(person=makers.person(poverty="poor")).household
    number = _enter(household=home.code, relationship="spouse")
    own = Membership.objects.get(person_id=number)
    assert (own.household_id, own.relationship) == (home.id, "spouse")
    assert Household.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"by": "lanh.dao"}, "role_not_allowed"),
        ({"by": "soan.luat"}, "role_not_allowed"),
        ({"document": " "}, "document_missing"),
        ({"sex": ""}, "sex_missing"),
        ({"full_name": " "}, "name_missing"),
        ({"birth_date": DAY(2027, 1, 1)}, "birth_date_impossible"),
        ({"birth_date": DAY(1886, 1, 1)}, "birth_date_impossible"),
        ({"national_id": "12345"}, "national_id_invalid"),
        ({"national_id": "046090000017"}, "national_id_contradicts"),
        ({"household": "KHONG-CO"}, "household_unknown"),
    ],
)
def test_what_cannot_be_is_refused_and_nobody_is_entered(changes: dict[str, Any], reason: str) -> None:
    makers.staff()
    assert refusal(_enter, **changes) == reason
    assert not Person.objects.exists() and not Household.objects.exists()


def test_another_provinces_commune_is_not_ours() -> None:
    makers.staff()
    elsewhere = makers.commune("29242")
    assert refusal(_enter, area_id=elsewhere) == "area_not_yours"


def test_a_head_is_not_entered_into_a_household_that_has_one() -> None:
    makers.staff()
    home = Membership.objects.get(person=makers.person(poverty="poor")).household
    assert refusal(_enter, household=home.code, relationship="head") == "household_unknown"


def test_a_namesake_of_the_same_day_is_looked_at_first() -> None:
    makers.staff()
    first = _enter()
    assert refusal(_enter) == "person_known"
    assert refusal(_enter, full_name="Hồ Thị MỚI") == "person_known"
    assert _enter(is_another=True) != first


def test_one_number_is_one_person() -> None:
    makers.staff()
    _enter(national_id="046186000017")
    assert refusal(_enter, full_name="Trần Thị Khác", national_id="046186000017") == "national_id_taken"


def test_by_the_page_of_a_commune_and_of_the_department() -> None:
    makers.staff()
    officer = working("commune_officer", "19777")
    form = {"ho-ten": "Hồ Thị Mới", "gioi-tinh": "female", "ngay-sinh": "1986-05-02", "giay-to": "Căn cước"}
    assert 'name="xa"' not in page(officer, "/nguoi/moi/")
    assert "/nguoi/moi/" in page(officer, "/nguoi/?q=khongcoai")
    answer = officer.post("/nguoi/moi/", form)
    put_on(everything("tests", protected=True))
    person = Person.objects.get()
    assert answer.headers["Location"] == f"/nguoi/{person.id}/" and person.area_id == makers.commune()
    again = officer.post("/nguoi/moi/", form).content.decode()
    assert "Là người khác, cùng họ tên và ngày sinh" in again and 'value="Hồ Thị Mới"' in again
    put_on(everything("tests", protected=True))
    assert Person.objects.count() == 1
    officer.post("/nguoi/moi/", form | {"la-nguoi-khac": "1"})
    department = working("department_officer")
    assert "Hãy chọn xã, phường" in department.post("/nguoi/moi/", form | {"xa": ""}).content.decode()
    put_on(everything("tests", protected=True))
    other = makers.commune("19753")
    department.post("/nguoi/moi/", form | {"xa": str(other), "ho-ten": "Hồ Thị Khác"})
    put_on(everything("tests", protected=True))
    assert sorted(Person.objects.values_list("area_id", flat=True)) == sorted([makers.commune()] * 2 + [other])
    assert working("department_approver").get("/nguoi/moi/").status_code == 403
