"""Carrying a reform of areas out on the register: the files go to the communes of today, the history stays readable.

One person proposes, another carries it out, all or nothing, with the same number of statements whatever the size. Households
of a commune that was divided wait for a person's word; nothing is guessed about them, and they are paid meanwhile (ADR 0014).
"""

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.db.models import Count

from ansinh.base.refusals import Refused
from ansinh.base.statements import statement
from ansinh.office import queries as office
from ansinh.office.operations import audit
from ansinh.office.security import everything, put_on
from ansinh.people.models import AreaReform, Household, Residence, SplitDecision
from ansinh.people.moving import move_chosen

_PROPOSERS = frozenset({"department_officer", "department_approver"})
_APPLIERS = frozenset({"department_approver"})
_SOURCE = "Sắp xếp đơn vị hành chính từ {day:%d/%m/%Y}"


@dataclass(frozen=True)
class UnitMove:
    """What happens to one old unit: `heir` takes it over whole, or it is divided among `heirs` of them and waits."""

    old_code: str
    old_name: str
    heir_code: str
    heir_name: str
    heirs: int
    is_whole: bool
    persons: int
    households: int


@dataclass(frozen=True)
class ReformPlan:
    """A reform of one present province: unit by unit, and what moves by itself or waits."""

    day: datetime.date
    province_code: str
    province_name: str
    units: tuple[UnitMove, ...]

    @property
    def moving(self) -> tuple[int, int]:
        """Return (persons, households) that move by themselves."""
        whole = [unit for unit in self.units if unit.is_whole]
        return sum(unit.persons for unit in whole), sum(unit.households for unit in whole)

    @property
    def waiting(self) -> tuple[int, int]:
        """Return (persons, households) that wait for a person's word."""
        split = [unit for unit in self.units if not unit.is_whole]
        return sum(unit.persons for unit in split), sum(unit.households for unit in split)


@dataclass(frozen=True)
class Carried:
    """What carrying out did: persons and households moved, households that wait."""

    persons: int
    households: int
    waiting_households: int


@dataclass(frozen=True)
class WaitingHousehold:
    """A household of a divided commune about which nobody has decided."""

    id: int
    code: str
    village: str
    old_id: int
    old_code: str
    old_name: str
    head: str
    members: int


@dataclass(frozen=True)
class ResidenceRow:
    """Where a person lived, in the units of that time."""

    unit_code: str
    unit_name: str
    village: str
    valid_from: datetime.date
    valid_to: datetime.date | None
    source: str


def _execute(name: str, parameters: Mapping[str, Any] | None = None) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement("people", name), parameters)
        return cursor.rowcount


def _choose(day: datetime.date, province: office.AreaRow) -> tuple[UnitMove, ...]:
    with connection.cursor() as cursor:
        # Asked twice in one transaction when a plan is looked at before it is carried out.
        cursor.execute("DROP TABLE IF EXISTS chosen")
        cursor.execute(statement("people", "reform_chosen"), {"day": day, "province": province.id})
        cursor.execute(statement("people", "reform_counts"))
        units = tuple(UnitMove(*row) for row in cursor.fetchall())
    if not units:
        raise Refused(
            "no_reform_that_day",
            vi=f"Không có sắp xếp xã, phường nào của {province.name} vào ngày {day:%d/%m/%Y}. "
            "Hãy xem lại --on, hoặc nạp danh mục bằng ansinh area load-reform.",
            en=f"No communes of {province.name} were reformed on {day}. Check --on, or load the list by ansinh area load-reform.",
            province=province.code,
            day=day.isoformat(),
        )
    return units


def plan(*, day: datetime.date, province: str) -> ReformPlan:
    """This will return what a reform would move and what would wait, unit by unit; the scope must cover everything.

    Raises:
        Refused: `area_unknown`, `no_reform_that_day`.
    """
    unit = office.find_province(province, on=day)
    with transaction.atomic():
        return ReformPlan(day, unit.code, unit.name, _choose(day, unit))


def _require(by: str, roles: frozenset[str], planned: ReformPlan, province_id: int) -> None:
    member = office.staff(by)
    # Before the reform the departments of the old provinces work; afterwards the new one does. Both answer for it.
    covers = set(office.provinces_merged_into(province_id)) | {province_id}
    if member.role not in roles or member.area_id not in covers:
        raise Refused(
            "role_not_allowed",
            vi=f"“{by}” không có quyền sắp xếp địa bàn của {planned.province_name}. Hãy nhờ sở của tỉnh: chuyên viên đề nghị, lãnh đạo phê duyệt thực hiện.",
            en=f"“{by}” may not carry out the reform of {planned.province_name}: an officer of its department proposes, an approver applies.",
            user=by,
        )


