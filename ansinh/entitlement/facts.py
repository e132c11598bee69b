"""The facts of one month about everybody with a decision, as the law's statement reads them.

One statement reads the registry into `likeness`: one short row a person, equal for people whom the month's law cannot
tell apart. One of each kind, the `spokesman`, then gets the wide row of `facts`, which is read back from the short one
and from nothing else: what all of them share was seen at one instant.
"""

import datetime
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.db import connection

from ansinh.base.months import Month
from ansinh.base.statements import statement
from ansinh.entitlement import marks
from ansinh.law import relations, thresholds
from ansinh.law.compiler import CompiledStatement
from ansinh.law.package import LawPackage
from ansinh.law.words import FactKind

# Health data lie in a table of their own, which is not even looked at for a law that does not ask.
_TABLES = {"hiv": "people_protectedcondition"}
_CIRCUMSTANCES = "people_circumstance"
_END = "%(end)s::date"
# Whoever died in the month is looked at on that day instead of on the last. They are few: each is looked up alone.
_DIED = "person.death_date > %(prev)s::date AND person.death_date <= %(end)s::date"


@dataclass(frozen=True)
class Question:
    """What is asked of the registry: a month, the law known on a day, the facts known at an instant, some areas.

    With `only_touched`, only the people in the temporary table `touched` are asked about; with `people`, only those
    whose numbers lie between these two, both included. `decided` are the benefits of which somebody in the areas has,
    or had, a decision by the month, when the asker has looked already.
    """

    month: Month
    known_on: datetime.date
    known_at: datetime.datetime
    areas: Sequence[int]
    only_touched: bool = False
    people: tuple[int, int] | None = None
    decided: frozenset[str] | None = None


@dataclass(frozen=True)
class _Elsewhere:
    """A fact that other tables know: its value at the two instants (NULL: unknown), and how they are joined to a person."""

    at_end: str
    at_prev: str
    source: str = ""
    join: str = ""


def _in_hardship(day: str) -> str:
    """Return SQL for: the commune is one of special hardship on the day, or a reform ended the one that was (reading, ADR 0014)."""
    held = (
        f"hardship.valid_from <= {day} AND (hardship.valid_to IS NULL OR hardship.valid_to > {day})"
        " AND (hardship.recorded_at IS NULL OR hardship.recorded_at <= %(known_at)s::timestamptz)"
    )
    return (
        f"((person.area_id = ANY (ARRAY(SELECT hardship.area_id FROM office_hardship AS hardship WHERE {held}))"
        # Whoever came later was not there on the day.
        " AND NOT EXISTS (SELECT FROM people_residence AS came WHERE came.person_id = person.id AND came.valid_to IS NULL"
        f" AND came.superseded_at IS NULL AND came.valid_from > {day}))"
        " OR person.id IN (SELECT dwelling.person_id FROM people_dwelling AS dwelling"
        " JOIN office_hardship AS hardship ON hardship.area_id = dwelling.unit_id"
        f" WHERE dwelling.valid_from <= {day} AND (dwelling.valid_to IS NULL OR dwelling.valid_to > {day}) AND {held}))"
    )


# To add a fact of another table: its values and join here, its text in sql/<source>.sql; the rest follows from its type.
# Whatever two people differ in must enter here: a fact that `facts` alone knew would be shared by people who differ in it.
_ELSEWHERE = {
    "household_poverty": _Elsewhere(
        at_end=f"coalesce(CASE WHEN {_DIED} THEN (SELECT one.at_end FROM ({{of_one}}) AS one) ELSE poverty.at_end END, 'none')",
        at_prev="coalesce(poverty.at_prev, 'none')",
        source="from_poverty",
        join="LEFT JOIN ({of_all}) AS poverty ON poverty.person_id = person.id",
    ),
    "area_hardship": _Elsewhere(
        at_end=f"CASE WHEN {_DIED} THEN {_in_hardship('person.death_date')} ELSE {_in_hardship(_END)} END",
        at_prev=_in_hardship("%(prev)s::date"),
    ),
}
# How a value of another table is kept in `likeness`, where unknown must equal unknown, and how it is read again.
_KEPT = {
    "bool": ("coalesce(({0})::int, -1)", "CASE {0} WHEN 1 THEN true WHEN 0 THEN false END"),
    "enum": ("coalesce({0}, 'unknown')", "nullif({0}, 'unknown')"),
    "dong": ("coalesce({0}, -1)", "nullif({0}, -1)"),
    "count": ("coalesce({0}, -1)", "nullif({0}, -1)"),
    "date": ("coalesce({0}, '-infinity'::date)", "nullif({0}, '-infinity'::date)"),
}


