"""Writes of areas, agencies, staff and the audit trail. Each is one transaction, names who does it, and takes the clock.

Passwords are shown once and stored only as Argon2 hashes. A wrong password and an unknown name get the same answer
after the same work.
"""

import datetime
import functools
import json
import re
import secrets
from collections.abc import Mapping
from typing import Any

from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import F

from ansinh.base.refusals import Refused
from ansinh.office import queries, reference
from ansinh.office.models import Agency, Area, OutsideIdentity, Setting, Staff
from ansinh.office.staging import stage

TRIES_BEFORE_LOCK = 5
LOCK = datetime.timedelta(minutes=15)
# No 0/O, 1/l/I: officers copy the password from paper.
_ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"
# Twelve bits of every reference to a payment say which system made it.
_INSTANCES = 4095

_UNIT_COLUMNS = (
    ("id", "int"),
    ("code", "text"),
    ("name", "text"),
    ("name_fold", "text"),
    ("kind", "text"),
    ("level", "text"),
    ("parent_id", "int"),
    ("valid_from", "date"),
    ("valid_to", "date"),
    ("latitude", "numeric"),
    ("longitude", "numeric"),
)


def load_areas() -> int:
    """This will load the official areas through time and return how many units there are.

    Promises: ids never change; a second call with the same files changes nothing.
    """
    # Nearly every start finds the areas loaded; fourteen thousand units need not be read and compared to find that out.
    mark = reference.fingerprint()
    if queries.setting("areas_sha256") == mark:
        return Area.objects.count()
    with transaction.atomic(), connection.cursor() as cursor:
        stage(
            "new_area",
            _UNIT_COLUMNS,
            ([getattr(unit, name) for name, _ in _UNIT_COLUMNS] for unit in reference.units()),
        )
        columns = ", ".join(name for name, _ in _UNIT_COLUMNS)
        # A unit that a later reform has ended here stays ended, though the list that comes with the product does not know it yet.
        kept = {"valid_to": "coalesce(excluded.valid_to, office_area.valid_to)"}
        changes = ", ".join(f"{name} = {kept.get(name, f'excluded.{name}')}" for name, _ in _UNIT_COLUMNS[1:])
        # One statement for parents and children: the reference to the parent is checked only after all of them are
        # there. A unit that a longer list no longer names stays, because people and payments point at it.
        cursor.execute(
            f"INSERT INTO office_area ({columns}) SELECT {columns} FROM new_area ON CONFLICT (id) DO UPDATE SET {changes}"
        )
        stage(
            "new_succession",
            (("old_id", "int"), ("new_id", "int"), ("share", "text"), ("is_default", "boolean")),
            reference.successions(),
        )
        cursor.execute(
            "INSERT INTO office_areasuccession (old_id, new_id, share, is_default) SELECT * FROM new_succession"
            " ON CONFLICT (old_id, new_id) DO UPDATE SET share = excluded.share, is_default = excluded.is_default"
        )
        _record_setting("areas_sha256", mark)
    return Area.objects.count()


def _record_setting(name: str, value: str) -> None:
    Setting.objects.update_or_create(name=name, defaults={"value": value})


def record_setting(*, name: str, value: str, by: str, at: datetime.datetime) -> None:
    """This will record a fact about this system, replacing the one before, and say so in the audit trail."""
    with transaction.atomic():
        _record_setting(name, value)
        audit(by=by, action="setting_recorded", subject=f"setting:{name}", detail={}, at=at)


def ensure_instance_number() -> int:
    """This will give this system a random number from 1 to 4095 once, and return it ever after."""
    # Random, because systems are installed by people who do not know of each other and count from one.
    Setting.objects.get_or_create(name="instance", defaults={"value": str(1 + secrets.randbelow(_INSTANCES))})
    return queries.instance_number()


def one_time_password() -> str:
    """This will return a fresh random password (about 79 bits) that must be changed at the first sign-in."""
    # `secrets`, never `random`: the next password must not follow from the last. Groups of four survive being read
    # aloud.
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(4))


def create_first_administrator() -> str | None:
    """This will create the administrator `quantri` and return the one-time password; None when one exists already."""
    # Never made anew: a second `init` must not hand out a password to a system in use.
    if Staff.objects.filter(username="quantri").exists():
        return None
    password = one_time_password()
    with transaction.atomic():
        agency, _ = Agency.objects.get_or_create(
            name="Quản trị hệ thống", defaults={"kind": Agency.Kind.DEPARTMENT, "area": None}
        )
        Staff.objects.create(
            username="quantri",
            full_name="Quản trị hệ thống",
            agency=agency,
            role=Staff.Role.ADMINISTRATOR,
            password=make_password(password),
        )
    return password


