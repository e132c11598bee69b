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
from ansinh.law.oracle import Instant, decided_benefits, instants, outcomes_of
from ansinh.law.package import LawPackage
from ansinh.law.tree import WasReceiving, atoms
from ansinh.law.words import FactKind

Row = tuple[Any, ...]
# Money and counts are bigint on every way in and out: drivers have been seen to shift the point of a numeric.
_TYPES = {"bool": "boolean", "enum": "text", "dong": "bigint", "count": "bigint", "date": "date"}
# Columns of their own, whoever asks about them.
_OF_THE_PERSON = ("birth_date", "death_date")


def history_columns(package: LawPackage) -> tuple[str, ...]:
    """Return the mask columns that rules of the package read from history: around the month, and at certain ages."""
    # Only what some condition names: each column is one more look into the past for everybody in the register.
    asked = [atom for condition in package.conditions for atom in atoms(condition) if isinstance(atom, WasReceiving)]
    ages = sorted({atom.at_age for atom in asked if atom.at_age is not None})
    around = ["was_receiving"] if any(atom.at_age is None for atom in asked) else []
    return (*around, *(f"was_receiving_at_{age}" for age in ages))


def fact_columns(package: LawPackage) -> tuple[tuple[str, str], ...]:
    """Return (column, SQL type) of the relation `facts`, the same for every month."""
    # All rules of the package count, also those not in force that month: the register's view is written once for all
    # months.
    columns = [("person_id", "bigint"), ("birth_date", "date"), ("death_date", "date"), ("granted", "bigint")]
    columns += [(name, "bigint") for name in history_columns(package)]
    for kind in asked_facts(package):
        columns += [(name, _TYPES[kind.type]) for name in instants_of(kind)]
    return tuple(columns)


def child_columns(package: LawPackage) -> tuple[tuple[str, str], ...]:
    """Return (column, SQL type) of the relation `children`; what the parent's history says has one value a month."""
    columns = [("person_id", "bigint"), ("birth_date", "date")]
    for kind in asked_child_facts(package):
        columns += [(name, _TYPES[kind.type]) for name in instants_of(kind)]
    return tuple(columns)


def asked_facts(package: LawPackage) -> list[FactKind]:
    """Return the person's facts that are columns of the relation `facts`, in the order of their declaration."""
    names = package.questions - set(_OF_THE_PERSON)
    return [kind for kind in package.facts.values() if kind.name in names]


def asked_child_facts(package: LawPackage) -> list[FactKind]:
    """Return the facts that are columns of the relation `children`, in the order of their declaration."""
    return [kind for kind in package.child_facts.values() if kind.name in package.child_questions]


def once_a_month(package: LawPackage) -> frozenset[str]:
    """Return the facts that have one value for the whole month, the person's and a child's."""
    kinds = [*package.facts.values(), *package.child_facts.values()]
    return frozenset(kind.name for kind in kinds if len(instants_of(kind)) == 1)


def instants_of(kind: FactKind) -> tuple[str, ...]:
    """Return the columns of a fact: one for each instant, or one for the month where it has no instants."""
    # What was received around the month, and what earlier domains give in it, is one answer for the whole month.
    once = kind.history_of is not None or kind.outcome is not None
    return (kind.name,) if once else (kind.name, f"{kind.name}__prev")


def benefit_mask(package: LawPackage, codes: frozenset[str]) -> int:
    """Return the mask with one bit per benefit, in the package's order."""
    # The register's view and the compiled statement use the same order, that of domain.yaml: a new benefit goes to its
    # end.
    return sum(1 << number for number, benefit in enumerate(package.benefits) if benefit.code in codes)


def facts_rows(
    package: LawPackage,
    people: Sequence[PersonFacts],
    month: Month,
    known_on: datetime.date,
    granted: Sequence[frozenset[str] | None] | None = None,
) -> tuple[list[Row], list[Row]]:
    """Return the rows of `facts` and `children` for these people; the person_id is the position in the sequence.

    Raises:
        Refused: `not_a_register_fact` for an unknown date of death or of decision, which no register row can hold.
    """
    law = package.month_law(month, known_on)
    rows, child_rows = [], []
    for person_id, facts in enumerate(people):
        if facts.death_unknown or facts.decision.at(month.last_day) is False:
            raise Refused(
                "not_a_register_fact",
                vi="Ngày mất hoặc ngày ký quyết định “chưa rõ” chỉ giải thích được từng người, không tính được hàng loạt.",
                en="An unknown date of death or of decision can be explained for one person, not computed for many.",
                person=facts.person,
            )
        allowed = None if granted is None else granted[person_id]
        # Both instants are filled in beforehand, so that the statement needs no join with time at all.
        outcomes = outcomes_of(package, facts, month, known_on, allowed)
        both = instants(package, law, facts, outcomes)
        rows.append(_fact_row(package, person_id, both, allowed))
        child_rows += _child_rows(package, person_id, both)
    return rows, child_rows


def _at_instants(kind: FactKind, both: tuple[Instant, Instant]) -> list[Any]:
    return [instant.value(kind.name) for instant, _ in zip(both, instants_of(kind), strict=False)]


def _child_rows(package: LawPackage, person_id: int, both: tuple[Instant, Instant]) -> list[Row]:
    rows: list[Row] = []
    for child_end, child_previous in zip(both[0].children(), both[1].children(), strict=True):
        child = child_end.child
        assert isinstance(child, ChildFacts)
        row: list[Any] = [person_id, child.birth_date]
        for kind in asked_child_facts(package):
            row += _at_instants(kind, (child_end, child_previous))
        rows.append(tuple(row))
    return rows


def _fact_row(
    package: LawPackage, person_id: int, both: tuple[Instant, Instant], granted: frozenset[str] | None
) -> Row:
    # The same two restrictions as in the oracle's `evaluate`; NULL is “no restriction”, which is not the same as an
    # empty mask.
    facts, month = both[0].facts, both[0].law.month
    decided = decided_benefits(package, facts, month)
    allowed = decided if granted is None else granted if decided is None else granted & decided
    mask = None if allowed is None else benefit_mask(package, allowed)
    row: list[Any] = [person_id, facts.birth_date, facts.death_date, mask]
    row += [_history_mask(package, facts, month, name) for name in history_columns(package)]
    for kind in asked_facts(package):
        row += _at_instants(kind, both)
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
