"""What all domains of the law give one person for one month, asked of the oracle, now and under other facts.

Turning points and timelines are made of such answers alone: whatever they say, the oracle has said.
"""

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from ansinh.base.months import Month
from ansinh.law.explanation import Decided
from ansinh.law.facts import PersonFacts
from ansinh.law.moments import Asks, Moment, Paid, asks, carried, moments, same_law
from ansinh.law.narrowing import narrowed, spoken
from ansinh.law.oracle import Instant, MonthResult, Standing, evaluate
from ansinh.law.package import LawBook, LawPackage, MonthLaw


@dataclass(frozen=True)
class Inquiry:
    """One person before the whole law: the facts, the day of asking, the register's decisions, the language."""

    law: LawBook | LawPackage
    facts: PersonFacts
    known_on: datetime.date
    decided: Decided | None = None
    language: str = "vi"
    # Benefits of which nothing is told unless they are in payment: a register must not say who might be due them.
    silent: frozenset[str] = frozenset()
    # What was found once for this person and is asked for again: answers by month, days by domain and ages.
    _answers: dict[tuple[Month, frozenset[str]], "Answer"] = field(default_factory=dict, repr=False, compare=False)
    _laws: dict[tuple[str, Month], MonthLaw] = field(default_factory=dict, repr=False, compare=False)
    _days: dict[tuple[str, Asks], tuple[Moment, ...]] = field(default_factory=dict, repr=False, compare=False)

    def say(self, vi: str, en: str) -> str:
        """Return the phrase in the language of the answer."""
        return en if self.language == "en" else vi

    @cached_property
    def packages(self) -> tuple[LawPackage, ...]:
        """Return what of each domain could concern this person, also if facts that may be otherwise were so."""
        may_change = frozenset(name for name, kind in self.law.facts.items() if kind.if_changed is not None)
        parts = [narrowed(one, spoken(one, self.facts, also=may_change)) for one in self.law.packages]
        # What is given in kind turns no sum; it stays only where a later domain asks about it.
        asked = {outcome.domain for part in parts for n in part.questions if (outcome := part.facts[n].outcome)}
        return tuple(
            part
            for part in parts
            if part is parts[0]
            or (part.rules and (part.name in asked or any(benefit.unit is None for benefit in part.benefits)))
        )

    def now(self, month: Month, also: frozenset[str] = frozenset()) -> "Answer":
        """Return what the person is due for the month by the facts as they are; `also` are taken as decided too."""
        if (month, also) not in self._answers:
            self._answers[month, also] = answer(self, self.facts, month, also)
        return self._answers[month, also]

    def month_law(self, package: LawPackage, month: Month) -> MonthLaw:
        """Return the domain's law of the month as known on the day of asking."""
        if (package.name, month) not in self._laws:
            self._laws[package.name, month] = package.month_law(month, self.known_on)
        return self._laws[package.name, month]

    def days(self, package: LawPackage, law: MonthLaw, first: datetime.date, last: datetime.date) -> list[Moment]:
        """Return what may change the domain's answer from one day to another, both included, by day."""
        key = (package.name, asks(law))
        if key not in self._days:
            self._days[key] = moments(package, law, self.facts)
        return [moment for moment in self._days[key] if first <= moment.day <= last]

    def decided_in(self, month: Month, also: frozenset[str] = frozenset()) -> frozenset[str] | None:
        """Return the benefits with a decision in the month; None where decisions are not asked for."""
        found = None if self.decided is None else self.decided(month)
        return None if found is None else found | also


