"""Households part and come together: from a day, with the paper, and undone exactly when it was a mistake.

Nobody's past changes: who lived where until that day stays. What a household's class becomes is the commune's decision; a new household has none.
"""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F

from ansinh.base.refusals import refused
from ansinh.office import queries as office
from ansinh.office.operations import audit
from ansinh.people.models import Household, HouseholdChange, Membership
from ansinh.people.remembering import told_at

_KEEPERS = frozenset({"commune_officer", "department_officer"})


@dataclass(frozen=True)
class ChangeRow:
    """A change of households: who went from which household to which, since when, and whether it was undone."""

    id: int
    kind: str
    from_household: str
    to_household: str
    persons: tuple[int, ...]
    happened_on: datetime.date
    document: str
    recorded_by: str
    undone_by: str


def split_household(
    *, household: str, persons: Sequence[int], head: int, head_left: int | None, on: datetime.date, document: str, by: str, at: datetime.datetime,
) -> ChangeRow:  # fmt: skip
    """This will move some members into a household of their own, with `head` as its head, from a day on.

    `head_left` names who heads those that stay, when their head is among those who go. Other members' relationship to a new head is not
    guessed: it becomes “other” until somebody enters it.

    Raises:
        Refused: `role_not_allowed`, `area_not_yours`, `household_unknown`, `person_not_a_member`, `nobody_left`, `head_missing`,
            `date_impossible`, `document_missing`.
    """
    with transaction.atomic():
        old = _held(household, by)
        members = _open_members(old)
        _refuse_impossible(on, document, members, at)
        going = set(persons)
        if not going or not going <= members.keys():
            raise refused(
                "person_not_a_member",
                "Người được nêu không phải thành viên hiện nay của hộ. Hãy kiểm tra lại số hồ sơ.",
                "Somebody named is no member of the household now. Check the numbers.",
            )
        if going == members.keys():
            raise refused(
                "nobody_left", "Tách hộ phải còn người ở lại. Cả hộ chuyển đi là chuyển nơi ở.", "Somebody must stay."
            )
        leaves = any(members[one].relationship == Membership.Relationship.HEAD for one in going)
        if head not in going or (leaves and head_left not in members.keys() - going):
            raise refused(
                "head_missing",
                "Hãy nêu chủ hộ mới trong số người tách, và khi chủ hộ cũ ra đi thì nêu cả chủ hộ của những người ở lại.",
                "Name the head of those who go, and of those who stay when their head goes.",
            )
        new = Household.objects.create(code=_fresh_code(old), area_id=old.area_id, village=old.village)
        heads = {head: "head"} | ({head_left: "head"} if leaves else {})
        moved = [_moved(members[one], new, heads.get(one, "other"), on, at) for one in sorted(going)]
        if leaves:
            # Whoever stays stands otherwise to a new head.
            moved += [
                _moved(members[one], old, heads.get(one, "other"), on, at) for one in sorted(members.keys() - going)
            ]
        return _keep(HouseholdChange.Kind.SPLIT, old, new, moved, sorted(going), on, document, by, at)


def join_household(
    *, household: str, into: str, on: datetime.date, document: str, by: str, at: datetime.datetime
) -> ChangeRow:
    """This will move everybody of a household into another of the same commune, from a day on; the head there stays the head.

    Raises:
        Refused: `role_not_allowed`, `area_not_yours`, `household_unknown`, `households_apart`, `nobody_left`, `date_impossible`,
            `document_missing`.
    """
    with transaction.atomic():
        old, target = _held(household, by), _held(into, by)
        if old.pk == target.pk or old.area_id != target.area_id:
            raise refused(
                "households_apart",
                "Chỉ nhập hai hộ khác nhau của cùng một xã, phường. Người ở xã khác phải chuyển nơi ở trước.",
                "Only two households of one commune come together. Somebody of another commune moves first.",
            )
        members = _open_members(old)
        if not members or not _open_members(target):
            raise refused("nobody_left", "Một trong hai hộ không còn ai.", "One of the households has nobody.")
        _refuse_impossible(on, document, members, at)
        moved = [_moved(row, target, "other", on, at) for _, row in sorted(members.items())]
        return _keep(HouseholdChange.Kind.JOIN, old, target, moved, sorted(members), on, document, by, at)


