"""The second factor: codes of an authenticator app by the clock (RFC 6238), and codes for the day on which it is lost.

A code opens once. Wrong codes are counted apart from wrong passwords, and a right password does not forgive them; both lock
the same name. The secret is encrypted under this system's own secret, and recovery codes are kept only as hashes.
"""

import base64
import datetime
import hmac
import secrets

import pyotp
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import transaction
from django.utils.crypto import salted_hmac

from ansinh.base.refusals import Refused
from ansinh.office import operations, queries
from ansinh.office.models import RecoveryCode, SecondFactor, Staff

# Whoever may move money, name who does, or release a law.
_NEED_ONE = frozenset({"administrator", "department_officer", "department_approver", "legal_reviewer"})
SETTING = "second_factor"
OFF, REQUIRED = "off", "required"
_STEP_S = 30
# One step to each side: telephones are off by seconds, and people type slowly.
_DRIFT = 1
_RECOVERY_CODES = 10


def _fernet() -> Fernet:
    derived = HKDF(SHA256(), 32, salt=None, info=b"ansinh second factor").derive(settings.SECRET_KEY.encode())
    return Fernet(base64.urlsafe_b64encode(derived))


def _secret(factor: SecondFactor) -> str:
    try:
        return _fernet().decrypt(factor.sealed_secret.encode()).decode()
    except InvalidToken as error:
        # The database came from elsewhere, or the home's secret was replaced.
        raise Refused(
            "factor_unreadable",
            vi="Khoá xác thực hai bước không đọc được bằng bí mật của hệ thống này. Hãy nhờ quản trị đặt lại (ansinh staff reset-factor).",
            en="The second factor cannot be read with this system's secret. Ask an administrator to reset it.",
        ) from error


def is_required(role: str) -> bool:
    """Return whether this role may not work without a second factor here; unless it was switched off, it is."""
    return role in _NEED_ONE and queries.setting(SETTING) != OFF


def has_factor(staff_id: int) -> bool:
    """Return whether this member of staff has confirmed a second factor."""
    return SecondFactor.objects.filter(staff_id=staff_id, confirmed_at__isnull=False).exists()


def owners() -> frozenset[int]:
    """Return the ids of all staff who have confirmed a second factor."""
    return frozenset(SecondFactor.objects.filter(confirmed_at__isnull=False).values_list("staff_id", flat=True))


def begin(*, username: str) -> tuple[str, str]:
    """This will make a secret for an app, or return the one that still waits: (secret, address for its QR code).

    Raises:
        Refused: `staff_unknown`, `factor_exists`.
    """
    row = queries.staff(username)
    with transaction.atomic():
        Staff.objects.select_for_update().get(pk=row.id)
        factor = SecondFactor.objects.filter(staff_id=row.id).first()
        if factor is not None and factor.confirmed_at is not None:
            raise Refused(
                "factor_exists",
                vi="Bạn đã bật xác thực hai bước. Muốn đổi thiết bị, hãy nhờ quản trị đặt lại.",
                en="You have a second factor. To change the device, ask an administrator to reset it.",
            )
        if factor is None:
            sealed = _fernet().encrypt(pyotp.random_base32().encode()).decode()
            factor = SecondFactor.objects.create(staff_id=row.id, sealed_secret=sealed)
        secret = _secret(factor)
    return secret, pyotp.TOTP(secret).provisioning_uri(name=row.username, issuer_name="AnSinh")


def confirm(*, username: str, code: str, at: datetime.datetime) -> list[str]:
    """This will switch the second factor on with a first code from the app, and return the recovery codes, shown only here.

    Raises:
        Refused: `staff_unknown`, `factor_missing`, `factor_exists`, `code_wrong`.
    """
    row = queries.staff(username)
    with transaction.atomic():
        factor = SecondFactor.objects.select_for_update().filter(staff_id=row.id).first()
        if factor is None or factor.confirmed_at is not None:
            raise Refused(
                "factor_exists" if factor else "factor_missing",
                vi="Hãy mở lại trang xác thực hai bước và quét mã mới.",
                en="Open the page of the second factor again and scan the new code.",
            )
        step = _step(_secret(factor), code, at, after=0)
        if step is None:
            raise _code_wrong()
        factor.confirmed_at, factor.last_step, factor.failed_tries = at, step, 0
        factor.save()
        codes = ["-".join(secrets.token_hex(5)[place : place + 5] for place in (0, 5)) for _ in range(_RECOVERY_CODES)]
        RecoveryCode.objects.bulk_create(RecoveryCode(factor=factor, code_hash=_hash(factor, one)) for one in codes)
        operations.audit(by=username, action="factor_confirmed", subject=f"staff:{row.id}", detail={}, at=at)
    return codes