def propose(*, day: datetime.date, province: str, by: str, at: datetime.datetime) -> ReformPlan:
    """This will propose the reform of a province's register and return the plan. Proposed again it changes nothing.

    Raises:
        Refused: `area_unknown`, `no_reform_that_day`, `role_not_allowed`, `staff_unknown`.
    """
    unit = office.find_province(province, on=day)
    with transaction.atomic():
        _require(by, _PROPOSERS, ReformPlan(day, unit.code, unit.name, ()), unit.id)
        put_on(everything(by))
        planned = ReformPlan(day, unit.code, unit.name, _choose(day, unit))
        persons, households = planned.moving
        counts = {"persons": persons, "households": households, "waiting_households": planned.waiting[1]}
        _, is_new = AreaReform.objects.get_or_create(
            day=day, province_id=unit.id, applied_at=None, defaults={**counts, "proposed_by": by, "proposed_at": at}
        )
        if is_new:
            subject = f"province:{unit.code}"
            audit(
                by=by, action="area.reform.propose", subject=subject, detail={"day": day.isoformat(), **counts}, at=at
            )
    return planned


def carry_out(*, day: datetime.date, province: str, by: str, at: datetime.datetime) -> Carried:
    """This will move every person and household of whole units to the communes of today, in one transaction.

    Promises: nobody is lost and nothing is overwritten; carried out again it moves nobody. Rows of frozen months stay in
    the units of their time.

    Raises:
        Refused: `area_unknown`, `no_reform_that_day`, `role_not_allowed`, `staff_unknown`, `reform_not_proposed`,
            `second_person_needed`.
    """
    unit = office.find_province(province, on=day)
    with transaction.atomic(), connection.cursor() as cursor:
        _require(by, _APPLIERS, ReformPlan(day, unit.code, unit.name, ()), unit.id)
        # Protected, because HIV rows go along too: moved, and read by nobody here.
        put_on(everything(by, protected=True))
        # An import or a payroll between our first statement and our last would see people in two places.
        cursor.execute("LOCK TABLE people_person, people_household IN SHARE ROW EXCLUSIVE MODE")
        units = _choose(day, unit)
        proposal = AreaReform.objects.select_for_update().filter(day=day, province_id=unit.id, applied_at=None).first()
        waiting = sum(one.households for one in units if not one.is_whole)
        if proposal is None:
            if AreaReform.objects.filter(day=day, province_id=unit.id).exists():
                return Carried(0, 0, waiting)
            raise Refused(
                "reform_not_proposed",
                vi="Chưa ai đề nghị sắp xếp này. Chuyên viên của sở đề nghị trước bằng ansinh area reform.",
                en="Nobody has proposed this reform yet. An officer proposes it by ansinh area reform.",
            )
        if proposal.proposed_by == by:
            raise Refused(
                "second_person_needed",
                vi="Người đề nghị không tự thực hiện. Hãy nhờ người khác có thẩm quyền.",
                en="Whoever proposed does not carry it out. Ask another person.",
            )
        _execute("reform_households")
        _execute("reform_persons")
        persons, households = move_chosen(day, at, _SOURCE.format(day=day))
        proposal.applied_by, proposal.applied_at = by, at
        proposal.persons, proposal.households, proposal.waiting_households = persons, households, waiting
        proposal.save()
        detail = {"day": day.isoformat(), "persons": persons, "households": households, "waiting_households": waiting}
        audit(by=by, action="area.reform.apply", subject=f"province:{unit.code}", detail=detail, at=at)
    return Carried(persons, households, waiting)


# ── divided communes ─────────────────────────────────────────────────────────────────────────────────────────────────


def waiting_households(
    unit_ids: Sequence[int], *, village: str = "", after: int = 0, limit: int = 100
) -> list[WaitingHousehold]:
    """This will return households that still lie in these divided units, as far as the caller's scope reaches."""
    parameters = {"units": list(unit_ids), "village": village, "after": after, "limit": limit}
    with connection.cursor() as cursor:
        cursor.execute(statement("people", "split_waiting"), parameters)
        return [WaitingHousehold(*row) for row in cursor.fetchall()]


def waiting_by_village(unit_ids: Sequence[int]) -> dict[int, dict[str, int]]:
    """This will return how many households wait in each village of these divided units, as far as the scope reaches."""
    rows = Household.objects.filter(area_id__in=list(unit_ids)).values_list("area_id", "village")
    found: dict[int, dict[str, int]] = {}
    for area_id, village, number in rows.annotate(number=Count("id")).order_by("area_id", "village"):
        found.setdefault(area_id, {})[village] = number
    return found


def household_ids(codes: Iterable[str]) -> dict[str, int]:
    """This will return the ids of households by their codes, as far as the caller's scope reaches.

    Raises:
        Refused: `household_unknown`.
    """
    wanted = set(codes)
    found = dict(Household.objects.filter(code__in=wanted).values_list("code", "id"))
    for code in sorted(wanted - found.keys()):
        raise Refused(
            "household_unknown",
            vi=f"Không có hộ mã “{code}” trong địa bàn của bạn. Hãy xem lại mã hộ trong ansinh area splits.",
            en=f"There is no household “{code}” in your area.",
            household=code,
        )
    return found