def undo_change(*, change: int, by: str, at: datetime.datetime) -> ChangeRow:
    """This will take a change back as if it had never been: what it ended is open again, what it began has no day.

    Raises:
        Refused: `change_unknown`, `role_not_allowed`, `area_not_yours`, `undo_impossible` when somebody has moved on since.
    """
    with transaction.atomic():
        row = HouseholdChange.objects.select_for_update().filter(pk=change).first()
        if row is None:
            raise refused("change_unknown", f"Không có lần tách, nhập hộ số {change}.", f"There is no change {change}.")
        _require_keeper(by, row.area_id)
        if row.undone_at is not None:
            return _shown(row)
        opened = Membership.objects.select_for_update().filter(pk__in=row.opened, valid_to=None)
        if opened.count() != len(row.opened):
            raise refused(
                "undo_impossible",
                "Có người đã chuyển hộ lần nữa từ đó. Hãy hoàn tác lần sau trước.",
                "Somebody has moved again since. Take the later change back first.",
            )
        told_at(at)
        # A period without a day is what the registry keeps of a mistake.
        opened.update(valid_to=F("valid_from"))
        Membership.objects.filter(pk__in=row.closed).update(valid_to=None)
        row.undone_by, row.undone_at = by, at
        row.save(update_fields=["undone_by", "undone_at"])
        audit(
            by=by,
            action="household_change_undone",
            subject=f"household:{row.from_household_id}",
            detail={"change": row.pk},
            at=at,
        )
    return _shown(row)


def changes_of(household: str) -> list[ChangeRow]:
    """Return the changes of a household, the newest first, as far as the caller's scope reaches."""
    found = HouseholdChange.objects.select_related("from_household", "to_household")
    found = found.filter(from_household__code=household) | found.filter(to_household__code=household)
    return [_shown(row) for row in found.order_by("-id")]


def _require_keeper(by: str, area_id: int) -> None:
    if office.staff(by).role not in _KEEPERS:
        raise refused(
            "role_not_allowed",
            f"“{by}” không giữ sổ hộ. Cán bộ xã và chuyên viên sở tách, nhập hộ.",
            f"“{by}” does not keep the register of households.",
        )
    office.require_reach(by, area_id)


def _held(code: str, by: str) -> Household:
    found = Household.objects.select_for_update().filter(code=code).first()
    if found is None:
        raise refused(
            "household_unknown",
            f"Không có hộ mã “{code}” ở địa bàn của bạn. Hãy kiểm tra lại mã hộ.",
            f"There is no household “{code}” in your area. Check its code.",
        )
    _require_keeper(by, found.area_id)
    return found


def _open_members(household: Household) -> dict[int, Membership]:
    rows = Membership.objects.select_for_update().filter(household=household, valid_to=None)
    return {row.person_id: row for row in rows}


def _refuse_impossible(on: datetime.date, document: str, members: dict[int, Membership], at: datetime.datetime) -> None:
    if not document.strip():
        raise refused(
            "document_missing", "Hãy ghi giấy tờ làm căn cứ tách, nhập hộ.", "Name the paper that the change rests on."
        )
    if on > at.date() or any(row.valid_from >= on for row in members.values()):
        raise refused(
            "date_impossible",
            "Ngày tách, nhập hộ phải sau ngày mọi thành viên vào hộ và không sau hôm nay.",
            "The day must be after everybody entered the household, and not ahead.",
        )


def _fresh_code(old: Household) -> str:
    # The code tells where it came from; the number makes it another.
    stem = old.code[:24]
    taken = Household.objects.filter(code__startswith=f"{stem}-T").count()
    return f"{stem}-T{taken + 1}"


def _moved(
    row: Membership, household: Household, relationship: str, on: datetime.date, at: datetime.datetime
) -> tuple[int, int]:
    """End one membership on the day and begin the next; return the ids of both."""
    told_at(at)
    row.valid_to = on
    row.save(update_fields=["valid_to"])
    opened = Membership.objects.create(
        household=household, person_id=row.person_id, relationship=relationship, area_id=row.area_id, valid_from=on,
        recorded_at=at,
    )  # fmt: skip
    return row.pk, opened.pk


def _keep(
    kind: str, old: Household, new: Household, moved: list[tuple[int, int]], persons: list[int], on: datetime.date, document: str, by: str,
    at: datetime.datetime,
) -> ChangeRow:  # fmt: skip
    row = HouseholdChange.objects.create(
        kind=kind, from_household=old, to_household=new, area_id=old.area_id, happened_on=on, document=document.strip()[:120],
        persons=persons, closed=[one for one, _ in moved], opened=[one for _, one in moved], recorded_by=by, recorded_at=at,
    )  # fmt: skip
    detail = {"change": row.pk, "to": new.code, "persons": persons, "on": on.isoformat(), "document": row.document}
    audit(by=by, action=f"household_{kind.lower()}", subject=f"household:{old.pk}", detail=detail, at=at)
    return _shown(row)


def _shown(row: HouseholdChange) -> ChangeRow:
    return ChangeRow(
        row.pk, row.kind, row.from_household.code, row.to_household.code, tuple(row.persons), row.happened_on, row.document,
        row.recorded_by, row.undone_by,
    )  # fmt: skip
