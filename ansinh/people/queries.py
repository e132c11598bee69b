"""Reads of people as plain rows, for pages and reports. Every query sees only what the caller's scope lets it see.

What the law makes of a person's circumstances is the entitlement room's to say.
"""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection
from django.db.models import Q

from ansinh.base.names import fold
from ansinh.base.refusals import Refused
from ansinh.base.statements import statement
from ansinh.people.models import (
    Bank,
    Circumstance,
    FinancialAddress,
    Mandate,
    Membership,
    ParentChild,
    Person,
    PersonCorrection,
    ProtectedCondition,
)

# More than an officer reads; whoever finds a hundred must write a longer name.
_MOST_FOUND = 100


def unknown_person(person_id: int) -> Refused:
    """Return the refusal for a person who is not there, or not in the caller's area: the two must sound the same."""
    return Refused(
        "person_unknown",
        vi=f"Không tìm thấy người mang mã {person_id} trong địa bàn của anh/chị. Hãy tra cứu lại.",
        en=f"No person with number {person_id} in your area. Search again.",
        person=person_id,
    )


@dataclass(frozen=True)
class PersonRow:
    """One person as lists show them."""

    id: int
    full_name: str
    sex: str
    birth_date: datetime.date
    birth_precision: str
    death_date: datetime.date | None
    national_id: str | None
    phone: str
    area_id: int
    area_code: str
    area_name: str
    village: str


@dataclass(frozen=True)
class MemberRow:
    """A member of the person's household today."""

    person_id: int
    full_name: str
    relationship: str
    relationship_label: str
    birth_date: datetime.date


@dataclass(frozen=True)
class CircumstanceRow:
    """One fact for a period; `superseded_at` tells that a later record replaced it."""

    kind: str
    kind_label: str
    value: str
    valid_from: datetime.date
    valid_to: datetime.date | None
    source: str
    recorded_at: datetime.datetime
    superseded_at: datetime.datetime | None


@dataclass(frozen=True)
class MandateRow:
    """Who receives for whom, by which document."""

    beneficiary_id: int
    beneficiary_name: str
    payee_id: int
    payee_name: str
    kind: str
    kind_label: str
    document: str
    certifier: str
    valid_from: datetime.date
    valid_to: datetime.date | None


@dataclass(frozen=True)
class AddressRow:
    """One step of a payee's way through the funnel; the current one has no `valid_to`."""

    id: int
    state: str
    state_label: str
    reason: str
    reason_label: str
    bank_bin: str
    bank_name: str
    number: str
    holder_name: str
    valid_from: datetime.date
    valid_to: datetime.date | None
    recorded_at: datetime.datetime


@dataclass(frozen=True)
class ChildRow:
    """A child whom the person raises."""

    person_id: int
    full_name: str
    birth_date: datetime.date
    valid_from: datetime.date
    valid_to: datetime.date | None


@dataclass(frozen=True)
class CorrectionRow:
    """What the register said of a person until a list said something else; a day as `2026-11-27`, a year as `1950`."""

    field: str
    before: str
    after: str
    recorded_by: str
    recorded_at: datetime.datetime


@dataclass(frozen=True)
class PersonFile:
    """Everything the register knows of one person, in plain rows."""

    person: PersonRow
    ethnicity: str
    death_recorded_at: datetime.datetime | None
    recorded_at: datetime.datetime
    household_id: int | None
    household_code: str
    members: Sequence[MemberRow]
    circumstances: Sequence[CircumstanceRow]
    children: Sequence[ChildRow]
    mandates: Sequence[MandateRow]
    addresses: Sequence[AddressRow]
    corrections: Sequence[CorrectionRow]


@dataclass(frozen=True)
class FunnelRow:
    """How many current addresses of one commune are in one state, for one reason."""

    area_id: int
    state: str
    reason: str
    payees: int


def _person_row(person: Person) -> PersonRow:
    return PersonRow(
        id=person.id,
        full_name=person.full_name,
        sex=person.sex,
        birth_date=person.birth_date,
        birth_precision=person.birth_precision,
        death_date=person.death_date,
        national_id=person.national_id,
        phone=person.phone,
        area_id=person.area_id,
        area_code=person.area.code,
        area_name=person.area.name,
        village=person.village,
    )


