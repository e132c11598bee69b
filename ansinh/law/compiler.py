"""From the typed tree to ONE set-based SQL statement for a month, built node by node and never by translating text.

It promises the oracle's answer for every row on every engine: money is folded to integers, ages to birth-date
cutoffs, unknown facts stay NULL and end in a mask of benefits to verify. No engine function, no division, no per-row
call.
"""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby
from typing import Any, Literal

from ansinh.base.months import Month
from ansinh.law import nodes
from ansinh.law.conditions import ConditionSql, Moment
from ansinh.law.expressions import exp
from ansinh.law.package import LawPackage
from ansinh.law.pricing import MonthLaw, PricedRule
from ansinh.law.relations import once_a_month
from ansinh.law.tree import Amount, And, CountChildren, Expression, Number, Or, atoms
from ansinh.law.words import Group

# Goes into every statement's hash: raise it when the same law would from now on compile to another statement.
COMPILER_VERSION = "5"
Dialect = Literal["postgres", "duckdb", "spark"]
# A packed value is amount × 1024 + (1023 − rule number): the greatest one is the highest amount, ties to the first rule.
_SHIFT, _LOW = 10, 1023


@dataclass(frozen=True)
class CompiledStatement:
    """The month's law as SQL.

    `result_sql` gives one row per person whose facts fire or leave something unknown: person_id, fired and unknown
    (masks over `benefits`), then for each of `slots` payments that one person can have: s<n>_benefit_no, s<n>_rule_no,
    s<n>_amount_dong (NULL and 0 when nothing is paid). `sql` gives one row per paid benefit: person_id, benefit, rule_no,
    amount_dong.
    """

    result_sql: str
    hash: str
    dialect: str
    fact_columns: tuple[str, ...]
    child_columns: tuple[str, ...]
    benefits: tuple[str, ...]
    rules: tuple[PricedRule, ...]
    slots: int
    result: exp.Select = field(repr=False, compare=False)
    # What was read from the finished statement once (`thresholds`), by a key of the reader's.
    found: dict[tuple[str, ...], Any] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def uses(self) -> dict[str, list[exp.Column]]:
        """Return each use of a column of `facts`, by the column's name."""
        uses: dict[str, list[exp.Column]] = {}
        for column in self.result.find_all(exp.Column):
            if column.table == "f":
                uses.setdefault(column.name, []).append(column)
        return uses

    @cached_property
    def days(self) -> frozenset[datetime.date]:
        """Return every day that is written in the statement."""
        return frozenset(
            datetime.date.fromisoformat(cast.this.this)
            for cast in self.result.find_all(exp.Cast)
            if isinstance(cast.this, exp.Literal) and cast.this.is_string and cast.to.this == exp.DType.DATE
        )

    @cached_property
    def sql(self) -> str:
        """Return the statement with one row per paid benefit."""
        return _payments(self.result, self.benefits, self.slots).sql(dialect=self.dialect, pretty=True, copy=False)


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
    compiler = _MonthCompiler(law, once_a_month(package), dialect, facts, children)
    result = compiler.result()
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
        slots=compiler.slots,
        result=result,
    )


