"""Somebody new comes into a commune's register by an officer's word, with a household to be counted in."""

import datetime
from dataclasses import dataclass

from django.db import transaction

from ansinh.base.names import fold, normalise
from ansinh.base.refusals import Refused
from ansinh.office import queries as office
from ansinh.office.operations import audit
from ansinh.people import operations
from ansinh.people.models import Household, Membership, Person

_KEEPERS = frozenset({"commune_officer", "department_officer"})


@dataclass(frozen=True)
class Entry:
    """What an officer writes of somebody new; `household` is a code of the commune, or empty for one of their own.

    `is_another` says that the officer has seen the namesakes born on the same day, and that this is somebody else.
    """

    full_name: str
    sex: str
    birth_date: datetime.date
    area_id: int
    national_id: str = ""
    ethnicity: str = ""
    phone: str = ""
    village: str = ""
    household: str = ""
    relationship: str = "other"
    is_another: bool = False


def enter(entry: Entry, *, document: str, by: str, at: datetime.datetime) -> int:
    """This will add a person and the membership that goes with them, from today on, and return the person's number.

    Raises:
        Refused: `role_not_allowed`, `area_not_yours`, `document_missing`, `sex_missing`, `person_known` for a namesake born on
            the same day, `household_unknown`, and what `record_person` refuses.
    """
    if office.staff(by).role not in _KEEPERS:
        raise _refused("role_not_allowed", f"“{by}” không ghi người mới vào sổ.", f"“{by}” enters nobody.")
    office.require_reach(by, entry.area_id)
    if not document.strip():
        raise _refused("document_missing", "Hãy ghi giấy tờ làm căn cứ.", "Name the paper that it rests on.")
    if entry.sex not in Person.Sex.values:
        raise _refused("sex_missing", "Hãy chọn giới tính.", "Choose the sex.")
    with transaction.atomic():
        if not entry.is_another:
            _refuse_namesake(entry)
        person = operations.record_person(
            by=by, at=at, full_name=entry.full_name, sex=entry.sex, birth_date=entry.birth_date, area_id=entry.area_id,
            national_id=entry.national_id.replace(" ", "") or None, ethnicity=normalise(entry.ethnicity)[:30],
            phone=entry.phone.replace(" ", "")[:15], village=normalise(entry.village)[:120],
        )  # fmt: skip
        household, relationship = _household(entry, person), entry.relationship if entry.household.strip() else "head"
        Membership.objects.create(
            household=household, person_id=person, relationship=relationship, area_id=entry.area_id,
            valid_from=max(at.date(), entry.birth_date), recorded_at=at,
        )  # fmt: skip
        detail = {"household": household.code, "document": document.strip()[:200]}
        audit(by=by, action="person_entered", subject=f"person:{person}", detail=detail, at=at)
    return person


def _refuse_namesake(entry: Entry) -> None:
    # Under the caller's sight: of a namesake elsewhere the nightly search tells whoever may know.
    twin = Person.objects.filter(
        name_fold=fold(entry.full_name), birth_date=entry.birth_date, merged_into=None, death_date=None
    ).first()
    if twin is not None:
        raise _refused(
            "person_known",
            f"Sổ đã có {twin.full_name} sinh ngày {twin.birth_date:%d/%m/%Y} (hồ sơ số {twin.id}). Nếu là người khác, "
            "hãy đánh dấu “Là người khác”.",
            f"{twin.full_name}, born on the same day, is on record (file {twin.id}). Say so if this is somebody else.",
        )


def _household(entry: Entry, person: int) -> Household:
    code = entry.household.strip()
    if not code:
        # The number of whoever heads it tells it apart for good.
        area = office.area(entry.area_id)
        return Household.objects.create(
            code=f"{area.code}-N{person}", area_id=entry.area_id, village=normalise(entry.village)[:120]
        )
    found = Household.objects.select_for_update().filter(code=code, area_id=entry.area_id).first()
    if found is None or entry.relationship not in Membership.Relationship.values or entry.relationship == "head":
        raise _refused(
            "household_unknown",
            f"Không có hộ mã “{code[:30]}” ở xã, phường này, hoặc chưa chọn quan hệ với chủ hộ. Hãy kiểm tra lại.",
            f"There is no household “{code[:30]}” in the commune, or the relationship to its head is missing.",
        )
    return found


def _refused(reason: str, vi: str, en: str) -> Refused:
    return Refused(reason, vi=vi, en=en)