def person_file(person_id: int) -> PersonFile:
    """This will return everything the register knows of one person.

    Promises: protected facts only under a scope that may read them; a dozen statements at most.

    Raises:
        Refused: `person_unknown`, also for a person of another area.
    """
    person = Person.objects.select_related("area").filter(pk=person_id).first()
    if person is None:
        raise unknown_person(person_id)
    # Today's household alone: who lived together before is history that no page shows.
    membership = Membership.objects.select_related("household").filter(person_id=person_id, valid_to=None).first()
    return PersonFile(
        person=_person_row(person),
        ethnicity=person.ethnicity,
        death_recorded_at=person.death_recorded_at,
        recorded_at=person.recorded_at,
        household_id=membership.household_id if membership else None,
        household_code=membership.household.code if membership else "",
        members=_members(membership.household_id) if membership else (),
        circumstances=_circumstances(person_id),
        children=_children(person_id),
        mandates=_mandates(person_id),
        addresses=addresses_of(person_id),
        corrections=_corrections(person_id),
    )


def _corrections(person_id: int) -> list[CorrectionRow]:
    found = PersonCorrection.objects.filter(person_id=person_id).order_by("-recorded_at", "id")
    return [CorrectionRow(one.field, one.before, one.after, one.recorded_by, one.recorded_at) for one in found]


def household_of(person_id: int) -> tuple[int, list[int]]:
    """This will return the person's household and who of it lives, as far as the caller's sight reaches.

    Raises:
        Refused: `household_unknown` when the person is in none.
    """
    own = Membership.objects.filter(person_id=person_id, valid_to=None).first()
    if own is None:
        raise Refused(
            "household_unknown",
            vi="Người này chưa thuộc hộ nào. Hãy bổ sung hộ của người này qua danh sách của xã trước.",
            en="The person is in no household. Add it by the commune's list first.",
        )
    alive = Membership.objects.filter(household_id=own.household_id, valid_to=None, person__death_date=None)
    return own.household_id, list(alive.order_by("person_id").values_list("person_id", flat=True))


def _members(household_id: int) -> list[MemberRow]:
    found = Membership.objects.select_related("person").filter(household_id=household_id, valid_to=None).order_by("id")
    return [
        MemberRow(
            m.person_id,
            m.person.full_name,
            m.relationship,
            str(Membership.Relationship(m.relationship).label),
            m.person.birth_date,
        )
        for m in found
    ]


def _circumstances(person_id: int) -> list[CircumstanceRow]:
    rows = [
        CircumstanceRow(
            c.kind,
            str(Circumstance.Kind(c.kind).label),
            c.value,
            c.valid_from,
            c.valid_to,
            c.source,
            c.recorded_at,
            c.superseded_at,
        )
        for c in Circumstance.objects.filter(person_id=person_id)
    ]
    # The fence answers this with nothing unless the caller may read protected data.
    rows += [
        CircumstanceRow(c.kind, "nhiễm HIV/AIDS", c.value, c.valid_from, c.valid_to, "", c.recorded_at, c.superseded_at)
        for c in ProtectedCondition.objects.filter(person_id=person_id)
    ]
    # What holds stands above what was replaced, whenever it was recorded.
    return sorted(rows, key=lambda row: (row.superseded_at is not None, row.kind, row.valid_from, row.recorded_at))


def _children(person_id: int) -> list[ChildRow]:
    found = ParentChild.objects.select_related("child").filter(parent_id=person_id).order_by("child__birth_date", "id")
    return [ChildRow(c.child_id, c.child.full_name, c.child.birth_date, c.valid_from, c.valid_to) for c in found]


def _mandates(person_id: int) -> list[MandateRow]:
    # Both sides: whom the person receives for matters as much as who receives for them.
    involved = Mandate.objects.filter(Q(beneficiary_id=person_id) | Q(payee_id=person_id)).select_related(
        "beneficiary", "payee"
    )
    return [
        MandateRow(
            m.beneficiary_id,
            m.beneficiary.full_name,
            m.payee_id,
            m.payee.full_name,
            m.kind,
            str(Mandate.Kind(m.kind).label),
            m.document,
            m.certifier,
            m.valid_from,
            m.valid_to,
        )
        for m in involved.order_by("-valid_from", "id")
    ]


