"""Reads of areas and staff, as plain rows. No query here shows a person of the register.

An unknown area code is refused with what the officer needs: which unit replaced it, or which code looks like it.
"""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import F, Q, QuerySet

from ansinh.base.refusals import Refused
from ansinh.office.models import Area, AreaSuccession, AuditEvent, Setting, Staff
from ansinh.office.security import Scope, limited

READ_ONLY_ROLES = frozenset({Staff.Role.LEADER.value, Staff.Role.AUDITOR.value})
# Their work names nobody: an agency's area is where they work, not whom they see. A leader needs the people behind the
# figures to be counted, and opens no page of a person.
_WITHOUT_PEOPLE = frozenset(
    role.value
    for role in (
        Staff.Role.ADMINISTRATOR,
        Staff.Role.PROVIDER_OFFICER,
        Staff.Role.LAW_AUTHOR,
        Staff.Role.LEGAL_REVIEWER,
    )
)
# Whoever sits across from the person. The department and the auditor decide nothing that needs to know an illness.
_OFFICERS_IN_CHARGE = frozenset({Staff.Role.COMMUNE_OFFICER.value})


@dataclass(frozen=True)
class AreaRow:
    """One unit in one period."""

    id: int
    code: str
    name: str
    kind: str
    level: str
    parent_id: int | None
    valid_from: datetime.date | None
    valid_to: datetime.date | None
    latitude: str | None
    longitude: str | None


@dataclass(frozen=True)
class StaffRow:
    """A member of staff, with the agency and the area that their rights follow from (None: the whole country)."""

    id: int
    username: str
    full_name: str
    role: str
    agency: str
    agency_kind: str
    area_id: int | None
    area_code: str | None
    area_level: str | None
    must_change_password: bool
    is_active: bool

    @property
    def may_write(self) -> bool:
        """Return whether the role may change anything at all."""
        return self.role not in READ_ONLY_ROLES


@dataclass(frozen=True)
class AuditRow:
    """One entry of the audit trail."""

    at: datetime.datetime
    by: str
    action: str
    subject: str
    detail: dict


def _row(area: Area) -> AreaRow:
    return AreaRow(
        id=area.id,
        code=area.code,
        name=area.name,
        kind=area.kind,
        level=area.level,
        parent_id=area.parent_id,
        valid_from=area.valid_from,
        valid_to=area.valid_to,
        # As text: a point passes through JSON and templates, and must come out as it went in.
        latitude=None if area.latitude is None else str(area.latitude),
        longitude=None if area.longitude is None else str(area.longitude),
    )


def _on(day: datetime.date) -> Q:
    # A unit belongs to its period, from its first day to the day before `valid_to`: codes were given again to other
    # units.
    return (Q(valid_from=None) | Q(valid_from__lte=day)) & (Q(valid_to=None) | Q(valid_to__gt=day))


def _find(level: str, code: str, on: datetime.date) -> AreaRow:
    area = Area.objects.filter(_on(on), level=level, code=code).first()
    if area is None:
        raise _unknown(level, code, on)
    return _row(area)


def _replacements(level: str, code: str) -> list[str]:
    """Return "name (code)" of what took the unit over: by succession for communes, by its communes for higher levels."""
    # The default stands first, as a hint; with a split unit the officer sees all its heirs and decides.
    successions = AreaSuccession.objects.order_by("-is_default", "new__code")
    if level == "commune":
        chosen = successions.filter(old__code=code)
        return [f"{s.new.name} ({s.new.code})" for s in chosen.select_related("new")]
    # The reform is recorded commune by commune: what became of a province is where its communes went.
    former = successions.filter(
        Q(old__parent__code=code) | Q(old__parent__parent__code=code), old__valid_to__isnull=False
    )
    named = former.values_list("new__parent__name", "new__parent__code").distinct().order_by("new__parent__code")
    return [f"{name} ({number})" for name, number in named]


def _unknown(level: str, code: str, on: datetime.date) -> Refused:
    vi_level, en_level = {"province": ("tỉnh", "province"), "commune": ("xã, phường", "commune")}.get(
        level, ("địa bàn", "area")
    )
    former = Area.objects.filter(level=level, code=code).order_by("-valid_to").first()
    if former is not None:
        replaced_by = _replacements(level, code)
        return Refused(
            "area_unknown",
            vi=f"Mã {code} ({former.name}) không dùng vào ngày {on:%d/%m/%Y}. Hãy dùng: {'; '.join(replaced_by) or 'mã của đơn vị hiện nay'}.",
            en=f"Code {code} ({former.name}) was not in use on {on.isoformat()}. Use: {'; '.join(replaced_by) or 'the present unit'}.",
            code=code,
            replaced_by=replaced_by,
        )
    # A code typed without its leading zeros, or one digit short, is the usual slip.
    padded = code.zfill(5 if level == "commune" else 2)
    # An empty code begins every other; the dash begins none.
    near = Area.objects.filter(_on(on), Q(code=padded) | Q(code__startswith=code[:4] or "-"), level=level).order_by(
        "code"
    )[:3]
    similar = [f"{area.name} ({area.code})" for area in near]
    return Refused(
        "area_unknown",
        vi=f"Không có {vi_level} nào mang mã “{code}”. "
        + (f"Có phải: {'; '.join(similar)}?" if similar else "Hãy xem lại mã trong danh mục hành chính."),
        en=f"There is no {en_level} with the code “{code}”. "
        + (f"Did you mean: {'; '.join(similar)}?" if similar else "Check the official list."),
        code=code,
        similar=similar,
    )