@dataclass(frozen=True)
class _Column:
    """A column of `likeness` in which people who are alike are equal: its name and the SQL of its value."""

    name: str
    value: str


@dataclass(frozen=True)
class _Plan:
    """What one gathering reads: columns and joins of `likeness`, and the columns of `facts` read back from it."""

    columns: tuple[_Column, ...]
    joins: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]

    @property
    def key(self) -> str:
        """Return the columns in which people who are alike are equal."""
        return ", ".join(("born", "died", *(column.name for column in self.columns)))


def _bit(package: LawPackage) -> str:
    """Return SQL for the bit of a decision's benefit, in the package's order."""
    # A CASE and not a join: a million decisions joined with nine codes cost more than the whole grouping.
    branches = []
    for position, benefit in enumerate(package.benefits):
        assert re.fullmatch(r"[A-Za-z0-9-]{1,20}", benefit.code), benefit.code
        branches.append(f"WHEN '{benefit.code}' THEN {1 << position}::bigint")
    return f"CASE decision.benefit {' '.join(branches)} END"


_OF_DECISION = (
    "decision.start_month <= %(month)s::date AND decision.recorded_at <= %(known_at)s::timestamptz"
    " AND decision.area_id{whole} = ANY (%(areas)s) AND decision.benefit = ANY (%(benefits)s)"
)


def _history(package: LawPackage) -> list[_Column]:
    """Return what was in payment: around the month, and on the eve of the birthdays that the law names."""
    found = []
    for name in relations.history_columns(package):
        age = name.removeprefix("was_receiving").removeprefix("_at_")
        if not age:
            found.append(_Column(name, "decided.was_receiving"))
            continue
        birthday = f"person.birth_date + interval '{int(age)} years'"
        # Most people had no decision before that birthday, or have a single one: only the others are looked up.
        value = (
            f"CASE WHEN decided.first_start >= {birthday} THEN 0"
            f" WHEN decided.decisions = 1 THEN CASE WHEN decided.ended IS NULL OR decided.ended >= {birthday} THEN decided.ever ELSE 0 END"
            f" ELSE (SELECT coalesce(bit_or({_bit(package)}), 0) FROM entitlement_decision AS decision WHERE decision.person_id = person.id"
            f" AND {_OF_DECISION.format(whole='')} AND decision.start_month < {birthday}"
            f" AND (decision.end_month IS NULL OR decision.end_month >= {birthday})) END"
        )
        found.append(_Column(name, value))
    return found


def _asked(package: LawPackage, compiled: CompiledStatement | None) -> list[FactKind]:
    """Return the facts that the law asks for, each of which has two columns in the relation `facts`."""
    asked = relations.asked_facts(package)
    if compiled is None:
        return asked
    return [kind for kind in asked if set(relations.instants_of(kind)) & set(compiled.fact_columns)]


def _is_said(kind: FactKind) -> bool:
    """Return whether the fact is a row about the person, and not derived or known to another table."""
    return kind.name not in _ELSEWHERE and kind.outcome is None and kind.history_of is None


def _outcome(kind: FactKind) -> str:
    """Return SQL for what an earlier domain gives this month, from the tables that its statement left."""
    assert kind.outcome is not None
    codes = ", ".join(f"'{code}'" for code in kind.outcome.benefits)
    if kind.outcome.what == "received":
        return (
            f"person.id IN (SELECT one.person_id FROM entitlement_decision AS one WHERE one.benefit IN ({codes})"
            " AND one.recorded_at <= %(known_at)s::timestamptz"
            " AND one.start_month < %(month)s::date AND (one.end_month IS NULL OR one.end_month >= %(month)s::date))"
        )
    # Gathered once into a set and asked for each person: the temporary tables have no index.
    given, doubtful = (
        f"person.id IN (SELECT one.person_id FROM {table} AS one WHERE one.for_month = %(month)s::date AND one.benefit IN ({codes}))"
        for table in ("entitled" if kind.outcome.what == "paid" else "met", "undecided")
    )
    return f"CASE WHEN {given} THEN true WHEN {doubtful} THEN NULL ELSE false END"