def addresses_of(person_id: int) -> list[AddressRow]:
    """This will return a payee's financial addresses, the current one first."""
    # Not a foreign key: an address outlives a bank's entry in the directory, and then shows its number.
    banks = {bank.bin: bank.short_name for bank in Bank.objects.all()}
    found = FinancialAddress.objects.filter(person_id=person_id)
    # Several steps may be taken on one day; the number says which came last.
    ordered = sorted(found, key=lambda a: (a.valid_to is None, a.valid_from, a.id), reverse=True)
    return [
        AddressRow(
            a.id,
            a.state,
            str(FinancialAddress.State(a.state).label),
            a.reason,
            str(FinancialAddress.CannotOpenReason(a.reason).label) if a.reason else "",
            a.bank_bin,
            banks.get(a.bank_bin, a.bank_bin),
            a.number,
            a.holder_name,
            a.valid_from,
            a.valid_to,
            a.recorded_at,
        )
        for a in ordered
    ]


def search_people(text: str, limit: int = 20) -> list[PersonRow]:
    """This will find people by name (with or without diacritics), national id, phone or account number, or a part of one.

    Promises: digits search numbers, letters search names; what begins so comes before what holds it elsewhere.
    """
    # A caller's zero or minus one would be a slice that Django refuses, or one without an end.
    limit = max(1, min(limit, _MOST_FOUND))
    digits = "".join(c for c in text if c.isdecimal() and c.isascii())
    if digits and not any(c.isalpha() for c in text):
        # Two digits are the beginning of everybody in the province.
        return _by_number(digits, limit) if len(digits) >= 3 else []
    words = fold(text)
    return _by_name(words, limit) if len(words) >= 2 else []


def people_of(ids: Sequence[int]) -> list[PersonRow]:
    """This will return these people in this order, those alone whom the caller's scope reaches."""
    rows = {row.id: row for row in Person.objects.select_related("area").filter(pk__in=list(ids))}
    return [_person_row(rows[one]) for one in ids if one in rows]


def _by_number(digits: str, limit: int) -> list[PersonRow]:
    people = Person.objects.select_related("area")
    # The colon is the first character after 9: everything between the two begins with the digits.
    until = digits + ":"
    by_number = Q(national_id__gte=digits, national_id__lt=until) | Q(phone__gte=digits, phone__lt=until)
    found = [_person_row(person) for person in people.filter(by_number).order_by("national_id", "id")[:limit]]
    if len(found) < limit and len(digits) >= 4:
        accounts = FinancialAddress.objects.filter(valid_to=None, number__gte=digits, number__lt=until).exclude(
            number=""
        )
        holders = list(accounts.order_by("number", "id").values_list("person_id", flat=True)[:limit])
        found += _others(found, [*holders, *_found_inside(digits, [])], "national_id", limit)
    return found


def _by_name(words: str, limit: int) -> list[PersonRow]:
    people = Person.objects.select_related("area")
    # Row-level security lets only leakproof operators reach an index before the fence: comparisons are, LIKE is not, so
    # a LIKE 'nguyen%' would read the whole register. The brace is the first character after z; this holds where the
    # database sorts by code point, as ours is made (`project/database.py`), and would miss people under a language's
    # own sorting.
    beginning = people.filter(name_fold__gte=words, name_fold__lt=words + "{").order_by("name_fold", "id")[:limit]
    found = [_person_row(person) for person in beginning]
    if len(found) < limit:
        found += _others(found, _found_inside("", words.split()), "name_sort_key", limit)
    return found


def _found_inside(digits: str, words: list[str]) -> list[int]:
    """Return ids of people of the caller's scope, more than a page shows, so that the rest can be sorted."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT people_found_inside(%s, %s::text[], %s)", [digits, words, 3 * _MOST_FOUND])
        return [person_id for (person_id,) in cursor.fetchall()]


def _others(found: list[PersonRow], ids: list[int], order: str, limit: int) -> list[PersonRow]:
    """Return further people among these ids, read through the fence."""
    chosen = Person.objects.select_related("area").filter(pk__in=ids).exclude(pk__in=[row.id for row in found])
    return [_person_row(person) for person in chosen.order_by(order, "id")[: limit - len(found)]]


def funnel(area_ids: Sequence[int]) -> list[FunnelRow]:
    """This will count the current addresses of these areas by state and reason: the account funnel."""
    with connection.cursor() as cursor:
        cursor.execute(statement("people", "funnel"), {"areas": list(area_ids)})
        return [FunnelRow(*row) for row in cursor.fetchall()]
