"""The part of a domain that could concern a person at all, found by the oracle from what is not said of them.

Of a person of whom nothing but silence is known the oracle says "no" only where no statement could turn it: what it
denies then, it denies on every day and in every month. Those rules are left out, and the others answer as before.
"""

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from ansinh.law.facts import Period, PersonFacts, Timeline
from ansinh.law.oracle import Instant, truth
from ansinh.law.package import LawPackage, MonthLaw
from ansinh.law.tree import Unknown, atoms
from ansinh.law.words import RuleVersion


@dataclass(frozen=True)
class Spoken:
    """What is said of a person: facts that may have any value, and those of the list of merit that have one for good."""

    facts: frozenset[str]
    merit: frozenset[tuple[str, Any]]
    has_children: bool
    may_die: bool


def spoken(package: LawPackage, facts: PersonFacts, *, also: frozenset[str] = frozenset()) -> Spoken:
    """Return what is said of the person; `also` are facts to be taken as open, whatever is said."""
    settled, open_facts = set(), set(also)
    for name, line in facts.values.items():
        kind = package.facts.get(name)
        # One value without beginning or end stays what it is; only of merit, or every person would be a case apart.
        is_for_good = len(line.periods) == 1 and line.periods[0].start is None and line.periods[0].end is None
        if kind is not None and kind.merit is not None and is_for_good and name not in also:
            settled.add((name, line.periods[0].value))
        else:
            open_facts.add(name)
    return Spoken(
        frozenset(open_facts),
        frozenset(settled),
        facts.children is None or bool(facts.children),
        facts.death_unknown or facts.death_date is not None,
    )


class _Positive(dict[str, int]):
    """Figures of no particular month: every one of them is more than nought, which is all that silence is compared with."""

    def __missing__(self, name: str) -> int:
        return 1


@lru_cache(maxsize=512)
def narrowed(package: LawPackage, said: Spoken) -> LawPackage:
    """Return the domain with the rules alone that could hold, or be open, for somebody of whom this is said."""
    nobody = PersonFacts(
        person="",
        birth_date=None,
        death_date=None,
        death_unknown=said.may_die,
        values={name: Timeline((), None) for name in said.facts}
        | {name: Timeline((Period(value),), None) for name, value in said.merit},
        children=None if said.has_children else (),
        received=Timeline((Period(None),), None),
        decision=Timeline((), None),
    )
    month = package.first_month
    law = MonthLaw(month, month.last_day, (), (), (), _Positive())
    outcomes: dict[str, bool | None] = {n: None for n, kind in package.facts.items() if kind.outcome is not None}
    instant = Instant(package, law, nobody, month.last_day, None, outcomes)
    rules = tuple(rule for rule in package.rules if _may_hold(rule, instant, said))
    earlier = tuple(narrowed(one, said) for one in package.earlier)
    return replace(package, rules=rules, earlier=earlier, _months={})


def _may_hold(rule: RuleVersion, instant: Instant, said: Spoken) -> bool:
    # Whether something is unknown is itself no question of yes, no or unknown: it is left to the month.
    asks_unknown = any(isinstance(leaf, Unknown) and leaf.fact in said.facts for leaf in atoms(rule.condition))
    return asks_unknown or truth(rule.condition, instant) is not False
