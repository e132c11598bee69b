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
from ansinh.law.package import LawPackage
from ansinh.law.words import FactKind

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


def make_result_tables() -> None:
    """Create the empty temporary tables `entitled` and `undecided` for the rest of the transaction."""
    with connection.cursor() as cursor:
        # These statements read whole tables; one wrong row estimate must not turn them into a loop per person.
        cursor.execute("SET LOCAL enable_nestloop = off")
        cursor.execute(
            "DROP TABLE IF EXISTS entitled, undecided;"
            "CREATE TEMPORARY TABLE entitled (person_id bigint, benefit text, for_month date, rule text, amount_dong bigint) ON COMMIT DROP;"
            "CREATE TEMPORARY TABLE undecided (person_id bigint, benefit text, for_month date) ON COMMIT DROP"
        )


def _typed(kind: FactKind, source: str) -> str:
    """Return SQL that turns a fact stored as text into its type: missing is the law's "no", "unknown" is NULL."""
    known, missing = {
        "bool": (f"{source} = 'true'", "false"),
        "enum": (source, f"'{kind.missing}'"),
    }.get(kind.type, (f"({source})::bigint", "0"))
    return f"CASE WHEN {source} IS NULL THEN {missing} WHEN {source} <> 'unknown' THEN {known} END"


def _pivot(name: str) -> str:
    # max() picks the only value there is: two periods of one fact never overlap. Should they, the answer is at least
    # stable.
    return (
        f"max(fact.value) FILTER (WHERE fact.kind = '{name}' AND {_AT_END}) AS {name}, "
        f"max(fact.value) FILTER (WHERE fact.kind = '{name}' AND {_AT_PREV}) AS {name}__prev"
    )


def _columns(kinds: dict[str, FactKind]) -> tuple[str, str, str]:
    """Return the column lists of the facts statement: circumstances and protected conditions as text, then all facts typed."""
    pivots: dict[str, list[str]] = {"circumstance": ["count(*) AS rows"], "protected": ["count(*) AS rows"]}
    typed = []
    for name, kind in kinds.items():
        if not kind.in_conditions or kind.history_of is not None:
            continue
        if name in _ELSEWHERE:
            at_end, at_prev = _ELSEWHERE[name]
            typed.append(f"{at_end} AS {name}, {at_prev} AS {name}__prev")
            continue
        source = "protected" if name in _PROTECTED else "circumstance"
        pivots[source].append(_pivot(name))
        typed += [f"{_typed(kind, f'{source}.{name}{suffix}')} AS {name}{suffix}" for suffix in ("", "__prev")]
    return ", ".join(pivots["circumstance"]), ", ".join(pivots["protected"]), ", ".join(typed)


def gather_facts(package: LawPackage, question: Question) -> None:
    """Fill the temporary tables `facts` and `children` for one month (dropping those of the month before)."""
    circumstance, protected, typed = _columns(package.facts)
    child_pivots, _, child_typed = _columns(package.child_facts)
    parameters = {
        "month": question.month.first_day,
        "end": question.month.last_day,
        "prev": question.month.plus(-1).last_day,
        "known_at": question.known_at,
        "benefits": [benefit.code for benefit in package.benefits],
        "areas": list(question.areas),
    }
    facts = statement("entitlement", "facts").format(
        circumstance_columns=circumstance, protected_columns=protected, fact_columns=typed
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
            " FROM outcome CROSS JOIN LATERAL (VALUES (main_benefit_no, main_rule_no, main_amount_dong),"
            " (extra_benefit_no, extra_rule_no, extra_amount_dong)) AS part (benefit, rule, amount) WHERE part.amount > 0",
            parameters,
        )
        cursor.execute(
            "INSERT INTO undecided (person_id, benefit, for_month)"
            " SELECT outcome.person_id, listed.code, %(month)s FROM outcome"
            " JOIN unnest(%(benefits)s::text[]) WITH ORDINALITY AS listed (code, position)"
            "   ON outcome.unknown & (1::bigint << (listed.position - 1)::int) <> 0 WHERE outcome.unknown <> 0",
            parameters,
        )
