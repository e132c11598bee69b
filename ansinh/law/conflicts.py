"""Rules against each other in the law of one month: dead ones, overlapping ones, those that always give way to others.

Each distinct question is asked once, and first of people without payments on the eve of a birthday: of them the answer is
mostly the same in every month.
"""

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ansinh.base.months import Month
from ansinh.law.oracle import children_counted
from ansinh.law.package import LawPackage, MonthLaw, PricedRule
from ansinh.law.satisfiable import Goal, Solver, is_steady, without_eves
from ansinh.law.sentences import coefficient_text
from ansinh.law.tree import Amount, CountChildren, Expression, Or, atoms
from ansinh.law.witness import Witness
from ansinh.law.words import Group, RuleVersion


@dataclass(frozen=True)
class Seen:
    """Something seen in the law of some months, as known on one day."""

    kind: str
    rule: str
    clause: str
    where: str
    vi: str
    en: str
    level: str = ""
    others: tuple[str, ...] = ()
    witness: Witness | None = None
    # The rule whose condition names a day of the calendar, if it does.
    dated: RuleVersion | None = None
    months: tuple[Month, ...] = ()


def named(rule: RuleVersion) -> str:
    """Return the rule as a sentence names it: its code and its clause."""
    return f"{rule.rule} ({rule.basis_citation})"


# ── conditions: dead, overlapping, always losing ─────────────────────────────────────────────────────────────────────


def _place(priced: PricedRule) -> str:
    """Return which level of its rule this is: its number, or the row of the table."""
    if priced.rule.table is not None:
        return priced.level.base
    return str(1 + next(n for n, level in enumerate(priced.rule.levels) if level is priced.level))


# Compared by identity: a level of one version of one rule, with what it pays this month.
@dataclass(frozen=True, eq=False)
class _Step:
    """One level of a rule in one month's law, with the least and the most it can pay (None: without limit)."""

    priced: PricedRule
    place: str
    condition: "_Condition"
    before: tuple["_Condition", ...]
    least_dong: int
    most_dong: int | None

    @property
    def rule(self) -> RuleVersion:
        """Return the rule."""
        return self.priced.rule


class Questions:
    """Asks each distinct law once, and each distinct question once: most months share both."""

    def __init__(self, package: LawPackage) -> None:
        self.package = package
        self._conditions: dict[Any, _Condition] = {}
        self._answers: dict[Any, Witness | None] = {}
        self._laws: dict[Any, list[Seen]] = {}
        self._steady: dict[int, tuple[bool, Expression]] = {}

    def of(self, law: MonthLaw) -> list[Seen]:
        """Return what is found in the month's law, without its months."""
        rules = tuple((id(p.rule), _place(p), p.amount_dong) for p in law.rules)
        same = (rules, _numbers(law), tuple(id(bar) for bar in law.bars))
        # First as if the month did not matter, which is how nearly every law was noted.
        for key in (same, (law.month, *same)):
            if key in self._laws:
                return self._laws[key]
        asked = _Asked(self, law)
        found = list(asked.findings())
        self._laws[(law.month, *same) if asked.hangs_on_month else same] = found
        return found

    def condition(self, key: Any, expression: Expression) -> "_Condition":
        """Return the condition, the same object every time for the same key, so that questions can be told apart by it."""
        if key not in self._conditions:
            calm = without_eves(expression, self.package)
            self._conditions[key] = _Condition(expression, calm, _parameters(expression))
        return self._conditions[key]

    def is_steady(self, expression: Expression) -> bool:
        """Return whether the condition asks the same in every month with the same amounts."""
        kept = self._steady.get(id(expression))
        # The expression is kept beside the answer, so that its number is not given to another one.
        if kept is None:
            kept = self._steady[id(expression)] = (is_steady(expression, self.package), expression)
        return kept[0]

    def answer(self, key: Any, ask: Callable[[], Witness | None]) -> Witness | None:
        """Return the answer given before, or ask."""
        if key not in self._answers:
            self._answers[key] = ask()
        return self._answers[key]