def check(*, username: str, code: str, at: datetime.datetime) -> bool:
    """This will check a code from the app, or a recovery code, and say whether it was a recovery code.

    Promises: a code opens once; five wrong ones lock the name for fifteen minutes, whatever password comes in between.

    Raises:
        Refused: `staff_unknown`, `factor_missing`, `code_wrong`. The caller must answer it inside its transaction: letting it undo
            the transaction would also undo the count of wrong tries.
    """
    row = queries.staff(username)
    with transaction.atomic():
        member = Staff.objects.select_for_update().get(pk=row.id)
        factor = SecondFactor.objects.select_for_update().filter(staff_id=row.id, confirmed_at__isnull=False).first()
        is_locked = member.locked_until is not None and member.locked_until > at
        if factor is not None and not is_locked:
            step = _step(_secret(factor), code, at, after=factor.last_step)
            recovery = None if step is not None else _recovery(factor, code)
            if step is not None or recovery is not None:
                factor.last_step, factor.failed_tries = step or factor.last_step, 0
                factor.save(update_fields=["last_step", "failed_tries"])
                if recovery is not None:
                    recovery.used_at = at
                    recovery.save(update_fields=["used_at"])
                action = "signed_in_by_recovery_code" if recovery is not None else "factor_checked"
                operations.audit(by=member.username, action=action, subject=f"staff:{row.id}", detail={}, at=at)
                return recovery is not None
            _count(factor, member, at)
    raise _code_wrong()


def _count(factor: SecondFactor, member: Staff, at: datetime.datetime) -> None:
    is_last = factor.failed_tries + 1 >= operations.TRIES_BEFORE_LOCK
    factor.failed_tries = 0 if is_last else factor.failed_tries + 1
    factor.save(update_fields=["failed_tries"])
    if is_last:
        member.locked_until = at + operations.LOCK
        member.save(update_fields=["locked_until"])
        operations.audit(by=member.username, action="sign_in_locked", subject=f"staff:{member.id}", detail={}, at=at)


def _step(secret: str, code: str, at: datetime.datetime, *, after: int) -> int | None:
    """Return the half minute to which a code belongs, newer than `after`; None when it is no such code."""
    typed = "".join(code.split())
    if not (typed.isascii() and typed.isdigit() and len(typed) == 6):
        return None
    now, generator = int(at.timestamp()) // _STEP_S, pyotp.TOTP(secret)
    fitting = [
        step
        for step in range(now - _DRIFT, now + _DRIFT + 1)
        if hmac.compare_digest(generator.at(step * _STEP_S), typed)
    ]
    return next((step for step in fitting if step > after), None)


def _recovery(factor: SecondFactor, code: str) -> RecoveryCode | None:
    typed = code.strip().lower()
    if not typed.isascii() or len(typed) > 20:
        return None
    return RecoveryCode.objects.filter(factor=factor, code_hash=_hash(factor, typed), used_at=None).first()


def _hash(factor: SecondFactor, code: str) -> str:
    # Forty random bits a code and five tries in a quarter of an hour: a fast keyed hash is enough.
    return salted_hmac(f"ansinh.recovery.{factor.pk}", code, algorithm="sha256").hexdigest()


def _code_wrong() -> Refused:
    return Refused(
        "code_wrong",
        vi="Mã không đúng, đã dùng hoặc đã hết hạn. Hãy chờ mã mới trong ứng dụng rồi nhập lại; sau 5 lần sai phải chờ 15 phút.",
        en="The code is wrong, used or too old. Wait for the next one of the app; after 5 wrong ones wait 15 minutes.",
    )


def reset(*, by: str, username: str, at: datetime.datetime) -> bool:
    """This will take a lost second factor away, so that its owner makes a new one at the next sign-in; False when there was none.

    Raises:
        Refused: `role_not_allowed`, `staff_unknown`, `factor_own`.
    """
    operations.require_administrator(by)
    row = queries.staff(username)
    if row.username == by:
        # Whoever stole an administrator's session could else rid it of its guard.
        raise Refused(
            "factor_own",
            vi="Không tự đặt lại xác thực hai bước của mình. Hãy nhờ một quản trị khác.",
            en="Nobody resets their own second factor. Ask another administrator.",
        )
    with transaction.atomic():
        removed = SecondFactor.objects.filter(staff_id=row.id).delete()[0]
        operations.audit(by=by, action="factor_reset", subject=f"staff:{row.id}", detail={"username": username}, at=at)
    return bool(removed)


def require(*, by: str, is_on: bool, at: datetime.datetime) -> None:
    """This will demand a second factor of everybody who may move money, or no longer.

    Raises:
        Refused: `role_not_allowed`, `staff_unknown`.
    """
    operations.require_administrator(by)
    operations.record_setting(name=SETTING, value=REQUIRED if is_on else OFF, by=by, at=at)
