"""Merging two records of one human being, and taking it back: nothing moves, the record that gives way ends, by two people's word.

The kept record goes on. Of the other one, what is open ends on the day: its membership, account, mandate; and its decisions from the
first month in which both records had the same benefit, so that the next payroll shows what was paid twice, for a person to decide about.
A benefit that only the other one had goes on under the kept record. Undoing opens exactly what was ended.
"""

import datetime
from dataclasses import dataclass
from typing import Any

from django.db import models, transaction

from ansinh.base.months import Month
from ansinh.base.refusals import refused
from ansinh.entitlement.models import Decision, PersonMerge
from ansinh.office import queries as office
from ansinh.office.operations import audit
from ansinh.people import giving_way
from ansinh.people.giving_way import LockedPerson, locked
from ansinh.people.remembering import told_at

_ROLES = frozenset({"commune_officer", "department_officer", "department_approver"})
_CONFIRMERS = frozenset({"department_officer", "department_approver"})


@dataclass(frozen=True)
class MergeRow:
    """A merge as lists show it."""

    id: int
    keep_id: int
    keep_name: str
    gone_id: int
    gone_name: str
    reason: str
    proposed_by: str
    confirmed_by: str
    undone_by: str


def _require(by: str, roles: frozenset[str]) -> None:
    if office.staff(by).role not in roles:
        raise refused(
            "role_not_allowed",
            f"“{by}” không có quyền gộp hồ sơ. Cán bộ xã hoặc sở đề nghị, sở xác nhận.",
            f"“{by}” may not merge records.",
            user=by,
        )


def propose(*, keep: int, gone: int, reason: str, by: str, at: datetime.datetime) -> MergeRow:
    """This will propose that one record gives way to another. Proposed again it changes nothing.

    Raises:
        Refused: `person_unknown`, `merge_impossible`, `reason_missing`, `role_not_allowed`, `staff_unknown`.
    """
    _require(by, _ROLES)
    if not reason.strip():
        raise refused("reason_missing", "Hãy ghi căn cứ để gộp.", "Give the reason for merging.")
    with transaction.atomic():
        kept, going = locked(keep), locked(gone)
        if keep == gone or kept.merged_into is not None or going.merged_into is not None:
            raise refused(
                "merge_impossible",
                "Đây là cùng một hồ sơ, hoặc một trong hai đã được gộp. Hãy mở từng hồ sơ để xem lại số.",
                "The records must differ, and neither may be merged already.",
            )
        known = PersonMerge.objects.filter(keep=keep, gone=gone, confirmed_by="", undone_by="").first()
        if known is None:
            known = PersonMerge.objects.create(
                keep_id=keep, gone_id=gone, reason=reason.strip()[:200], proposed_by=by, proposed_at=at, area_id=kept.area_id, ended={}
            )  # fmt: skip
            detail = {"gone": gone, "merge": known.id}
            audit(by=by, action="merge.propose", subject=f"person:{keep}", detail=detail, at=at)
        return _row(known)


def _merge(merge_id: int) -> PersonMerge:
    rows = PersonMerge.objects.select_for_update(of=("self",)).select_related("keep", "gone")
    found = rows.filter(pk=merge_id).first()
    if found is None:
        raise refused(
            "merge_unknown",
            f"Không có đề nghị gộp số {merge_id} trong địa bàn của bạn.",
            f"There is no merge {merge_id}.",
        )
    return found


def confirm(*, merge_id: int, by: str, at: datetime.datetime) -> MergeRow:
    """This will carry a proposed merge out in the name of another person. Confirmed again it changes nothing.

    Raises:
        Refused: `merge_unknown`, `merge_impossible`, `second_person_needed`, `role_not_allowed`, `staff_unknown`.
    """
    _require(by, _CONFIRMERS)
    with transaction.atomic():
        merge = _merge(merge_id)
        if merge.confirmed_by:
            return _row(merge)
        if merge.proposed_by == by:
            raise refused(
                "second_person_needed", "Người đề nghị không tự xác nhận.", "Whoever proposed does not confirm."
            )
        kept, going = locked(merge.keep_id), locked(merge.gone_id)
        if kept.merged_into is not None or going.merged_into is not None:
            raise refused(
                "merge_impossible",
                "Một trong hai hồ sơ đã được gộp từ khi đề nghị. Hãy mở từng hồ sơ để xem lại.",
                "One of the records is merged already. Look at both again.",
            )
        told_at(at)
        day = at.date()
        ended: dict[str, Any] = {**giving_way.give_way(gone=going.id, keep=kept.id, day=day)}
        ended["inherited"] = giving_way.inherit_account(keep=kept, ended=ended["address"], day=day, at=at)
        ended |= _end_decisions(kept, going, Month.of(day), at)
        merge.ended, merge.confirmed_by, merge.confirmed_at = ended, by, at
        merge.save()
        detail = {"gone": going.id, "merge": merge.id}
        audit(by=by, action="merge.confirm", subject=f"person:{kept.id}", detail=detail, at=at)
        return _row(merge)


