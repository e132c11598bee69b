"""The search finds a person exactly where there is one: against trying everybody, on random small conditions.

Everybody means: every birth day around a sixteenth birthday, every value of the few facts, every payment on days that matter,
up to four children. The oracle says of each of them whether the condition holds.
"""

import datetime
import itertools
from collections.abc import Iterator
from typing import Any

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from ansinh.base.months import Month
from ansinh.law.ages import anniversary
from ansinh.law.facts import ChildFacts, Period, PersonFacts, Timeline
from ansinh.law.oracle import Instant, truth
from ansinh.law.package import MonthLaw, load_package
from ansinh.law.satisfiable import possible
from ansinh.law.tree import (
    Age,
    Amount,
    And,
    Born,
    CountChildren,
    Expression,
    Is,
    Not,
    Number,
    OneOf,
    Or,
    Unknown,
    WasReceiving,
    atoms,
)

PACKAGE = load_package()
KNOWN_ON = datetime.date(2026, 11, 22)
MONTHS = [Month(2026, 11), Month(2028, 2), Month(2026, 10)]
DAY = datetime.timedelta(days=1)
SIXTEEN = 16


def law_of(month: Month) -> MonthLaw:
    return PACKAGE.month_law(month, KNOWN_ON)


# ── random conditions ────────────────────────────────────────────────────────────────────────────────────────────────

_SIGNS = st.sampled_from(["=", "!=", "<", "<=", ">", ">="])
# All births of the brute force lie within 70 days of a sixteenth birthday, so only such ages and days can be asked.
_AGES = st.one_of(
    st.builds(Age, st.just("years"), _SIGNS, st.sampled_from([15, 16])),
    st.builds(Age, st.just("months"), _SIGNS, st.integers(190, 193)),
)


def _born(month: Month) -> st.SearchStrategy[Expression]:
    centre = anniversary(month.last_day, -SIXTEEN)
    days = st.integers(-60, 60).map(lambda shift: centre + datetime.timedelta(days=shift))
    return st.builds(Born, _SIGNS, days)


def _mixed(leaves: st.SearchStrategy[Expression], most: int) -> st.SearchStrategy[Expression]:
    """Return a conjunction, which soon contradicts itself, of leaves, their opposites, choices and opposites of both."""
    part = st.one_of(leaves, leaves.map(Not))
    choice = st.lists(part, min_size=2, max_size=3).map(lambda parts: Or(tuple(parts)))
    both = st.lists(part, min_size=2, max_size=2).map(lambda parts: Not(And(tuple(parts))))
    return st.lists(st.one_of(part, part, choice, both), min_size=1, max_size=most).map(
        lambda parts: And(tuple(parts)) if len(parts) > 1 else parts[0]
    )


@st.composite
def conditions(draw: st.DrawFn, month: Month) -> Expression:
    """Return a condition over few facts, which therefore often contradicts itself."""
    child_leaves = st.one_of(
        st.sampled_from([Is("studying"), Unknown("studying"), Is("was_counted"), Is("was_counted_at_16")]),
        _AGES,
        _born(month),
    )
    numbers = st.one_of(
        st.integers(0, 2).map(Number), st.just(Number(parameter="social_pension_ceiling")), st.just(Number(539_999))
    )
    counts = st.builds(CountChildren, _mixed(child_leaves, 3), st.integers(1, 2))
    own = {
        "birth": st.one_of(_AGES, _born(month)),
        "history": st.sampled_from([WasReceiving("K1"), WasReceiving("K1", SIXTEEN), WasReceiving("K4")]),
        "yes or no": st.sampled_from([Is("studying"), Unknown("studying")]),
        "listed": st.sampled_from(
            [OneOf("disability", ("severe",)), OneOf("disability", ("none", "mild")), Unknown("disability")]
        ),
        "number": st.builds(Amount, st.just("monthly_pension_dong"), _SIGNS, numbers),
        "children": counts,
    }
    names = draw(st.lists(st.sampled_from(sorted(own)), min_size=1, max_size=2, unique=True))
    return draw(_mixed(st.one_of(*(own[name] for name in names)), 6))


# ── trying everybody ─────────────────────────────────────────────────────────────────────────────────────────────────


def _forever(value: Any) -> Timeline:
    return Timeline((Period(value),), None)


def _paid(days: dict[datetime.date, frozenset[str]]) -> Timeline:
    return Timeline(tuple(Period(codes, day, day + DAY) for day, codes in sorted(days.items())), frozenset())


def _births(month: Month) -> list[datetime.date]:
    centre = anniversary(month.last_day, -SIXTEEN)
    return [centre + datetime.timedelta(days=shift) for shift in range(-70, 71)]


def _person(birth: datetime.date, received: Timeline, children: tuple[ChildFacts, ...] = ()) -> PersonFacts:
    return PersonFacts("", birth, None, False, {}, children, received, Timeline((), None))


def _histories(eve: datetime.date, benefit: str, law: MonthLaw) -> Iterator[Timeline]:
    # One payment in the middle of the month, one on its eve, one on the eve of the birthday: any of them, or none.
    middle = law.previous + 11 * DAY
    for days in itertools.product((False, True), repeat=3):
        chosen = {day for day, is_paid in zip((law.previous, middle, eve), days, strict=True) if is_paid}
        yield _paid({day: frozenset({benefit}) for day in chosen})


