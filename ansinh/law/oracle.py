"""The oracle: the same tree as the SQL, evaluated in plain Python for one person and one month.

A benefit counts as it stands at the end of the month or, if the person died in it, on the day of death (a change counts
from its month); where the condition has ended, as it stood at the end of the month before (an end counts from the month
after). What hangs on an unknown fact is neither paid nor denied.
"""

import datetime
import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
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
    Dated,
    Expression,
    Happened,
    InMonth,
    Is,
    Not,
    OneOf,
    Or,
    Unknown,
    WasReceiving,
)
from ansinh.law.words import NEVER, Bar, FactKind, Group, Outcome

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
# Made once: a union written where it is asked about would be made anew for each of a million questions.
_OF_BIRTH, _OF_EVENTS, _OF_FACTS = (Age, Born), (InMonth, Happened, Dated), (Is, OneOf, Amount)


@dataclass(frozen=True)
class Instant:
    """A person on one day of one month's law: what the tree asks, this answers."""

    package: LawPackage
    law: MonthLaw
    facts: PersonFacts
    day: datetime.date
    child: ChildFacts | None = None
    # What earlier domains give this person this month, by the name of the derived fact.
    outcomes: Mapping[str, bool | None] = field(default_factory=dict)

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
        if name in self.outcomes:
            return self.outcomes[name]
        return _at(self.facts.values.get(name), self.package.facts[name], self.day)

    def happened_on(self, name: str) -> datetime.date | None:
        """Return the day of an event; `NEVER` when there is none, None when nobody knows."""
        if name == "death_date":
            return None if self.facts.death_unknown else self.facts.death_date or NEVER
        return self.value(name)

    def _counted(self, history: str) -> bool | None:
        benefit, _, age = history.partition(" at ")
        if age:
            return self.facts.received_at_age(benefit, self.birth_date, int(age))
        return self.facts.received_around(benefit, self.law.month)

    def children(self) -> Iterator["Instant"]:
        """Yield the same day seen from each child; an unknown list is as many unknown children as any rule asks for."""
        # With fewer of them, here or in the rows of `relations`, a rule that asks for two would deny instead of doubting.
        nobody_knows = ChildFacts(None, dict.fromkeys(self.package.child_facts, _UNKNOWN_FACT))
        unknown = (nobody_knows,) * self.package.most_children
        for child in unknown if self.facts.children is None else self.facts.children:
            yield Instant(self.package, self.law, self.facts, self.day, child, self.outcomes)


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
    if isinstance(atom, _OF_BIRTH):
        return _born(atom, instant.birth_date, instant.day)
    if isinstance(atom, Unknown):
        return instant.value(atom.fact) is None
    if isinstance(atom, _OF_EVENTS):
        return _event(atom, instant)
    assert isinstance(atom, _OF_FACTS)
    value = instant.value(atom.fact)
    if value is None:
        return None
    if isinstance(atom, OneOf):
        return value in atom.members
    if isinstance(atom, Amount):
        number = atom.number.value if atom.number.parameter is None else instant.law.numbers[atom.number.parameter]
        return _COMPARE[atom.operator](value, number)
    return bool(value)


def _event(atom: InMonth | Happened | Dated, instant: Instant) -> bool | None:
    first = instant.law.month.first_day
    # Looked at on the eve of the month, nothing has yet happened in it, whatever its day will turn out to be.
    if isinstance(atom, InMonth) and instant.day < first:
        return False
    day = instant.happened_on(atom.fact)
    if day is None:
        return None
    if isinstance(atom, InMonth):
        return first <= day <= instant.day
    if isinstance(atom, Happened):
        return day <= instant.day
    return day != NEVER and _COMPARE[atom.operator](day, atom.day)


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


def barring(instant: Instant) -> tuple[Bar | None, bool | None]:
    """Return whether something bars every payment of the domain on the day, and the first clause that does."""
    answers = [(bar, truth(bar.when, instant)) for bar in instant.law.bars]
    for wanted in (True, None):
        for bar, answer in answers:
            if answer is wanted:
                return bar, answer
    return None, False


def payable(instant: Instant) -> bool | None:
    """Return whether anything may be paid at all on the day: the person lives, and nothing bars it."""
    alive = _alive(instant)
    _, barred = barring(instant)
    if alive is False or barred is True:
        return False
    return None if alive is None or barred is None else True


