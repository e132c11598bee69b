"""From the typed tree to ONE set-based SQL statement for a month, built node by node and never by translating text.

It promises the oracle's answer for every row on PostgreSQL and DuckDB: money is folded to integers, ages to birth-date
cutoffs, unknown facts stay NULL and end in a mask of benefits to verify. No engine function, no division, no per-row
call.
"""

import datetime
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby
from typing import Literal

from sqlglot import exp

from ansinh.base.months import Month
from ansinh.law import nodes
from ansinh.law.ages import age_months, birth_cutoff
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
    atoms,
)

# Goes into every statement's hash: raise it when the same law would from now on compile to another statement.
COMPILER_VERSION = "2"
Dialect = Literal["postgres", "duckdb"]
# A packed value is amount × 256 + (255 − rule number): the greatest one is the highest amount, ties to the first rule.
_SHIFT, _LOW = 8, 255
_OPERATORS: dict[str, type[exp.Binary]] = {
    "=": exp.EQ, "!=": exp.NEQ, "<": exp.LT, "<=": exp.LTE, ">": exp.GT, ">=": exp.GTE,
}  # fmt: skip


@dataclass(frozen=True)
class CompiledStatement:
    """The month's law as SQL.

    `result_sql` gives one row per person whose facts fire or leave something unknown: person_id, fired and unknown
    (masks over `benefits`), main_benefit_no, main_rule_no, main_amount_dong, extra_benefit_no, extra_rule_no,
    extra_amount_dong (NULL and 0 when nothing is paid). `sql` gives one row per paid benefit: person_id, benefit, rule_no, amount_dong.
    """

    result_sql: str
    hash: str
    dialect: str
    fact_columns: tuple[str, ...]
    child_columns: tuple[str, ...]
    benefits: tuple[str, ...]
    rules: tuple[PricedRule, ...]
    result: exp.Select = field(repr=False, compare=False)

    @cached_property
    def sql(self) -> str:
        """Return the statement with one row per paid benefit."""
        return _payments(self.result, self.benefits).sql(dialect=self.dialect, pretty=True, copy=False)


def compile_month(
    package: LawPackage,
    month: Month,
    known_on: datetime.date,
    dialect: Dialect,
    facts: str = "facts",
    children: str = "children",
) -> CompiledStatement:
    """Return the statement that computes the month for everybody in the relation `facts` (and their `children`).

    Raises:
        Refused: `law_not_encoded` for a month before the law held here begins.
    """
    law = package.month_law(month, known_on)
    # Kept with the law it was made from, so that it cannot outlive it.
    key = (COMPILER_VERSION, dialect, facts, children)
    if key not in law.made:
        law.made[key] = _compile(package, law, dialect, facts, children)
    return law.made[key]


def _compile(package: LawPackage, law: MonthLaw, dialect: Dialect, facts: str, children: str) -> CompiledStatement:
    assert len(law.rules) <= _LOW, "more rules than a packed value can number"
    result = _MonthCompiler(law, dialect, facts, children).result()
    # Asked of the finished statement, not of the rules: whoever fills the relations learns what is really read.
    columns = {(column.table, column.name) for column in result.find_all(exp.Column)}
    used = {"person_id", "birth_date", "death_date", "granted"} | {name for table, name in columns if table == "f"}
    result_sql = result.sql(dialect=dialect, pretty=True, copy=False)
    return CompiledStatement(
        result_sql=result_sql,
        hash=hashlib.sha256("\n".join((COMPILER_VERSION, dialect, package.hash, result_sql)).encode()).hexdigest(),
        dialect=dialect,
        fact_columns=tuple(sorted(used)),
        child_columns=tuple(sorted(name for table, name in columns if table == "c")),
        benefits=law.benefits,
        rules=law.rules,
        result=result,
    )


@dataclass(frozen=True)
class _Moment:
    """One of the two instants at which a benefit is looked at; the end is the day of death of whoever dies in the month."""

    name: str
    day: datetime.date

    def fact(self, name: str) -> str:
        """Return the relation's column for a fact at this instant."""
        return name if self.name == "end" else f"{name}__prev"


