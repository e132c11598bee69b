"""Staff: one-time passwords, throttled sign-in, and what each role may see."""

import datetime

import pytest
from django.utils.module_loading import import_string

from ansinh.base.refusals import Refused
from ansinh.office import operations, queries
from ansinh.office.models import AuditEvent, Staff
from ansinh.project import settings as shipped

pytestmark = pytest.mark.usefixtures("database")
AT = datetime.datetime(2026, 11, 2, 8, tzinfo=datetime.UTC)
TODAY = AT.date()


def _member(username: str, role: str, *, commune: str | None = None) -> str:
    place = queries.find_commune(commune, TODAY) if commune else queries.find_province("46", TODAY)
    kind = "commune" if commune else "department"
    agency = operations.create_agency(name=f"Cơ quan của {username}", kind=kind, area_id=place.id, by="t", at=AT)
    return operations.create_staff(by="t", username=username, full_name="Cán bộ", role=role, agency=agency, at=AT)


def _refusal(username: str, password: str, at: datetime.datetime = AT) -> Refused:
    with pytest.raises(Refused) as refusal:
        operations.sign_in(username, password, at)
    return refusal.value


def test_a_one_time_password_opens_once_chosen_again_and_is_stored_only_hashed() -> None:
    password = _member("an", "department_officer")
    row = operations.sign_in("AN", password, AT)
    assert (row.username, row.must_change_password, row.may_write) == ("an", True, True)
    assert password not in Staff.objects.get(username="an").password
    operations.set_password(by="an", username="an", password="mười hai ký tự đủ dài", at=AT)
    assert _refusal("an", password).reason == "sign_in_failed"
    assert operations.sign_in("an", "mười hai ký tự đủ dài", AT).must_change_password is False


def test_the_product_keeps_passwords_at_a_cost_that_guessing_feels() -> None:
    """The tests themselves take the same Argon2 at its least cost (`tests/quick_passwords.py`)."""
    [name] = shipped.PASSWORD_HASHERS
    hasher = import_string(name)()
    assert (hasher.algorithm, hasher.time_cost, hasher.memory_cost) == ("argon2", 2, 102_400)


def test_an_unknown_name_and_a_wrong_password_get_the_same_answer() -> None:
    _member("binh", "auditor")
    unknown, wrong = _refusal("khongcoai", "x"), _refusal("binh", "x")
    assert (unknown.reason, unknown.vi, unknown.en, unknown.details) == (
        wrong.reason,
        wrong.vi,
        wrong.en,
        wrong.details,
    )


def test_five_wrong_tries_lock_for_fifteen_minutes_even_for_the_right_password() -> None:
    password = _member("chi", "leader")
    for _ in range(5):
        _refusal("chi", "sai")
    assert _refusal("chi", password).reason == "sign_in_failed"
    later = AT + datetime.timedelta(minutes=15, seconds=1)
    assert operations.sign_in("chi", password, later).username == "chi"
    assert AuditEvent.objects.filter(action="sign_in_locked", by="chi").count() == 1


def test_a_weak_password_is_refused_with_reasons() -> None:
    _member("dung", "leader")
    with pytest.raises(Refused) as refusal:
        operations.set_password(by="dung", username="dung", password="12345", at=AT)
    assert refusal.value.reason == "password_too_weak"


def test_scopes_follow_the_agency() -> None:
    for username, role, commune in (
        ("xa", "commune_officer", "19777"),
        ("so", "department_officer", None),
        ("kt", "auditor", None),
    ):
        _member(username, role, commune=commune)
    communes = {c.id for c in queries.communes_of("46", TODAY)}
    own = queries.find_commune("19777", TODAY).id
    commune, department, auditor = (queries.scope_of(queries.staff(name)) for name in ("xa", "so", "kt"))
    # With the units of before that became this commune and no other.
    assert commune.areas == {own, *queries.former_units([own])}
    assert own not in queries.former_units([own])
    assert commune.protected is True
    assert department.areas is not None
    assert communes < department.areas
    assert department.protected is False
    assert auditor.areas == department.areas
    assert queries.staff("kt").may_write is False


def test_the_first_administrator_is_made_once_and_sees_no_person() -> None:
    assert operations.create_first_administrator() is not None
    assert operations.create_first_administrator() is None
    assert queries.scope_of(queries.staff("quantri")).areas == frozenset()


def test_names_are_taken_whatever_their_case() -> None:
    _member("em", "leader")
    with pytest.raises(Refused) as refusal:
        operations.create_staff(by="t", username="EM", full_name="x", role="leader", agency=1, at=AT)
    assert refusal.value.reason == "username_taken"
