"""The second factor: demanded of whoever moves money, opens once a code, locks after five, and is of no use to a thief of the table."""

import datetime

import pyotp
import pytest
from django.test import Client

from ansinh.base.refusals import Refused
from ansinh.office import factors, operations, queries
from ansinh.office.models import AuditEvent, RecoveryCode, SecondFactor, Staff
from ansinh.office.security import everything, put_on
from tests.integration.test_office_staff import AT, _member

pytestmark = pytest.mark.usefixtures("database")
OWN = "mười hai ký tự đủ dài"


def _enrolled(username: str = "an", role: str = "department_officer") -> tuple[pyotp.TOTP, list[str]]:
    _member(username, role)
    operations.set_password(by=username, username=username, password=OWN, at=AT)
    secret, address = factors.begin(username=username)
    assert address.startswith("otpauth://totp/AnSinh:")
    assert factors.begin(username=username)[0] == secret, "asked again, the same code to scan"
    generator = pyotp.TOTP(secret)
    return generator, factors.confirm(username=username, code=generator.at(AT), at=AT)


def _wrong(code: str, at: datetime.datetime, username: str = "an") -> str:
    with pytest.raises(Refused) as refusal:
        factors.check(username=username, code=code, at=at)
    return refusal.value.reason


def _later(seconds: int) -> datetime.datetime:
    return AT + datetime.timedelta(seconds=seconds)


def test_a_code_opens_once_and_only_in_its_minute() -> None:
    generator, _ = _enrolled()
    assert _wrong(generator.at(AT), AT) == "code_wrong", "the code that switched it on is used"
    assert factors.check(username="an", code=generator.at(_later(60)), at=_later(60)) is False
    assert _wrong(generator.at(_later(60)), _later(61)) == "code_wrong", "seen over a shoulder"
    assert _wrong(generator.at(_later(300)), _later(400)) == "code_wrong"
    assert factors.check(username="an", code=f" {generator.at(_later(390))} ", at=_later(400)) is False
    assert [_wrong(text, _later(500)) for text in ("", "12345", "abcdef", "１２３４５６")] == ["code_wrong"] * 4


def test_five_wrong_codes_lock_the_name_and_a_right_password_does_not_forgive_them() -> None:
    generator, _ = _enrolled()
    for number in range(5):
        operations.sign_in("an", OWN, _later(60))
        _wrong("000000" if generator.at(_later(60)) != "000000" else "000001", _later(60 + number))
    assert _wrong(generator.at(_later(120)), _later(120)) == "code_wrong"
    with pytest.raises(Refused):
        operations.sign_in("an", OWN, _later(120))
    later = _later(60 + 16 * 60)
    assert operations.sign_in("an", OWN, later).username == "an"
    assert factors.check(username="an", code=generator.at(later), at=later) is False
    assert AuditEvent.objects.filter(action="sign_in_locked", by="an").count() == 1


def test_a_recovery_code_opens_once_and_is_kept_only_as_a_hash() -> None:
    _, codes = _enrolled()
    assert len(set(codes)) == 10
    assert not RecoveryCode.objects.filter(code_hash__in=codes).exists()
    assert factors.check(username="an", code=codes[3].upper(), at=_later(60)) is True
    assert _wrong(codes[3], _later(61)) == "code_wrong"
    assert AuditEvent.objects.filter(action="signed_in_by_recovery_code", by="an").count() == 1


def test_the_table_alone_makes_no_codes(settings: object) -> None:
    generator, _ = _enrolled()
    kept = SecondFactor.objects.get().sealed_secret
    assert generator.secret not in kept
    settings.SECRET_KEY = "another system's secret, long enough"  # type: ignore[attr-defined]
    with pytest.raises(Refused) as refusal:
        factors.check(username="an", code=generator.at(_later(60)), at=_later(60))
    assert refusal.value.reason == "factor_unreadable"


def test_an_administrator_resets_anothers_and_never_their_own() -> None:
    _enrolled()
    _member("quan.tri", "administrator")
    for by, username, reason in (("an", "an", "role_not_allowed"), ("quan.tri", "quan.tri", "factor_own")):
        with pytest.raises(Refused) as refusal:
            factors.reset(by=by, username=username, at=AT)
        assert refusal.value.reason == reason
    assert factors.reset(by="quan.tri", username="an", at=AT)
    assert not factors.has_factor(queries.staff("an").id)
    assert not RecoveryCode.objects.exists()
    assert not factors.reset(by="quan.tri", username="an", at=AT)