def stand(rules: tuple[PricedRule, ...], instant: Instant, alive: bool | None) -> Standing:
    """Return how a benefit stands on the day: the first level that holds; any higher one left unknown is noted.

    `alive` is what `payable` says of the instant.
    """
    if alive is False:
        return Standing(None, 0, False, instant.day)
    # From the highest level down: a higher one left unknown may still turn out to be due, so the lower one that holds
    # is marked as in doubt. A lower one left unknown below it changes nothing and is not even asked.
    unknown = False
    # What a rule asks of everybody is asked once, not once a level: a table has eighty of them.
    wholes: dict[int, bool | None] = {}
    for rule in rules:
        answer = _level_truth(rule, instant, wholes)
        if answer is None:
            unknown = True
        elif answer:
            certain, possible = _counted(rule, instant)
            # Entitled if alive (or not barred), and nobody knows whether: that is a question, not a payment.
            if alive is None:
                return Standing(None, 0, True, instant.day)
            return Standing(rule, certain, unknown or possible > 0, instant.day)
    return Standing(None, 0, unknown, instant.day)


def _level_truth(rule: PricedRule, instant: Instant, wholes: dict[int, bool | None]) -> bool | None:
    if id(rule.whole) not in wholes:
        wholes[id(rule.whole)] = truth(rule.whole, instant)
    whole = wholes[id(rule.whole)]
    if whole is False or rule.level.when is None:
        return whole
    when = truth(rule.level.when, instant)
    return False if when is False else None if when is None else whole


def _counted(rule: PricedRule, instant: Instant) -> tuple[int, int]:
    if rule.rule.per:
        # The condition has already asked for at least one, so the number is known here.
        counted = instant.value(rule.rule.per)
        return (counted if rule.rule.at_most is None else min(counted, rule.rule.at_most)), 0
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


def instants(
    package: LawPackage, law: MonthLaw, facts: PersonFacts, outcomes: Mapping[str, bool | None]
) -> tuple[Instant, Instant]:
    """Return the person at the two instants at which a month is looked at: its end, and the end of the month before."""
    end = Instant(package, law, facts, facts.last_day_of(law.month), None, outcomes)
    return end, Instant(package, law, facts, law.previous, None, outcomes)


def month_standing(
    rules: tuple[PricedRule, ...],
    end: Instant,
    previous: Instant,
    alive: tuple[bool | None, bool | None] | None = None,
) -> Standing:
    """Return how a benefit stands for the month: at its end, or, when ended, at the end of the month before.

    The end of somebody's month is the day of death, if that lies in it.
    """
    at_end_alive, before_alive = alive or (payable(end), payable(previous))
    at_end = stand(rules, end, at_end_alive)
    # NĐ 335/2026, Điều 8 khoản 4: a change counts from its month, an end from the month after. So the end of the month
    # decides, and only where nothing holds or is doubtful there does the end of the month before keep the last month
    # paid.
    if at_end.rule is not None or at_end.unknown:
        return at_end
    return stand(rules, previous, before_alive)


@dataclass(frozen=True)
class MonthResult:
    """What one person is due for one month, and what could not be said."""

    law: MonthLaw
    standings: dict[str, Standing]
    # Units paid of each benefit, after combination.
    units: dict[str, int]
    unknown: frozenset[str]
    # Entitled by the conditions, but without a decision in force that month.
    undecided: frozenset[str]
    # Nobody knows since when the decision runs.
    decision_unknown: bool
    # What earlier domains give this person this month, for whoever looks at the conditions again.
    outcomes: Mapping[str, bool | None] = field(default_factory=dict)

    @property
    def paid(self) -> tuple[str, ...]:
        """Return the benefits paid: in a group of competing ones normally one, two when a pair is added up."""
        return tuple(self.units)

    @property
    def due(self) -> dict[str, int]:
        """Return đồng by benefit code."""
        rules = {code: self.standings[code].rule for code in self.units}
        return {code: rule.amount_dong * self.units[code] for code, rule in rules.items() if rule is not None}


def combine(law: MonthLaw, standings: Mapping[str, Standing]) -> dict[str, int]:
    """Return the units paid of each benefit, group by group.

    A tie goes to the benefit named first in the law; a pair must be strictly higher to win.
    """
    units: dict[str, int] = {}
    for group in law.groups:
        if group.keep is None:
            units.update({code: standings[code].count for code in group.codes if standings[code].amount_dong})
        elif group.competes:
            units.update({code: standings[code].count for code in _highest(group, standings)})
        else:
            units.update(_highest_units(group, group.keep, standings))
    return units


