"""What a change of life would change, month by month: asked of the law for the very people, with and without it.

A fact is put into what the registry knows; a move or a birth, which changes many rows, is written, asked about and
taken back in one transaction. Sums alone, never by benefit: the group of a person may tell what must not be told.
"""

import datetime
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.db import transaction

from ansinh.base.months import Month
from ansinh.entitlement import queries as entitlement
from ansinh.entitlement.releases import law_in_force
from ansinh.law.answers import Answer, Inquiry
from ansinh.law.explanation import procedure_clause
from ansinh.law.package import LawBook, default_laws
from ansinh.law.procedure.loading import load_procedure

# How far back a change is looked at.
_MONTHS_BACK = 36
_Facts = Mapping[str, Any]


def of_fact(
    person_id: int, kind: str, value: str, happened_on: datetime.date, today: datetime.date, death: datetime.date | None
) -> dict[str, Any]:
    """This will return what a fact would change, from its month to the next one; the sight must be wide open.

    With a `death`, kind and value are not looked at.
    """
    book = law_in_force(entitlement.area_of(person_id))
    facts = entitlement.facts_of(book, person_id)
    changed = {**facts, "death_date": death.isoformat()} if death else _with(facts, kind, value, happened_on)
    before, after = (_inquiry(book, one, person_id, today) for one in (facts, changed))
    return _compared(book, [(before, after)], happened_on, today)


def of_writing(
    write: Callable[[], Sequence[int]],
    happened_on: datetime.date,
    today: datetime.date,
    act: tuple[str, str] | None = None,
) -> dict[str, Any]:
    """This will return what a change of the registry would change for everybody of whom it is; nothing of it stays.

    `act` names the procedure's act and cause whose clause says so; without one: starting, changing, stopping.
    `write` returns the numbers of these persons. Whoever is not in the registry before has nothing before. Raises what
    `write` raises.
    """
    with transaction.atomic():
        persons = write()
        book = law_in_force(entitlement.area_of(persons[0]))
        then = {one: _inquiry(book, entitlement.facts_of(book, one), one, today) for one in persons}
        # Only this transaction within the caller's is undone: what the caller wrote stays.
        transaction.set_rollback(True)
    known = entitlement.known_among(persons)
    pairs = [
        (
            _inquiry(book, entitlement.facts_of(book, one), one, today) if one in known else None,
            then[one],
        )
        for one in persons
    ]
    return _compared(book, pairs, happened_on, today, act)


def _inquiry(book: LawBook, facts: _Facts, person_id: int, today: datetime.date) -> Inquiry:
    decisions = entitlement.decisions_of(person_id)

    def decided(month: Month) -> frozenset[str]:
        return frozenset(
            row.benefit
            for row in decisions
            if row.start_month <= month and (row.end_month is None or row.end_month > month)
        )

    return Inquiry(book, book.person(facts), today, decided)


def _compared(
    book: LawBook,
    pairs: Sequence[tuple[Inquiry | None, Inquiry]],
    happened_on: datetime.date,
    today: datetime.date,
    act: tuple[str, str] | None = None,
) -> dict[str, Any]:
    months, clauses, is_unknown = [], [], False
    first, last = max(Month.of(happened_on), Month.of(today).plus(-_MONTHS_BACK)), Month.of(today).plus(1)
    for month in first.until(last):
        sums = [0, 0]
        for before, after in pairs:
            now, then = before.now(month) if before else None, after.now(month)
            is_unknown = is_unknown or bool(then.unknown or (now and now.unknown))
            old, new = _monthly(now), _monthly(then)
            if sum(old.values()) != sum(new.values()):
                clauses += _clauses(book, old, new, month, today, act)
            sums = [sums[0] + sum(old.values()), sums[1] + sum(new.values())]
        if sums[0] != sums[1]:
            months.append({"month": str(month), "before_dong": sums[0], "after_dong": sums[1]})
    effect = {"months": months, "clauses": list(dict.fromkeys(clauses)), "unknown": is_unknown}
    new_ones = [after.now(last) for before, after in pairs if before is None]
    on_request = sum(sum(_monthly(one.asked.now(last, one.undecided)).values()) for one in new_ones)
    return effect | ({"on_request_dong": on_request} if on_request else {})


def _monthly(answer: Answer | None) -> dict[str, int]:
    if answer is None:
        return {}
    return {code: answer.due[code] for code in answer.monthly if answer.due.get(code)}


def _with(facts: _Facts, kind: str, value: str, day: datetime.date) -> dict[str, Any]:
    """Return the facts as they would be: one that holds from the day on whatever held before."""
    known = facts.get(kind, [])
    periods = known if isinstance(known, list) else [{"value": known, "from": None, "to": None}]
    text = day.isoformat()
    kept = [
        {**one, "to": min(one["to"] or text, text)} for one in periods if one.get("from") is None or one["from"] < text
    ]
    return {**facts, kind: [*kept, {"value": _typed(value), "from": text, "to": None}]}


def _typed(value: str) -> Any:
    return {"true": True, "false": False}.get(value, int(value) if value.isdecimal() else value)


def _clauses(
    book: LawBook,
    before: Mapping[str, int],
    after: Mapping[str, int],
    month: Month,
    today: datetime.date,
    act: tuple[str, str] | None,
) -> list[str]:
    """Return the clauses by which benefits start, change or stop in the month: of the procedure, never of a group."""
    found = []
    for code in sorted(before.keys() | after.keys()):
        old, new = before.get(code, 0), after.get(code, 0)
        if old != new:
            which = "start" if not old else "stop" if not new else "change"
            package, benefit = next(
                (one, benefit) for one in book.packages for benefit in one.benefits if benefit.code == code
            )
            rule = load_procedure(default_laws()).life_rule(*act, benefit.group, code, today) if act else None
            found.append(rule.clause.citation if rule else procedure_clause(package, code, month, today, which))
    return [clause for clause in found if clause]