@dataclass(frozen=True, eq=False)
class _Condition:
    """A condition, and the same for people paid nothing on the eve of a birthday: the question asked first."""

    full: Expression
    calm: Expression | bool
    # The figures with which it compares something; no other can change its answer.
    parameters: frozenset[str]


def _parameters(expression: Expression) -> frozenset[str]:
    found: frozenset[str] = frozenset()
    for atom in atoms(expression):
        if isinstance(atom, CountChildren):
            found |= _parameters(atom.condition)
        elif isinstance(atom, Amount) and atom.number.parameter is not None:
            found |= {atom.number.parameter}
    return found


_Goals = Iterable[tuple[_Condition, bool]]


class _Asked:
    """The questions put to the law of one month."""

    def __init__(self, questions: Questions, law: MonthLaw) -> None:
        self.questions, self.law = questions, law
        self.steps: list[_Step] = []
        for priced in law.rules:
            self.steps.append(self._step(priced))
        self.bars = {bar.citation: questions.condition(id(bar), bar.when) for bar in law.bars}
        self.wholes = {rule: self._whole(rule) for rule in dict.fromkeys(step.rule for step in self.steps)}
        conditions = [*(step.condition for step in self.steps), *self.wholes.values(), *self.bars.values()]
        calm = [condition.calm for condition in conditions if not isinstance(condition.calm, bool)]
        self.calm = Solver(questions.package, law, calm)
        # Whether an answer may be another one in another month with the same rules and amounts.
        self.hangs_on_month = False

    def _whole(self, rule: RuleVersion) -> _Condition:
        # Of a table only whoever stands in one of its rows is granted anything.
        rows = [step.priced for step in self.steps if step.rule is rule]
        if rule.table is None:
            return self.questions.condition(id(rule), rows[0].whole)
        key = (id(rule), tuple(_place(row) for row in rows))
        return self.questions.condition(key, Or(tuple(row.condition for row in rows)))

    def _step(self, priced: PricedRule) -> _Step:
        rule = priced.rule
        condition = self.questions.condition((id(rule), _place(priced)), priced.condition)
        before = tuple(step.condition for step in self.steps if step.rule is rule)
        least_dong, most_dong = priced.amount_dong, priced.amount_dong
        # Nobody can say how many children or years there will be, so only sure bounds are compared.
        if rule.per_child:
            least_dong, most_dong = priced.amount_dong * children_counted(priced).at_least, None
        if rule.per:
            most_dong = None if rule.at_most is None else priced.amount_dong * rule.at_most
        return _Step(priced, _place(priced), condition, before, least_dong, most_dong)

    def findings(self) -> Iterator[Seen]:
        """Yield what is found of this month's rules."""
        # A dead level neither wins nor overlaps: it is said once, and left out of what follows.
        dead = {step: seen for step in self.steps if (seen := _dead(step, self.find)) is not None}
        yield from self._noted(self.steps, dead)
        living = [step for step in self.steps if step not in dead]
        rivals = Rivals(living, self.law.groups, self.bars, self.find)
        lost = {step: seen for step in living if (seen := _shadowed(step, rivals, self.find)) is not None}
        yield from self._noted(living, lost)
        yield from self._overlaps(living)

    def _overlaps(self, steps: Sequence[_Step]) -> Iterator[Seen]:
        """Yield pairs of rules of one benefit that can both be true and pay differently; a lawyer says whether that is meant."""
        rules = list(dict.fromkeys(step.rule for step in steps))
        for one, other in itertools.combinations(rules, 2):
            if one.benefit != other.benefit or one.rule == other.rule:
                continue
            if self.find([(self.wholes[one], True), (self.wholes[other], True)]) is None:
                continue
            # Two grounds for one and the same sum are a common way of writing: nobody gets another amount by either.
            levels = itertools.product(
                (step for step in steps if step.rule is one), (step for step in steps if step.rule is other)
            )
            different = (pair for pair in levels if _paid(pair[0]) != _paid(pair[1]))
            found = (self.find([*_reached(first), *_reached(second)]) for first, second in different)
            witness = next((witness for witness in found if witness is not None), None)
            if witness is not None:
                yield _overlap(one, other, witness)

    def _noted(self, steps: Sequence[_Step], found: dict[_Step, Seen]) -> Iterator[Seen]:
        for seen in _whole_rules(steps, found):
            rule = next(step.rule for step in steps if step.rule.rule == seen.rule)
            about = [s.condition.full for s in self.steps if s.rule is rule or s.rule.rule in seen.others]
            is_steady = all(self.questions.is_steady(expression) for expression in about)
            yield seen if is_steady else replace(seen, dated=rule)

    def find(self, goals: _Goals) -> Witness | None:
        """Return a person of whom all goals hold; None when nobody can be."""
        asked = list(goals)
        names = sorted(frozenset().union(*(condition.parameters for condition, _ in asked)))
        numbers = tuple((name, self.law.numbers[name]) for name in names)
        about = (frozenset((id(condition), wanted) for condition, wanted in asked), numbers)
        calm = [(c.calm, wanted) for c, wanted in asked if not isinstance(c.calm, bool)]
        is_possible = all(c.calm is wanted for c, wanted in asked if isinstance(c.calm, bool))
        is_steady = all(self.questions.is_steady(expression) for expression, _ in calm)
        # Nearly everybody is found among people without payments on an eve, and then for all months at once.
        if is_possible and is_steady:
            witness = self.questions.answer(about, lambda: self.calm.find(calm))
            if witness is not None or all(c.full is c.calm for c, _ in asked):
                return witness
        # Whoever is refused by the goals that are the same in every month is refused by all of them.
        steady = [(c.full, wanted) for c, wanted in asked if self.questions.is_steady(c.full)]
        found = self._full((frozenset((id(e), wanted) for e, wanted in steady), numbers), steady, moves=False)
        if found is None or len(steady) == len(asked):
            return found
        self.hangs_on_month = True
        return self._full(about, [(condition.full, wanted) for condition, wanted in asked], moves=True)

    def _full(self, about: Any, goals: list[Goal], moves: bool) -> Witness | None:
        def ask() -> Witness | None:
            return Solver(self.questions.package, self.law, [expression for expression, _ in goals]).find(goals)

        return self.questions.answer(("full", about, self.law.month if moves else None), ask)