class _MonthCompiler:
    """Builds the statement of one month in four layers, each fenced so that PostgreSQL evaluates it once."""

    def __init__(self, law: MonthLaw, dialect: Dialect, facts: str, children: str) -> None:
        self.law = law
        self.dialect = dialect
        self.facts = facts
        self.children = children
        self.moments = (_Moment("end", law.end), _Moment("prev", law.previous))
        # Numbers of completed months asked about at the month's end: each is a column of the relation of days.
        self.ages: dict[int, None] = {}
        # Equal counts of two rules are one and the same count, since nodes are values: each is counted once per person.
        self.counts = list(
            dict.fromkeys(a for r in law.rules for a in atoms(r.rule.condition) if isinstance(a, CountChildren))
        )

    # ── conditions ───────────────────────────────────────────────────────────────────────────────────────────────────

    def condition(self, expression: Expression, moment: _Moment, table: str = "f") -> exp.Expression:
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

    def _atom(self, atom: Expression, moment: _Moment, table: str) -> exp.Expression:
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
            return _OPERATORS[atom.operator](this=nodes.column("birth_date", table), expression=nodes.date(atom.day))
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
            return _OPERATORS[atom.operator](this=column, expression=nodes.number(number or 0))
        return column

    def _fact_column(self, name: str, moment: _Moment, table: str) -> str:
        # What a child's parent was receiving is history, one value for the month.
        return name if table == "c" and name.startswith("was_") else moment.fact(name)

    def _age(self, atom: Age, moment: _Moment, table: str) -> exp.Expression:
        if atom.operator == "!=":
            return nodes.denial(self._age(Age(atom.unit, "=", atom.number), moment, table))
        birth = nodes.column("birth_date", table)
        return nodes.all_of(
            *(
                _OPERATORS[sign](this=birth.copy(), expression=self._cutoff(months, moment))
                for sign, months in age_months(atom)
            )
        )

    def _cutoff(self, months: int, moment: _Moment) -> exp.Expression:
        cutoff = nodes.date(birth_cutoff(moment.day, months))
        if moment.name == "prev":
            return cutoff
        # Whoever died in the month is judged on the day of death, whose row of the relation of days is then joined;
        # everybody else finds no row and keeps the constant.
        self.ages[months] = None
        return exp.Coalesce(this=nodes.column(f"c{months}", "day"), expressions=[cutoff])

    def _born(self, moment: _Moment, table: str) -> exp.Expression:
        # A missing birth date leaves ages unknown; it does not make the person unborn.
        birth, by = nodes.column("birth_date", table), nodes.date(moment.day)
        if moment.name == "end":
            by = exp.Coalesce(this=nodes.column("day", "day"), expressions=[by])
        return nodes.any_of(exp.Is(this=birth, expression=exp.null()), exp.LTE(this=birth.copy(), expression=by))

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

    def _with_day(self, select: exp.Select, table: str) -> exp.Select:
        # Built last, when every age of the select has been asked about.
        on = exp.EQ(this=nodes.column("day", "day"), expression=nodes.column("death_date", table))
        return select.join(self._days(), on=on, join_type="left", copy=False)

    def _count_names(self, count: CountChildren, moment: _Moment) -> tuple[str, str]:
        number = self.counts.index(count)
        return f"sure_{number}_{moment.name}", f"maybe_{number}_{moment.name}"

    def _counted(self, count: CountChildren, moment: _Moment) -> tuple[exp.Expression, exp.Expression]:
        # Nobody without children has a row to join: no row is no child, not an unknown one.
        sure, maybe = (
            exp.Coalesce(this=nodes.column(name, "k"), expressions=[nodes.number(0)])
            for name in self._count_names(count, moment)
        )
        return sure, maybe

    def _enough_children(self, count: CountChildren, moment: _Moment) -> exp.Expression:
        # COUNT cannot say unknown, so children of whom something is unknown are counted apart. Between “enough for
        # sure” and “too few even with all of them” the CASE has no branch, and its NULL is the unknown that the rest
        # expects.
        sure, maybe = self._counted(count, moment)
        enough = exp.GTE(this=sure, expression=nodes.number(count.at_least))
        too_few = exp.LT(this=exp.Add(this=sure.copy(), expression=maybe), expression=nodes.number(count.at_least))
        return nodes.case([(enough, exp.true()), (too_few, exp.false())], None)

    def _alive(self, moment: _Moment) -> exp.Expression:
        # Written so that it is never NULL: false AND unknown must stay false for the dead and the unborn.
        # Whoever dies in the month is due the whole month, hence stands at both instants.
        death = nodes.column("death_date", "f")
        died_later = exp.GT(this=death.copy(), expression=nodes.date(self.law.previous))
        return nodes.all_of(
            self._born(moment, "f"), nodes.any_of(exp.Is(this=death, expression=exp.null()), died_later)
        )

    # ── one benefit at one instant ───────────────────────────────────────────────────────────────────────────────────

    def _groups(self, code: str) -> Iterator[tuple[Expression, list[PricedRule]]]:
        """Yield a rule's condition with its levels, while the levels stand together and the last one takes everybody."""
        # One test per rule instead of one per level. It is only right while the rule's levels are neighbours in the
        # order of coefficients and the last takes everybody; a rule whose levels lie between another's is tried level
        # by level.
        for _, group in groupby(self.law.by_benefit[code], key=lambda priced: priced.rule.rule):
            priced = list(group)
            if priced[-1].level.when is None:
                yield priced[0].rule.condition, priced
            else:
                for single in priced:
                    yield single.condition, [single]

    def _packed(self, priced: PricedRule, moment: _Moment) -> exp.Expression:
        # The earlier rule gets the larger remainder, so that GREATEST settles ties as the oracle does.
        low = _LOW - priced.number
        if not priced.rule.per_child:
            return nodes.number((priced.amount_dong << _SHIFT) + low)
        sure, _ = self._counted(self._count_of(priced), moment)
        return exp.Add(
            this=exp.Mul(this=sure, expression=nodes.number(priced.amount_dong << _SHIFT)), expression=nodes.number(low)
        )

    def _count_of(self, priced: PricedRule) -> CountChildren:
        return next(atom for atom in atoms(priced.rule.condition) if isinstance(atom, CountChildren))

    def _living(self, condition: Expression, moment: _Moment) -> exp.Expression:
        # Life is asked last: most conditions are false already, and then nobody needs to ask.
        return nodes.all_of(self.condition(condition, moment), self._alive(moment))

    def value(self, code: str, moment: _Moment) -> exp.Expression:
        """Return the packed value of the first level that holds, or 0."""
        # CASE takes a NULL condition for false, so what is unknown pays nothing here; that it is unknown is `doubt`'s
        # to say.
        branches = []
        for condition, group in self._groups(code):
            inner = [
                (self.condition(priced.level.when, moment), self._packed(priced, moment))
                for priced in group[:-1]
                if priced.level.when is not None
            ]
            branches.append((self._living(condition, moment), nodes.case(inner, self._packed(group[-1], moment))))
        return nodes.case(branches, nodes.number(0))

    def doubt(self, code: str, moment: _Moment) -> exp.Expression | None:
        """Return whether a level tried before the first that holds was unknown, or None for a benefit without rules."""
        # The same branches in the same order as in `value`; changing one without the other makes payment and doubt
        # disagree.
        branches = []
        for condition, group in self._groups(code):
            inner = []
            for priced in group[:-1]:
                assert priced.level.when is not None
                when = self.condition(priced.level.when, moment)
                inner += [(when, exp.false()), (nodes.is_null(when.copy()), exp.true())]
            last: exp.Expression = exp.false()
            if group[-1].rule.per_child:
                last = exp.GT(this=self._counted(self._count_of(group[-1]), moment)[1], expression=nodes.number(0))
            asked = self._living(condition, moment)
            branches += [(asked, nodes.case(inner, last)), (nodes.is_null(asked.copy()), exp.true())]
        # One rule with one level: the doubt is simply whether its condition is unknown.
        if len(branches) == 2 and not inner and not group[-1].rule.per_child:
            return branches[1][0]
        return nodes.case(branches, exp.false()) if branches else None

    def doubts(self, moment: _Moment) -> exp.Expression:
        """Return the mask of benefits in doubt. One cheap look spares everybody whose facts are all known."""
        # Bits are added, not or-ed: no two are the same, and every engine adds alike.
        mask: exp.Expression = nodes.number(0)
        for number, code in enumerate(self.law.benefits):
            doubt = self.doubt(code, moment)
            if doubt is not None:
                mask = exp.Add(this=mask, expression=nodes.case([(doubt, nodes.number(1 << number))], nodes.number(0)))
        missing = self._missing(moment)
        return nodes.case([(nodes.any_of(*missing), mask)], nodes.number(0)) if missing else nodes.number(0)

    def _missing(self, moment: _Moment) -> list[exp.Expression]:
        """Return tests that are all false when every fact the month's law asks about is known."""
        columns: dict[str, None] = {}
        maybes: list[exp.Expression] = []
        for atom in (atom for priced in self.law.rules for atom in atoms(priced.condition)):
            if isinstance(atom, CountChildren):
                maybe = exp.GT(this=self._counted(atom, moment)[1], expression=nodes.number(0))
                maybes += [] if maybe in maybes else [maybe]
            elif isinstance(atom, Age | Born):
                columns["birth_date"] = None
            elif isinstance(atom, WasReceiving):
                columns["was_receiving" if atom.at_age is None else f"was_receiving_at_{atom.at_age}"] = None
            elif isinstance(atom, Is | OneOf | Amount):
                columns[moment.fact(atom.fact)] = None
        return [exp.Is(this=nodes.column(name, "f"), expression=exp.null()) for name in columns] + maybes

    # ── the layers ───────────────────────────────────────────────────────────────────────────────────────────────────

    def _fence(self, select: exp.Select, alias: str) -> exp.Subquery:
        """Return the select as a subquery that PostgreSQL may not pull up: it would evaluate shared parts repeatedly."""
        if self.dialect == "postgres":
            # OFFSET 0 changes no row; it keeps the planner from copying the inner expressions into every use. Without
            # the fence a million people took 2.9 s instead of 1.3 s. To DuckDB the fence makes no difference.
            select.set("offset", exp.Offset(expression=nodes.number(0)))
        return exp.Subquery(this=select, alias=exp.TableAlias(this=exp.to_identifier(alias)))

    def _child_counts(self) -> exp.Subquery:
        columns: list[exp.Expression] = [nodes.column("person_id", "c")]
        for count in self.counts:
            for moment in self.moments:
                # A CASE without ELSE gives NULL, which COUNT passes over; no FILTER, which SQLGlot does not parse on a
                # bare column.
                asked = nodes.all_of(self._born(moment, "c"), self.condition(count.condition, moment, "c"))
                sure, maybe = self._count_names(count, moment)
                columns.append(nodes.alias(exp.Count(this=nodes.case([(asked, nodes.number(1))], None)), sure))
                columns.append(
                    nodes.alias(
                        exp.Count(this=nodes.case([(nodes.is_null(asked.copy()), nodes.number(1))], None)), maybe
                    )
                )
        select = exp.Select(expressions=columns).from_(nodes.table(self.children, "c"))
        # A child is looked at on the day on which the parent is: the few parents who died in the month are joined.
        on = exp.EQ(this=nodes.column("person_id", "d"), expression=nodes.column("person_id", "c"))
        select = self._with_day(select.join(self._died(), on=on, join_type="left", copy=False), "d")
        select.set("group", exp.Group(expressions=[nodes.column("person_id", "c")]))
        return exp.Subquery(this=select, alias=exp.TableAlias(this=exp.to_identifier("k")))

    def _died(self) -> exp.Subquery:
        death = nodes.column("death_date", "f")
        select = exp.Select(expressions=[nodes.column("person_id", "f"), death]).from_(nodes.table(self.facts, "f"))
        first, last = nodes.date(self.law.month.first_day), nodes.date(self.law.end)
        within = nodes.all_of(exp.GTE(this=death.copy(), expression=first), exp.LTE(this=death.copy(), expression=last))
        return exp.Subquery(this=select.where(within, copy=False), alias=exp.TableAlias(this=exp.to_identifier("d")))

    def _looked_at(self) -> exp.Select:
        """Layer 1: each benefit at both instants."""
        # The expensive layer: every condition of the law is evaluated here, once per person and instant, and nowhere
        # above.
        columns: list[exp.Expression] = [nodes.column("person_id", "f"), nodes.column("granted", "f")]
        for moment in self.moments:
            for number, code in enumerate(self.law.benefits):
                columns.append(nodes.alias(self.value(code, moment), f"v{number}_{moment.name}"))
            columns.append(nodes.alias(self.doubts(moment), f"doubt_{moment.name}"))
        select = exp.Select(expressions=columns).from_(nodes.table(self.facts, "f"))
        if self.counts:
            on = exp.EQ(this=nodes.column("person_id", "k"), expression=nodes.column("person_id", "f"))
            select = select.join(self._child_counts(), on=on, join_type="left", copy=False)
        return self._with_day(select, "f")

    def _in_time(self) -> exp.Select:
        """Layer 2: the value at the month's end, or, when ended, at the end of the month before; nobody without either."""
        columns: list[exp.Expression] = [nodes.column("person_id"), nodes.column("granted")]
        late: exp.Expression = nodes.column("doubt_end")
        anything: exp.Expression = exp.BitwiseOr(this=nodes.column("doubt_end"), expression=nodes.column("doubt_prev"))
        for number in range(len(self.law.benefits)):
            end, previous, bit = (
                nodes.column(f"v{number}_end"),
                nodes.column(f"v{number}_prev"),
                nodes.number(1 << number),
            )
            in_doubt = nodes.has_bit(nodes.column("doubt_end"), bit)
            columns.append(
                nodes.alias(
                    nodes.case([(nodes.positive(end), end.copy()), (in_doubt, nodes.number(0))], previous), f"v{number}"
                )
            )
            # A doubt of the month before matters only where the benefit has ended, as in `month_standing`.
            ended = nodes.all_of(exp.EQ(this=end.copy(), expression=nodes.number(0)), nodes.denial(in_doubt.copy()))
            only_before = nodes.all_of(nodes.has_bit(nodes.column("doubt_prev"), bit), ended)
            late = exp.Add(this=late, expression=nodes.case([(only_before, bit.copy())], nodes.number(0)))
            anything = exp.BitwiseOr(
                this=exp.BitwiseOr(this=anything, expression=end.copy()), expression=previous.copy()
            )
        # Hardly anybody is in doubt: one comparison spares them nine.
        none_before = exp.EQ(this=nodes.column("doubt_prev"), expression=nodes.number(0))
        columns.append(nodes.alias(nodes.case([(none_before, nodes.column("doubt_end"))], late), "doubt"))
        select = exp.Select(expressions=columns).from_(self._fence(self._looked_at(), "looked"))
        return select.where(exp.NEQ(this=nodes.paren(anything), expression=nodes.number(0)), copy=False)

    def _allowed(self, code: str) -> exp.Expression:
        # Before combination, as in the oracle: a benefit without a decision must not push out one that has it.
        number = self.law.benefits.index(code)
        decided = nodes.any_of(
            exp.Is(this=nodes.column("granted"), expression=exp.null()),
            nodes.has_bit(nodes.column("granted"), nodes.number(1 << number)),
        )
        return nodes.case([(decided, nodes.column(f"v{number}"))], nodes.number(0))

    def _greatest(self, codes: Sequence[str]) -> exp.Expression:
        # GREATEST skips NULLs in both engines, but none arrives: `_allowed` gives 0 where nothing is due.
        values = [self._allowed(code) for code in codes]
        return exp.Greatest(this=values[0], expressions=values[1:])

    def _compared(self) -> exp.Select:
        """Layer 3: masks of what fires and what is unknown; the highest value, and the highest pair the law adds up."""
        # `fired` shows what the conditions give, also without a decision; `unknown` only what somebody has decided
        # about.
        fired: exp.Expression = nodes.number(0)
        for number in range(len(self.law.benefits)):
            fired = exp.Add(
                this=fired,
                expression=nodes.case(
                    [(nodes.positive(nodes.column(f"v{number}")), nodes.number(1 << number))], nodes.number(0)
                ),
            )
        free = exp.Is(this=nodes.column("granted"), expression=exp.null())
        unknown = nodes.case(
            [(free, nodes.column("doubt"))],
            exp.BitwiseAnd(this=nodes.column("doubt"), expression=nodes.column("granted")),
        )
        columns = [nodes.column("person_id"), nodes.alias(fired, "fired"), nodes.alias(unknown, "unknown")]
        columns.append(nodes.alias(self._greatest(self.law.combination.highest_of), "best"))
        for added, partners in self.law.combination.added:
            columns += [nodes.alias(self._greatest(partners), "pair"), nodes.alias(self._allowed(added), "more")]
        return exp.Select(expressions=columns).from_(self._fence(self._in_time(), "timed"))

    def _chosen(self) -> exp.Select:
        """Layer 4: the pair when it is higher than the highest single benefit, else that one."""
        main: exp.Expression = nodes.column("best")
        extra: exp.Expression = nodes.number(0)
        if self.law.combination.added:
            # Compared as đồng, not packed: the rule numbers in two packed values would add up to a carry. Strictly
            # higher, so that a tie stays with the one benefit, as in the oracle's `combine`.
            pair, more = nodes.column("pair"), nodes.column("more")
            together = exp.Add(this=nodes.paren(_amount(pair)), expression=nodes.paren(_amount(more)))
            is_higher = exp.GT(this=together, expression=nodes.paren(_amount(nodes.column("best"))))
            both = nodes.all_of(nodes.positive(more), nodes.positive(pair), is_higher)
            main = nodes.case([(both, pair.copy())], nodes.column("best"))
            extra = nodes.case([(both.copy(), more.copy())], nodes.number(0))
        columns = [
            nodes.column("person_id"),
            nodes.column("fired"),
            nodes.column("unknown"),
            nodes.alias(main, "main"),
            nodes.alias(extra, "extra"),
        ]
        return exp.Select(expressions=columns).from_(self._fence(self._compared(), "compared"))

    def result(self) -> exp.Select:
        """Return the statement with one row per person whose facts fire or leave something unknown."""
        columns: list[exp.Expression] = [nodes.column("person_id")]
        columns += [nodes.alias(nodes.bigint(nodes.column(name)), name) for name in ("fired", "unknown")]
        for name in ("main", "extra"):
            columns.append(nodes.alias(self._benefit_number(nodes.column(name)), f"{name}_benefit_no"))
            paid = exp.GT(this=nodes.column(name), expression=nodes.number(0))
            columns.append(
                nodes.alias(
                    nodes.case([(paid, nodes.smallint(_rule_number(nodes.column(name))))], None), f"{name}_rule_no"
                )
            )
            columns.append(nodes.alias(nodes.bigint(_amount(nodes.column(name))), f"{name}_amount_dong"))
        select = exp.Select(expressions=columns).from_(self._fence(self._chosen(), "chosen"))
        # People of whom the law says nothing leave no row.
        something = [exp.NEQ(this=nodes.column(name), expression=nodes.number(0)) for name in ("fired", "unknown")]
        return select.where(nodes.any_of(*something), copy=False)

    def _benefit_number(self, packed: exp.Column) -> exp.Expression:
        """Return the benefit's number from the rule's: rules of a benefit are numbered together."""
        # Nothing due unpacks to rule 255, a number that no rule has; it is named outright so that nobody has to work
        # that out.
        branches = [(exp.EQ(this=packed, expression=nodes.number(0)), exp.null())]
        for number, code in enumerate(self.law.benefits):
            if self.law.by_benefit[code]:
                last = self.law.by_benefit[code][-1].number
                reached = exp.LTE(this=nodes.paren(_rule_number(packed.copy())), expression=nodes.number(last))
                branches.append((reached, nodes.number(number)))
        return nodes.smallint(nodes.case(branches, None))