def _holds(day: str) -> str:
    return f"fact.valid_from <= {day} AND (fact.valid_to IS NULL OR fact.valid_to > {day})"


def _circumstances(table: str, arranged: marks.Marks, question: Question) -> tuple[list[_Column], str]:
    """Return the columns of `likeness` that keep one table's circumstances, and the join that brings them."""
    alias, instants = table.removeprefix("people_"), (("", _END), ("__prev", "%(prev)s::date"))
    names = [f"{alias}_{number}" for number in range(len(arranged.words))]

    def text(days: Sequence[tuple[str, str]], of_whom: str) -> str:
        found = [
            f"coalesce(bit_or(fact.{name}) FILTER (WHERE {_holds(day)}), 0) AS {name}{suffix}"
            for name in names
            for suffix, day in days
        ]
        # max() picks the only value there is: two periods of one fact never overlap.
        found += [
            f"coalesce(max(fact.value) FILTER (WHERE fact.kind = '{kind.name}' AND {_holds(day)}), '') AS said_{kind.name}{suffix}"
            for kind in arranged.own
            for suffix, day in days
        ]
        bits = [f"{word.bit} AS {name}" for name, word in zip(names, arranged.words, strict=True)]
        return statement("entitlement", "from_circumstance").format(
            marks=", ".join(found),
            bits=", ".join(bits) or "NULL AS bit",
            table=table,
            kinds=", ".join(f"'{kind}'" for kind in arranged.kinds),
            of_whom=of_whom,
        )

    one = text((("", "person.death_date"),), "AND fact.person_id = person.id")
    columns = []
    for name in (*names, *(f"said_{kind.name}" for kind in arranged.own)):
        nothing = "''" if name.startswith("said_") else "0"
        columns += [
            _Column(
                name,
                f"coalesce(CASE WHEN {_DIED} THEN (SELECT one.{name} FROM ({one}) AS one) ELSE {alias}.{name} END, {nothing})",
            ),
            _Column(f"{name}__prev", f"coalesce({alias}.{name}__prev, {nothing})"),
        ]
    return (
        columns,
        f"LEFT JOIN ({text(instants, _among(question, 'fact.person_id'))}) AS {alias} ON {alias}.person_id = person.id",
    )


def _among(question: Question, column: str) -> str:
    # As an array: the planner then looks each of them up in the index, whatever it believes about the rest.
    touched = f"AND {column} = ANY (ARRAY(SELECT touched.person_id FROM touched))" if question.only_touched else ""
    if question.people is None:
        return touched
    first, last = (int(number) for number in question.people)
    return f"{touched} AND {column} BETWEEN '{first}'::bigint AND '{last}'::bigint"


def _read_back(table: str, arranged: marks.Marks, kinds: Sequence[FactKind]) -> list[tuple[str, str]]:
    alias, by_name = table.removeprefix("people_"), {kind.name: kind for kind in kinds}
    found = []
    for suffix in ("", "__prev"):
        for number, word in enumerate(arranged.words):
            for name, said in word.said.items():
                column = f"spokesman.{alias}_{number}{suffix}"
                found.append((f"{name}{suffix}", marks.read(said, column, marks.missing(by_name[name]))))
        for kind in arranged.own:
            found.append((f"{kind.name}{suffix}", marks.read_own(kind, f"spokesman.said_{kind.name}{suffix}")))
    return found