def _child_answers(
    law: MonthLaw, day: datetime.date, counted: list[Expression]
) -> dict[bool | None, set[tuple[bool | None, ...]]]:
    """Return what a child can answer to the counted conditions, by whether the parent is paid for children this month."""
    found: dict[bool | None, set[tuple[bool | None, ...]]] = {False: set(), True: set()}
    for birth in (born for born in _births(law.month) if born <= day):
        for received in _histories(anniversary(birth, SIXTEEN) - DAY, "K4", law):
            for studying in (True, False, None):
                child = ChildFacts(birth, {"studying": _forever(studying)})
                instant = Instant(PACKAGE, law, _person(birth, received), day, child)
                around = instant.facts.received_around("K4", law.month)
                found[around].add(tuple(truth(condition, instant) for condition in counted))
    return found


def _own_answers(law: MonthLaw, day: datetime.date, leaves: list[Expression]) -> set[tuple[bool | None, ...]]:
    """Return what a person can answer to leaves about birth and payments of K1."""
    found = set()
    for birth in (born for born in _births(law.month) if born <= day):
        for received in _histories(anniversary(birth, SIXTEEN) - DAY, "K1", law):
            instant = Instant(PACKAGE, law, _person(birth, received), day)
            found.add(tuple(truth(leaf, instant) for leaf in leaves))
    return found


def _value_answers(law: MonthLaw, fact: str, leaves: list[Expression]) -> set[tuple[bool | None, ...]]:
    values = {
        "studying": [True, False, None],
        "disability": [*PACKAGE.facts["disability"].members, None],
        "monthly_pension_dong": [0, 1, 2, 3, 539_998, 539_999, 540_000, 540_001, 10**12, None],
    }[fact]
    found = set()
    for value in values:
        facts = PersonFacts("", law.end, None, False, {fact: _forever(value)}, (), _paid({}), Timeline((), None))
        found.add(tuple(truth(leaf, Instant(PACKAGE, law, facts, law.end)) for leaf in leaves))
    return found


def _families(
    counts: list[CountChildren], types: set[tuple[bool | None, ...]], counted: list[Expression]
) -> set[tuple[bool | None, ...]]:
    found = set()
    for size in range(5):
        for children in itertools.combinations_with_replacement(sorted(types, key=str), size):
            answers = []
            for count in counts:
                column = [child[counted.index(count.condition)] for child in children]
                certain, maybe = column.count(True), column.count(None)
                answers.append(
                    True if certain >= count.at_least else False if certain + maybe < count.at_least else None
                )
            found.add(tuple(answers))
    return found


def _kleene(expression: Expression, answers: dict[Expression, bool | None]) -> bool | None:
    if isinstance(expression, And | Or):
        parts = [_kleene(part, answers) for part in expression.parts]
        decisive = isinstance(expression, Or)
        return decisive if decisive in parts else None if None in parts else not decisive
    if isinstance(expression, Not):
        answer = _kleene(expression.part, answers)
        return None if answer is None else not answer
    return answers[expression]


def somebody(law: MonthLaw, expression: Expression) -> bool:
    """Return whether the condition holds of anybody on any day on which the month may be judged."""
    leaves = list(dict.fromkeys(atoms(expression)))
    counts = [leaf for leaf in leaves if isinstance(leaf, CountChildren)]
    counted = list(dict.fromkeys(count.condition for count in counts))
    parents = [leaf for leaf in leaves if leaf == WasReceiving("K4")]
    own = [leaf for leaf in leaves if isinstance(leaf, Age | Born | WasReceiving) and leaf not in parents]
    groups: list[tuple[list[Any], set[tuple[bool | None, ...]]]] = []
    for fact in ("studying", "disability", "monthly_pension_dong"):
        about = [leaf for leaf in leaves if getattr(leaf, "fact", "") == fact]
        groups.append((about, _value_answers(law, fact, about)))
    is_timeless = not own and not counted
    # Both ends of the month, and deaths inside it.
    for day in (law.end, law.previous, *(law.previous + shift * DAY for shift in (1, 11, 15, 27))):
        children = _child_answers(law, day, counted) if counted else {False: set(), True: set()}
        family = {
            (around, *answers) for around, types in children.items() for answers in _families(counts, types, counted)
        }
        everything = [*groups, (own, _own_answers(law, day, own)), (["K4", *counts], family)]
        for combination in itertools.product(*(answers for _, answers in everything)):
            told = dict(
                pair
                for (names, _), answers in zip(everything, combination, strict=True)
                for pair in zip(names, answers, strict=True)
            )
            told[WasReceiving("K4")] = told["K4"]
            if _kleene(expression, told) is True:
                return True
        if is_timeless:
            return False
    return False


# ── tests ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def holds(law: MonthLaw, expression: Expression, witness: Any) -> bool | None:
    """Return what the oracle says of the witness, read as FACTS.json would be."""
    person = PACKAGE.person(witness.content)
    assert person.death_date in (None, witness.day)
    return truth(expression, Instant(PACKAGE, law, person, witness.day))


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_the_search_agrees_with_trying_everybody(data: st.DataObject) -> None:
    law = law_of(data.draw(st.sampled_from(MONTHS)))
    expression = data.draw(conditions(law.month))
    witness = possible(PACKAGE, law, expression)
    event("possible" if witness else "impossible")
    if witness is not None:
        assert holds(law, expression, witness) is True, (expression, witness)
    else:
        assert not somebody(law, expression), expression
