"""Which facts would have to be otherwise for a condition to hold, or to fail: the smallest sets, found in its tree.

Only facts that the law's own file says may change (`if_changed`) are touched: nobody is told to be born again, to lose a
parent, or to have an illness. What is found here is a guess until the oracle has been asked.
"""

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from ansinh.law.facts import ChildFacts, Period, PersonFacts, Timeline
from ansinh.law.oracle import Instant, truth
from ansinh.law.tree import Amount, And, CountChildren, Expression, Is, Not, OneOf, Or
from ansinh.law.words import FactKind

# Three papers at once are no advice any more.
MOST_CHANGES = 2


@dataclass(frozen=True)
class Change:
    """One fact with another value; for an amount also the comparison that the value stands for."""

    fact: str
    value: Any
    child: int | None = None
    operator: str = ""
    limit: int = 0


Changes = frozenset[Change]


def remedies(expression: Expression, want: bool, instant: Instant, child: int | None = None) -> list[Changes]:
    """Return the smallest sets of changes after which the expression would be as wanted; the empty set if it is."""
    if truth(expression, instant) is want:
        return [frozenset()]
    if isinstance(expression, Not):
        return remedies(expression.part, not want, instant, child)
    if isinstance(expression, And | Or):
        parts = [remedies(part, want, instant, child) for part in expression.parts]
        # All parts of an “and” must hold, one of an “or” suffices; to fail, the other way round.
        return _smallest(_together(parts) if isinstance(expression, And) is want else itertools.chain(*parts))
    if isinstance(expression, CountChildren):
        return _of_children(expression, want, instant)
    return [frozenset({change}) for change in _single(expression, want, instant, child)]


def _together(parts: list[list[Changes]]) -> Iterator[Changes]:
    for chosen in itertools.product(*parts):
        changes = frozenset().union(*chosen)
        # One fact cannot have two values.
        if len(changes) <= MOST_CHANGES and len({(one.fact, one.child) for one in changes}) == len(changes):
            yield changes


def _smallest(found: Iterable[Changes]) -> list[Changes]:
    kept: list[Changes] = []
    for changes in sorted(set(found), key=lambda one: (len(one), sorted(map(repr, one)))):
        if not any(smaller <= changes for smaller in kept):
            kept.append(changes)
    return kept


def _of_children(expression: CountChildren, want: bool, instant: Instant) -> list[Changes]:
    each = _each_child(expression, want, instant)
    # One more child suffices where one is asked for; for “none” every one of them must cease to count.
    return _smallest(itertools.chain(*each) if want and expression.at_least == 1 else _together(each))


def _each_child(expression: CountChildren, want: bool, instant: Instant) -> list[list[Changes]]:
    children = list(instant.children()) if instant.facts.children is not None else []
    return [
        remedies(expression.condition, want, seen, number)
        for number, seen in enumerate(children)
        if seen.birth_date is not None and seen.birth_date <= seen.day
    ]


def one_more_child(expression: CountChildren, instant: Instant) -> list[Changes]:
    """Return the smallest sets of changes after which one more child is counted."""
    return [one for each in _each_child(expression, True, instant) for one in each if one]


def _single(leaf: Expression, want: bool, instant: Instant, child: int | None) -> Iterator[Change]:
    if not isinstance(leaf, Is | OneOf | Amount):
        return
    kind = (instant.package.facts if child is None else instant.package.child_facts)[leaf.fact]
    if kind.if_changed is None:
        return
    if isinstance(leaf, Is):
        yield Change(leaf.fact, want, child)
    elif isinstance(leaf, OneOf):
        yield from (Change(leaf.fact, one, child) for one in kind.members if (one in leaf.members) is want)
    else:
        yield from _amounts(leaf, want, instant, child)


_OPPOSITE = {"=": "!=", "!=": "=", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}


def _amounts(leaf: Amount, want: bool, instant: Instant, child: int | None) -> Iterator[Change]:
    number = leaf.number.value if leaf.number.parameter is None else instant.law.numbers[leaf.number.parameter]
    assert number is not None
    sign = leaf.operator if want else _OPPOSITE[leaf.operator]
    # Nothing lies below nought.
    sign = ">" if sign == "!=" and number == 0 else sign
    # The value next to the limit stands for all on its side.
    value = {"<": number - 1, ">": number + 1, "!=": number + 1}.get(sign, number)
    if value >= 0:
        yield Change(leaf.fact, value, child, sign, number)


def changed(facts: PersonFacts, changes: Changes) -> PersonFacts:
    """Return the facts with the changes made, for all time: they are asked about one month only."""
    values = {one.fact: Timeline((Period(one.value),), None) for one in changes if one.child is None}
    children = facts.children
    for one in changes:
        if one.child is not None and children is not None:
            child = children[one.child]
            lines = {**child.values, one.fact: Timeline((Period(one.value),), None)}
            new = ChildFacts(child.birth_date, lines)
            children = (*children[: one.child], new, *children[one.child + 1 :])
    return replace(facts, values={**facts.values, **values}, children=children)


def said(kind: FactKind, change: Change, amount: str, language: str) -> str:
    """Return the change as the second half of a sentence that begins with “Nếu”; `amount` is the limit in words."""
    assert kind.if_changed is not None
    if kind.type == "bool":
        phrase = kind.if_changed if change.value else kind.when_false or kind.label
        return phrase.of(language)
    if kind.type == "enum":
        # “none” of some lists is an answer like the others, of other lists it is that nothing is there any more.
        gone = kind.when_false if change.value == kind.missing else None
        return (gone or kind.if_changed).of(language).replace("{value}", kind.members[change.value].of(language))
    signs = _SIGNS[language == "en"]
    return kind.if_changed.of(language).replace("{value}", f"{signs[change.operator]} {amount}")


_SIGNS = (
    {"=": "là", "!=": "khác", "<": "thấp hơn", "<=": "không quá", ">": "trên", ">=": "từ"},
    {"=": "is", "!=": "is not", "<": "is below", "<=": "is at most", ">": "is above", ">=": "is at least"},
)