def _payments(result: exp.Select, benefits: Sequence[str]) -> exp.Select:
    """Return the statement with one row per paid benefit, in one pass over the result."""
    # Two slots a person instead of two scans: the main benefit, and the one added to it.
    slots = exp.Values(
        expressions=[exp.Tuple(expressions=[nodes.number(0)]), exp.Tuple(expressions=[nodes.number(1)])],
        alias=exp.TableAlias(this=exp.to_identifier("slot"), columns=[exp.to_identifier("n")]),
    )

    def either(name: str) -> exp.Expression:
        first = exp.EQ(this=nodes.column("n", "slot"), expression=nodes.number(0))
        return nodes.case([(first, nodes.column(f"main_{name}", "r"))], nodes.column(f"extra_{name}", "r"))

    codes = [
        (exp.EQ(this=either("benefit_no"), expression=nodes.number(number)), exp.Literal.string(code))
        for number, code in enumerate(benefits)
    ]
    columns = [
        nodes.column("person_id", "r"),
        nodes.alias(nodes.case(codes, None), "benefit"),
        nodes.alias(either("rule_no"), "rule_no"),
        nodes.alias(either("amount_dong"), "amount_dong"),
    ]
    source = exp.Subquery(this=result.copy(), alias=exp.TableAlias(this=exp.to_identifier("r")))
    select = exp.Select(expressions=columns).from_(source).join(slots, join_type="cross", copy=False)
    return select.where(exp.GT(this=either("amount_dong"), expression=nodes.number(0)), copy=False)


def _amount(packed: exp.Expression) -> exp.Expression:
    return exp.BitwiseRightShift(this=packed.copy(), expression=nodes.number(_SHIFT))


def _rule_number(packed: exp.Expression) -> exp.Expression:
    return exp.Sub(
        this=nodes.number(_LOW),
        expression=nodes.paren(exp.BitwiseAnd(this=packed.copy(), expression=nodes.number(_LOW))),
    )
