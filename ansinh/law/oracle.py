"""The oracle: the same tree as the SQL, evaluated in plain Python for one person and one month.

A benefit counts as it stands at the end of the month or, if the person died in it, on the day of death (a change counts
from its month); where the condition has ended, as it stood at the end of the month before (an end counts from the month
after). What hangs on an unknown fact is neither paid nor denied.
"""

import datetime
import operator
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from ansinh.base.months import Month
from ansinh.law.ages import age_bounds
from ansinh.law.facts import ChildFacts, PersonFacts, Timeline
from ansinh.law.package import LawPackage, MonthLaw, PricedRule
from ansinh.law.tree import (
    Age,
    Amount,
    And,
    Born,
    CountChildren,
    Expression,
    Is,
    Not,
    OneOf,
    Or,
    Unknown,
    WasReceiving,
)
from ansinh.law.words import FactKind

# Written for reading, not for speed, and sharing with the compiler only the tree and the birth-date cutoffs: an error
# in the evaluation of one of them then shows as a difference instead of being made twice.
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


@dataclass(frozen=True)
class Instant:
    """A person on one day of one month's law: what the tree asks, this answers."""

    package: LawPackage
    law: MonthLaw
    facts: PersonFacts
    day: datetime.date
    child: ChildFacts | None = None

    @property
    def birth_date(self) -> datetime.date | None:
        """Return the birth date of whoever is asked about: the person, or the child."""
        return self.facts.birth_date if self.child is None else self.child.birth_date

    def value(self, name: str) -> Any:
        """Return the fact's value on the day; None means unknown."""
        if self.child is not None:
            kind = self.package.child_facts[name]
            # A child has no payments of its own: whether it was counted is read from the parent's, at the child's
            # birthdays.
            if kind.history_of is not None:
                return self._counted(kind.history_of)
            return _at(self.child.values.get(name), kind, self.day)
        return _at(self.facts.values.get(name), self.package.facts[name], self.day)

    def _counted(self, history: str) -> bool | None:
        benefit, _, age = history.partition(" at ")
        if age:
            return self.facts.received_at_age(benefit, self.birth_date, int(age))
        return self.facts.received_around(benefit, self.law.month)

    def children(self) -> Iterator["Instant"]:
        """Yield the same day seen from each child; an unknown list is one child of whom nothing is known."""
        # One child of whom nothing is known is enough to leave “at least one” open, which is all that a law asks so
        # far. A rule that asks for two would need two of them here and in the rows of `relations`, or it would deny
        # instead of doubting.
        nobody_knows = ChildFacts(None, dict.fromkeys(self.package.child_facts, _UNKNOWN_FACT))
        for child in (nobody_knows,) if self.facts.children is None else self.facts.children:
            yield Instant(self.package, self.law, self.facts, self.day, child)


_UNKNOWN_FACT = Timeline((), None)


def _at(timeline: Timeline | None, kind: FactKind, day: datetime.date) -> Any:
    # A fact that nobody stated means no; one with periods answers for itself, also outside them.
    return kind.missing if timeline is None else timeline.at(day)


def truth(expression: Expression, instant: Instant) -> bool | None:
    """Return true, false, or None for unknown, by Kleene's rules."""
    # No short cut on the first answer: false AND unknown is false whichever comes first, exactly as SQL decides it.
    if isinstance(expression, And):
        answers = [truth(part, instant) for part in expression.parts]
        return False if False in answers else None if None in answers else True
    if isinstance(expression, Or):
        answers = [truth(part, instant) for part in expression.parts]
        return True if True in answers else None if None in answers else False
    if isinstance(expression, Not):
        answer = truth(expression.part, instant)
        return None if answer is None else not answer
    # Between “certainly enough” and “certainly too few” lies what needs verification.
    if isinstance(expression, CountChildren):
        certain, possible = count_children(expression, instant)
        return True if certain >= expression.at_least else False if certain + possible < expression.at_least else None
    return _atom(expression, instant)


