"""The days on which the answer about one person may change: birthdays the law asks about, and the bounds of facts.

Between two of them every month of one law is the same month. Turning points and timelines ask the oracle only around
these days, which makes them fast without making them guess.
"""

import calendar as gregorian
import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

from ansinh.base.months import Month
from ansinh.law.ages import age_months
from ansinh.law.facts import ChildFacts, Period, PersonFacts, Timeline
from ansinh.law.package import LawPackage, MonthLaw, PricedRule
from ansinh.law.tree import Age, And, CountChildren, Expression, Not, Or, WasReceiving

Kind = Literal["birth", "birthday", "fact", "received", "decision", "death"]


@dataclass(frozen=True)
class Moment:
    """A day on which something about the person changes; `child` is the place in the list of children."""

    day: datetime.date
    kind: Kind
    fact: str = ""
    # Completed months of life, for a birthday.
    months: int = 0
    child: int | None = None


@dataclass(frozen=True)
class Asks:
    """The ages, in completed months, that the rules of one month ask about: the person's and the children's."""

    ages: frozenset[int]
    child_ages: frozenset[int]


def leaves(expression: Expression, *, of_children: bool = False) -> Iterator[Expression]:
    """Yield the leaves about the person, or those about children inside a count."""
    stack: list[tuple[Expression, bool]] = [(expression, False)]
    while stack:
        part, inside = stack.pop()
        if isinstance(part, And | Or):
            stack += [(one, inside) for one in part.parts]
        elif isinstance(part, Not):
            stack.append((part.part, inside))
        elif isinstance(part, CountChildren):
            stack.append((part.condition, True))
        elif inside == of_children:
            yield part


def ages_of(conditions: Iterable[Expression], *, of_children: bool) -> frozenset[int]:
    """Return the ages, in completed months, that these conditions ask about."""
    found: set[int] = set()
    for condition in conditions:
        for leaf in leaves(condition, of_children=of_children):
            if isinstance(leaf, Age):
                age = leaf if leaf.operator != "!=" else replace(leaf, operator="=")
                found |= {months for _, months in age_months(age)}
            elif isinstance(leaf, WasReceiving) and leaf.at_age is not None:
                found.add(leaf.at_age * 12)
    return frozenset(found)


def asks(law: MonthLaw) -> Asks:
    """Return what the month's rules ask, found once for each law."""
    known = law.made.get(("asks",))
    if known is None:
        conditions = [*(priced.condition for priced in law.rules), *(bar.when for bar in law.bars)]
        known = Asks(ages_of(conditions, of_children=False), ages_of(conditions, of_children=True))
        law.made["asks",] = known
    return known


def completes(birth: datetime.date, months: int) -> datetime.date:
    """Return the day on which so many months of life are completed."""
    years, index = divmod(birth.year * 12 + birth.month - 1 + months, 12)
    return datetime.date(years, index + 1, min(birth.day, gregorian.monthrange(years, index + 1)[1]))


def moments(package: LawPackage, law: MonthLaw, facts: PersonFacts) -> tuple[Moment, ...]:
    """Return, by day, whatever may change what the domain says of the person."""
    found = set(_all(package, law, facts))
    return tuple(sorted(found, key=lambda moment: (moment.day, moment.kind, moment.fact, moment.months)))


def _all(package: LawPackage, law: MonthLaw, facts: PersonFacts) -> Iterator[Moment]:
    asked = asks(law)
    if facts.birth_date is not None:
        yield Moment(facts.birth_date, "birth")
        yield from (Moment(completes(facts.birth_date, age), "birthday", months=age) for age in asked.ages)
    if facts.death_date is not None:
        yield Moment(facts.death_date, "death")
    # What an earlier domain gives is asked through it, hence through everything that it asks.
    asked_facts = package.questions.union(*(earlier.questions for earlier in package.earlier))
    for name in asked_facts & facts.values.keys():
        yield from (Moment(day, "fact", name) for day in _bounds(facts.values[name]))
    yield from (Moment(day, "received") for day in _bounds(facts.received))
    yield from (Moment(day, "decision") for day in _bounds(facts.decision))
    for number, child in enumerate(facts.children or ()):
        yield from _of_child(child, number, asked.child_ages)


def _of_child(child: ChildFacts, number: int, ages: frozenset[int]) -> Iterator[Moment]:
    if child.birth_date is not None:
        yield Moment(child.birth_date, "birth", child=number)
        yield from (Moment(completes(child.birth_date, age), "birthday", months=age, child=number) for age in ages)
    for name, line in child.values.items():
        yield from (Moment(day, "fact", name, child=number) for day in _bounds(line))


def _bounds(line: Timeline) -> Iterator[datetime.date]:
    for period in line.periods:
        yield from (day for day in (period.start, period.end) if day is not None)
        # A fact that is itself a day (an accident, a signature) changes the answer on that day.
        if isinstance(period.value, datetime.date):
            yield period.value


def same_law(one: MonthLaw, other: MonthLaw) -> bool:
    """Return whether two months stand under the very same rules, levels and amounts."""
    return _signature(one) == _signature(other)


def same_rules(one: tuple[PricedRule, ...], other: tuple[PricedRule, ...]) -> bool:
    """Return whether two months grant a benefit by the very same rules, levels and amounts."""
    return _of_rules(one) == _of_rules(other)


def _of_rules(rules: tuple[PricedRule, ...]) -> tuple[object, ...]:
    # Versions are made once by the loader, so the same one is the same object; levels of a table are made anew.
    return tuple((id(p.rule), id(p.base), p.level.coefficient, p.amount_dong) for p in rules)


def _signature(law: MonthLaw) -> tuple[object, ...]:
    known = law.made.get(("signature",))
    if known is None:
        known = (_of_rules(law.rules), tuple(map(id, law.bars)), tuple(sorted(law.numbers.items())))
        law.made["signature",] = known
    return known


Paid = tuple[Month, frozenset[str]]


def carried(facts: PersonFacts, paid: list[Paid]) -> PersonFacts:
    """Return the facts as they will be read later if these benefits are paid, each set from its month until the next.

    A law that protects “whoever is receiving” asks about payments that still lie ahead of the day of asking.
    """
    start = paid[0][0].first_day
    recorded = facts.received.at(start)
    is_open = all(day < start for period in facts.received.periods for day in (period.start, period.end) if day)
    # What the record itself says about the time ahead, or does not know, is left as it stands.
    if recorded is None or not is_open:
        return facts
    kept = [replace(p, end=p.end or start) for p in facts.received.periods if p.start is None or p.start < start]
    ends = [month.first_day for month, _ in paid[1:]] + [None]
    ahead = [Period(recorded | codes, month.first_day, end) for (month, codes), end in zip(paid, ends, strict=True)]
    return replace(facts, received=Timeline((*kept, *ahead), facts.received.missing))
