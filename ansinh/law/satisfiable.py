"""Can these conditions be true of one person together? A complete search over the closed language, with a witness.

Every fact has a handful of values that the conditions can tell apart: yes and no, the members of a list, the numbers
beside each threshold, the birth dates beside each cutoff. The search narrows them until every condition is decided; what
it finds is a person in the form of FACTS.json, and what it does not find does not exist.
"""

import datetime
import itertools
import operator
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ansinh.law.ages import age_bounds, anniversary
from ansinh.law.facts import LARGEST_COUNT, LARGEST_DONG
from ansinh.law.package import LawPackage, MonthLaw
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
    atoms,
)
from ansinh.law.witness import BIRTH, DEATH, Key, Witness, witness_of
from ansinh.law.words import NEVER, FactKind

# A condition and whether it must hold or must not.
Goal = tuple[Expression, bool]

_EARLIEST_BIRTH = datetime.date(1890, 1, 1)
_DAY = datetime.timedelta(days=1)
# Beyond this age the earliest birth date of the register could come between, and the day of the month would matter.
_USUAL_AGE_MONTHS = 100 * 12
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


# ── what each kind of leaf asks, all in one place ────────────────────────────────────────────────────────────────────


def _key(atom: Expression, kinds: dict[str, FactKind]) -> Key:
    """Return what the leaf hangs on."""
    if isinstance(atom, CountChildren):
        return atom
    if isinstance(atom, Age | Born):
        return BIRTH
    if isinstance(atom, WasReceiving):
        return ("received", atom.benefit, "" if atom.at_age is None else atom.at_age)
    assert isinstance(atom, Is | OneOf | Amount | Unknown | InMonth | Happened | Dated), atom
    history = kinds[atom.fact].history_of
    if history is None:
        return ("fact", atom.fact, "")
    # A child has no payments of its own: whether it was counted is read from the parent's history.
    benefit, _, age = history.partition(" at ")
    return ("received", benefit, int(age) if age else "")


def _cuts(atom: Expression, law: MonthLaw, day: datetime.date) -> Iterator[Any]:
    """Yield the values around which the leaf changes its answer; a listed fact has all its members anyway."""
    if isinstance(atom, Amount):
        number = _number(atom, law)
        yield from (number - 1, number, number + 1)
    elif isinstance(atom, Born | Dated):
        yield from (atom.day - _DAY, atom.day, atom.day + _DAY)
    elif isinstance(atom, InMonth | Happened):
        first = law.month.first_day
        yield from (first - _DAY, first, day, day + _DAY)
    elif isinstance(atom, Age):
        yield from (point for _, cutoff in _bounds(atom, day) for point in (cutoff, cutoff + _DAY))


def _holds(atom: Expression, value: Any, law: MonthLaw, day: datetime.date) -> bool | None:
    """Return what the leaf says of one value; None when the value is unknown."""
    if isinstance(atom, Unknown):
        return value is None
    # Looked at on the eve of the month, nothing has yet happened in it.
    if isinstance(atom, InMonth) and day < law.month.first_day:
        return False
    if value is None:
        return None
    if isinstance(atom, OneOf):
        return value in atom.members
    if isinstance(atom, Amount):
        return _COMPARE[atom.operator](value, _number(atom, law))
    if isinstance(atom, InMonth):
        return law.month.first_day <= value <= day
    if isinstance(atom, Happened):
        return value <= day
    if isinstance(atom, Born | Dated):
        return value != NEVER and _COMPARE[atom.operator](value, atom.day)
    if isinstance(atom, Age):
        return all(_COMPARE[sign](value, cutoff) for sign, cutoff in _bounds(atom, day)) != (atom.operator == "!=")
    assert isinstance(atom, Is | WasReceiving | CountChildren), atom
    return bool(value)


def _is_day_free(atom: Expression, package: LawPackage, is_child: bool = False) -> bool:
    """Return whether the leaf can hold at the end of any month whenever it can hold on some day of some month."""
    # Ages alone move with the day. A fixed date, or the eve of a birthday beside the month's own payments, does not.
    if isinstance(atom, Age):
        return (atom.number + 1) * (12 if atom.unit == "years" else 1) <= _USUAL_AGE_MONTHS
    if isinstance(atom, CountChildren):
        return all(_is_day_free(part, package, is_child=True) for part in atoms(atom.condition))
    if isinstance(atom, Born | Dated):
        return False
    key = _key(atom, package.child_facts if is_child else package.facts)
    return not isinstance(key, tuple) or key[0] != "received" or key[2] == ""