def _plan(package: LawPackage, compiled: CompiledStatement | None, question: Question) -> _Plan:
    asked = _asked(package, compiled)
    columns = [_Column("granted", "decided.granted"), *_history(package)]
    facts = [(name, f"spokesman.{name}") for name in relations.history_columns(package)]
    joins: dict[str, None] = {}
    for kind in asked:
        keep, reread = _KEPT[kind.type]
        if kind.outcome is not None:
            columns.append(_Column(kind.name, keep.format(_outcome(kind))))
            facts.append((kind.name, reread.format(f"spokesman.{kind.name}")))
        known = _ELSEWHERE.get(kind.name)
        if known is None:
            continue
        texts = {"of_one": "", "of_all": ""}
        if known.source:
            text = statement("entitlement", known.source)
            texts["of_one"] = text.format(last="person.death_date", of_whom="AND membership.person_id = person.id")
            texts["of_all"] = text.format(last=_END, of_whom=_among(question, "membership.person_id"))
            joins[known.join.format(**texts)] = None
        for name, value in ((kind.name, known.at_end), (f"{kind.name}__prev", known.at_prev)):
            columns.append(_Column(name, keep.format(value.format(**texts) if known.source else value)))
            facts.append((name, reread.format(f"spokesman.{name}")))
    for table in (_CIRCUMSTANCES, *dict.fromkeys(_TABLES.values())):
        kinds = [k for k in asked if _is_said(k) and _TABLES.get(k.name, _CIRCUMSTANCES) == table]
        if kinds:
            arranged = marks.arrange(kinds, compiled)
            more, join = _circumstances(table, arranged, question)
            columns += more
            joins[join] = None
            facts += _read_back(table, arranged, kinds)
    # Parents are computed one by one, each with the children that they raise. Without a statement nobody knows what the
    # law may ask, and nobody is like anybody.
    if compiled is None or compiled.child_columns:
        alone = "person.id" if compiled is None else "coalesce(raised.parent_id, 0)"
        columns.append(_Column("alone", alone))
    if compiled is not None and compiled.child_columns:
        joins["LEFT JOIN (SELECT DISTINCT raised.parent_id FROM people_parentchild AS raised) AS raised"
              " ON raised.parent_id = person.id"] = None  # fmt: skip
    return _Plan(tuple(columns), tuple(joins), tuple(facts))


def _span(column: str, days: Sequence[datetime.date] | None) -> str:
    """Return SQL for the span of days in which a person's day lies; the day itself when the law may ask more of it."""
    # NULL is a span of its own.
    if days is None:
        return f"coalesce({column} - '0001-01-01'::date, -1)"
    listed = ", ".join(f"'{day.isoformat()}'" for day in days)
    return f"coalesce(width_bucket({column}, ARRAY[{listed}]::date[]), -1)"


def _likeness(package: LawPackage, plan: _Plan, compiled: CompiledStatement | None, question: Question) -> str:
    # A province is nearly the whole table: reading it in order beats one index probe a row. The sum hides the index.
    of_decision = _OF_DECISION.format(whole=" + 0" if len(question.areas) > 1 else "")
    return statement("entitlement", "likeness").format(
        bit=_bit(package),
        of_decision=f"{of_decision} {_among(question, 'decision.person_id')}",
        born=_span("person.birth_date", thresholds.days(compiled, "birth_date") if compiled else None),
        died=_span("person.death_date", thresholds.days(compiled, "death_date") if compiled else None),
        columns=", ".join(f"{column.value} AS {column.name}" for column in plan.columns),
        joins=" ".join(plan.joins),
        # Said once more, so that the walk along the numbers begins and ends where the share does.
        of_whom="" if question.people is None else _among(replace(question, only_touched=False), "person.id"),
    )


def _children(package: LawPackage) -> str:
    # "End" is the last day of the month, or the parent's day of death: what began in that month still counts.
    last = "coalesce(died.day, %(end)s::date)"
    kinds = [kind for kind in relations.asked_child_facts(package) if kind.history_of is None]
    arranged = marks.Marks((), tuple(kinds))
    pivots, columns = ["count(*) AS rows"], []
    for kind in arranged.own:
        for suffix, day in (("", last), ("__prev", "%(prev)s::date")):
            name = f"{kind.name}{suffix}"
            pivots.append(f"max(fact.value) FILTER (WHERE fact.kind = '{kind.name}' AND {_holds(day)}) AS {name}")
            columns.append(f"{marks.read_own(kind, f'coalesce(circumstance.{name}, {chr(39) * 2})')} AS {name}")
    for kind in relations.asked_child_facts(package):
        if kind.history_of is None:
            continue
        # The parent's own decision says whether a child was counted: around this month, or on the eve of the child's
        # birthday.
        benefit, _, age = kind.history_of.partition(" at ")
        day = f"(raised.birth_date + interval '{int(age)} years')" if age else "%(month)s::date"
        columns.append(
            f"(SELECT coalesce(bool_or(decision.start_month < {day} AND (decision.end_month IS NULL OR decision.end_month >= {day})), false)"
            " FROM entitlement_decision AS decision WHERE decision.person_id = raised.parent_id"
            f" AND decision.benefit = '{benefit}'"
            f" AND decision.recorded_at <= %(known_at)s::timestamptz) AS {kind.name}"
        )
    return statement("entitlement", "children").format(
        kinds=", ".join(f"'{kind.name}'" for kind in kinds) or "''",
        child_circumstance_columns=", ".join(pivots),
        child_columns="".join(f", {column}" for column in columns),
    )