@dataclass(frozen=True)
class Answer:
    """The results of every domain for one month, by the domain's name, with the facts that were asked."""

    asked: Inquiry
    facts: PersonFacts
    month: Month
    parts: Mapping[str, tuple[LawPackage, MonthResult]]

    @cached_property
    def due(self) -> dict[str, int]:
        """Return đồng by benefit code, of all domains; what is given in kind is no money."""
        return {
            code: amount
            for package, result in self.parts.values()
            for code, amount in result.due.items()
            if package.benefit(code).unit is None
        }

    @cached_property
    def monthly(self) -> tuple[str, ...]:
        """Return the benefits paid in money month by month, in the law's order."""
        return tuple(
            benefit.code
            for package, _ in self.parts.values()
            for benefit in package.benefits
            if benefit.schedule == "monthly" and benefit.unit is None
        )

    @cached_property
    def unknown(self) -> frozenset[str]:
        """Return the benefits that wait for a fact."""
        return frozenset(code for _, result in self.parts.values() for code in result.unknown)

    @cached_property
    def undecided(self) -> frozenset[str]:
        """Return the benefits whose conditions hold without a decision, of those that may be told."""
        return frozenset(code for _, result in self.parts.values() for code in result.undecided) - self.asked.silent

    @cached_property
    def open_to(self) -> frozenset[str]:
        """Return the benefits that a change would begin with a decision of its own: neither waiting for one, nor silent."""
        return frozenset(self.monthly) - self.undecided - self.asked.silent

    @property
    def total_dong(self) -> int:
        """Return the sum of what is due."""
        return sum(self.due.values())

    @cached_property
    def _places(self) -> dict[str, str]:
        return {code: name for name, (_, result) in self.parts.items() for code in result.standings}

    def part(self, code: str) -> tuple[LawPackage, MonthResult]:
        """Return the domain of the benefit and its result."""
        return self.parts[self._places[code]]

    def is_known(self, code: str) -> bool:
        """Return whether the benefit's domain had law in the month."""
        return code in self._places

    def standing(self, code: str) -> Standing:
        """Return how the benefit stands."""
        return self.part(code)[1].standings[code]

    def rule_key(self, code: str) -> tuple[object, ...]:
        """Return what a reader would call the ground of the payment: rule version, level, base, how many times."""
        priced, units = self.standing(code).rule, self.part(code)[1].units[code]
        assert priced is not None
        return id(priced.rule), id(priced.base), priced.level.coefficient, units

    def instants(self) -> Iterator[tuple[MonthLaw, Instant]]:
        """Yield each domain's law with the person on the day on which the month is judged."""
        day = self.facts.last_day_of(self.month)
        for package, result in self.parts.values():
            yield result.law, Instant(package, result.law, self.facts, day, None, result.outcomes)


def answer(
    asked: Inquiry,
    facts: PersonFacts,
    month: Month,
    also: frozenset[str] = frozenset(),
    base: Answer | None = None,
    touched: frozenset[str] | None = None,
) -> Answer:
    """Return what the person would be due with these facts; `also` are benefits taken as decided too.

    Of `base`, an answer for the same month and decisions, the domains are kept that no touched fact reaches.
    """
    granted = asked.decided_in(month, also)
    parts: dict[str, tuple[LawPackage, MonthResult]] = {}
    for place, package in enumerate(asked.packages):
        if month < package.first_month and place:
            continue
        kept = None if base is None or touched is None else base.parts.get(package.name)
        if kept is not None and touched is not None and not _reaches(touched, package):
            parts[package.name] = kept
        else:
            before = {name: result for name, (_, result) in parts.items()}
            parts[package.name] = package, evaluate(package, facts, month, asked.known_on, granted, before)
    return Answer(asked, facts, month, parts)


def _reaches(touched: frozenset[str], package: LawPackage) -> bool:
    """Return whether a change of these facts may change what the domain gives, itself or through an earlier one."""
    if touched & (package.questions | package.child_questions):
        return True
    outcomes = [package.facts[name].outcome for name in package.questions]
    asked = {outcome.domain for outcome in outcomes if outcome is not None}
    return any(_reaches(touched, earlier) for earlier in package.earlier if earlier.name in asked)


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
        granted = also if found else frozenset()
        one = answer(asked, carried(asked.facts, paid), month, granted) if paid else asked.now(month, granted)
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
    since, end, before = month.plus(-2).last_day + datetime.timedelta(days=1), month.last_day, month.plus(-1)
    # What is paid ahead is read back from the next month on, and for two months a change of it may still work.
    if paid and paid[-1][0].first_day >= since:
        return True
    for place, package in enumerate(asked.packages):
        if month < package.first_month and place:
            continue
        if before < package.first_month:
            return True
        old, new = (asked.month_law(package, one) for one in (before, month))
        if not same_law(old, new) or asked.days(package, new, since, end):
            return True
    return asked.decided_in(month) != asked.decided_in(before)
