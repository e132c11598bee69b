"""Reads of entitlement: the decisions about a person, the facts in the form in which the law is asked, and their papers."""

import datetime
import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from ansinh.base.months import Month
from ansinh.entitlement.models import Decision
from ansinh.law.package import LawPackage
from ansinh.law.trace import Record
from ansinh.people.queries import unknown_person


@dataclass(frozen=True)
class DecisionRow:
    """One decision; `end_month` is the first month no longer paid, or None."""

    benefit: str
    number: str
    signed_on: datetime.date
    start_month: Month
    end_month: Month | None
    # The row's number tells no benefit: a page may name a decision by it.
    id: int


def decisions_of(person_id: int) -> list[DecisionRow]:
    """Return the decisions about a person, oldest first, as far as the caller's scope reaches."""
    rows = Decision.objects.filter(person_id=person_id).order_by("start_month", "benefit")
    return [
        DecisionRow(
            row.benefit,
            row.number,
            row.signed_on,
            Month.of(row.start_month),
            Month.of(row.end_month) if row.end_month else None,
            row.id,
        )
        for row in rows
    ]


def people_by_decision(text: str, limit: int = 20) -> list[int]:
    """Return ids of people whose decision's number begins with the text, as far as the caller's scope reaches."""
    number = text.strip()
    # Numbers of decisions begin with a digit; a word is a name.
    if not number[:1].isdecimal():
        return []
    # Written with capitals (“12/QĐ-UBND”); the last character of all comes after whatever may follow.
    wanted = number.upper()
    rows = Decision.objects.filter(number__gte=wanted, number__lt=wanted + "\U0010ffff").order_by("number", "id")
    return list(dict.fromkeys(rows.values_list("person_id", flat=True)[: 5 * limit]))[:limit]


def granted_in(person_id: int, month: Month) -> frozenset[str]:
    """Return the benefits with a decision in force in the month."""
    return frozenset(
        row.benefit
        for row in decisions_of(person_id)
        if row.start_month <= month and (row.end_month is None or row.end_month > month)
    )


def _parse(text: str) -> Any:
    """Return a stored fact as the law's file format writes it: booleans and whole numbers as such, the rest as text."""
    if text in {"true", "false"}:
        return text == "true"
    return int(text) if text.isdigit() else text


def _periods(cursor: Any, statement: str, person_id: int) -> dict[str, list[dict[str, Any]]]:
    cursor.execute(statement, {"person": person_id})
    found: dict[str, list[dict[str, Any]]] = {}
    for kind, value, valid_from, valid_to in cursor.fetchall():
        found.setdefault(kind, []).append(
            {"value": _parse(value), "from": valid_from.isoformat(), "to": valid_to.isoformat() if valid_to else None}
        )
    return found


_CIRCUMSTANCES = """SELECT kind, value, valid_from, valid_to FROM people_circumstance WHERE person_id = %(person)s AND superseded_at IS NULL
    ORDER BY kind, valid_from"""
_PROTECTED = """SELECT kind, value, valid_from, valid_to FROM people_protectedcondition WHERE person_id = %(person)s AND superseded_at IS NULL
    ORDER BY kind, valid_from"""
_POVERTY = """SELECT 'household_poverty', class.poverty_class, greatest(class.valid_from, membership.valid_from),
           least(class.valid_to, membership.valid_to)
    FROM people_membership AS membership JOIN poverty_householdclass AS class ON class.household_id = membership.household_id
    WHERE membership.person_id = %(person)s AND greatest(class.valid_from, membership.valid_from)
          < coalesce(least(class.valid_to, membership.valid_to), 'infinity') ORDER BY 3"""