def _number(atom: Amount, law: MonthLaw) -> int:
    return law.numbers[atom.number.parameter] if atom.number.parameter is not None else atom.number.value or 0


def _bounds(atom: Age, day: datetime.date) -> list[tuple[Any, datetime.date]]:
    # `!=` has no bounds of its own: it is the opposite of `=`.
    return age_bounds(Age(atom.unit, "=", atom.number) if atom.operator == "!=" else atom, day)


# ── the search: conditions over variables that each keep a set of values still possible ──────────────────────────────


@dataclass(frozen=True, slots=True)
class _Literal:
    """The variable has one of the values in the mask, bit by bit."""

    variable: int
    mask: int


@dataclass(frozen=True, slots=True)
class _Joined:
    """All of the parts hold, or any of them."""

    is_all: bool
    parts: tuple["_Literal | _Joined", ...]


_Formula = _Literal | _Joined


def _simplified(formula: _Formula, store: Sequence[int]) -> _Formula | bool:
    """Return the formula as the values still possible leave it; true or false when they decide it."""
    if isinstance(formula, _Literal):
        live = store[formula.variable] & formula.mask
        return False if not live else True if live == store[formula.variable] else formula
    open_parts: list[_Formula] = []
    for part in formula.parts:
        answer = _simplified(part, store)
        if isinstance(answer, bool):
            if answer is not formula.is_all:
                return answer
        else:
            open_parts.append(answer)
    if not open_parts:
        return formula.is_all
    return open_parts[0] if len(open_parts) == 1 else _Joined(formula.is_all, tuple(open_parts))


def _search(pending: list[_Formula], store: list[int]) -> Iterator[list[int]]:
    """Yield every way to narrow the values so that all formulas hold; each way leaves free what does not matter."""
    # What must hold anyway is applied first, as long as it teaches anything: most questions end here.
    learned = True
    while learned:
        learned, rest = False, []
        while pending:
            answer = _simplified(pending.pop(), store)
            if answer is False:
                return
            if isinstance(answer, _Literal):
                store[answer.variable] &= answer.mask
                learned = True
            elif isinstance(answer, _Joined) and answer.is_all:
                pending += answer.parts
            elif isinstance(answer, _Joined):
                rest.append(answer)
        pending = rest
    if not pending:
        yield store
        return
    # Then one leaf of the narrowest choice is tried both ways. Every step takes values away, so the search ends.
    leaf: _Formula = min((choice for choice in pending if isinstance(choice, _Joined)), key=lambda c: len(c.parts))
    while isinstance(leaf, _Joined):
        leaf = leaf.parts[0]
    for mask in (leaf.mask, ~leaf.mask):
        narrowed = list(store)
        narrowed[leaf.variable] &= mask
        yield from _search(list(pending), narrowed)


# ── one person, or one child, on one day ─────────────────────────────────────────────────────────────────────────────