def _atom(atom: Expression, instant: Instant) -> bool | None:
    if isinstance(atom, WasReceiving):
        if atom.at_age is None:
            return instant.facts.received_around(atom.benefit, instant.law.month)
        return instant.facts.received_at_age(atom.benefit, instant.facts.birth_date, atom.at_age)
    if isinstance(atom, Age | Born):
        return _born(atom, instant.birth_date, instant.day)
    if isinstance(atom, Unknown):
        return instant.value(atom.fact) is None
    assert isinstance(atom, Is | OneOf | Amount)
    value = instant.value(atom.fact)
    if value is None:
        return None
    if isinstance(atom, OneOf):
        return value in atom.members
    if isinstance(atom, Amount):
        number = atom.number.value if atom.number.parameter is None else instant.law.numbers[atom.number.parameter]
        return _COMPARE[atom.operator](value, number)
    return bool(value)


def _born(atom: Age | Born, birth_date: datetime.date | None, day: datetime.date) -> bool | None:
    if birth_date is None:
        return None
    if isinstance(atom, Born):
        return _COMPARE[atom.operator](birth_date, atom.day)
    if atom.operator == "!=":
        return not _born(Age(atom.unit, "=", atom.number), birth_date, day)
    return all(_COMPARE[sign](birth_date, cutoff) for sign, cutoff in age_bounds(atom, day))


def count_children(expression: CountChildren, instant: Instant) -> tuple[int, int]:
    """Return how many children certainly fulfil the condition, and how many more possibly do."""
    answers = [_child_truth(expression.condition, child) for child in instant.children()]
    return answers.count(True), answers.count(None)


# A register may already hold a child that is born later in the year; on earlier days there is nobody to count.
def _child_truth(condition: Expression, child: Instant) -> bool | None:
    born = child.birth_date is None or child.birth_date <= child.day
    return truth(condition, child) if born else False


@dataclass(frozen=True)
class Standing:
    """How a benefit stands at one instant: the level that holds, for how many children, whether something is unknown."""

    rule: PricedRule | None
    count: int
    unknown: bool
    day: datetime.date

    @property
    def amount_dong(self) -> int:
        """Return the amount of the level that holds."""
        return 0 if self.rule is None else self.rule.amount_dong * self.count


def _alive(instant: Instant) -> bool | None:
    facts = instant.facts
    if facts.birth_date is not None and facts.birth_date > instant.day:
        return False
    # A death whose day nobody knows may have been yesterday or years ago.
    if facts.death_unknown:
        return None
    # Whoever dies in the month is due the whole month, hence stands at both instants; whoever died before it at none.
    return facts.death_date is None or facts.death_date > instant.law.previous


def stand(rules: tuple[PricedRule, ...], instant: Instant) -> Standing:
    """Return how a benefit stands on the day: the first level that holds; any higher one left unknown is noted."""
    alive = _alive(instant)
    if alive is False:
        return Standing(None, 0, False, instant.day)
    # From the highest level down: a higher one left unknown may still turn out to be due, so the lower one that holds
    # is marked as in doubt. A lower one left unknown below it changes nothing and is not even asked.
    unknown = False
    for rule in rules:
        answer = truth(rule.condition, instant)
        if answer is None:
            unknown = True
        elif answer:
            certain, possible = _counted(rule, instant)
            # Entitled if alive, and nobody knows whether alive: that is a question, not a payment.
            if alive is None:
                return Standing(None, 0, True, instant.day)
            return Standing(rule, certain, unknown or possible > 0, instant.day)
    return Standing(None, 0, unknown, instant.day)


def _counted(rule: PricedRule, instant: Instant) -> tuple[int, int]:
    if not rule.rule.per_child:
        return 1, 0
    return count_children(children_counted(rule), instant)


def children_counted(rule: PricedRule) -> CountChildren:
    """Return the one count of children in a per-child rule; the loader made sure there is exactly one."""
    stack: list[Expression] = [rule.rule.condition]
    while stack:
        part = stack.pop()
        if isinstance(part, CountChildren):
            return part
        if isinstance(part, And | Or):
            stack += part.parts
        elif isinstance(part, Not):
            stack.append(part.part)
    raise AssertionError(rule.rule.where)