_Find = Callable[[_Goals], Witness | None]


def _numbers(law: MonthLaw) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(law.numbers.items()))


def _reached(step: _Step) -> list[tuple[_Condition, bool]]:
    """Return the goals that the level is the one of its rule: it holds, and none before it does."""
    return [(step.condition, True), *((condition, False) for condition in step.before)]


def _level_seen(kind: str, step: _Step, vi: str, en: str, **more: Any) -> Seen:
    level, rule = step.priced.level, step.rule
    coefficient = coefficient_text(level.coefficient)
    which = (f"dòng {step.place}", f"row {step.place}") if rule.table else (coefficient.replace(".", ","), coefficient)
    return Seen(
        kind, rule.rule, rule.basis_citation, rule.where,
        f"mức {which[0]} “{level.who.vi}” của quy định {named(rule)} {vi}",
        f"the level {which[1]} “{level.who.en}” of the rule {named(rule)} {en}",
        level=step.place, **more,
    )  # fmt: skip


def _whole_rules(steps: Sequence[_Step], found: dict[_Step, Seen]) -> Iterator[Seen]:
    """Yield what was found of levels; once for the rule when it is so of all of them."""
    for rule in dict.fromkeys(step.rule for step in steps):
        levels = [step for step in steps if step.rule is rule]
        seen = [found[step] for step in levels if step in found]
        if len(seen) == len(levels) and seen:
            others = tuple(dict.fromkeys(other for one in seen for other in one.others))
            vi, en = _RULE_WORDS[seen[0].kind]
            rest = ", ".join(others)
            yield replace(
                seen[0], level="", others=others,
                vi=f"quy định {named(rule)} {vi.format(others=rest)}", en=f"the rule {named(rule)} {en.format(others=rest)}",
            )  # fmt: skip
        else:
            yield from seen


