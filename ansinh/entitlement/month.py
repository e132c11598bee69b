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

_AT_END = "fact.valid_from <= asked.last_day AND (fact.valid_to IS NULL OR fact.valid_to > asked.last_day)"
_AT_PREV = "fact.valid_from <= asked.day_before"
# Facts that other tables than people_circumstance know.
_ELSEWHERE = {
    "household_poverty": ("coalesce(poverty.at_end, 'none')", "coalesce(poverty.at_prev, 'none')"),
    "area_hardship": ("coalesce(hardship.at_end, false)", "coalesce(hardship.at_prev, false)"),
    "sex": ("person.sex", "person.sex"),
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
        cursor.execute(
            "CREATE TEMPORARY TABLE entitled (person_id bigint, benefit text, for_month date, rule text, amount_dong bigint) ON COMMIT DROP;"
            "CREATE TEMPORARY TABLE undecided (person_id bigint, benefit text, for_month date) ON COMMIT DROP"
        )


def _typed(kind: str, source: str, missing: str) -> str:
    """Return SQL that turns a fact stored as text into its type: missing is the law's "no", "unknown" is NULL."""
    known = {"bool": f"({source} = 'true')", "int": f"({source})::bigint"}.get(kind, source)
    return f"CASE WHEN {source} = 'unknown' THEN NULL WHEN {source} IS NULL THEN {missing} ELSE {known} END"


def _pivot(name: str) -> str:
    return (f"max(fact.value) FILTER (WHERE fact.kind = '{name}' AND {_AT_END}) AS {name}, "
            f"max(fact.value) FILTER (WHERE fact.kind = '{name}' AND {_AT_PREV}) AS {name}__prev")


def _fact_columns(package: LawPackage, names: Sequence[str]) -> tuple[str, str, str]:
    """Return the three column lists of the facts statement: circumstances, protected, and the typed facts."""
    circumstance, protected, typed = ["count(*) AS rows"], ["count(*) AS rows"], ["1 AS present"]
    for name in names:
        if name in _ELSEWHERE:
            at_end, at_prev = _ELSEWHERE[name]
            typed.append(f"{at_end} AS {name}, {at_prev} AS {name}__prev")
            continue
        source = "protected" if name in _PROTECTED else "circumstance"
        (protected if name in _PROTECTED else circumstance).append(_pivot(name))
        fact = package.facts[name]
        typed += [f"{_typed(fact.type, f'{source}.{name}{suffix}', fact.sql_default)} AS {name}{suffix}" for suffix in ("", "__prev")]
    return ", ".join(circumstance), ", ".join(protected), ", ".join(typed)


def _child_columns(package: LawPackage, names: Sequence[str]) -> tuple[str, str]:
    pivots, typed = ["count(*) AS rows"], []
    for name in names:
        pivots.append(_pivot(name))
        fact = package.child_facts[name]
        typed += [f"{_typed(fact.type, f'circumstance.{name}{suffix}', fact.sql_default)} AS {name}{suffix}" for suffix in ("", "__prev")]
    return ", ".join(pivots), ", ".join(typed)


def gather_facts(package: LawPackage, compiled: CompiledStatement, question: Question) -> None:
    """Fill the temporary tables `facts` and `children` for one month (dropping those of the month before)."""
    circumstance, protected, typed = _fact_columns(package, compiled.fact_columns)
    child_pivots, child_typed = _child_columns(package, compiled.child_columns)
    parameters = {
        "month": question.month.first_day, "end": question.month.last_day, "prev": question.month.plus(-1).last_day,
        "known_at": question.known_at, "benefits": list(compiled.benefits), "areas": list(question.areas),
        "k4_bit": 1 << compiled.benefits.index("K4") if "K4" in compiled.benefits else 0,
    }
    facts = statement("entitlement", "facts").format(
        circumstance_columns=circumstance, protected_columns=protected, fact_columns=typed)
    children = statement("entitlement", "children").format(child_columns=child_typed, child_circumstance_columns=child_pivots)
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS facts, children")
        cursor.execute(facts, parameters)
        cursor.execute(children, parameters)
        cursor.execute("ANALYZE facts; ANALYZE children")


def evaluate(package: LawPackage, compiled: CompiledStatement, question: Question) -> None:
    """Add to `entitled` what each person is due for the month, and to `undecided` what waits for a fact."""
    gather_facts(package, compiled, question)
    parameters = {"benefits": list(compiled.benefits), "rules": [rule.id for rule in compiled.rules],
                  "month": question.month.first_day}
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS outcome")
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