@pytest.mark.parametrize(
    ("role", "is_needed"),
    [("department_approver", True), ("administrator", True), ("commune_officer", False), ("auditor", False)],
)
def test_it_is_demanded_of_whoever_moves_money_unless_switched_off(role: str, is_needed: bool) -> None:
    assert factors.is_required(role) is is_needed
    _member("quan.tri", "administrator")
    factors.require(by="quan.tri", is_on=False, at=AT)
    assert not factors.is_required(role)
    factors.require(by="quan.tri", is_on=True, at=AT)
    assert factors.is_required(role) is is_needed


def _post(client: Client, address: str, **fields: str) -> tuple[int, str, str]:
    answer = client.post(address, fields)
    put_on(everything("tests", protected=True))
    return answer.status_code, answer.headers.get("Location", ""), answer.content.decode()


def _now(generator: pyotp.TOTP) -> str:
    return generator.at(datetime.datetime.now(datetime.UTC))


def test_the_pages_lead_from_the_password_to_the_code_and_nowhere_else() -> None:
    password, client = _member("an", "department_officer"), Client()
    assert _post(client, "/dang-nhap/", ten="an", mat_khau=password)[1] == "/doi-mat-khau/"
    changed = _post(client, "/doi-mat-khau/", mat_khau_cu=password, mat_khau=OWN, mat_khau_lai=OWN)
    assert changed[1] == "/xac-thuc/", "nothing opens before a second factor is made"
    assert client.get("/ky-chi-tra/").headers["Location"] == "/xac-thuc/"
    shown = client.get("/xac-thuc/").content.decode()
    put_on(everything("tests", protected=True))
    secret = pyotp.TOTP(factors.begin(username="an")[0])
    assert "data:image/png;base64," in shown
    assert " ".join(secret.secret[place : place + 4] for place in range(0, 32, 4)) in shown
    assert _post(client, "/xac-thuc/", ma="000000")[0] == 403
    used = _now(secret)
    status, _, words = _post(client, "/xac-thuc/", ma=used)
    assert (status, words.count("<li>")) == (200, 10 + words.split("<main")[0].count("<li>"))
    codes = [line for line in words.split("<li>") if "-" in line[:11] and "</li>" in line[:17]]
    assert client.get("/ky-chi-tra/").headers.get("Location", "") != "/xac-thuc/"
    assert "Mã khôi phục" not in client.get("/xac-thuc/").content.decode(), "shown once"
    # The next day: the password alone opens nothing.
    other = Client()
    assert _post(other, "/dang-nhap/", ten="an", mat_khau=OWN, tiep="/do-phu/")[1] == "/dang-nhap/ma/"
    assert "/dang-nhap/" in other.get("/ky-chi-tra/").headers["Location"]
    assert _post(other, "/dang-nhap/ma/", ma=used)[0] == 403, "the same code does not open twice"
    assert _post(other, "/dang-nhap/ma/", ma=codes[0][:11])[1] == "/do-phu/"
    assert other.get("/do-phu/").headers.get("Location", "") != "/dang-nhap/"


def test_the_wait_for_a_code_ends_and_a_name_closed_meanwhile_is_not_let_in() -> None:
    _, codes = _enrolled()
    client = Client()
    assert client.get("/dang-nhap/ma/").headers["Location"] == "/dang-nhap/", (
        "without a password nobody is asked for a code"
    )
    _post(client, "/dang-nhap/", ten="an", mat_khau=OWN)
    Staff.objects.filter(username="an").update(is_active=False)
    assert _post(client, "/dang-nhap/ma/", ma=codes[0])[1] == "/dang-nhap/"
    Staff.objects.filter(username="an").update(is_active=True)
    _post(client, "/dang-nhap/", ten="an", mat_khau=OWN)
    session = client.session
    session["half_signed_in"] = {**session["half_signed_in"], "at": 0}
    session.save()
    assert _post(client, "/dang-nhap/ma/", ma=codes[1])[1] == "/dang-nhap/"