# The present commune's counts from when the person came there; of whoever never moved nothing is written: always.
_HARDSHIP = """SELECT 'area_hardship', 'true', greatest(hardship.valid_from, came.valid_from), hardship.valid_to
    FROM office_hardship AS hardship JOIN people_person AS person ON person.area_id = hardship.area_id
    LEFT JOIN people_residence AS came ON came.person_id = person.id AND came.valid_to IS NULL AND came.superseded_at IS NULL
    WHERE person.id = %(person)s AND greatest(hardship.valid_from, came.valid_from) < coalesce(hardship.valid_to, 'infinity')
    UNION SELECT 'area_hardship', 'true', greatest(hardship.valid_from, dwelling.valid_from), least(hardship.valid_to, dwelling.valid_to)
    FROM office_hardship AS hardship JOIN people_dwelling AS dwelling ON dwelling.unit_id = hardship.area_id
    WHERE dwelling.person_id = %(person)s
    AND greatest(hardship.valid_from, dwelling.valid_from) < coalesce(least(hardship.valid_to, dwelling.valid_to), 'infinity') ORDER BY 3"""
# "In payment" is a matter of decisions: from the month after the first paid one until the month the decision ends, and at
# least on the first day of that month, for somebody who was paid for a single one.
_RECEIVING = """SELECT benefit, (start_month + interval '1 month')::date,
           greatest(end_month, CASE WHEN end_month > start_month THEN (start_month + interval '1 month 1 day')::date END)
    FROM entitlement_decision WHERE person_id = %(person)s ORDER BY start_month"""
_CHILDREN = """SELECT child.id, child.birth_date FROM people_parentchild AS raised JOIN people_person AS child ON child.id = raised.child_id
    WHERE raised.parent_id = %(person)s AND raised.valid_to IS NULL ORDER BY child.birth_date"""


def _in_payment(
    decided: Sequence[tuple[str, datetime.date, datetime.date | None]],
) -> list[dict[str, Any]]:
    """Return what was in payment, as periods that do not overlap, each with all its benefits.

    `decided` holds (benefit, from, to exclusive or None) and may overlap: a person may have several decisions at once,
    but a fact has one value on each day.
    """
    # A decision that ended with the month in which it began covers no day.
    spans = [
        (benefit, start, end or datetime.date.max) for benefit, start, end in decided if end is None or start < end
    ]
    bounds = sorted({day for _, start, end in spans for day in (start, end)})
    periods: list[dict[str, Any]] = []
    for start, end in itertools.pairwise(bounds):
        benefits = sorted({benefit for benefit, first, last in spans if first <= start and end <= last})
        if benefits:
            until = None if end == datetime.date.max else end.isoformat()
            periods.append({"value": benefits, "from": start.isoformat(), "to": until})
    return periods


def area_of(person_id: int) -> int:
    """Return the id of the area in which the person is registered. Raises `Refused` (`person_unknown`), also outside the scope."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT area_id FROM people_person WHERE id = %s", [person_id])
        found = cursor.fetchone()
    if found is None:
        raise unknown_person(person_id)
    return found[0]


def known_among(persons: Sequence[int]) -> frozenset[int]:
    """Return which of these numbers are persons of the register, as far as the caller's scope reaches."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM people_person WHERE id = ANY (%s)", [list(persons)])
        return frozenset(row[0] for row in cursor.fetchall())


