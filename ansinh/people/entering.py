"""Somebody new comes into a commune's register by an officer's word, with a household to be counted in."""

import datetime
import re
from dataclasses import dataclass

from django.db import connection, transaction

from ansinh.base.names import fold, normalise
from ansinh.base.refusals import refused
from ansinh.office import queries as office
from ansinh.office.operations import audit
from ansinh.people import operations
from ansinh.people.models import Household, Membership, Person

_KEEPERS = frozenset({"commune_officer", "department_officer"})
_PHONE = re.compile(r"(\+?[0-9]{8,15})?")


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
        Refused: `role_not_allowed`, `area_not_yours`, `document_missing`, `sex_missing`,
            `phone_impossible`, `text_too_long`, `person_known` for a namesake born on
            the same day, `household_unknown`, `household_without_head`, `relationship_impossible`, and what `record_person` refuses.
    """
    if office.staff(by).role not in _KEEPERS:
        raise refused("role_not_allowed", f"“{by}” không ghi người mới vào sổ.", f"“{by}” enters nobody.")
    office.require_reach(by, entry.area_id)
    if not document.strip():
        raise refused("document_missing", "Hãy ghi giấy tờ làm căn cứ.", "Name the paper that it rests on.")
    if entry.sex not in Person.Sex.values:
        raise refused("sex_missing", "Hãy chọn giới tính.", "Choose the sex.")
    _refuse_impossible(entry, document)
    with transaction.atomic():
        # The same form sent twice at once is one person: the second waits, and finds the first.
        with connection.cursor() as cursor:
            key = f"enter {fold(entry.full_name)} {entry.birth_date}"
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [key])
        if not entry.is_another:
            _refuse_namesake(entry)
        person = operations.record_person(
            by=by, at=at, full_name=entry.full_name, sex=entry.sex, birth_date=entry.birth_date, area_id=entry.area_id,
            national_id=entry.national_id.replace(" ", "") or None, ethnicity=normalise(entry.ethnicity),
            phone=_digits(entry.phone), village=normalise(entry.village),
        )  # fmt: skip
        household, relationship = _household(entry, person), entry.relationship if entry.household.strip() else "head"
        Membership.objects.create(
            household=household, person_id=person, relationship=relationship, area_id=entry.area_id,
            valid_from=max(at.date(), entry.birth_date), recorded_at=at,
        )  # fmt: skip
        detail = {"household": household.code, "document": document.strip()}
        audit(by=by, action="person_entered", subject=f"person:{person}", detail=detail, at=at)
    return person


def _digits(phone: str) -> str:
    return re.sub(r"[ .\-]", "", phone)


def _refuse_impossible(entry: Entry, document: str) -> None:
    """Refuse what is no telephone, and a text that would be cut: nothing is kept otherwise than it was written."""
    if not _PHONE.fullmatch(_digits(entry.phone)):
        raise refused(
            "phone_impossible",
            "Số điện thoại gồm 8 đến 15 chữ số. Hãy sửa lại hoặc để trống.",
            "A telephone has 8 to 15 digits. Correct it or leave it empty.",
        )
    for text, longest in ((entry.ethnicity, 30), (entry.village, 120), (document, 200)):
        if len(normalise(text)) > longest or not text.isprintable():
            raise refused(
                "text_too_long",
                f"“{normalise(text)[:30]}…” dài quá {longest} ký tự hoặc có ký tự lạ. Hãy ghi ngắn lại.",
                f"“{normalise(text)[:30]}…” has more than {longest} characters or strange ones. Make it shorter.",
            )


def _refuse_namesake(entry: Entry) -> None:
    # Under the caller's sight: of a namesake elsewhere the nightly search tells whoever may know.
    twin = Person.objects.filter(name_fold=fold(entry.full_name), birth_date=entry.birth_date, merged_into=None).first()
    if twin is not None:
        gone = f", đã mất ngày {twin.death_date:%d/%m/%Y}" if twin.death_date else ""
        raise refused(
            "person_known",
            f"Sổ đã có {twin.full_name} sinh ngày {twin.birth_date:%d/%m/%Y} (hồ sơ số {twin.id}{gone}). Nếu là người "
            "khác, hãy đánh dấu “Là người khác” (ở dòng lệnh: --another).",
            f"{twin.full_name}, born on the same day, is on record (file {twin.id}). Say so if this is somebody else.",
        )


def _household(entry: Entry, person: int) -> Household:
    code = entry.household.strip()
    if not code:
        # The number of whoever heads it tells it apart for good.
        area = office.area(entry.area_id)
        return Household.objects.create(
            code=f"{area.code}-N{person}", area_id=entry.area_id, village=normalise(entry.village)
        )
    found = Household.objects.select_for_update().filter(code=code, area_id=entry.area_id).first()
    if found is None or entry.relationship not in Membership.Relationship.values or entry.relationship == "head":
        raise refused(
            "household_unknown",
            f"Không có hộ mã “{code[:30]}” ở xã, phường này, hoặc chưa chọn quan hệ với chủ hộ. Hãy kiểm tra lại.",
            f"There is no household “{code[:30]}” in the commune, or the relationship to its head is missing.",
        )
    _refuse_relationship(entry, found)
    return found


def _refuse_relationship(entry: Entry, household: Household) -> None:
    """Refuse a second spouse of the head, and a child older or a parent younger than the head."""
    members = Membership.objects.filter(household=household, valid_to=None).select_related("person")
    head = members.filter(relationship="head", person__death_date=None).first()
    if head is None:
        raise refused(
            "household_without_head",
            f"Hộ {household.code} không còn chủ hộ. Hãy để trống mã hộ để lập hộ mới, hoặc ghi lại chủ hộ trước.",
            f"Household {household.code} has no head. Leave its code out for a new household, or name its head first.",
        )
    born = head.person.birth_date
    is_wrong = {
        "spouse": members.filter(relationship="spouse", person__death_date=None).exists(),
        "child": entry.birth_date <= born,
        "grandchild": entry.birth_date <= born,
        "parent": entry.birth_date >= born,
    }
    if is_wrong.get(entry.relationship):
        raise refused(
            "relationship_impossible",
            f"Quan hệ ấy với chủ hộ {head.person.full_name} (sinh {born.year}) không thể có. Hãy xem lại quan hệ và ngày sinh.",
            f"That relationship to {head.person.full_name} (born {born.year}) is impossible. Check it and the birthday.",
        )