def decide(*, heirs: Mapping[int, str], by: str, at: datetime.datetime) -> int:
    """This will put households (by id) of a divided commune into the heirs (by code) that a person chose; return how many moved.

    A later word moves a household on to another heir of the same commune; every word is kept.

    Raises:
        Refused: `household_unknown`, `heir_impossible`, `role_not_allowed`, `staff_unknown`, `nothing_chosen`.
    """
    member = office.staff(by)
    if member.role not in _PROPOSERS or member.area_id is None:
        raise Refused(
            "role_not_allowed",
            vi=f"“{by}” không có quyền xếp hộ của xã bị chia. Việc này do sở của tỉnh làm.",
            en=f"“{by}” may not place households of a divided commune; the province's department does.",
            user=by,
        )
    if not heirs:
        raise Refused("nothing_chosen", vi="Hãy chọn ít nhất một hộ.", en="Choose at least one household.")
    with transaction.atomic():
        # Under the caller's own sight: a household of another province is unknown.
        rows = {row.id: row for row in Household.objects.select_for_update().filter(pk__in=heirs.keys())}
        missing = sorted(heirs.keys() - rows.keys())
        if missing:
            raise Refused(
                "household_unknown",
                vi=f"Không có hộ số {missing[0]} trong địa bàn của bạn.",
                en=f"There is no household {missing[0]} in your area.",
                household=missing[0],
            )
        chosen = _chosen_heirs(heirs, rows, member.area_id)
        put_on(everything(by, protected=True))
        SplitDecision.objects.filter(household__in=heirs.keys(), superseded_at=None).update(superseded_at=at)
        SplitDecision.objects.bulk_create(
            SplitDecision(
                household_id=household, old_id=old, new_id=new.id, area_id=rows[household].area_id, decided_by=by, decided_at=at
            )
            for household, (old, new) in chosen.items()
        )  # fmt: skip
        day = next(iter(chosen.values()))[1].valid_from
        assert day is not None, "an heir has a first day"
        listed = {"households": list(chosen), "heirs": [new.id for _, new in chosen.values()]}
        _execute("split_households", listed)
        _execute("split_persons")
        persons, households = move_chosen(day, at, _SOURCE.format(day=day))
        audit(
            by=by,
            action="area.split.decide",
            subject=f"households:{len(chosen)}",
            detail={"moved_households": households, "moved_persons": persons},
            at=at,
        )
    return households


def _chosen_heirs(
    heirs: Mapping[int, str], rows: Mapping[int, Household], area_id: int
) -> dict[int, tuple[int, office.AreaRow]]:
    """Return (old unit, heir) for each household; the heir must be one of its old commune's, in the caller's province or its heir."""
    before = {
        one.household_id: one.old_id
        for one in SplitDecision.objects.filter(household__in=heirs.keys(), superseded_at=None)
    }
    # A department of before goes on until its staff have a name in the new one; it sees its own households alone.
    own = {area_id, *office.provinces_of_heirs(area_id)}
    possible: dict[int, dict[str, office.AreaRow]] = {}
    chosen = {}
    days = set()
    for household, code in heirs.items():
        old = before.get(household, rows[household].area_id)
        if old not in possible:
            possible[old] = {row.code: row for row in office.heirs_of(old) if row.parent_id in own}
        heir = possible[old].get(code)
        if heir is None:
            names = "; ".join(f"{row.name} ({row.code})" for row in possible[old].values()) or "không có"
            raise Refused(
                "heir_impossible",
                vi=f"Hộ {rows[household].code} không thể xếp vào mã “{code}”. Xã cũ của hộ được chia cho: {names}.",
                en=f"Household {rows[household].code} cannot go to “{code}”. Heirs of its old commune: {names}.",
                household=rows[household].code,
                code=code,
            )
        days.add(heir.valid_from)
        chosen[household] = (old, heir)
    if len(days) > 1:
        raise Refused(
            "heir_impossible",
            vi="Các hộ thuộc những lần sắp xếp khác nhau. Hãy quyết định từng lần riêng.",
            en="The households belong to different reforms. Decide about each reform by itself.",
        )
    return chosen


def residences_of(person_id: int) -> list[ResidenceRow]:
    """This will return where a person lived, the newest first, as far as the caller's scope reaches."""
    rows = Residence.objects.filter(person_id=person_id, superseded_at=None).select_related("unit")
    return [
        ResidenceRow(row.unit.code, row.unit.name, row.village, row.valid_from, row.valid_to, row.source)
        for row in rows.order_by("-valid_from")
    ]