def create_agency(*, name: str, kind: str, area_id: int | None, by: str, at: datetime.datetime) -> int:
    """This will create an agency, or find the one of that name, and return its id."""
    with transaction.atomic():
        agency, is_new = Agency.objects.get_or_create(name=name, defaults={"kind": kind, "area_id": area_id})
        if is_new:
            audit(by=by, action="agency_created", subject=f"agency:{agency.id}", detail={"name": name}, at=at)
    return agency.id


def _require_known_role(role: str) -> None:
    if role not in Staff.Role.values:
        listed = ", ".join(f"{value} ({label})" for value, label in Staff.Role.choices)
        raise Refused(
            "role_unknown",
            vi=f"Không có vai trò “{role}”. Hãy chọn một trong: {listed}.",
            en=f"There is no role “{role}”. Choose one of: {', '.join(Staff.Role.values)}.",
            roles=list(Staff.Role.values),
        )


def create_staff(*, by: str, username: str, full_name: str, role: str, agency: int, at: datetime.datetime) -> str:
    """This will create a member of staff in an agency (by id) and return the one-time password, shown only here.

    Raises:
        Refused: `username_taken`, `role_unknown`.
    """
    _require_known_role(role)
    if Staff.objects.filter(username__iexact=username).exists():
        raise Refused(
            "username_taken",
            vi=f"Tên đăng nhập “{username}” đã có người dùng. Hãy chọn tên khác.",
            en=f"The sign-in name “{username}” is taken. Choose another one.",
            username=username,
        )
    password = one_time_password()
    with transaction.atomic():
        member = Staff.objects.create(
            username=username, full_name=full_name, role=role, agency_id=agency, password=make_password(password)
        )
        audit(
            by=by,
            action="staff_created",
            subject=f"staff:{member.id}",
            detail={"username": username, "role": role},
            at=at,
        )
    return password


# Whose agency is of which kind; a department's people answer for a province, a commune's for one commune.
_KIND_OF_ROLE = {
    Staff.Role.COMMUNE_OFFICER: Agency.Kind.COMMUNE,
    Staff.Role.PROVIDER_OFFICER: Agency.Kind.PROVIDER,
    Staff.Role.AUDITOR: Agency.Kind.AUDIT,
}


def require_administrator(by: str) -> None:
    """This will see that somebody may decide about staff. Raises `Refused` (`role_not_allowed`, `staff_unknown`)."""
    if queries.staff(by).role != Staff.Role.ADMINISTRATOR:
        raise Refused(
            "role_not_allowed",
            vi=f"“{by}” không phải quản trị hệ thống. Chỉ quản trị được thêm, bớt cán bộ và cấp lại mật khẩu.",
            en=f"“{by}” is no administrator. Only an administrator changes staff and passwords.",
            user=by,
        )


def agency_for(*, name: str, role: str, area: queries.AreaRow | None, by: str, at: datetime.datetime) -> int:
    """This will return the id of the agency of that name, made when there is none, and see that it suits role and area.

    Raises:
        Refused: `role_not_allowed`, `role_unknown`, `area_missing`, `agency_differs`.
    """
    require_administrator(by)
    _require_known_role(role)
    kind = _KIND_OF_ROLE.get(Staff.Role(role), Agency.Kind.DEPARTMENT)
    needed = None if role == Staff.Role.ADMINISTRATOR else "commune" if kind == Agency.Kind.COMMUNE else "province"
    # Without an area somebody would see the whole country; with the wrong level, somebody else's people or none.
    if (None if area is None else area.level) != needed:
        words = {
            None: ("không ghi địa bàn", "no area"),
            "commune": ("một xã, phường", "a commune"),
            "province": ("một tỉnh", "a province"),
        }
        raise Refused(
            "area_missing",
            vi=f"Vai trò “{Staff.Role(role).label}” cần {words[needed][0]} ở --area.",
            en=f"The role “{role}” needs {words[needed][1]} as --area.",
            role=role,
        )
    found = Agency.objects.filter(name=name).first()
    area_id = None if area is None else area.id
    if found is not None and (found.kind, found.area_id) != (kind, area_id):
        raise Refused(
            "agency_differs",
            vi=f"Cơ quan “{name}” đã có, nhưng thuộc loại hoặc địa bàn khác. Hãy kiểm tra lại tên cơ quan và --area.",
            en=f"The agency “{name}” exists with another kind or area. Check the name and --area.",
            agency=name,
        )
    return create_agency(name=name, kind=kind, area_id=area_id, by=by, at=at)


