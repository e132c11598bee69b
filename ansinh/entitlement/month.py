"""Law × people for one month: builds the facts of everybody with a decision and runs the law's one statement over them.

Results land in two temporary tables, `entitled` and `undecided`. The number of statements does not depend on how many
people there are.
"""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

from ansinh.base.months import Month
from ansinh.base.statements import statement
from ansinh.law.compiler import CompiledStatement, compile_month
from ansinh.law.package import LawBook, LawPackage
from ansinh.law.relations import asked_child_facts, asked_facts, history_columns, instants_of
from ansinh.law.words import NEVER, FactKind

# "End" is the last day of the month, or the day of death of somebody who died in it: what began in that month still counts.
_LAST = "coalesce(died.day, %(end)s)"
_AT_END = f"fact.valid_from <= {_LAST} AND (fact.valid_to IS NULL OR fact.valid_to > {_LAST})"
_AT_PREV = "fact.valid_from <= %(prev)s"
# Facts that other tables than people_circumstance know.
_ELSEWHERE = {
    "household_poverty": ("coalesce(poverty.at_end, 'none')", "coalesce(poverty.at_prev, 'none')"),
    "area_hardship": (
        # Only the few who died in the month ask for another day than everybody in their area.
        "CASE WHEN died.day IS NULL THEN coalesce(hardship.at_end, false) ELSE EXISTS (SELECT FROM office_hardship AS one"
        " WHERE one.area_id = person.area_id AND one.valid_from <= died.day AND (one.valid_to IS NULL OR one.valid_to > died.day)) END",
        "coalesce(hardship.at_prev, false)",
    ),
}
_PROTECTED = ("hiv",)


@dataclass(frozen=True)
class Question:
    """What is asked of the registry: a month, the law known on a day, the facts known at an instant, some areas."""

    month: Month
    known_on: datetime.date
    known_at: datetime.datetime
    areas: Sequence[int]


def compile_for(package: LawPackage, question: Question) -> CompiledStatement:
    """Return the law's PostgreSQL statement for the month, as known on the question's day."""
    return compile_month(package, question.month, question.known_on, "postgres")


def domains_with_decisions(law: LawBook | LawPackage, question: Question) -> list[LawPackage]:
    """Return the domains of which somebody in the areas has, or had, a decision by the month, and those they ask about."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT benefit FROM entitlement_decision WHERE area_id = ANY (%s) AND start_month <= %s",
            [list(question.areas), question.month.first_day],
        )
        decided = {benefit for (benefit,) in cursor.fetchall()}
    found = [p for p in law.packages if question.month >= p.first_month and decided & {b.code for b in p.benefits}]
    # The first domain always answers: a register whose decisions have all ended may still have money to take back.
    needed = {id(p) for p in (law.packages[0], *found)} | {id(e) for p in found for e in p.earlier if asks(p, e)}
    return [package for package in law.packages if id(package) in needed]


def asks(package: LawPackage, earlier: LawPackage) -> bool:
    """Return whether the domain asks what the earlier one gives."""
    outcomes = [package.facts[name].outcome for name in package.questions]
    return any(outcome is not None and outcome.domain == earlier.name for outcome in outcomes)


def make_result_tables() -> None:
    """Create the empty temporary tables `entitled` and `undecided` for the rest of the transaction."""
    with connection.cursor() as cursor:
        # These statements read whole tables; one wrong row estimate must not turn them into a loop per person.
        cursor.execute("SET LOCAL enable_nestloop = off")
        cursor.execute(
            "DROP TABLE IF EXISTS entitled, undecided, met;"
            "CREATE TEMPORARY TABLE entitled (person_id bigint, benefit text, for_month date, rule text, amount_dong bigint) ON COMMIT DROP;"
            "CREATE TEMPORARY TABLE undecided (person_id bigint, benefit text, for_month date) ON COMMIT DROP;"
            "CREATE TEMPORARY TABLE met (person_id bigint, benefit text, for_month date) ON COMMIT DROP"
        )


def _typed(kind: FactKind, source: str) -> str:
    """Return SQL that turns a fact stored as text into its type: missing is the law's "no", "unknown" is NULL."""
    known, missing = {
        "bool": (f"{source} = 'true'", "false"),
        "enum": (source, f"'{kind.missing}'"),
        "date": (f"({source})::date", f"'{NEVER}'::date"),
    }.get(kind.type, (f"({source})::bigint", "0"))
    return f"CASE WHEN {source} IS NULL THEN {missing} WHEN {source} <> 'unknown' THEN {known} END"


