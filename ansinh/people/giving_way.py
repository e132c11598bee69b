"""One record gives way to another: what it has open ends on a day, and comes back exactly when that is undone.

Who may, and what becomes of decisions, is `entitlement.merging`; here are the register's own rows.
"""

import datetime
from dataclasses import dataclass

from django.db import models

from ansinh.base.refusals import Refused
from ansinh.people.models import FinancialAddress, Mandate, Membership, Person

# What one record has open at most one of, by the column that names the person.
_OPEN: dict[str, tuple[type[models.Model], str]] = {
    "membership": (Membership, "person_id"),
    "address": (FinancialAddress, "person_id"),
    "mandate_given": (Mandate, "beneficiary_id"),
    "mandate_held": (Mandate, "payee_id"),
}


@dataclass(frozen=True)
class LockedPerson:
    """A record held for the rest of the transaction."""

    id: int
    area_id: int
    merged_into: int | None
    death_date: datetime.date | None


def locked(person_id: int) -> LockedPerson:
    """This will hold a record of the caller's scope for the rest of the transaction. Raises `Refused` (`person_unknown`)."""
    found = Person.objects.select_for_update().filter(pk=person_id).first()
    if found is None:
        raise Refused(
            "person_unknown",
            vi=f"Không có người số {person_id} trong địa bàn của bạn.",
            en=f"There is no person {person_id} in your area.",
            person=person_id,
        )
    return LockedPerson(found.id, found.area_id, found.merged_into_id, found.death_date)


def give_way(*, gone: int, keep: int, day: datetime.date) -> dict[str, list[int]]:
    """This will mark one record as merged into the other, end what it has open, and return the ids of what was ended, by kind."""
    ended = {}
    for name, (model, column) in _OPEN.items():
        rows = model.objects.filter(**{column: gone, "valid_to": None})  # type: ignore[attr-defined]
        ended[name] = list(rows.values_list("id", flat=True))
        # A row that began today ends where it began: periods without a day are what the registry keeps of a mistake.
        rows.update(valid_to=models.functions.Greatest(models.F("valid_from"), models.Value(day)))
    Person.objects.filter(pk=gone).update(merged_into=keep)
    return ended


def inherit_account(
    *, keep: LockedPerson, ended: list[int], day: datetime.date, at: datetime.datetime
) -> dict[str, list[int]]:
    """This will give the kept record the other one's account when it has none of its own, to be verified under its name before it is used.

    Returns the ids of what was given and of what it replaced, for `lose_account`.
    """
    theirs = FinancialAddress.objects.filter(pk__in=ended).exclude(number="").order_by("-id").first()
    mine = FinancialAddress.objects.filter(person_id=keep.id, valid_to=None).first()
    if theirs is None or (mine is not None and mine.number):
        return {"given": [], "replaced": []}
    if mine is not None:
        mine.valid_to = max(mine.valid_from, day)
        mine.save(update_fields=["valid_to"])
    given = FinancialAddress.objects.create(
        person_id=keep.id, state=FinancialAddress.State.COLLECTED, bank_bin=theirs.bank_bin, number=theirs.number, holder_name=theirs.holder_name,
        area_id=keep.area_id, valid_from=day, recorded_at=at, cooling_until=theirs.cooling_until,
        entered_by=theirs.entered_by,
    )  # fmt: skip
    return {"given": [given.id], "replaced": [mine.id] if mine is not None else []}


def lose_account(*, keep: int, inherited: dict[str, list[int]], day: datetime.date) -> None:
    """This will take back what `inherit_account` gave, however far verifying it had come; an account of her own since then stays."""
    given = FinancialAddress.objects.filter(pk__in=inherited["given"]).first()
    if given is None:
        return
    now = FinancialAddress.objects.filter(person_id=keep, valid_to=None, bank_bin=given.bank_bin, number=given.number)
    if now.update(valid_to=models.functions.Greatest(models.F("valid_from"), models.Value(day))):
        FinancialAddress.objects.filter(pk__in=inherited["replaced"]).update(valid_to=None)


def come_back(*, gone: int, ended: dict[str, list[int]]) -> None:
    """This will open again exactly what `give_way` ended.

    Raises:
        Refused: `undo_impossible` when the record has got something new meanwhile, of which there may be one only.
    """
    for name, (model, column) in _OPEN.items():
        opened = model.objects.filter(**{column: gone, "valid_to": None}).exists()  # type: ignore[attr-defined]
        if ended[name] and opened:
            raise Refused(
                "undo_impossible",
                vi="Hồ sơ đã gộp có dữ liệu mới từ khi gộp. Hãy kết thúc dữ liệu mới trước khi hoàn tác.",
                en="The merged record has got new data since. End them first.",
            )
        model.objects.filter(pk__in=ended[name]).update(valid_to=None)  # type: ignore[attr-defined]
    Person.objects.filter(pk=gone).update(merged_into=None)