def add_staff(*, by: str, username: str, full_name: str, role: str, agency: int, at: datetime.datetime) -> str:
    """This will create a member of staff in the name of an administrator and return the one-time password, shown only here.

    Raises:
        Refused: `role_not_allowed`, `username_invalid`, `username_taken`, `role_unknown`.
    """
    require_administrator(by)
    if not re.fullmatch(r"[a-z0-9][a-z0-9._-]{1,58}", username) or not full_name.strip():
        raise Refused(
            "username_invalid",
            vi="Tên đăng nhập viết thường không dấu, từ 2 ký tự, chỉ gồm chữ, số, dấu chấm, gạch; và phải có họ tên.",
            en="A sign-in name has at least 2 lower-case letters, digits, points or dashes; the full name is needed too.",
            username=username,
        )
    return create_staff(by=by, username=username, full_name=full_name.strip(), role=role, agency=agency, at=at)


def reset_password(*, by: str, username: str, at: datetime.datetime) -> str:
    """This will replace a lost password by a new one-time password, unlock the name, and return it, shown only here.

    Raises:
        Refused: `role_not_allowed`, `staff_unknown`.
    """
    require_administrator(by)
    password = one_time_password()
    with transaction.atomic():
        member = Staff.objects.select_for_update().get(pk=queries.staff(username).id)
        # Sessions opened with the old password end with it: Django ties each to the password's hash.
        member.password, member.must_change_password = make_password(password), True
        member.failed_sign_ins, member.locked_until = 0, None
        member.save(update_fields=["password", "must_change_password", "failed_sign_ins", "locked_until"])
        audit(by=by, action="password_reset", subject=f"staff:{member.id}", detail={"username": username}, at=at)
    return password


def close_staff(*, by: str, username: str, reason: str, at: datetime.datetime) -> None:
    """This will let somebody who has left sign in no more. The row stays: the audit trail names it.

    Raises:
        Refused: `role_not_allowed`, `staff_unknown`, `last_administrator`.
    """
    require_administrator(by)
    with transaction.atomic():
        # All administrators are locked: two of them who close each other at once would leave nobody.
        administrators = Staff.objects.select_for_update().filter(role=Staff.Role.ADMINISTRATOR, is_active=True)
        left = {member.id for member in administrators} - {queries.staff(username).id}
        if not left:
            raise Refused(
                "last_administrator",
                vi=f"“{username}” là quản trị cuối cùng. Hãy thêm một quản trị khác trước.",
                en=f"“{username}” is the last administrator. Add another one first.",
                username=username,
            )
        member = Staff.objects.select_for_update().get(pk=queries.staff(username).id)
        member.is_active = False
        member.save(update_fields=["is_active"])
        audit(by=by, action="staff_closed", subject=f"staff:{member.id}", detail={"reason": reason}, at=at)


def set_password(*, by: str, username: str, password: str, at: datetime.datetime) -> None:
    """This will replace a password chosen by its owner; from then on the one-time password opens nothing.

    Raises:
        Refused: `staff_unknown`, `password_too_weak` (with every reason in one sentence).
    """
    member = Staff.objects.get(pk=queries.staff(username).id)
    try:
        validate_password(password, member)
    except ValidationError as error:
        reasons = " ".join(error.messages)
        raise Refused(
            "password_too_weak",
            vi=f"Mật khẩu chưa đủ mạnh: {reasons} Hãy chọn mật khẩu khác, ít nhất 12 ký tự.",
            en=f"The password is too weak: {reasons} Choose another one of at least 12 characters.",
        ) from error
    with transaction.atomic():
        member.password = make_password(password)
        member.must_change_password = False
        member.save(update_fields=["password", "must_change_password"])
        audit(by=by, action="password_changed", subject=f"staff:{member.id}", detail={}, at=at)


# Argon2 is slow on purpose. Without a hash to check, an unknown name would be answered sooner, and that tells who works
# here.
@functools.cache
def _nobodys_hash() -> str:
    return make_password(secrets.token_urlsafe(16))


def _sign_in_failed() -> Refused:
    minutes = int(LOCK.total_seconds()) // 60
    return Refused(
        "sign_in_failed",
        vi=f"Tên đăng nhập hoặc mật khẩu không đúng. Sau {TRIES_BEFORE_LOCK} lần sai, hãy chờ {minutes} phút rồi thử lại.",
        en=f"The sign-in name or the password is wrong. After {TRIES_BEFORE_LOCK} wrong tries, wait {minutes} minutes and try again.",
    )