def _outcome(kind: FactKind) -> str:
    """Return SQL for what an earlier domain gives this month, from the table that its statement left."""
    assert kind.outcome is not None
    codes = ", ".join(f"'{code}'" for code in kind.outcome.benefits)
    if kind.outcome.what == "received":
        return (
            f"EXISTS (SELECT FROM entitlement_decision AS one WHERE one.person_id = person.id AND one.benefit IN ({codes})"
            " AND one.start_month < %(month)s::date AND (one.end_month IS NULL OR one.end_month >= %(month)s::date))"
        )
    where = "WHERE one.person_id = person.id AND one.for_month = %(month)s::date"
    given = f"EXISTS (SELECT FROM {'entitled' if kind.outcome.what == 'paid' else 'met'} AS one {where} AND one.benefit IN ({codes}))"
    doubtful = f"EXISTS (SELECT FROM undecided AS one {where} AND one.benefit IN ({codes}))"
    return f"CASE WHEN {given} THEN true WHEN {doubtful} THEN NULL ELSE false END"


def _pivot(name: str) -> str:
    # max() picks the only value there is: two periods of one fact never overlap. Should they, the answer is at least
    # stable.
    return (
        f"max(fact.value) FILTER (WHERE fact.kind = '{name}' AND {_AT_END}) AS {name}, "
        f"max(fact.value) FILTER (WHERE fact.kind = '{name}' AND {_AT_PREV}) AS {name}__prev"
    )


def _columns(kinds: Sequence[FactKind]) -> tuple[str, str, str]:
    """Return the column lists of the facts statement: circumstances and protected conditions as text, then all facts typed."""
    pivots: dict[str, list[str]] = {"circumstance": ["count(*) AS rows"], "protected": ["count(*) AS rows"]}
    typed = []
    for kind in kinds:
        name = kind.name
        if kind.history_of is not None:
            continue
        if kind.outcome is not None:
            typed.append(f"{_outcome(kind)} AS {name}")
            continue
        if name in _ELSEWHERE:
            typed += [f"{sql} AS {column}" for sql, column in zip(_ELSEWHERE[name], instants_of(kind), strict=True)]
            continue
        source = "protected" if name in _PROTECTED else "circumstance"
        pivots[source].append(_pivot(name))
        typed += [f"{_typed(kind, f'{source}.{column}')} AS {column}" for column in instants_of(kind)]
    return ", ".join(pivots["circumstance"]), ", ".join(pivots["protected"]), ", ".join(typed)


def _history(package: LawPackage) -> str:
    """Return the aggregates of what was in payment around the month, and on the eves of the birthdays that rules name."""
    columns = []
    for column in history_columns(package):
        age = column.removeprefix("was_receiving").removeprefix("_at_")
        by = f"person.birth_date + interval '{age} years'" if age else "%(month)s::date"
        columns.append(
            f", coalesce(bit_or(benefit.bit) FILTER (WHERE decision.start_month < {by}"
            f" AND (decision.end_month IS NULL OR decision.end_month >= {by})), 0) AS {column}"
        )
    return "".join(columns)