_RULE_WORDS = {
    "dead": (
        "có điều kiện không thể đúng với bất kỳ ai.",
        "has a condition that can be true of nobody.",
    ),
    "shadowed": (
        "không bao giờ được trả: ai thuộc diện này cũng thuộc {others}, nên luôn nhường.",
        "is never paid: whoever fulfils it also falls under {others}, and always gives way.",
    ),
}


def _dead(step: _Step, find: _Find) -> Seen | None:
    if find([(step.condition, True)]) is None:
        return _level_seen(
            "dead", step, "có điều kiện không thể đúng với bất kỳ ai.", "has a condition that can be true of nobody."
        )
    if find(_reached(step)) is None:
        return _level_seen(
            "dead", step,
            "không bao giờ áp dụng, vì các mức đứng trước đã bao hết những người thuộc mức này.",
            "never applies: the levels before it already take everybody it speaks of.",
        )  # fmt: skip
    return None


def _paid(step: _Step) -> tuple[int, int | None, str]:
    return step.least_dong, step.most_dong, step.rule.per


def _overlap(one: RuleVersion, other: RuleVersion, witness: Witness) -> Seen:
    first, second = sorted((one, other), key=lambda rule: rule.rule)
    return Seen(
        "overlap", first.rule, first.basis_citation, first.where,
        f"quy định {named(first)} và {named(second)} cùng đúng với một người mà mức khác nhau; chỉ mức cao hơn được trả.",
        f"the rules {named(first)} and {named(second)} can both be true of one person, with different amounts; only the higher is paid.",
        others=(second.rule,), witness=witness,
    )  # fmt: skip


# ── who loses to whom ────────────────────────────────────────────────────────────────────────────────────────────────


def _shadowed(step: _Step, rivals: "Rivals", find: _Find) -> Seen | None:
    """Return that nobody is ever paid by this level, although it holds of somebody."""
    if rivals.is_paid(step):
        return None
    others = rivals.winners(step)
    rest = ", ".join(others)
    return _level_seen(
        "shadowed", step,
        f"không bao giờ được trả: ai thuộc mức này cũng thuộc {rest}, nên luôn nhường.",
        f"is never paid: whoever fulfils it also falls under {rest}, and always gives way.",
        others=others, witness=find(_reached(step)),
    )  # fmt: skip