def month_standing(rules: tuple[PricedRule, ...], package: LawPackage, law: MonthLaw, facts: PersonFacts) -> Standing:
    """Return how a benefit stands for the month: at its end, or, when ended, at the end of the month before.

    The end of somebody's month is the day of death, if that lies in it.
    """
    at_end = stand(rules, Instant(package, law, facts, facts.last_day_of(law.month)))
    # NĐ 335/2026, Điều 8 khoản 4: a change counts from its month, an end from the month after. So the end of the month
    # decides, and only where nothing holds or is doubtful there does the end of the month before keep the last month
    # paid.
    if at_end.rule is not None or at_end.unknown:
        return at_end
    return stand(rules, Instant(package, law, facts, law.previous))


@dataclass(frozen=True)
class MonthResult:
    """What one person is due for one month, and what could not be said."""

    law: MonthLaw
    standings: dict[str, Standing]
    # Benefit codes paid, after combination: normally one, two when K4 is added.
    paid: tuple[str, ...]
    unknown: frozenset[str]
    # Entitled by the conditions, but without a decision in force that month.
    undecided: frozenset[str]
    # Nobody knows since when the decision runs.
    decision_unknown: bool

    @property
    def due(self) -> dict[str, int]:
        """Return đồng by benefit code."""
        return {code: self.standings[code].amount_dong for code in self.paid}


def combine(law: MonthLaw, standings: dict[str, Standing]) -> tuple[str, ...]:
    """Return the benefits paid together: the highest one, or the highest pair that the law adds up.

    A tie goes to the benefit named first in the law; a pair must be strictly higher to win.
    """
    amounts = {code: standings[code].amount_dong for code in law.combination.highest_of}
    best = max(amounts, key=amounts.__getitem__, default=None)
    if best is None or amounts[best] == 0:
        return ()
    for extra, partners in law.combination.added:
        main = max(partners, key=amounts.__getitem__)
        # The pair is one answer of the law, not two benefits: it wins or loses as a sum.
        if amounts[extra] and amounts[main] and amounts[main] + amounts[extra] > amounts[best]:
            return main, extra
    return (best,)


def decided_benefits(package: LawPackage, facts: PersonFacts, month: Month) -> frozenset[str] | None:
    """Return the benefits with a decision in force by the person's own facts; None means no restriction."""
    # `None` is “the facts name no decision”, which restricts nothing; `False` is “signed, nobody knows when”, handled
    # by the caller.
    signed = facts.decision.at(month.last_day)
    if signed is None or signed is False or Month.of(signed) <= month:
        return None
    return frozenset()


def evaluate(
    package: LawPackage,
    facts: PersonFacts,
    month: Month,
    known_on: datetime.date,
    granted: frozenset[str] | None = None,
) -> MonthResult:
    """Return what the person is due for the month, by the law known on the day.

    `granted` restricts to benefits with a decision in force that month (None: no restriction).

    Raises:
        Refused: `law_not_encoded` for a month before the law held here begins.
    """
    law = package.month_law(month, known_on)
    standings = {code: month_standing(rules, package, law, facts) for code, rules in law.by_benefit.items()}
    decided = decided_benefits(package, facts, month)
    # Both restrictions hold: the register's decisions and the date in the person's own facts.
    allowed = decided if granted is None else granted if decided is None else granted & decided
    undecided = (
        frozenset() if allowed is None else frozenset(c for c, s in standings.items() if s.rule and c not in allowed)
    )
    # A benefit without a decision is not combined: it would otherwise push out a lower one that is really in payment.
    decision_unknown = facts.decision.at(month.last_day) is False
    standing_allowed = {
        code: standing if allowed is None or code in allowed else Standing(None, 0, False, standing.day)
        for code, standing in standings.items()
    }
    unknown = frozenset(code for code, standing in standing_allowed.items() if standing.unknown)
    if decision_unknown:
        unknown |= {code for code, standing in standing_allowed.items() if standing.rule}
        return MonthResult(law, standings, (), unknown, undecided, True)
    return MonthResult(law, standings, combine(law, standing_allowed), unknown, undecided, False)