def find_commune(code: str, on: datetime.date) -> AreaRow:
    """This will return the commune that carries the code on that day.

    Raises:
        Refused: `area_unknown`, naming what replaced an old code or which codes look like it.
    """
    return _find("commune", code, on)


def find_province(code: str, on: datetime.date) -> AreaRow:
    """This will return the province that carries the code on that day. Raises `Refused` (`area_unknown`)."""
    return _find("province", code, on)


def communes_of(province_code: str, on: datetime.date) -> list[AreaRow]:
    """This will return the communes of a province on that day, by code. Raises `Refused` (`area_unknown`)."""
    province = find_province(province_code, on)
    # Up to June 2025 districts stood between the two levels, since then nothing does.
    below: QuerySet[Area] = Area.objects.filter(
        _on(on), Q(parent_id=province.id) | Q(parent__parent_id=province.id), level="commune"
    )
    return [_row(area) for area in below.order_by("code")]


def name_of_commune(code: str) -> str:
    """This will return the name of the commune that carries the code, today's first; empty when none ever did."""
    rows = Area.objects.filter(level=Area.Level.COMMUNE, code=code).order_by(F("valid_to").desc(nulls_first=True))
    return rows.values_list("name", flat=True).first() or ""


def area(area_id: int) -> AreaRow:
    """This will return the unit with this id. Raises `Area.DoesNotExist` for an id that no unit has."""
    return _row(Area.objects.get(pk=area_id))


def province_of(area_id: int) -> str:
    """This will return the code of the province in which the unit lies (its own, for a province)."""
    unit = Area.objects.select_related("parent__parent").get(pk=area_id)
    # Three levels at most: commune, district until 2025, province.
    while unit.parent is not None:
        unit = unit.parent
    return unit.code


def areas_by_id(area_ids: Iterable[int]) -> dict[int, AreaRow]:
    """This will return the units with these ids, in one statement."""
    return {unit.id: _row(unit) for unit in Area.objects.filter(pk__in=list(area_ids))}


def descendants(area_id: int) -> list[int]:
    """This will return the ids of the unit itself and of all units below it in its own period."""
    # Three levels at most, so two joins do what a recursion would. The unit's own period needs no asking: an id is a
    # unit in a period, and its children point at that very one.
    chosen = Area.objects.filter(Q(pk=area_id) | Q(parent_id=area_id) | Q(parent__parent_id=area_id))
    return list(chosen.order_by("id").values_list("id", flat=True))


def former_units(area_ids: Iterable[int]) -> list[int]:
    """This will return the ids of older communes all of whose heirs are among these units, through every reform.

    Whoever answers for all that became of a unit answers for what is still written under it: people not moved yet, and
    the frozen months of its time. One heir of a split unit alone does not.
    """
    known, fresh, found = set(area_ids), set(area_ids), []
    while fresh:
        touched = AreaSuccession.objects.filter(new__in=fresh).values("old")
        heirs: dict[int, set[int]] = {}
        for old, new in AreaSuccession.objects.filter(old__in=touched).values_list("old", "new"):
            heirs.setdefault(old, set()).add(new)
        fresh = {old for old, of_old in heirs.items() if of_old <= known} - known
        known |= fresh
        found += sorted(fresh)
    return found


def heirs_of(area_id: int) -> list[AreaRow]:
    """This will return what became of a unit: the suggested heir first, then by code."""
    successions = AreaSuccession.objects.filter(old_id=area_id).order_by("-is_default", "new__code")
    return [_row(one.new) for one in successions.select_related("new")]


def provinces_merged_into(province_id: int) -> list[int]:
    """This will return the ids of the older provinces whose communes became communes of this one."""
    olds = AreaSuccession.objects.filter(new__parent_id=province_id)
    found = set(olds.values_list("old__parent_id", flat=True)) | set(
        olds.values_list("old__parent__parent_id", flat=True)
    )
    return list(Area.objects.filter(pk__in=found - {None}, level=Area.Level.PROVINCE).values_list("id", flat=True))


def provinces_of_heirs(province_id: int) -> list[int]:
    """This will return the ids of the provinces in which communes of this older province lie today."""
    of_old = AreaSuccession.objects.filter(Q(old__parent_id=province_id) | Q(old__parent__parent_id=province_id))
    return list(of_old.exclude(new__parent_id=None).values_list("new__parent_id", flat=True).distinct())


