"""Staff as an administrator keeps them: added, given a new password, closed; each by name and in the trail."""

import argparse
import datetime

import pytest

from ansinh.base.refusals import Refused
from ansinh.office import operations
from ansinh.office.models import AuditEvent, Staff
from ansinh.project.work import staff

pytestmark = pytest.mark.usefixtures("database")
AT = datetime.datetime(2026, 11, 2, 8, tzinfo=datetime.UTC)


@pytest.fixture(autouse=True)
def administrator(database: object) -> None:
    operations.create_first_administrator()


def arguments(**given: str | None) -> argparse.Namespace:
    usual = {"username": "lan", "name": "Trần Thị Lan", "role": "law_author", "agency": "Sở Nội vụ", "area": "46"}
    return argparse.Namespace(**{**usual, "user": "quantri", "reason": "nghỉ việc", **given})


def refused(work: str, **given: str | None) -> str:
    with pytest.raises(Refused) as refusal:
        getattr(staff, work)(arguments(**given))
    return refusal.value.reason


def test_somebody_added_signs_in_once_with_the_password_shown() -> None:
    answer = staff.add(arguments())
    assert (answer["role"], answer["area"], answer["must_change_password"]) == ("law_author", "46", True)
    assert operations.sign_in("lan", answer["one_time_password"], AT).must_change_password
    event = AuditEvent.objects.get(action="staff_created")
    assert (event.by, answer["one_time_password"] in str(event.detail)) == ("quantri", False)
    assert [row["username"] for row in staff.list_staff(arguments())["staff"]] == ["lan", "quantri"]


def test_only_an_administrator_changes_staff() -> None:
    staff.add(arguments())
    for work in ("add", "new_password", "close"):
        assert refused(work, user="lan", username="binh" if work == "add" else "lan") == "role_not_allowed"
    assert refused("add", user="khongco") == "staff_unknown"
    assert Staff.objects.filter(is_active=True).count() == 2


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"role": "vua"}, "role_unknown"),
        ({"area": None}, "area_missing"),
        ({"role": "commune_officer"}, "area_missing"),
        ({"role": "leader", "area": "19777"}, "area_missing"),
        ({"role": "administrator"}, "area_missing"),
        ({"area": "99"}, "area_unknown"),
        ({"username": "Trần Lan"}, "username_invalid"),
        ({"name": "  "}, "username_invalid"),
        ({"username": "quantri"}, "username_taken"),
    ],
)
def test_what_does_not_fit_is_refused_and_nothing_is_made(given: dict[str, str | None], reason: str) -> None:
    assert refused("add", **given) == reason
    assert Staff.objects.count() == 1


def test_an_agency_of_another_area_is_not_taken_for_this_one() -> None:
    staff.add(arguments())
    assert refused("add", username="mai", area="01") == "agency_differs"


def test_a_lost_password_is_replaced_and_opens_a_locked_name() -> None:
    first = staff.add(arguments())["one_time_password"]
    for _ in range(5):
        with pytest.raises(Refused):
            operations.sign_in("lan", "sai", AT)
    second = staff.new_password(arguments())["one_time_password"]
    assert operations.sign_in("lan", second, AT).username == "lan"
    with pytest.raises(Refused):
        operations.sign_in("lan", first, AT)


def test_whoever_left_is_unknown_and_the_last_administrator_stays() -> None:
    password = staff.add(arguments())["one_time_password"]
    staff.close(arguments())
    with pytest.raises(Refused):
        operations.sign_in("lan", password, AT)
    assert refused("close") == "staff_unknown"
    assert refused("close", username="quantri") == "last_administrator"
    staff.add(arguments(username="quantri2", role="administrator", agency="Quản trị hệ thống", area=None))
    staff.close(arguments(username="quantri", user="quantri2"))
    assert refused("close", username="quantri2", user="quantri2") == "last_administrator"