def facts_of(package: LawPackage, person_id: int) -> dict[str, Any]:
    """Return what the registry knows of a person now, as a facts file of the contract.

    Protected conditions are part of it only under a scope that may see them.

    Raises:
        Refused: `person_unknown`, also for a person outside the scope.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT person.birth_date, person.death_date, person.sex, area.code FROM people_person AS person"
            " JOIN office_area AS area ON area.id = person.area_id WHERE person.id = %s",
            [person_id],
        )
        found = cursor.fetchone()
        if found is None:
            raise unknown_person(person_id)
        birth_date, death_date, sex, area = found
        facts: dict[str, Any] = {"id": str(person_id), "birth_date": birth_date.isoformat(), "sex": sex, "area": area}
        if death_date:
            facts["death_date"] = death_date.isoformat()
        for statement in (_CIRCUMSTANCES, _PROTECTED, _POVERTY, _HARDSHIP):
            facts.update(
                {
                    kind: periods
                    for kind, periods in _periods(cursor, statement, person_id).items()
                    if kind in package.facts
                }
            )
        cursor.execute(_RECEIVING, {"person": person_id})
        facts["was_receiving"] = _in_payment(cursor.fetchall())
        cursor.execute(_CHILDREN, {"person": person_id})
        facts["children"] = [
            {
                "birth_date": born.isoformat(),
                **{
                    kind: periods
                    for kind, periods in _periods(cursor, _CIRCUMSTANCES, child).items()
                    if kind in package.child_facts
                },
            }
            for child, born in cursor.fetchall()
        ]
    return facts


# ── where the facts come from ────────────────────────────────────────────────────────────────────────────────────────

_CIRCUMSTANCE_RECORDS = """SELECT kind, source, valid_from, valid_to, recorded_at FROM people_circumstance
    WHERE person_id = %(person)s AND superseded_at IS NULL ORDER BY kind, valid_from"""
_POVERTY_RECORDS = """SELECT 'household_poverty', class.decision_number, greatest(class.valid_from, membership.valid_from),
           least(class.valid_to, membership.valid_to), class.recorded_at
    FROM people_membership AS membership JOIN poverty_householdclass AS class ON class.household_id = membership.household_id
    WHERE membership.person_id = %(person)s ORDER BY 3"""
_HARDSHIP_RECORDS = """SELECT 'area_hardship', hardship.document, greatest(hardship.valid_from, came.valid_from), hardship.valid_to, NULL
    FROM office_hardship AS hardship JOIN people_person AS person ON person.area_id = hardship.area_id
    LEFT JOIN people_residence AS came ON came.person_id = person.id AND came.valid_to IS NULL AND came.superseded_at IS NULL
    WHERE person.id = %(person)s AND greatest(hardship.valid_from, came.valid_from) < coalesce(hardship.valid_to, 'infinity')
    UNION SELECT 'area_hardship', hardship.document, greatest(hardship.valid_from, dwelling.valid_from),
           least(hardship.valid_to, dwelling.valid_to), NULL
    FROM office_hardship AS hardship JOIN people_dwelling AS dwelling ON dwelling.unit_id = hardship.area_id
    WHERE dwelling.person_id = %(person)s ORDER BY 3"""
_PERSON_RECORD = "SELECT 'birth_date', '', NULL::date, NULL::date, recorded_at FROM people_person WHERE id = %(person)s"


def records_of(person_id: int) -> list[Record]:
    """Return from which paper the registry has each fact of `facts_of`, since when it holds and when it was recorded.

    Protected conditions have no paper here: the name of a hospital's ward would tell what their table hides.
    """
    with connection.cursor() as cursor:
        found = _records(cursor, person_id, None)
        for statement in (_POVERTY_RECORDS, _HARDSHIP_RECORDS):
            cursor.execute(statement, {"person": person_id})
            found += [Record(*row) for row in cursor.fetchall()]
        # In the order of `facts_of`, because a child has no other name here than its place in that list.
        cursor.execute(_CHILDREN, {"person": person_id})
        for number, (child, _) in enumerate(cursor.fetchall()):
            found += _records(cursor, child, number)
    return found + _decision_records(person_id)


def _records(cursor: Any, person_id: int, child: int | None) -> list[Record]:
    found = []
    for statement in (_PERSON_RECORD, _CIRCUMSTANCE_RECORDS):
        cursor.execute(statement, {"person": person_id})
        found += [Record(*row, child) for row in cursor.fetchall()]
    return found


def _decision_records(person_id: int) -> list[Record]:
    """Return each decision as what it grants, and as the payments it leads to from the month after the first paid one."""
    found = []
    for row in decisions_of(person_id):
        paper, end = f"{row.number}, {row.signed_on:%d/%m/%Y}", row.end_month
        found.append(
            Record(f"decision {row.benefit}", paper, row.start_month.first_day, end.first_day if end else None)
        )
        start, until = row.start_month.plus(1).first_day, end.plus(1).first_day if end else None
        found.append(Record(f"was_receiving {row.benefit}", paper, start, until))
    return found