class _Space:
    """Everything that conditions can tell apart about one person (or one child of theirs) on one day of one month."""

    def __init__(
        self,
        package: LawPackage,
        law: MonthLaw,
        day: datetime.date,
        expressions: Iterable[Expression],
        is_child: bool = False,
    ) -> None:
        self.package, self.law, self.day, self.is_child = package, law, day, is_child
        self.kinds = package.child_facts if is_child else package.facts
        self.expressions = list(expressions)
        leaves = {id(atom): atom for expression in self.expressions for atom in atoms(expression)}.values()
        self.counts = list(dict.fromkeys(atom for atom in leaves if isinstance(atom, CountChildren)))
        conditions = [count.condition for count in self.counts]
        self.child = _Space(package, law, day, conditions, is_child=True) if conditions else None
        self.values: list[list[Any]] = []
        self.index: dict[Key, int] = {}
        self._declare(leaves)
        # By identity, with the expression itself, which must not be forgotten while its number is in use.
        self._compiled: dict[tuple[int, bool], tuple[Expression, _Formula]] = {}
        self.axioms = [*self._eves_in_the_month(), *self._unknown_together(), *self._one_entry_of_merit()]

    def _declare(self, leaves: Iterable[Expression]) -> None:
        cuts: dict[Key, set[Any]] = {BIRTH: set()}
        doubted = self.child is not None and self.child.history_may_be_unknown
        for atom in leaves:
            key = _key(atom, self.kinds)
            cuts.setdefault(key, set()).update(_cuts(atom, self.law, self.day))
            if isinstance(atom, Unknown) and key[:1] == ("received",):  # type: ignore[index]
                doubted = True
        # What children were counted for is the parent's own history, and one answer for all of them.
        for key in () if self.child is None else self.child.histories():
            if key[2] == "":
                cuts.setdefault(key, set())
        for _, benefit, age in [key for key in cuts if isinstance(key, tuple) and key[0] == "received"]:
            if age != "":
                cuts[BIRTH].update(self._eve_cuts(age))
                cuts.setdefault(("received", benefit, ""), set())
        for key, points in cuts.items():
            self.index[key] = len(self.values)
            self.values.append(self._domain(key, points, doubted))
        self.history_may_be_unknown = doubted

    def histories(self) -> list[tuple[str, str, Any]]:
        """Return the variables about what was in payment."""
        return [key for key in self.index if isinstance(key, tuple) and key[0] == "received"]

    def _domain(self, key: Key, points: set[Any], doubted: bool) -> list[Any]:
        if isinstance(key, CountChildren):
            return [False, True]
        if key == BIRTH:
            # Nobody is asked about before birth; the most ordinary age comes first, so that a witness looks like a person.
            usual = self.day - datetime.timedelta(days=(8 if self.is_child else 40) * 365)
            born = {
                point for point in points | {self.day, usual, _EARLIEST_BIRTH} if _EARLIEST_BIRTH <= point <= self.day
            }
            return sorted(born, key=lambda point: (abs(point - usual), point))
        if key[0] == "received":
            return [False, True, None] if doubted else [False, True]
        return self._fact_domain(key, self.kinds[key[1]], points)

    def _fact_domain(self, key: Key, kind: FactKind, points: set[Any]) -> list[Any]:
        if kind.type == "bool":
            return [False, True, None]
        if kind.type == "enum":
            return [*dict.fromkeys((kind.missing, *kind.members)), None]
        if kind.type == "date":
            return self._days(points) if key == DEATH else [NEVER, *sorted(points), None]
        assert kind.type in {"dong", "count"}, kind
        percent = kind.merit is not None and kind.merit.field == "wound_percent"
        largest = 100 if percent else LARGEST_COUNT if kind.type == "count" else LARGEST_DONG
        return [*sorted(point for point in points | {0} if 0 <= point <= largest), None]

    def _days(self, points: set[Any]) -> list[Any]:
        """Return the days of death with which somebody is judged on this day; whoever died before the month is not."""
        if self.day not in (self.law.previous, self.law.end):
            return [self.day]
        first = self.day if self.day == self.law.end else self.law.month.first_day
        return [NEVER, *sorted(point for point in points | {first} if point >= first)]

    def _eve_cuts(self, age: int) -> Iterator[datetime.date]:
        # Births for which the eve of that birthday lies in the days that count as “in payment around the month”.
        for first in (self.law.month.first_day, self.law.end + _DAY):
            born = anniversary(first, -age)
            yield from (born - _DAY, born, born + _DAY)

    def literal(self, key: Key, holds: Callable[[Any], bool]) -> _Literal:
        """Return that the variable has one of the values of which `holds` is true."""
        variable = self.index[key]
        return _Literal(variable, sum(1 << bit for bit, value in enumerate(self.values[variable]) if holds(value)))

    def _eves_in_the_month(self) -> Iterator[_Formula]:
        """Yield that a payment on the eve of a birthday inside the month is a payment around the month."""
        first, last = self.law.previous, self.law.end
        for key in self.histories():
            if key[2] == "":
                continue
            around = ("received", key[1], "")
            elsewhere = self.literal(BIRTH, lambda born, age=key[2]: not first <= anniversary(born, age) - _DAY <= last)
            # A stretch nobody knows makes the whole month unknown, whatever else was paid in it.
            for value, allowed in ((True, (True, None)), (None, (None,))):
                other = self.literal(key, lambda found, value=value: found is not value)
                around_too = self.literal(around, lambda found, allowed=allowed: found in allowed)
                yield _Joined(False, (other, elsewhere, around_too))

    def _unknown_together(self) -> Iterator[_Formula]:
        """Yield that a stretch of history nobody knows is unknown for every benefit."""
        for one, other in itertools.permutations(self.histories() if self.history_may_be_unknown else (), 2):
            if one[2] == other[2]:
                known = self.literal(one, lambda found: found is not None)
                yield _Joined(False, (known, self.literal(other, lambda found: found is None)))

    def _one_entry_of_merit(self) -> Iterator[_Formula]:
        """Yield what follows from several facts being read from the same entries of the list of merit."""
        merit = {
            key: self.kinds[key[1]].merit
            for key in self.index
            if isinstance(key, tuple) and key[0] == "fact" and self.kinds[key[1]].merit is not None
        }
        for (one, its), (other, others) in itertools.permutations(merit.items(), 2):
            assert its is not None and others is not None
            if its.kind != others.kind:
                continue
            missing = self.kinds[one[1]].missing  # type: ignore[index]
            # Of a kind that has no entry nothing else can be said either.
            if others.field == "count" and its.field != "count":
                nothing = self.literal(one, lambda found, missing=missing: found == missing and found is not None)
                yield _Joined(False, (nothing, self.literal(other, lambda found: found != 0)))
            # One field has one member, and is unknown for every question about it at once.
            elif its.field == others.field and its.member and others.member:
                no = self.literal(one, lambda found: found is False)
                yield _Joined(False, (no, self.literal(other, lambda found: not found)))
                known = self.literal(one, lambda found: found is not None)
                yield _Joined(False, (known, self.literal(other, lambda found: found is None)))

    def compiled(self, expression: Expression, wanted: bool) -> _Formula:
        """Return the formula that the condition is certainly true, or certainly false."""
        kept = self._compiled.get((id(expression), wanted))
        if kept is not None:
            return kept[1]
        found: _Formula
        if isinstance(expression, And | Or):
            parts = tuple(self.compiled(part, wanted) for part in expression.parts)
            found = _Joined(isinstance(expression, And) == wanted, parts)
        elif isinstance(expression, Not):
            found = self.compiled(expression.part, not wanted)
        else:
            key = _key(expression, self.kinds)
            found = self.literal(key, lambda value: _holds(expression, value, self.law, self.day) is wanted)
        self._compiled[id(expression), wanted] = (expression, found)
        return found

    def stores(self, goals: Iterable[Goal], fixed: dict[Key, Any] | None = None) -> Iterator[list[int]]:
        """Yield the ways in which the goals hold, apart from what they ask of children."""
        store = [(1 << len(values)) - 1 for values in self.values]
        for key, value in (fixed or {}).items():
            if key in self.index:
                store[self.index[key]] = self.literal(key, lambda found, value=value: found is value).mask
        if all(store):
            yield from _search([*self.axioms, *(self.compiled(*goal) for goal in goals)], store)

    def possible(self, key: Key, store: Sequence[int]) -> list[Any]:
        """Return the values still possible."""
        variable = self.index[key]
        return [value for bit, value in enumerate(self.values[variable]) if store[variable] >> bit & 1]

    def chosen(self, store: Sequence[int]) -> dict[Key, Any]:
        """Return one value for every variable."""
        return {key: self.possible(key, store)[0] for key in self.index}