class _MonthCompiler(ConditionSql):
    """Builds the statement of one month in layers, each fenced so that PostgreSQL evaluates it once."""

    def __init__(self, law: MonthLaw, once: frozenset[str], dialect: Dialect, facts: str, children: str) -> None:
        super().__init__(law, once)
        self.dialect = dialect
        self.facts = facts
        self.children = children

    @property
    def slots(self) -> int:
        """Return how many payments one person can have: one for competing benefits and one for a pair, else one each."""
        return len(self._slot_codes())

    # ── one benefit at one instant ───────────────────────────────────────────────────────────────────────────────────

    def _groups(self, code: str) -> Iterator[tuple[Expression, list[PricedRule]]]:
        """Yield a rule's condition with its levels, while the levels stand together and the last one takes everybody."""
        # One test per rule instead of one per level. It is only right while the rule's levels are neighbours in the
        # order of coefficients and the last takes everybody; a rule whose levels lie between another's is tried level
        # by level.
        for _, group in groupby(self.law.by_benefit[code], key=lambda priced: priced.rule.rule):
            priced = list(group)
            if priced[0].rule.table is not None:
                # The rows of a table are one question, not eighty: is there a row, and then which.
                yield And((priced[0].whole, _has_row(priced))), priced
            elif priced[-1].level.when is None:
                yield priced[0].whole, priced
            else:
                for single in priced:
                    yield single.condition, [single]

    def _packed(self, priced: PricedRule, moment: Moment) -> exp.Expression:
        # The earlier rule gets the larger remainder, so that GREATEST settles ties as the oracle does.
        low = _LOW - priced.number
        # Where units are limited, the packed value carries their number; they become money once the limit is known.
        in_units = any(priced.benefit in group.codes for group in self.law.groups if group.is_limited)
        if not priced.rule.per_child and not priced.rule.per and not in_units:
            return nodes.number((priced.amount_dong << _SHIFT) + low)
        worth = nodes.number((1 if in_units else priced.amount_dong) << _SHIFT)
        return exp.Add(
            this=exp.Mul(this=self._number_of(priced, moment), expression=worth), expression=nodes.number(low)
        )

    def _number_of(self, priced: PricedRule, moment: Moment) -> exp.Expression:
        """Return how many times the amount is due."""
        if priced.rule.per_child:
            return self.counted(self._count_of(priced), moment)[0]
        if not priced.rule.per:
            return nodes.number(1)
        counted = nodes.column(self._fact_column(priced.rule.per, moment, "f"), "f")
        if priced.rule.at_most is None:
            return counted
        return exp.Least(this=counted, expressions=[nodes.number(priced.rule.at_most)])

    def _count_of(self, priced: PricedRule) -> CountChildren:
        return next(atom for atom in atoms(priced.rule.condition) if isinstance(atom, CountChildren))

    def value(self, code: str, moment: Moment) -> exp.Expression:
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
            branches.append((self.condition(condition, moment), nodes.case(inner, self._packed(group[-1], moment))))
        return nodes.case(branches, nodes.number(0))

    def doubt(self, code: str, moment: Moment) -> exp.Expression | None:
        """Return whether a level tried before the first that holds was unknown, or None for a benefit without rules."""
        # The same branches in the same order as in `value`; changing one without the other makes payment and doubt
        # disagree.
        branches = []
        for condition, group in self._groups(code):
            inner = []
            # Whichever level of a per-child rule holds, one more child may still have to be counted.
            last: exp.Expression = exp.false()
            if group[-1].rule.per_child:
                last = exp.GT(this=self.counted(self._count_of(group[-1]), moment)[1], expression=nodes.number(0))
            # Whoever is known to have a row of a table is in no doubt about which.
            for priced in group[:-1] if group[0].rule.table is None else ():
                assert priced.level.when is not None
                when = self.condition(priced.level.when, moment)
                inner += [(when, last.copy()), (nodes.is_null(when.copy()), exp.true())]
            asked = self.condition(condition, moment)
            branches += [(asked, nodes.case(inner, last)), (nodes.is_null(asked.copy()), exp.true())]
        # One rule with one level: the doubt is simply whether its condition is unknown.
        if len(branches) == 2 and not inner and not group[-1].rule.per_child:
            return branches[1][0]
        return nodes.case(branches, exp.false()) if branches else None

    def doubts(self, moment: Moment) -> exp.Expression:
        """Return the mask of benefits in doubt. One cheap look spares everybody whose facts are all known."""
        # Bits are added, not or-ed: no two are the same, and every engine adds alike.
        mask: exp.Expression = nodes.number(0)
        for number, code in enumerate(self.law.benefits):
            doubt = self.doubt(code, moment)
            if doubt is not None:
                mask = exp.Add(this=mask, expression=nodes.case([(doubt, nodes.number(1 << number))], nodes.number(0)))
        missing = self.missing(moment)
        return nodes.case([(nodes.any_of(*missing), mask)], nodes.number(0)) if missing else nodes.number(0)

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
                asked = nodes.all_of(self.born(moment, "c"), self.condition(count.condition, moment, "c"))
                sure, maybe = self.count_names(count, moment)
                columns.append(nodes.alias(exp.Count(this=nodes.case([(asked, nodes.number(1))], None)), sure))
                columns.append(
                    nodes.alias(
                        exp.Count(this=nodes.case([(nodes.is_null(asked.copy()), nodes.number(1))], None)), maybe
                    )
                )
        select = exp.Select(expressions=columns).from_(nodes.table(self.children, "c"), copy=False)
        # A child is looked at on the day on which the parent is: the few parents who died in the month are joined.
        on = exp.EQ(this=nodes.column("person_id", "d"), expression=nodes.column("person_id", "c"))
        select = self.with_day(select.join(self._died(), on=on, join_type="left", copy=False), "d")
        select.set("group", exp.Group(expressions=[nodes.column("person_id", "c")]))
        return exp.Subquery(this=select, alias=exp.TableAlias(this=exp.to_identifier("k")))

    def _died(self) -> exp.Subquery:
        death = nodes.column("death_date", "f")
        select = exp.Select(expressions=[nodes.column("person_id", "f"), death]).from_(
            nodes.table(self.facts, "f"), copy=False
        )
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
            columns.append(nodes.alias(self.payable(moment), f"payable_{moment.name}"))
        select = exp.Select(expressions=columns).from_(nodes.table(self.facts, "f"), copy=False)
        if self.counts:
            on = exp.EQ(this=nodes.column("person_id", "k"), expression=nodes.column("person_id", "f"))
            select = select.join(self._child_counts(), on=on, join_type="left", copy=False)
        return self.with_day(select, "f")

    def _of_the_payable(self) -> exp.Select:
        """Layer 2: nothing for the dead, the unborn and the barred; a question where nobody knows whether one is."""
        # Asked once a person and instant, and not once a rule: life and bars are the same for every benefit.
        columns: list[exp.Expression] = [nodes.column("person_id"), nodes.column("granted")]
        for moment in self.moments:
            payable = nodes.column(f"payable_{moment.name}")
            values = [nodes.column(f"v{number}_{moment.name}") for number in range(len(self.law.benefits))]
            columns += [
                nodes.alias(nodes.case([(payable.copy(), value)], nodes.number(0)), value.name) for value in values
            ]
            doubt = nodes.column(f"doubt_{moment.name}")
            branches = [(payable, doubt)]
            if self.law.bars:
                # Whether something bars the payment may be unknown; then whatever would be due is in doubt.
                fired: exp.Expression = nodes.number(0)
                for number, value in enumerate(values):
                    is_due = nodes.all_of(
                        nodes.positive(value), nodes.denial(nodes.has_bit(doubt, nodes.number(1 << number)))
                    )
                    fired = exp.Add(
                        this=fired, expression=nodes.case([(is_due, nodes.number(1 << number))], nodes.number(0))
                    )
                branches.append((nodes.is_null(payable.copy()), exp.Add(this=doubt.copy(), expression=fired)))
            columns.append(nodes.alias(nodes.case(branches, nodes.number(0)), doubt.name))
        return exp.Select(expressions=columns).from_(self._fence(self._looked_at(), "looked"), copy=False)

    def _in_time(self) -> exp.Select:
        """Layer 3: the value at the month's end, or, when ended, at the end of the month before; nobody without either."""
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
        select = exp.Select(expressions=columns).from_(self._fence(self._of_the_payable(), "payable"), copy=False)
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
        return exp.Greatest(this=values[0], expressions=values[1:]) if len(values) > 1 else values[0]

    def _compared(self) -> exp.Select:
        """Layer 4: masks of what fires and what is unknown; for each group what competes in it."""
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
        for place, group in enumerate(self.law.groups):
            if group.competes:
                columns.append(nodes.alias(self._greatest(group.codes), f"best{place}"))
                for added, partners in group.added:
                    columns.append(nodes.alias(self._greatest(partners), f"pair{place}"))
                    columns.append(nodes.alias(self._allowed(added), f"more{place}"))
        for code in self._singly():
            columns.append(nodes.alias(self._allowed(code), f"a{self.law.benefits.index(code)}"))
        return exp.Select(expressions=columns).from_(self._fence(self._in_time(), "timed"), copy=False)

    def _singly(self) -> list[str]:
        """Return the benefits that the next layer looks at one by one."""
        limits = {code for group in self.law.groups for code, _ in group.fewer_with}
        singly = {code for group in self.law.groups if not group.competes for code in group.codes}
        return [code for code in self.law.benefits if code in limits | singly]

    def _chosen(self) -> exp.Select:
        """Layer 5: what is paid in each slot, still packed."""
        slots: list[exp.Expression] = []
        for place, group in enumerate(self.law.groups):
            if group.competes:
                slots += self._winner(place, group)
            elif group.is_limited:
                slots += self._within_limit(group)
            else:
                slots += [nodes.column(f"a{self.law.benefits.index(code)}") for code in group.codes]
        columns: list[exp.Expression] = [nodes.column(name) for name in ("person_id", "fired", "unknown")]
        columns += [nodes.alias(slot, f"slot{number}") for number, slot in enumerate(slots)]
        return exp.Select(expressions=columns).from_(self._fence(self._compared(), "compared"), copy=False)

    def _winner(self, place: int, group: Group) -> list[exp.Expression]:
        """Return the pair when it is higher than the highest single benefit, else that one."""
        best = nodes.column(f"best{place}")
        if not group.added:
            return [best]
        # Compared as đồng, not packed: the rule numbers in two packed values would add up to a carry. Strictly
        # higher, so that a tie stays with the one benefit, as in the oracle's `combine`.
        pair, more = nodes.column(f"pair{place}"), nodes.column(f"more{place}")
        together = exp.Add(this=nodes.paren(_amount(pair)), expression=nodes.paren(_amount(more)))
        is_higher = exp.GT(this=together, expression=nodes.paren(_amount(best)))
        both = nodes.all_of(nodes.positive(more), nodes.positive(pair), is_higher)
        return [
            nodes.case([(both, pair.copy())], best.copy()),
            nodes.case([(both.copy(), more.copy())], nodes.number(0)),
        ]

    def _within_limit(self, group: Group) -> list[exp.Expression]:
        """Return for each benefit of a limited group the units that find room, as money: the dearest first."""
        assert group.keep is not None
        left: exp.Expression = nodes.number(group.keep)
        for code, fewer in group.fewer_with:
            due = nodes.positive(nodes.column(f"a{self.law.benefits.index(code)}"))
            left = exp.Sub(this=left, expression=nodes.case([(due, nodes.number(fewer))], nodes.number(0)))
        slots: dict[str, exp.Expression] = {}
        # The order is known here: a unit of each benefit has one price in this month.
        for code in sorted(group.codes, key=lambda code: -sum(r.amount_dong for r in self.law.by_benefit[code])):
            if not self.law.by_benefit[code]:
                slots[code] = nodes.number(0)
                continue
            packed = nodes.column(f"a{self.law.benefits.index(code)}")
            room = exp.Greatest(this=nodes.paren(left.copy()), expressions=[nodes.number(0)])
            taken = exp.Least(this=nodes.paren(_amount(packed)), expressions=[room])
            (priced,) = self.law.by_benefit[code]
            worth = exp.Mul(this=taken, expression=nodes.number(priced.amount_dong << _SHIFT))
            money = exp.Add(this=worth, expression=nodes.number(_LOW - priced.number))
            has_room = exp.GT(this=taken.copy(), expression=nodes.number(0))
            slots[code] = nodes.case([(has_room, money)], nodes.number(0))
            left = exp.Sub(this=left, expression=nodes.paren(_amount(packed)))
        return [slots[code] for code in group.codes]

    def result(self) -> exp.Select:
        """Return the statement with one row per person whose facts fire or leave something unknown."""
        columns: list[exp.Expression] = [nodes.column("person_id")]
        columns += [nodes.alias(nodes.bigint(nodes.column(name)), name) for name in ("fired", "unknown")]
        for number, codes in enumerate(self._slot_codes()):
            packed = nodes.column(f"slot{number}")
            columns.append(nodes.alias(self._benefit_number(packed, codes), f"s{number}_benefit_no"))
            paid = exp.GT(this=packed.copy(), expression=nodes.number(0))
            rule_number = nodes.case([(paid, nodes.smallint(_rule_number(packed)))], None)
            columns.append(nodes.alias(rule_number, f"s{number}_rule_no"))
            columns.append(nodes.alias(nodes.bigint(_amount(packed)), f"s{number}_amount_dong"))
        select = exp.Select(expressions=columns).from_(self._fence(self._chosen(), "chosen"), copy=False)
        # People of whom the law says nothing leave no row.
        something = [exp.NEQ(this=nodes.column(name), expression=nodes.number(0)) for name in ("fired", "unknown")]
        return select.where(nodes.any_of(*something), copy=False)

    def _slot_codes(self) -> list[tuple[str, ...]]:
        """Return for each slot the benefits that can stand in it, in the order of `_chosen`."""
        found: list[tuple[str, ...]] = []
        for group in self.law.groups:
            if group.competes:
                found += [tuple(group.codes), *((added,) for added, _ in group.added)]
            else:
                found += [(code,) for code in group.codes]
        return found

    def _benefit_number(self, packed: exp.Column, codes: Sequence[str]) -> exp.Expression:
        """Return the benefit's number from the rule's: rules of a benefit are numbered together."""
        # Nothing due unpacks to rule 255, a number that no rule has; it is named outright so that nobody has to work
        # that out.
        branches = [(exp.EQ(this=packed, expression=nodes.number(0)), exp.null())]
        known = [(number, code) for number, code in enumerate(self.law.benefits) if code in codes]
        ruled = [(number, self.law.by_benefit[code][-1].number) for number, code in known if self.law.by_benefit[code]]
        for number, last in ruled[:-1]:
            reached = exp.LTE(this=nodes.paren(_rule_number(packed.copy())), expression=nodes.number(last))
            branches.append((reached, nodes.number(number)))
        # Whatever is due in the slot and none of the others is the last one; most slots know but one.
        return nodes.smallint(nodes.case(branches, nodes.number(ruled[-1][0]) if ruled else None))


