"""Explains each đồng of one person's month: the lines that were paid, joined with the law's clause and sentence for each.

The payroll is the truth about money, the law about reasons; where the two no longer agree (a fact changed since), the
page says so instead of hiding it. What hangs on a health status is shown as a sum without its reason.
"""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.utils.translation import get_language

from ansinh.base.months import Month
from ansinh.entitlement import queries as entitlement
from ansinh.law.explanation import explain
from ansinh.law.facts import read_facts
from ansinh.law.package import LawPackage, load_package
from ansinh.payroll import queries as payroll
from ansinh.web.labels import PROTECTED_BENEFITS, kind_label, social_assistance


@dataclass(frozen=True)
class ExplainedLine:
    """One line of pay with its reason. `is_in_run` tells a line of a payroll from what the law says now."""

    benefit: str
    for_month: Month
    kind: str
    kind_label: str
    amount_dong: int
    sum_text: str
    clause: str
    because: str
    is_in_run: bool
    differs: bool


@dataclass(frozen=True)
class Answer:
    """A benefit that is not granted, or waits for a fact, and why."""

    benefit: str
    clause: str
    because: str


@dataclass(frozen=True)
class Explanation:
    """Everything said about one person's month."""

    month: Month
    lines: tuple[ExplainedLine, ...]
    total_dong: int
    not_granted: tuple[Answer, ...]
    needs_verification: tuple[Answer, ...]


@cache
def law() -> LawPackage:
    """Return the law package, read once for the life of the process: laws change with a release, never under a page."""
    return load_package()


def _language() -> str:
    return "en" if get_language() == "en" else "vi"


def benefit_name(code: str) -> str:
    """Return the benefit's name as the law package has it; one that tells a health status is plain social assistance."""
    names = {benefit.code: benefit.name for benefit in law().benefits}
    if code in PROTECTED_BENEFITS or code not in names:
        return social_assistance()
    return f"{names[code].of(_language())} ({code})"


def fact_name(kind: str, fallback: str) -> str:
    """Return what a fact is called in the law package."""
    found = law().facts.get(kind) or law().child_facts.get(kind)
    return found.label.of(_language()) if found else fallback


def fact_value(kind: str, value: str) -> str:
    """Return a stored fact's value in words."""
    words = {"true": ("có", "yes"), "false": ("không", "no"), "unknown": ("chưa rõ", "not known")}
    if value in words:
        return words[value][_language() == "en"]
    found = law().facts.get(kind)
    return found.members[value].of(_language()) if found and value in found.members else value


@dataclass(frozen=True)
class PlaceFact:
    """A fact that hangs on the household or the place, not on a record about the person alone."""

    kind: str
    value: str
    valid_from: datetime.date
    valid_to: datetime.date | None


def place_facts(person_id: int) -> list[PlaceFact]:
    """Return the household's poverty class and the place's hardship through time."""
    facts = entitlement.facts_of(law(), person_id)
    return [
        PlaceFact(kind, fact_value(kind, _plain(period["value"])), *_days(period))
        for kind in ("household_poverty", "area_hardship")
        for period in facts.get(kind, ())
    ]


def _plain(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _days(period: dict[str, Any]) -> tuple[datetime.date, datetime.date | None]:
    end = period["to"]
    return datetime.date.fromisoformat(period["from"]), datetime.date.fromisoformat(end) if end else None


def _settled_before(lines: Sequence[payroll.LineRow], month: Month) -> dict[tuple[str, Month], int]:
    """Return what had been settled before these lines, as far as they tell; this month's regular pay is not settled yet."""
    return {
        (line.benefit, line.for_month): line.settled_before_dong
        for line in lines
        if line.for_month != month or line.settled_before_dong
    }


def _ask(
    person_id: int, month: Month, known_on: datetime.date, settled: dict[tuple[str, Month], int]
) -> dict[str, Any]:
    package = law()
    facts = read_facts(
        entitlement.facts_of(package, person_id),
        package.facts,
        package.child_facts,
        frozenset(benefit.code for benefit in package.benefits),
    )
    return explain(package, facts, month, known_on, settled)


def _sum_text(reason: dict[str, Any]) -> str:
    if "coefficient" not in reason:
        return ""
    base = f"{reason['base_dong']:,}".replace(",", ".")
    return f"{reason['coefficient'].replace('.', ',')} × {base}"


def _explained(
    line: payroll.LineRow | None, reason: dict[str, Any] | None, benefit: str, for_month: Month
) -> ExplainedLine:
    said = {} if reason is None or benefit in PROTECTED_BENEFITS else reason
    kind = line.kind if line else said["kind"]
    amount_dong = line.amount_dong if line else said["amount_dong"]
    differs = line is not None and reason is not None and reason["amount_dong"] != amount_dong
    return ExplainedLine(
        benefit=benefit_name(benefit),
        for_month=for_month,
        kind=kind,
        kind_label=kind_label(kind),
        amount_dong=amount_dong,
        sum_text="" if differs else _sum_text(said),
        clause=said.get("clause", ""),
        because=said.get("because", ""),
        is_in_run=line is not None,
        differs=differs,
    )


def explain_month(person_id: int, month: Month, known_on: datetime.date) -> Explanation:
    """Return the person's month: every line of its runs with clause and reason, or, before any run, what the law says.

    Raises:
        Refused: as the law package does, when a month lies before the law held here.
    """
    lines = payroll.person_lines(person_id, month)
    # The law is asked as the run was: with what had been settled before it, so that it finds the same differences.
    asked = _ask(person_id, month, known_on, _settled_before(lines, month))
    reasons = {(line["benefit"], Month.parse(line["for_month"])): line for line in asked["lines"]}
    granted = entitlement.granted_in(person_id, month)
    explained = [
        _explained(line, reasons.get((line.benefit, line.for_month)), line.benefit, line.for_month) for line in lines
    ]
    if not lines:
        # Without a decision the law's answer is a right on paper; only decided benefits are announced as pay.
        explained = [
            _explained(None, reason, benefit, for_month)
            for (benefit, for_month), reason in reasons.items()
            if benefit in granted and benefit not in PROTECTED_BENEFITS
        ]
    # This month first, then the arrears from the oldest month on, as a pay slip lists them.
    explained.sort(key=lambda line: (line.for_month != month, line.for_month, line.benefit))
    return Explanation(
        month=month,
        lines=tuple(explained),
        total_dong=sum(line.amount_dong for line in explained),
        not_granted=_answers(asked["not_granted"]),
        needs_verification=_answers(asked["needs_verification"]),
    )


def _answers(rows: Sequence[dict[str, Any]]) -> tuple[Answer, ...]:
    # Even "no" about these benefits would tell a health status.
    return tuple(
        Answer(benefit_name(row["benefit"]), row.get("clause", ""), row["because"])
        for row in rows
        if row["benefit"] not in PROTECTED_BENEFITS
    )