# ── the children that a count asks for ───────────────────────────────────────────────────────────────────────────────

_Child = dict[Key, Any]


@dataclass(frozen=True)
class _Kind:
    """A child that can exist: the counted conditions it fulfils, those it certainly does not, and its facts."""

    fulfils: frozenset[Expression]
    spares: frozenset[Expression]
    child: _Child


def _family(space: _Space, store: Sequence[int]) -> tuple[dict[Key, Any], list[_Child]] | None:
    """Return children that make every decided count come out, with the parent's history that they share."""
    decided = {count: space.possible(count, store) for count in space.counts}
    at_least: dict[Expression, int] = {}
    at_most: dict[Expression, int] = {}
    for count, values in decided.items():
        if values == [True]:
            at_least[count.condition] = max(count.at_least, at_least.get(count.condition, 0))
        elif values == [False]:
            at_most[count.condition] = min(count.at_least - 1, at_most.get(count.condition, count.at_least))
    if not at_least or space.child is None:
        return {}, []
    shared = [key for key in space.child.histories() if key[2] == ""]
    for values in itertools.product(*(space.possible(key, store) for key in shared)):
        history = dict(zip(shared, values, strict=True))
        kinds = list(_kinds(space.child, history, frozenset(at_least), frozenset(at_most)))
        children = _gather(kinds, at_least, at_most)
        if children is not None:
            return history, children
    return None


def _kinds(
    space: _Space, history: dict[Key, Any], wanted: frozenset[Expression], limited: frozenset[Expression]
) -> Iterator[_Kind]:
    """Yield every kind of child that can exist, the most useful first: fulfilling much, counted where it must not be little."""
    for fulfils in _subsets(wanted):
        for spares in _subsets(limited - fulfils):
            goals = [*((condition, True) for condition in fulfils), *((condition, False) for condition in spares)]
            found = next(space.stores(goals, history), None) if fulfils else None
            if found is not None:
                yield _Kind(fulfils, spares, space.chosen(found))