def _highest(group: Group, standings: Mapping[str, Standing]) -> tuple[str, ...]:
    amounts = {code: standings[code].amount_dong for code in group.codes}
    best = max(amounts, key=amounts.__getitem__, default=None)
    if best is None or amounts[best] == 0:
        return ()
    for extra, partners in group.added:
        main = max(partners, key=amounts.__getitem__)
        # The pair is one answer of the law, not two benefits: it wins or loses as a sum.
        if amounts[extra] and amounts[main] and amounts[main] + amounts[extra] > amounts[best]:
            return main, extra
    return (best,)


def _highest_units(group: Group, keep: int, standings: Mapping[str, Standing]) -> dict[str, int]:
    # A limit on how many are paid, whichever they are: the dearest units first, ties in the order of the law.
    left = max(0, keep - sum(number for code, number in group.fewer_with if standings[code].amount_dong))
    units: dict[str, int] = {}
    holding = [code for code in group.codes if standings[code].rule is not None and standings[code].amount_dong]
    for code in sorted(holding, key=lambda code: -_unit_dong(standings[code])):
        taken = min(left, standings[code].count)
        left -= taken
        if taken:
            units[code] = taken
    return {code: units[code] for code in group.codes if code in units}


def _unit_dong(standing: Standing) -> int:
    return 0 if standing.rule is None else standing.rule.amount_dong


def decided_benefits(package: LawPackage, facts: PersonFacts, month: Month) -> frozenset[str] | None:
    """Return the benefits with a decision in force by the person's own facts; None means no restriction."""
    # `None` is “the facts name no decision”, which restricts nothing; `False` is “signed, nobody knows when”, handled
    # by the caller.
    signed = facts.decision.at(month.last_day)
    if signed is None or signed is False or Month.of(signed) <= month:
        return None
    # A sum that falls due once has its own event and its own decision: the day from which a monthly benefit runs says
    # nothing about it.
    return frozenset(benefit.code for benefit in package.benefits if benefit.schedule != "monthly")


def evaluate(
    package: LawPackage,
    facts: PersonFacts,
    month: Month,
    known_on: datetime.date,
    granted: frozenset[str] | None = None,
    before: Mapping[str, "MonthResult"] | None = None,
) -> MonthResult:
    """Return what the person is due for the month, by the law known on the day.

    `granted` restricts to benefits with a decision in force that month (None: no restriction). `before` are the results
    of earlier domains, where the caller has them already.

    Raises:
        Refused: `law_not_encoded` for a month before the law held here begins.
    """
    law = package.month_law(month, known_on)
    outcomes = outcomes_of(package, facts, month, known_on, granted, before)
    end, previous = instants(package, law, facts, outcomes)
    alive = (payable(end), payable(previous))
    standings = {code: month_standing(rules, end, previous, alive) for code, rules in law.by_benefit.items()}
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
        return MonthResult(law, standings, {}, unknown, undecided, True, outcomes)
    return MonthResult(law, standings, combine(law, standing_allowed), unknown, undecided, False, outcomes)


def outcomes_of(
    package: LawPackage,
    facts: PersonFacts,
    month: Month,
    known_on: datetime.date,
    granted: frozenset[str] | None,
    before: Mapping[str, MonthResult] | None = None,
) -> dict[str, bool | None]:
    """Return what earlier domains give this person this month, for each derived fact that the package asks about."""
    asked = {name: package.facts[name].outcome for name in package.questions}
    results: dict[str, MonthResult] = dict(before or {})
    for outcome in asked.values():
        if outcome is not None and outcome.domain not in results and outcome.what != "received":
            earlier = next(one for one in package.earlier if one.name == outcome.domain)
            results[outcome.domain] = evaluate(earlier, facts, month, known_on, granted, before)
    return {
        name: _outcome(outcome, results.get(outcome.domain), facts, month)
        for name, outcome in asked.items()
        if outcome is not None
    }


def _outcome(outcome: Outcome, result: MonthResult | None, facts: PersonFacts, month: Month) -> bool | None:
    if outcome.what == "received" or result is None:
        answers = [facts.received_around(code, month) for code in outcome.benefits]
        return True if True in answers else None if None in answers else False
    if outcome.what == "met":
        given = [code for code in outcome.benefits if result.standings[code].rule is not None]
    else:
        given = [code for code in outcome.benefits if code in result.units]
    return True if given else None if result.unknown & set(outcome.benefits) else False