def _end_decisions(kept: LockedPerson, going: LockedPerson, month: Month, at: datetime.datetime) -> dict[str, Any]:
    """End the other record's open decisions; what only it had goes on under the kept one. Return what undoing needs."""
    mine = {row.benefit: row for row in Decision.objects.filter(person=kept.id, end_month=None)}
    ended, begun = [], []
    for row in Decision.objects.filter(person=going.id, end_month=None):
        twin = mine.get(row.benefit)
        # Twice from the first month that both had; alone until now, and from now on under the kept record.
        until = max(row.start_month, twin.start_month) if twin else max(row.start_month, month.first_day)
        row.end_month = until
        row.save(update_fields=["end_month"])
        ended.append(row.id)
        if twin is None:
            begun.append(
                Decision.objects.create(
                    person_id=kept.id, benefit=row.benefit, number=row.number, signed_on=row.signed_on, start_month=until,
                    area_id=kept.area_id, recorded_at=at,
                ).id
            )  # fmt: skip
    return {"decisions": ended, "begun": begun}


def undo(*, merge_id: int, by: str, at: datetime.datetime) -> MergeRow:
    """This will take a merge back: what it ended is open again, what it began ends where it began; a proposal is withdrawn.

    Raises:
        Refused: `merge_unknown`, `undo_impossible`, `role_not_allowed`, `staff_unknown`.
    """
    _require(by, _CONFIRMERS)
    with transaction.atomic():
        merge = _merge(merge_id)
        if merge.undone_by:
            return _row(merge)
        if not merge.confirmed_by:
            # A proposal is withdrawn: nothing was ended that could come back.
            merge.undone_by, merge.undone_at = by, at
            merge.save()
            detail = {"gone": merge.gone_id, "merge": merge.id}
            audit(by=by, action="merge.withdraw", subject=f"person:{merge.keep_id}", detail=detail, at=at)
            return _row(merge)
        told_at(at)
        giving_way.come_back(gone=merge.gone_id, ended=merge.ended)
        # Merges of before this was kept gave nothing.
        if "inherited" in merge.ended:
            giving_way.lose_account(keep=merge.keep_id, inherited=merge.ended["inherited"], day=at.date())
        Decision.objects.filter(pk__in=merge.ended["begun"]).update(end_month=models.F("start_month"))
        Decision.objects.filter(pk__in=merge.ended["decisions"]).update(end_month=None)
        merge.undone_by, merge.undone_at = by, at
        merge.save()
        detail = {"gone": merge.gone_id, "merge": merge.id}
        audit(by=by, action="merge.undo", subject=f"person:{merge.keep_id}", detail=detail, at=at)
        return _row(merge)


def merges_of(person_id: int) -> list[MergeRow]:
    """This will return the merges in which a record takes part, newest first, as far as the caller's scope reaches."""
    rows = PersonMerge.objects.filter(models.Q(keep=person_id) | models.Q(gone=person_id))
    return [_row(row) for row in rows.select_related("keep", "gone").order_by("-id")]


def waiting(limit: int = 100) -> list[MergeRow]:
    """This will return proposed merges that nobody has confirmed, as far as the caller's scope reaches."""
    rows = PersonMerge.objects.filter(confirmed_by="", undone_by="").select_related("keep", "gone").order_by("id")
    return [_row(row) for row in rows[:limit]]


def _row(row: PersonMerge) -> MergeRow:
    return MergeRow(
        row.id, row.keep_id, row.keep.full_name, row.gone_id, row.gone.full_name, row.reason, row.proposed_by, row.confirmed_by, row.undone_by
    )  # fmt: skip