class Rivals:
    """Who pushes out whom: the levels tried before, the benefits of the same group that pay more, and the bars."""

    def __init__(
        self, steps: Sequence[_Step], groups: Sequence[Group], bars: dict[str, _Condition], find: _Find
    ) -> None:
        self.steps, self.bars, self.find = steps, bars, find
        self.group = {code: group for group in groups for code in group.codes}

    def is_paid(self, step: _Step) -> bool:
        """Return whether the level pays anybody."""
        group = self.group[step.priced.benefit]
        # Whoever is always barred is never paid either.
        goals = [*_reached(step), *((bar, False) for bar in self.bars.values())]
        stronger = self._stronger(step, step.most_dong)
        if self.find([*goals, *_refuting(stronger)]) is not None:
            return True
        if group.keep is None:
            return False
        if group.keep == 1 and not group.fewer_with:
            return self._in_a_pair(step, group, goals)
        return self._among_the_kept(step, group, goals, stronger)

    def _stronger(self, step: _Step, most_dong: int | None, ties_win: bool = True) -> list[_Step]:
        """Return the levels that always stand before this one: tried earlier, or of a competing benefit at least as high."""
        code = step.priced.benefit
        group = self.group[code]
        before = [
            o
            for o in self.steps
            if o.rule is not step.rule and o.priced.benefit == code and o.priced.number < step.priced.number
        ]
        # In a group of units each unit stands for itself, so what one of them pays is compared.
        in_units = group.keep != 1 or bool(group.fewer_with)
        if group.keep is None or (most_dong is None and not in_units):
            return before
        place = {other: number for number, other in enumerate(group.codes)}
        # Of equal amounts the one of the benefit named first is paid.
        tie = -place[code] if ties_win else -len(place)
        most = (step.priced.amount_dong if in_units else most_dong, tie)
        higher = [
            other
            for other in self.steps
            if other.priced.benefit != code
            and other.priced.benefit in place
            and (other.priced.amount_dong if in_units else other.least_dong, -place[other.priced.benefit]) > most
        ]
        return before + higher

    def _among_the_kept(self, step: _Step, group: Group, goals: list[Any], stronger: list[_Step]) -> bool:
        """Return whether a unit is left for this level with some, but too few, of the others in payment."""
        assert group.keep is not None
        # Each of the others may hold, as long as what they take leaves one unit of those that the group keeps.
        weight = dict.fromkeys((other.priced.benefit for other in stronger), 1) | dict(group.fewer_with)
        blocking = [o for o in self.steps if o.priced.benefit in weight and o.priced.benefit != step.priced.benefit]
        before = [other for other in stronger if other.priced.benefit == step.priced.benefit]
        for size in range(group.keep):
            for allowed in itertools.combinations(weight, size):
                if sum(weight[code] for code in allowed) < group.keep:
                    refused = [other for other in blocking if other.priced.benefit not in allowed]
                    if self.find([*goals, *_refuting(before + refused)]) is not None:
                        return True
        return False

    def _in_a_pair(self, step: _Step, group: Group, goals: list[Any]) -> bool:
        """Return whether the level can be paid together with one it is added to, where alone it would lose."""
        code = step.priced.benefit
        for extra, partners in group.added:
            mates = partners if code == extra else (extra,) if code in partners else ()
            for other in (one for one in self.steps if one.priced.benefit in mates):
                limits = (step.most_dong, other.most_dong)
                most_dong = None if None in limits else sum(limit for limit in limits if limit is not None)
                # A pair loses only to what is no part of it and at least its sum; of two partners the higher is paid.
                pair = {extra, *partners}
                rivals = [
                    o for o in self._stronger(step, most_dong, ties_win=False) if o.priced.benefit not in pair - {code}
                ]
                if code != extra:
                    rivals += [o for o in self._stronger(step, step.most_dong) if o.priced.benefit in partners]
                if self.find([*goals, (other.condition, True), *_refuting(rivals)]) is not None:
                    return True
        return False

    def winners(self, step: _Step) -> tuple[str, ...]:
        """Return a few rules or bars that already leave nobody to be paid by this level: one, when one is enough."""
        reached = _reached(step)
        group = self.group[step.priced.benefit]
        if group.keep not in (None, 1) or group.fewer_with:
            fewer_with = {code for code, _ in group.fewer_with}
            places = [o for o in self.steps if o.priced.benefit in fewer_with] + self._stronger(step, step.most_dong)
            always = [o for o in places if self.find([*reached, (o.condition, False)]) is None]
            return tuple(dict.fromkeys(other.rule.rule for other in always or places))
        against = [(citation, (bar, False)) for citation, bar in self.bars.items()]
        against += [(o.rule.rule, (o.condition, False)) for o in self._stronger(step, step.most_dong)]
        for name, goal in against:
            if self.find([*reached, goal]) is None:
                return (name,)
        # No single one suffices: whatever can be left out is left out, one by one.
        needed = list(against)
        for one in against:
            fewer = [other for other in needed if other is not one]
            if self.find([*reached, *(goal for _, goal in fewer)]) is None:
                needed = fewer
        return tuple(dict.fromkeys(name for name, _ in needed))


def _refuting(steps: Iterable[_Step]) -> list[tuple[_Condition, bool]]:
    return [(step.condition, False) for step in steps]