def _has_row(priced: Sequence[PricedRule]) -> Expression:
    """Return the condition that the counted fact of a table is the key of one of these rows."""
    keys = sorted(
        level.when.number.value or 0 for level in (one.level for one in priced) if isinstance(level.when, Amount)
    )
    table = priced[0].rule.table
    assert table is not None
    if keys == list(range(keys[0], keys[-1] + 1)):
        return And((Amount(table.by, ">=", Number(keys[0])), Amount(table.by, "<=", Number(keys[-1]))))
    return Or(tuple(Amount(table.by, "=", Number(key)) for key in keys))


def _payments(result: exp.Select, benefits: Sequence[str], slots: int) -> exp.Select:
    """Return the statement with one row per paid benefit, in one pass over the result."""
    # As many slots a person as can be paid, instead of as many scans.
    numbered = exp.Values(
        expressions=[exp.Tuple(expressions=[nodes.number(number)]) for number in range(slots)],
        alias=exp.TableAlias(this=exp.to_identifier("slot"), columns=[exp.to_identifier("n")]),
    )

    def of_slot(name: str) -> exp.Expression:
        places = [exp.EQ(this=nodes.column("n", "slot"), expression=nodes.number(n)) for n in range(slots)]
        values = [nodes.column(f"s{n}_{name}", "r") for n in range(slots)]
        return nodes.case(list(zip(places[:-1], values[:-1], strict=True)), values[-1])

    codes = [
        (exp.EQ(this=of_slot("benefit_no"), expression=nodes.number(number)), exp.Literal.string(code))
        for number, code in enumerate(benefits)
    ]
    columns = [
        nodes.column("person_id", "r"),
        nodes.alias(nodes.case(codes, None), "benefit"),
        nodes.alias(of_slot("rule_no"), "rule_no"),
        nodes.alias(of_slot("amount_dong"), "amount_dong"),
    ]
    source = exp.Subquery(this=result.copy(), alias=exp.TableAlias(this=exp.to_identifier("r")))
    select = exp.Select(expressions=columns).from_(source).join(numbered, join_type="cross", copy=False)
    return select.where(exp.GT(this=of_slot("amount_dong"), expression=nodes.number(0)), copy=False)


def _amount(packed: exp.Expression) -> exp.Expression:
    return exp.BitwiseRightShift(this=packed.copy(), expression=nodes.number(_SHIFT))


def _rule_number(packed: exp.Expression) -> exp.Expression:
    return exp.Sub(
        this=nodes.number(_LOW),
        expression=nodes.paren(exp.BitwiseAnd(this=packed.copy(), expression=nodes.number(_LOW))),
    )