def sign_in(username: str, password: str, at: datetime.datetime) -> queries.StaffRow:
    """This will check a password and return who signed in.

    Promises: the same answer, after the same work, for an unknown name, a wrong password and a locked account; five
    wrong tries lock the account for fifteen minutes, also for the right password.

    Raises:
        Refused: `sign_in_failed`. The caller must answer it inside its transaction: letting it undo the transaction
            would also undo the count of wrong tries.
    """
    with transaction.atomic():
        # The row stays locked while we look, so that parallel guesses are counted one by one.
        # No name holds a zero byte, and the database would not even take the question.
        found = Staff.objects.none() if "\0" in username else Staff.objects.filter(username__iexact=username)
        member = found.select_for_update().filter(is_active=True).first()
        is_right = check_password(password, member.password if member else _nobodys_hash())
        is_locked = member is not None and member.locked_until is not None and member.locked_until > at
        if member is not None and is_right and not is_locked:
            Staff.objects.filter(pk=member.pk).update(failed_sign_ins=0, locked_until=None, last_login=at)
            audit(by=member.username, action="signed_in", subject=f"staff:{member.id}", detail={}, at=at)
            return queries.staff(member.username)
        # Tries while locked are not counted: counted, they would let anybody keep an officer out for ever.
        if member is not None and not is_locked:
            _count_wrong_try(member, at)
    # Outside the block: raised inside, it would take the count back with it.
    raise _sign_in_failed()


def sign_in_by_service(*, username: str, issuer: str, subject: str, at: datetime.datetime) -> queries.StaffRow:
    """This will let somebody in whom the agency's own sign-in service has named, and return who they are.

    Promises: nobody is made; the first sign-in binds the name to the service's own key for the person, and another key is never
    let in under it. A one-time password that was still waiting opens nothing any more.

    Raises:
        Refused: `staff_unknown`, `identity_differs`, `sign_in_failed` while the name is locked.
    """
    row = queries.staff(username)
    with transaction.atomic():
        member = Staff.objects.select_for_update().get(pk=row.id)
        if member.locked_until is not None and member.locked_until > at:
            raise _sign_in_failed()
        known = OutsideIdentity.objects.filter(staff=member).first()
        owner = OutsideIdentity.objects.filter(issuer=issuer, subject=subject).first()
        if (known or owner) and (known is None or owner is None or known.pk != owner.pk):
            raise Refused(
                "identity_differs",
                vi=f"Tên “{row.username}” đã gắn với một người dùng khác của dịch vụ đăng nhập. Hãy báo quản trị hệ thống.",
                en=f"“{row.username}” belongs to another user of the sign-in service. Tell the administrator.",
            )
        if known is None:
            OutsideIdentity.objects.create(staff=member, issuer=issuer, subject=subject)
        if member.must_change_password:
            member.password, member.must_change_password = make_password(None), False
        member.last_login = at
        member.save(update_fields=["password", "must_change_password", "last_login"])
        audit(
            by=member.username,
            action="signed_in_by_service",
            subject=f"staff:{member.id}",
            detail={"issuer": issuer},
            at=at,
        )
    return queries.staff(username)


def _count_wrong_try(member: Staff, at: datetime.datetime) -> None:
    is_last = member.failed_sign_ins + 1 >= TRIES_BEFORE_LOCK
    Staff.objects.filter(pk=member.pk).update(
        failed_sign_ins=0 if is_last else F("failed_sign_ins") + 1, locked_until=at + LOCK if is_last else None
    )
    if is_last:
        audit(by=member.username, action="sign_in_locked", subject=f"staff:{member.id}", detail={}, at=at)


def audit(*, by: str, action: str, subject: str, detail: Mapping[str, Any], at: datetime.datetime) -> None:
    """This will add one entry to the audit trail, which nobody can change or remove."""
    # In the transaction of the act itself: an act without its entry, or an entry without its act, cannot be.
    # Plain SQL, because Django would read the row back, and who signs in has no sight on the trail yet.
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO office_auditevent (at, by, action, subject, detail) VALUES (%s, %s, %s, %s, %s::jsonb)",
            [at, by, action, subject, json.dumps(dict(detail), ensure_ascii=False)],
        )


def audit_refused_file(*, by: str, arrival: str, sha256: str, refusal: Refused, at: datetime.datetime) -> None:
    """This will note a file that was not read, and why; neither its name nor anything of what is in it."""
    detail = {"reason": refusal.reason, "sha256": sha256}
    audit(by=by, action="file_refused", subject=f"arrival:{arrival}", detail=detail, at=at)