def gather_facts(package: LawPackage, question: Question) -> None:
    """Fill the temporary tables `facts` and `children` for one month (dropping those of the month before)."""
    circumstance, protected, typed = _columns(asked_facts(package))
    child_pivots, _, child_typed = _columns(asked_child_facts(package))
    parameters = {
        "month": question.month.first_day,
        "end": question.month.last_day,
        "prev": question.month.plus(-1).last_day,
        "known_at": question.known_at,
        "benefits": [benefit.code for benefit in package.benefits],
        "areas": list(question.areas),
    }
    facts = statement("entitlement", "facts").format(
        circumstance_columns=circumstance,
        protected_columns=protected,
        fact_columns="".join(f", {part}" for part in (typed,) if part),
        history_columns=_history(package),
        history_names="".join(f", granted.{name}" for name in history_columns(package)),
    )
    children = statement("entitlement", "children").format(
        child_columns=child_typed, child_circumstance_columns=child_pivots
    )
    with connection.cursor() as cursor:
        # One pair of tables for all months of a run: twelve months would otherwise lie in memory side by side.
        cursor.execute("DROP TABLE IF EXISTS facts, children")
        cursor.execute(facts, parameters)
        cursor.execute(children, parameters)
        # The law's statement joins these two; with fresh statistics it is planned for the size they have.
        cursor.execute("ANALYZE facts; ANALYZE children")


def evaluate(package: LawPackage, compiled: CompiledStatement, question: Question) -> None:
    """Add to `entitled` what each person is due for the month, and to `undecided` what waits for a fact."""
    gather_facts(package, question)
    parameters = {
        "benefits": list(compiled.benefits),
        "rules": [priced.rule.rule for priced in compiled.rules],
        "month": question.month.first_day,
    }
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS outcome")
        # Kept as a table because two questions are asked of it, and the law's statement is the dearest part of the
        # month.
        cursor.execute(f"CREATE TEMPORARY TABLE outcome ON COMMIT DROP AS {compiled.result_sql}")
        cursor.execute(
            "INSERT INTO entitled (person_id, benefit, for_month, rule, amount_dong)"
            " SELECT outcome.person_id, (%(benefits)s::text[])[part.benefit + 1], %(month)s, (%(rules)s::text[])[part.rule + 1], part.amount"
            f" FROM outcome CROSS JOIN LATERAL (VALUES {_slots(compiled)}) AS part (benefit, rule, amount) WHERE part.amount > 0",
            parameters,
        )
        cursor.execute(
            "INSERT INTO undecided (person_id, benefit, for_month)"
            " SELECT outcome.person_id, listed.code, %(month)s FROM outcome"
            " JOIN unnest(%(benefits)s::text[]) WITH ORDINALITY AS listed (code, position)"
            "   ON outcome.unknown & (1::bigint << (listed.position - 1)::int) <> 0 WHERE outcome.unknown <> 0",
            parameters,
        )


def _slots(compiled: CompiledStatement) -> str:
    return ", ".join(f"(s{n}_benefit_no, s{n}_rule_no, s{n}_amount_dong)" for n in range(compiled.slots))


def keep_met(package: LawPackage, question: Question) -> None:
    """Add to `met` which conditions hold this month, for the domains that ask about it; call it after `evaluate`."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO met (person_id, benefit, for_month)"
            " SELECT outcome.person_id, listed.code, %(month)s FROM outcome"
            " JOIN unnest(%(benefits)s::text[]) WITH ORDINALITY AS listed (code, position)"
            "   ON outcome.fired & (1::bigint << (listed.position - 1)::int) <> 0",
            {"month": question.month.first_day, "benefits": [benefit.code for benefit in package.benefits]},
        )


def evaluate_month(law: LawBook | LawPackage, question: Question) -> dict[str, str]:
    """Add every domain's month to the result tables, and return the hash of each domain's statement."""
    domains = domains_with_decisions(law, question)
    hashes = {}
    for domain in domains:
        compiled = compile_for(domain, question)
        hashes[domain.name] = compiled.hash
        evaluate(domain, compiled, question)
        if any(asks(later, domain) for later in domains):
            keep_met(domain, question)
    return hashes