def gather_facts(package: LawPackage, question: Question, compiled: CompiledStatement | None = None) -> str:
    """Fill the temporary tables `facts` and `children` for one month (dropping those of the month before).

    With the statement that will be asked, only one of each kind of people whom it cannot tell apart has a row in them,
    and only the facts that it reads; without it, everybody has, with all facts. Returns the columns of `likeness` and
    `spokesman` in which people who are alike are equal.
    """
    parameters = {
        "month": question.month.first_day,
        "end": question.month.last_day,
        "prev": question.month.plus(-1).last_day,
        "known_at": question.known_at,
        "benefits": [benefit.code for benefit in package.benefits],
        "areas": list(question.areas),
    }
    plan = _plan(package, compiled, question)
    with connection.cursor() as cursor:
        # One set of tables for all months of a run: twelve months would otherwise lie in memory side by side.
        cursor.execute("DROP TABLE IF EXISTS likeness, spokesman, facts, children")
        # A million people are merged in the order of their numbers, a handful are looked up one by one.
        cursor.execute(_A_FEW if question.only_touched else _IN_ORDER)
        cursor.execute(_likeness(package, plan, compiled, question), parameters)
        cursor.execute(_HASHED)
        # The smallest number and days stand for all: within a kind no two can be told apart.
        cursor.execute(
            "CREATE TEMPORARY TABLE spokesman ON COMMIT DROP AS SELECT min(person_id) AS person_id, min(birth_date) AS birth_date,"
            f" min(death_date) AS death_date, {plan.key} FROM likeness GROUP BY {plan.key}"
        )
        columns = ", ".join(f"{value} AS {name}" for name, value in plan.facts)
        cursor.execute(statement("entitlement", "facts").format(fact_columns=columns))
        cursor.execute(_A_FEW if question.only_touched else _HASHED)
        cursor.execute(_children(package), parameters)
        # The law's statement joins these two; with fresh statistics it is planned for the size they have.
        cursor.execute("ANALYZE facts (person_id, death_date); ANALYZE children (person_id)")
        cursor.execute(_HASHED)
    return plan.key


def wording(package: LawPackage, compiled: CompiledStatement, question: Question) -> str:
    """Return the SQL by which everybody's facts of the month are read: where it is equal, equal facts give equal answers."""
    question = replace(question, only_touched=False, people=None)
    plan = _plan(package, compiled, question)
    columns = ", ".join(f"{value} AS {name}" for name, value in plan.facts)
    return "\n".join((_likeness(package, plan, compiled, question), plan.key, columns, _children(package)))


def _planner(**allowed: str) -> str:
    return "; ".join(f"SET LOCAL {name} = {value}" for name, value in allowed.items())


# These statements read whole tables; one wrong row estimate must not turn them into a loop per person. A parallel worker
# would repeat what is grouped by person: less waiting on an idle machine, a third more work on any.
_HASHED = _planner(
    max_parallel_workers_per_gather="0",
    enable_nestloop="off",
    enable_mergejoin="off",
    enable_hashjoin="on",
    enable_hashagg="on",
)
_IN_ORDER = _planner(
    max_parallel_workers_per_gather="0",
    enable_nestloop="off",
    enable_mergejoin="on",
    enable_hashjoin="off",
    enable_hashagg="off",
)
_A_FEW = _planner(enable_nestloop="on", enable_mergejoin="on", enable_hashjoin="on", enable_hashagg="on")