def split_units(province_id: int, day: datetime.date | None = None) -> list[AreaRow]:
    """This will return the older communes that were divided among several of a province's communes (on that day)."""
    successions = AreaSuccession.objects.filter(new__parent_id=province_id)
    if day is not None:
        successions = successions.filter(new__valid_from=day, old__valid_to=day)
    chosen = Area.objects.filter(pk__in=successions.filter(share="part").values("old"), level=Area.Level.COMMUNE)
    return [_row(unit) for unit in chosen.order_by("code")]


def every_commune() -> list[int]:
    """Return the ids of all communes of all periods."""
    return list(Area.objects.filter(level=Area.Level.COMMUNE).order_by("id").values_list("id", flat=True))


def setting(name: str) -> str | None:
    """This will return a fact about this system, or None when it was never recorded."""
    return Setting.objects.filter(name=name).values_list("value", flat=True).first()


def instance_number() -> int:
    """This will return this system's number (1 to 4095), which keeps its references apart from other systems'.

    Raises:
        Refused: `not_initialised` before the system was set up.
    """
    number = setting("instance")
    if number is None:
        raise Refused(
            "not_initialised",
            vi="Hệ thống chưa được khởi tạo. Hãy chạy: ansinh init.",
            en="The system is not set up. Run: ansinh init.",
        )
    return int(number)


def row_of(member: Staff) -> StaffRow:
    """This will return the plain row of a member of staff already at hand (a signed-in session)."""
    place = member.agency.area
    return StaffRow(
        id=member.id,
        username=member.username,
        full_name=member.full_name,
        role=member.role,
        agency=member.agency.name,
        agency_kind=member.agency.kind,
        area_id=None if place is None else place.id,
        area_code=None if place is None else place.code,
        area_level=None if place is None else place.level,
        must_change_password=member.must_change_password,
        is_active=member.is_active,
    )


def staff(username: str) -> StaffRow:
    """This will return the member of staff with this sign-in name.

    Raises:
        Refused: `staff_unknown` when there is none, or when they no longer work here.
    """
    # Whoever left is unknown, not "inactive": nobody outside needs to learn who once worked here.
    member = Staff.objects.select_related("agency__area").filter(username__iexact=username, is_active=True).first()
    if member is None:
        raise Refused(
            "staff_unknown",
            vi=f"Không có cán bộ đang làm việc với tên đăng nhập “{username}”. Hãy kiểm tra lại tên.",
            en=f"No active member of staff has the sign-in name “{username}”. Check the name.",
            username=username,
        )
    return row_of(member)


def all_staff() -> list[StaffRow]:
    """This will return everybody who may sign in, by sign-in name."""
    chosen = Staff.objects.filter(is_active=True).select_related("agency__area").order_by("username")
    return [row_of(member) for member in chosen]


def scope_of(member: StaffRow) -> Scope:
    """This will return what a member of staff may see: their agency's area, every unit below it, and those they became of.

    Promises: an agency without an area sees no person at all, nor do administrators, providers and whoever writes or
    reviews the law. Protected health data are open to the officer in charge at the commune alone.
    """
    # No area must never read as "every area": None means that only in a `Scope`, and only the system puts that one on.
    if member.area_id is None or member.role in _WITHOUT_PEOPLE:
        return limited(member.username, [])
    below = descendants(member.area_id)
    areas = frozenset(below) | frozenset(former_units(below))
    return Scope(by=member.username, areas=areas, protected=member.role in _OFFICERS_IN_CHARGE)


def reaches(member: StaffRow, area_id: int) -> bool:
    """This will return whether a unit is what a member of staff answers for: their area, what lies below it, or became it."""
    if member.area_id is None:
        return False
    below = descendants(member.area_id)
    return area_id in {*below, *former_units(below), *provinces_merged_into(member.area_id)}


def require_reach(by: str, area_id: int) -> None:
    """This will see that whoever decides about an area's money answers for it: a role alone says nothing about where.

    Raises:
        Refused: `area_not_yours`, `staff_unknown`.
    """
    member = staff(by)
    if not reaches(member, area_id):
        place = Area.objects.get(pk=area_id)
        raise Refused(
            "area_not_yours",
            vi=f"“{by}” không phụ trách {place.name}. Hãy nhờ người của cơ quan phụ trách địa bàn này.",
            en=f"“{by}” does not answer for {place.name}. Ask somebody of the office that does.",
            user=by,
            area=place.code,
        )


def audit_trail(subject: str, limit: int = 50) -> list[AuditRow]:
    """This will return the latest entries about one subject, newest first."""
    events = AuditEvent.objects.filter(subject=subject).order_by("-id")[:limit]
    return [AuditRow(at=e.at, by=e.by, action=e.action, subject=e.subject, detail=e.detail) for e in events]
