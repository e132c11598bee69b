"""Conditions as SQL: the typed tree at one instant of a month becomes SQLGlot nodes, made one by one.

Ages are comparisons of the birth date with cutoffs computed here, unknown facts stay NULL, children are counted apart. It
never evaluates anything and calls no function that engines read differently.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from ansinh.law import nodes
from ansinh.law.ages import age_months, birth_cutoff
from ansinh.law.expressions import exp
from ansinh.law.pricing import MonthLaw
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
from ansinh.law.words import NEVER

# By name: nobody who only imports this needs the nodes.
_OPERATORS = {"=": "EQ", "!=": "NEQ", "<": "LT", "<=": "LTE", ">": "GT", ">=": "GTE"}


def _comparison(operator: str) -> type[exp.Binary]:
    return getattr(exp, _OPERATORS[operator])  # type: ignore[no-any-return]


@dataclass(frozen=True)
class Moment:
    """One of the two instants at which a benefit is looked at; the end is the day of death of whoever dies in the month."""

    name: str
    day: datetime.date

    def fact(self, name: str) -> str:
        """Return the relation's column for a fact at this instant."""
        return name if self.name == "end" else f"{name}__prev"


class ConditionSql:
    """Builds the conditions of one month's law over the relations `facts` (f), `children` (c) and the days of the month."""

    def __init__(self, law: MonthLaw, once: frozenset[str]) -> None:
        self.law = law
        # Facts with one value for the whole month instead of one at each instant.
        self.once = once
        self.moments = (Moment("end", law.end), Moment("prev", law.previous))
        # Numbers of completed months asked about at the month's end: each is a column of the relation of days.
        self.ages: dict[int, None] = {}
        # Equal counts of two rules are one and the same count, since nodes are values: each is counted once per person.
        self.counts = list(
            dict.fromkeys(a for r in law.rules for a in atoms(r.rule.condition) if isinstance(a, CountChildren))
        )

    def condition(self, expression: Expression, moment: Moment, table: str = "f") -> exp.Expression:
        """Return the condition at one instant; NULL means unknown, which is Kleene's logic in every engine."""
        if isinstance(expression, And):
            return nodes.all_of(*(self.condition(part, moment, table) for part in expression.parts))
        if isinstance(expression, Or):
            return nodes.any_of(*(self.condition(part, moment, table) for part in expression.parts))
        if isinstance(expression, Not):
            return nodes.denial(self.condition(expression.part, moment, table))
        if isinstance(expression, CountChildren):
            return self._enough_children(expression, moment)
        return self._atom(expression, moment, table)

    def _atom(self, atom: Expression, moment: Moment, table: str) -> exp.Expression:
        if isinstance(atom, WasReceiving):
            mask = nodes.column("was_receiving" if atom.at_age is None else f"was_receiving_at_{atom.at_age}", table)
            # A mask that is NULL gives NULL, hence unknown. The bit is a literal made here: `1 << 40` is 256 in one
            # engine. The mask's bits follow the order of domain.yaml, as the register's view does.
            bit = 1 << self.law.benefits.index(atom.benefit)
            return exp.NEQ(
                this=nodes.paren(exp.BitwiseAnd(this=mask, expression=nodes.number(bit))), expression=nodes.number(0)
            )
        if isinstance(atom, Age):
            return self._age(atom, moment, table)
        if isinstance(atom, Born):
            return _comparison(atom.operator)(this=nodes.column("birth_date", table), expression=nodes.date(atom.day))
        if isinstance(atom, InMonth | Happened | Dated):
            return self._event(atom, moment, table)
        assert isinstance(atom, Is | OneOf | Amount | Unknown)
        column = nodes.column(self._fact_column(atom.fact, moment, table), table)
        if isinstance(atom, Unknown):
            return exp.Is(this=column, expression=exp.null())
        if isinstance(atom, OneOf):
            # The members are words of a closed list that the loader has checked; no text of a person ever becomes SQL.
            members = [exp.Literal.string(member) for member in atom.members]
            return (
                exp.EQ(this=column, expression=members[0])
                if len(members) == 1
                else exp.In(this=column, expressions=members)
            )
        if isinstance(atom, Amount):
            number = atom.number.value if atom.number.parameter is None else self.law.numbers[atom.number.parameter]
            return _comparison(atom.operator)(this=column, expression=nodes.number(number or 0))
        return column

    def _fact_column(self, name: str, moment: Moment, table: str) -> str:
        # History, and what earlier domains give, has one value for the month.
        return name if name in self.once else moment.fact(name)

    def _event(self, atom: InMonth | Happened | Dated, moment: Moment, table: str) -> exp.Expression:
        # Looked at on the eve of the month, nothing has yet happened in it.
        if isinstance(atom, InMonth) and moment.name == "prev":
            return exp.false()
        is_death = atom.fact == "death_date"
        day = nodes.column("death_date" if is_death else self._fact_column(atom.fact, moment, table), table)
        if isinstance(atom, InMonth):
            first = exp.GTE(this=day, expression=nodes.date(self.law.month.first_day))
            answer = nodes.all_of(first, exp.LTE(this=day.copy(), expression=self.judged_day(moment)))
        elif isinstance(atom, Happened):
            answer = exp.LTE(this=day, expression=self.judged_day(moment))
        else:
            compared = _comparison(atom.operator)(this=day, expression=nodes.date(atom.day))
            answer = nodes.all_of(compared, exp.LT(this=day.copy(), expression=nodes.date(NEVER)))
        # No date of death is no death: the register knows no death whose day is unknown.
        return exp.Coalesce(this=nodes.paren(answer), expressions=[exp.false()]) if is_death else answer

    def judged_day(self, moment: Moment) -> exp.Expression:
        """Return the day on which a person is judged at the instant."""
        by = nodes.date(moment.day)
        return exp.Coalesce(this=nodes.column("day", "day"), expressions=[by]) if moment.name == "end" else by

    def _age(self, atom: Age, moment: Moment, table: str) -> exp.Expression:
        if atom.operator == "!=":
            return nodes.denial(self._age(Age(atom.unit, "=", atom.number), moment, table))
        birth = nodes.column("birth_date", table)
        return nodes.all_of(
            *(
                _comparison(sign)(this=birth.copy(), expression=self._cutoff(months, moment))
                for sign, months in age_months(atom)
            )
        )

    def _cutoff(self, months: int, moment: Moment) -> exp.Expression:
        cutoff = nodes.date(birth_cutoff(moment.day, months))
        if moment.name == "prev":
            return cutoff
        # Whoever died in the month is judged on the day of death, whose row of the relation of days is then joined;
        # everybody else finds no row and keeps the constant.
        self.ages[months] = None
        return exp.Coalesce(this=nodes.column(f"c{months}", "day"), expressions=[cutoff])

    def born(self, moment: Moment, table: str) -> exp.Expression:
        """Return whether whoever is asked about was born by the instant."""
        # A missing birth date leaves ages unknown; it does not make the person unborn.
        birth = nodes.column("birth_date", table)
        return nodes.any_of(
            exp.Is(this=birth, expression=exp.null()), exp.LTE(this=birth.copy(), expression=self.judged_day(moment))
        )

    def _days(self) -> exp.Values:
        """Return the days of the month, each with the birth-date cutoffs of the ages asked about so far."""
        # No engine computes a date: a death picks its row from thirty or so, made here.
        names = ["day", *(f"c{months}" for months in self.ages)]
        days = [self.law.end.replace(day=number + 1) for number in range(self.law.end.day)]
        rows = [
            exp.Tuple(expressions=[nodes.date(day), *(nodes.date(birth_cutoff(day, months)) for months in self.ages)])
            for day in days
        ]
        columns = [exp.to_identifier(name) for name in names]
        return exp.Values(expressions=rows, alias=exp.TableAlias(this=exp.to_identifier("day"), columns=columns))

    def with_day(self, select: exp.Select, table: str) -> exp.Select:
        """Return the select joined with the day of death of those who died in the month."""
        # Built last, when every age of the select has been asked about.
        on = exp.EQ(this=nodes.column("day", "day"), expression=nodes.column("death_date", table))
        return select.join(self._days(), on=on, join_type="left", copy=False)

    def count_names(self, count: CountChildren, moment: Moment) -> tuple[str, str]:
        """Return the columns of a count: children who certainly fulfil it, and those who may."""
        number = self.counts.index(count)
        return f"sure_{number}_{moment.name}", f"maybe_{number}_{moment.name}"

    def counted(self, count: CountChildren, moment: Moment) -> tuple[exp.Expression, exp.Expression]:
        """Return how many children certainly fulfil a condition, and how many may."""
        # Nobody without children has a row to join: no row is no child, not an unknown one.
        sure, maybe = (
            exp.Coalesce(this=nodes.column(name, "k"), expressions=[nodes.number(0)])
            for name in self.count_names(count, moment)
        )
        return sure, maybe

    def _enough_children(self, count: CountChildren, moment: Moment) -> exp.Expression:
        # COUNT cannot say unknown, so children of whom something is unknown are counted apart. Between “enough for
        # sure” and “too few even with all of them” the CASE has no branch, and its NULL is the unknown that the rest
        # expects.
        sure, maybe = self.counted(count, moment)
        enough = exp.GTE(this=sure, expression=nodes.number(count.at_least))
        too_few = exp.LT(this=exp.Add(this=sure.copy(), expression=maybe), expression=nodes.number(count.at_least))
        return nodes.case([(enough, exp.true()), (too_few, exp.false())], None)

    def payable(self, moment: Moment) -> exp.Expression:
        """Return whether anything may be paid at the instant: the person lives, and nothing bars it."""
        barred = [nodes.denial(self.condition(bar.when, moment)) for bar in self.law.bars]
        return nodes.all_of(self.alive(moment), *barred)

    def alive(self, moment: Moment) -> exp.Expression:
        """Return whether the person lives at the instant; never NULL."""
        # Written so that it is never NULL: false AND unknown must stay false for the dead and the unborn.
        # Whoever dies in the month is due the whole month, hence stands at both instants.
        death = nodes.column("death_date", "f")
        died_later = exp.GT(this=death.copy(), expression=nodes.date(self.law.previous))
        return nodes.all_of(self.born(moment, "f"), nodes.any_of(exp.Is(this=death, expression=exp.null()), died_later))

    def missing(self, moment: Moment) -> list[exp.Expression]:
        """Return tests that are all false when every fact the month's law asks about is known."""
        columns: dict[str, None] = {}
        maybes: list[exp.Expression] = []
        asked = [priced.condition for priced in self.law.rules] + [bar.when for bar in self.law.bars]
        for atom in (atom for condition in asked for atom in atoms(condition)):
            if isinstance(atom, CountChildren):
                maybe = exp.GT(this=self.counted(atom, moment)[1], expression=nodes.number(0))
                maybes += [] if maybe in maybes else [maybe]
            elif isinstance(atom, Age | Born):
                columns["birth_date"] = None
            elif isinstance(atom, WasReceiving):
                columns["was_receiving" if atom.at_age is None else f"was_receiving_at_{atom.at_age}"] = None
            elif isinstance(atom, Is | OneOf | Amount | InMonth | Happened | Dated) and atom.fact != "death_date":
                columns[self._fact_column(atom.fact, moment, "f")] = None
        return [exp.Is(this=nodes.column(name, "f"), expression=exp.null()) for name in columns] + maybes