def _subsets(conditions: frozenset[Expression]) -> list[frozenset[Expression]]:
    parts = list(conditions)
    return [frozenset(some) for size in range(len(parts), -1, -1) for some in itertools.combinations(parts, size)]


def _gather(kinds: list[_Kind], at_least: dict[Expression, int], at_most: dict[Expression, int]) -> list[_Child] | None:
    """Return children of these kinds that fulfil each condition often enough and no limited one too often."""
    open_condition = next((condition for condition, number in at_least.items() if number > 0), None)
    if open_condition is None:
        return []
    for kind in kinds:
        room = {c: number - (c not in kind.spares) for c, number in at_most.items()}
        if open_condition in kind.fulfils and min(room.values(), default=0) >= 0:
            rest = {c: number - (c in kind.fulfils) for c, number in at_least.items()}
            others = _gather(kinds, rest, room)
            if others is not None:
                return [kind.child, *others]
    return None


# ── asking ───────────────────────────────────────────────────────────────────────────────────────────────────────────


class Solver:
    """Answers questions about the conditions of one month's law: which of them can hold, or fail, of one person at once."""

    def __init__(self, package: LawPackage, law: MonthLaw, expressions: Iterable[Expression]) -> None:
        self.package, self.law = package, law
        self.expressions = list(expressions)
        self._spaces: dict[datetime.date, _Space] = {}

    def find(self, goals: Sequence[Goal]) -> Witness | None:
        """Return a person of whom all goals hold on one day of the month; None when nobody can be."""
        for day in self._days(goals):
            space = self._space(day)
            for store in space.stores(goals):
                family = _family(space, store)
                if family is not None:
                    history, children = family
                    chosen = space.chosen(store) | history
                    return witness_of(self.package, self.law, day, chosen, children)
        return None

    def _days(self, goals: Sequence[Goal]) -> Iterator[datetime.date]:
        # A month is judged at its end, at the end of the month before, or on the day of a death in it. On the eve of the
        # month nothing has happened in it, even where nobody knows the day.
        yield from (self.law.end, self.law.previous)
        if not all(is_steady(expression, self.package) for expression, _ in goals):
            inside = (self.law.end - self.law.previous).days
            yield from (self.law.end - datetime.timedelta(days=back) for back in range(1, inside))

    def _space(self, day: datetime.date) -> _Space:
        if day not in self._spaces:
            self._spaces[day] = _Space(self.package, self.law, day, self.expressions)
        return self._spaces[day]


def is_steady(expression: Expression, package: LawPackage) -> bool:
    """Return whether the condition's answer is the same in every month with the same numbers, and on every day of it."""
    return all(_is_day_free(atom, package) for atom in atoms(expression))


def possible(package: LawPackage, law: MonthLaw, expression: Expression) -> Witness | None:
    """Return a person of whom the condition holds on some day of the month; None when nobody can be."""
    return Solver(package, law, [expression]).find([(expression, True)])


def without_eves(expression: Expression, package: LawPackage, is_child: bool = False) -> Expression | bool:
    """Return the condition as it stands for people who were paid nothing on the eve of any birthday; a bool when decided.

    Whoever is found for it is a person like any other. It asks less, and mostly the same in every month.
    """
    if isinstance(expression, Not):
        part = without_eves(expression.part, package, is_child)
        return not part if isinstance(part, bool) else Not(part)
    if isinstance(expression, And | Or):
        parts = [without_eves(part, package, is_child) for part in expression.parts]
        decisive = isinstance(expression, Or)
        open_parts = tuple(part for part in parts if not isinstance(part, bool))
        if decisive in parts or not open_parts:
            return decisive if decisive in parts else not decisive
        return open_parts[0] if len(open_parts) == 1 else type(expression)(open_parts)
    if isinstance(expression, CountChildren):
        condition = without_eves(expression.condition, package, is_child=True)
        # Children of whom anything holds are still to be counted, so only “never” decides a count.
        if isinstance(condition, bool):
            return expression if condition else False
        return CountChildren(condition, expression.at_least)
    key = _key(expression, package.child_facts if is_child else package.facts)
    is_eve = isinstance(key, tuple) and key[0] == "received" and key[2] != ""
    return False if is_eve else expression
