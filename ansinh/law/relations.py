"""The relations that the compiled statement reads, and how one person's facts become their rows.

`facts`: one row per person; each fact twice: `<name>` at the end of the month or, if the person died in the month, on the
day of death; `<name>__prev` at the end of the month before. NULL is unknown. `children`: one row per child, at the
parent's same two instants. The register builds the same relations as views; this module serves
cases, tests and simulation.
"""

import datetime
from collections.abc import Sequence
from typing import Any

from ansinh.base.months import Month
from ansinh.base.refusals import Refused
from ansinh.law.facts import ChildFacts, PersonFacts
from ansinh.law.oracle import Instant, decided_benefits
from ansinh.law.package import LawPackage
from ansinh.law.tree import WasReceiving, atoms
from ansinh.law.words import FactKind

Row = tuple[Any, ...]
# Money and counts are bigint on every way in and out: drivers have been seen to shift the point of a numeric.
_TYPES = {"bool": "boolean", "enum": "text", "dong": "bigint", "count": "bigint"}


def history_columns(package: LawPackage) -> tuple[str, ...]:
    """Return the mask columns that rules of the package read from history: around the month, and at certain ages."""
    # Only ages that some rule names: each column is one more look into the past for everybody in the register.
    ages = {
        atom.at_age
        for rule in package.rules
        for atom in atoms(rule.condition)
        if isinstance(atom, WasReceiving) and atom.at_age
    }
    return ("was_receiving", *(f"was_receiving_at_{age}" for age in sorted(ages)))


def fact_columns(package: LawPackage) -> tuple[tuple[str, str], ...]:
    """Return (column, SQL type) of the relation `facts`, the same for every month."""
    # All rules of the package count, also those not in force that month: the register's view is written once for all
    # months.
    columns = [("person_id", "bigint"), ("birth_date", "date"), ("death_date", "date"), ("granted", "bigint")]
    columns += [(name, "bigint") for name in history_columns(package)]
    for kind in _asked(package.facts):
        columns += [(kind.name, _TYPES[kind.type]), (f"{kind.name}__prev", _TYPES[kind.type])]
    return tuple(columns)


def child_columns(package: LawPackage) -> tuple[tuple[str, str], ...]:
    """Return (column, SQL type) of the relation `children`; what the parent's history says has one value a month."""
    columns = [("person_id", "bigint"), ("birth_date", "date")]
    for kind in _asked(package.child_facts):
        columns.append((kind.name, _TYPES[kind.type]))
        if kind.history_of is None:
            columns.append((f"{kind.name}__prev", _TYPES[kind.type]))
    return tuple(columns)


def _asked(kinds: dict[str, FactKind]) -> list[FactKind]:
    return [kind for kind in kinds.values() if kind.in_conditions]


def benefit_mask(package: LawPackage, codes: frozenset[str]) -> int:
    """Return the mask with one bit per benefit, in the package's order."""
    # The register's view and the compiled statement use the same order, that of domain.yaml: a new benefit goes to its
    # end.
    return sum(1 << number for number, benefit in enumerate(package.benefits) if benefit.code in codes)


def facts_rows(
    package: LawPackage,
    people: Sequence[PersonFacts],
    month: Month,
    granted: Sequence[frozenset[str] | None] | None = None,
) -> tuple[list[Row], list[Row]]:
    """Return the rows of `facts` and `children` for these people; the person_id is the position in the sequence.

    Raises:
        Refused: `not_a_register_fact` for an unknown date of death or of decision, which no register row can hold.
    """
    # The rows depend on the month alone; any day of asking gives the same instants, and the last one knows every
    # document.
    law = package.month_law(month, datetime.date.max)
    rows, child_rows = [], []
    for person_id, facts in enumerate(people):
        if facts.death_unknown or facts.decision.at(month.last_day) is False:
            raise Refused(
                "not_a_register_fact",
                vi="Ngày mất hoặc ngày ký quyết định “chưa rõ” chỉ giải thích được từng người, không tính được hàng loạt.",
                en="An unknown date of death or of decision can be explained for one person, not computed for many.",
                person=facts.person,
            )
        # Both instants are filled in beforehand, so that the statement needs no join with time at all.
        end, previous = (Instant(package, law, facts, day) for day in (facts.last_day_of(month), law.previous))
        rows.append(
            _fact_row(package, facts, person_id, end, previous, None if granted is None else granted[person_id])
        )
        for child_end, child_previous in zip(end.children(), previous.children(), strict=True):
            child = child_end.child
            assert isinstance(child, ChildFacts)
            # What was received is asked around the whole month, so it has no value of the month before.
            row: list[Any] = [person_id, child.birth_date]
            for kind in _asked(package.child_facts):
                row.append(child_end.value(kind.name))
                if kind.history_of is None:
                    row.append(child_previous.value(kind.name))
            child_rows.append(tuple(row))
    return rows, child_rows


def _fact_row(
    package: LawPackage,
    facts: PersonFacts,
    person_id: int,
    end: Instant,
    previous: Instant,
    granted: frozenset[str] | None,
) -> Row:
    # The same two restrictions as in the oracle's `evaluate`; NULL is “no restriction”, which is not the same as an
    # empty mask.
    decided = decided_benefits(package, facts, end.law.month)
    allowed = decided if granted is None else granted if decided is None else granted & decided
    row: list[Any] = [
        person_id,
        facts.birth_date,
        facts.death_date,
        None if allowed is None else benefit_mask(package, allowed),
    ]
    for name in history_columns(package):
        row.append(_history_mask(package, facts, end.law.month, name))
    for kind in _asked(package.facts):
        row += [end.value(kind.name), previous.value(kind.name)]
    return tuple(row)


def _history_mask(package: LawPackage, facts: PersonFacts, month: Month, column: str) -> int | None:
    # The age is read back from the column's name, which `history_columns` made.
    age = column.removeprefix("was_receiving").removeprefix("_at_")
    codes = set()
    for benefit in package.benefits:
        if age:
            received = facts.received_at_age(benefit.code, facts.birth_date, int(age))
        else:
            received = facts.received_around(benefit.code, month)
        # One mask holds all benefits, so one unknown stretch makes all of them unknown.
        if received is None:
            return None
        if received:
            codes.add(benefit.code)
    return benefit_mask(package, frozenset(codes))
