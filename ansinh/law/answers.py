"""What all domains of the law give one person for one month, asked of the oracle, now and under other facts.

Turning points and timelines are made of such answers alone: whatever they say, the oracle has said.
"""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from ansinh.base.months import Month
from ansinh.law.explanation import Decided
from ansinh.law.facts import PersonFacts
from ansinh.law.moments import Paid, carried, moments, same_law
from ansinh.law.oracle import Instant, MonthResult, Standing, evaluate
from ansinh.law.package import LawPackage, MonthLaw


@dataclass(frozen=True)
class Inquiry:
    """One person before the whole law: the facts, the day of asking, the register's decisions, the language."""

    law: LawPackage
    facts: PersonFacts
    known_on: datetime.date
    decided: Decided | None = None
    language: str = "vi"

    def say(self, vi: str, en: str) -> str:
        """Return the phrase in the language of the answer."""
        return en if self.language == "en" else vi

    @property
    def packages(self) -> tuple[LawPackage, ...]:
        """Return the domains of law."""
        return (self.law,)

    def decided_in(self, month: Month, also: frozenset[str] = frozenset()) -> frozenset[str] | None:
        """Return the benefits with a decision in the month; None where decisions are not asked for."""
        found = None if self.decided is None else self.decided(month)
        return None if found is None else found | also


@dataclass(frozen=True)
class Answer:
    """The results of every domain for one month, with the facts that were asked."""

    asked: Inquiry
    facts: PersonFacts
    month: Month
    parts: tuple[tuple[LawPackage, MonthResult], ...]

    @cached_property
    def due(self) -> dict[str, int]:
        """Return đồng by benefit code, of all domains."""
        return {code: amount for _, result in self.parts for code, amount in result.due.items()}

    @cached_property
    def unknown(self) -> frozenset[str]:
        """Return the benefits that wait for a fact."""
        return frozenset(code for _, result in self.parts for code in result.unknown)

    @cached_property
    def undecided(self) -> frozenset[str]:
        """Return the benefits whose conditions hold without a decision."""
        return frozenset(code for _, result in self.parts for code in result.undecided)

    @property
    def total_dong(self) -> int:
        """Return the sum of what is due."""
        return sum(self.due.values())

    def part(self, code: str) -> tuple[LawPackage, MonthResult]:
        """Return the domain of the benefit and its result."""
        return next(part for part in self.parts if code in part[1].standings)

    def standing(self, code: str) -> Standing:
        """Return how the benefit stands."""
        return self.part(code)[1].standings[code]

    def rule_key(self, code: str) -> tuple[object, ...]:
        """Return what a reader would call the ground of the payment: rule version, level, base, how many times."""
        standing = self.standing(code)
        assert standing.rule is not None
        return id(standing.rule.rule), id(standing.rule.base), standing.rule.level.coefficient, standing.count

    def instants(self) -> Iterator[tuple[MonthLaw, Instant]]:
        """Yield each domain's law with the person on the day on which the month is judged."""
        day = self.facts.last_day_of(self.month)
        for package, result in self.parts:
            yield result.law, Instant(package, result.law, self.facts, day)


def answer(asked: Inquiry, facts: PersonFacts, month: Month, also: frozenset[str] = frozenset()) -> Answer:
    """Return what the person would be due with these facts; `also` are benefits taken as decided too."""
    granted = asked.decided_in(month, also)
    parts = [(package, evaluate(package, facts, month, asked.known_on, granted)) for package in asked.packages]
    return Answer(asked, facts, month, tuple(parts))


def stretches(
    asked: Inquiry, first: Month, last: Month, *, carry_from: Month | None = None, also: frozenset[str] = frozenset()
) -> list[Answer]:
    """Return one answer for each stretch of months that the law and the facts cannot tell apart, by its first month.

    From `carry_from` on, what is due is taken as paid, because later months ask who is receiving. `also` are benefits
    taken as decided after the first month.
    """
    found: list[Answer] = []
    paid: list[Paid] = []
    for month in first.until(last):
        ahead = carry_from is not None and month >= carry_from
        if found and not _may_differ(asked, month, paid):
            continue
        one = answer(asked, carried(asked.facts, paid) if paid else asked.facts, month, also if found else frozenset())
        if ahead:
            paid = _with(paid, month, one)
        found.append(one)
    return found


def _with(paid: list[Paid], month: Month, one: Answer) -> list[Paid]:
    codes = frozenset(one.due)
    return paid if paid and paid[-1][1] == codes else [*paid, (month, codes)]


def _may_differ(asked: Inquiry, month: Month, paid: list[Paid]) -> bool:
    """Return whether this month may be answered otherwise than the month before it."""
    # A month is judged at its end and at the end of the month before: a day counts in its own month and in the next.
    since, end = month.plus(-2).last_day + datetime.timedelta(days=1), month.last_day
    # What is paid ahead is read back from the next month on, and for two months a change of it may still work.
    if paid and paid[-1][0].first_day >= since:
        return True
    for package in asked.packages:
        old, new = (package.month_law(one, asked.known_on) for one in (month.plus(-1), month))
        if not same_law(old, new) or moments(new, asked.facts, since, end):
            return True
    return asked.decided_in(month) != asked.decided_in(month.plus(-1))
