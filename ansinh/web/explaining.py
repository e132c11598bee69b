"""Explains each đồng of one person's month: the lines that were paid, joined with the law's clause and sentence for each.

The payroll is the truth about money, the law about reasons; where the two no longer agree (a fact changed since), the
page says so instead of hiding it. A reason that is hidden only for a health status would tell it: benefits that hang on
one are shown in the same words as a large, ordinary group (ADR 0011), with the clause that all of them share.
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
from ansinh.law.package import LawBook, load_book
from ansinh.payroll import queries as payroll
from ansinh.web.labels import NEUTRAL_BENEFITS, kind_label, social_assistance


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
def law() -> LawBook:
    """Return the law package, read once for the life of the process: laws change with a release, never under a page."""
    return load_book()


def _language() -> str:
    return "en" if get_language() == "en" else "vi"


def benefit_name(code: str) -> str:
    """Return the benefit's name as the law package has it; the neutral group has one name for all."""
    names = {benefit.code: benefit.name for benefit in law().benefits}
    if code in NEUTRAL_BENEFITS or code not in names:
        return social_assistance()
    return f"{names[code].of(_language())} ({code})"


def fact_name(kind: str, fallback: str) -> str:
    """Return what a fact is called in the law package."""
    # Facts about a child stand in a list of their own, under names that no fact of the person has.
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
    return explain(
        package,
        package.person(entitlement.facts_of(package, person_id)),
        month,
        known_on,
        settled,
        language=_language(),
    )


def _sum_text(reason: dict[str, Any]) -> str:
    # Only a sum that comes from a coefficient can be shown as one; a fixed amount explains itself.
    if "coefficient" not in reason:
        return ""
    base = f"{reason['base_dong']:,}".replace(",", ".")
    return f"{reason['coefficient'].replace('.', ',')} × {base}"


def _shared_clause(for_month: Month, known_on: datetime.date) -> str:
    """Return the clause that fixes the amounts of all groups, without the point that would tell the group."""
    rules = law().packages[0].month_law(for_month, known_on).by_benefit
    found = next((priced.clause for code in sorted(NEUTRAL_BENEFITS) for priced in rules.get(code, ())), "")
    return found.split(" điểm ")[0]


def _neutral(line: payroll.LineRow, known_on: datetime.date) -> ExplainedLine:
    """Return the words that every benefit of the neutral group gets: only amount, month and kind differ."""
    return ExplainedLine(
        benefit=benefit_name(line.benefit),
        for_month=line.for_month,
        kind=line.kind,
        kind_label=kind_label(line.kind),
        amount_dong=line.amount_dong,
        sum_text="",
        clause=_shared_clause(line.for_month, known_on),
        because="",
        is_in_run=True,
        # The law is asked here without the protected facts: what it misses must not look like a change.
        differs=False,
    )


def _explained(line: payroll.LineRow, reason: dict[str, Any] | None) -> ExplainedLine:
    """Return a line of a run with the reason that the law gives for it now."""
    said = reason or {}
    differs = said.get("amount_dong") != line.amount_dong
    return ExplainedLine(
        benefit=benefit_name(line.benefit),
        for_month=line.for_month,
        kind=line.kind,
        kind_label=kind_label(line.kind),
        amount_dong=line.amount_dong,
        sum_text="" if differs else _sum_text(said),
        clause=said.get("clause", ""),
        because=said.get("because", ""),
        is_in_run=True,
        differs=differs,
    )


def _announced(reason: dict[str, Any]) -> ExplainedLine:
    """Return what the law says is due before any run of the month has said it."""
    return ExplainedLine(
        benefit=benefit_name(reason["benefit"]),
        for_month=Month.parse(reason["for_month"]),
        kind=reason["kind"],
        kind_label=kind_label(reason["kind"]),
        amount_dong=reason["amount_dong"],
        sum_text=_sum_text(reason),
        clause=reason["clause"],
        because=reason["because"],
        is_in_run=False,
        differs=False,
    )


def explain_month(person_id: int, month: Month, known_on: datetime.date) -> Explanation:
    """Return the person's month: every line of its runs with clause and reason, or, before any run, what the law says.

    Whoever has had a benefit of the neutral group gets no list of refusals and no remark on changes: the law, asked
    without the protected facts, would answer differently for a person with HIV, and that difference would tell it.

    Raises:
        Refused: as the law package does, when a month lies before the law held here.
    """
    lines = payroll.person_lines(person_id, month)
    # The law is asked as the run was: with what had been settled before it, so that it finds the same differences.
    asked = _ask(person_id, month, known_on, _settled_before(lines, month))
    reasons = {(line["benefit"], Month.parse(line["for_month"])): line for line in asked["lines"]}
    decided = {row.benefit for row in entitlement.decisions_of(person_id)} | {line.benefit for line in lines}
    explained = []
    for line in lines:
        said = _explained(line, reasons.get((line.benefit, line.for_month)))
        is_neutral = line.benefit in NEUTRAL_BENEFITS or (said.differs and not decided.isdisjoint(NEUTRAL_BENEFITS))
        explained.append(_neutral(line, known_on) if is_neutral else said)
    if not lines:
        # Without a decision the law's answer is a right on paper; only decided benefits are announced as pay.
        announced = entitlement.granted_in(person_id, month) - NEUTRAL_BENEFITS
        explained = [_announced(reason) for reason in asked["lines"] if reason["benefit"] in announced]
    # This month first, then the arrears from the oldest month on, as a pay slip lists them.
    explained.sort(key=lambda line: (line.for_month != month, line.for_month, line.benefit))
    return Explanation(
        month=month,
        lines=tuple(explained),
        total_dong=sum(line.amount_dong for line in explained),
        not_granted=_answers(asked["not_granted"], decided),
        needs_verification=_answers(asked["needs_verification"], decided),
    )


def _answers(rows: Sequence[dict[str, Any]], decided: set[str]) -> tuple[Answer, ...]:
    # A "no" to every other benefit of the group would leave the one that is paid.
    if not decided.isdisjoint(NEUTRAL_BENEFITS):
        return ()
    return tuple(
        Answer(benefit_name(row["benefit"]), row.get("clause", ""), row["because"])
        for row in rows
        if row["benefit"] not in NEUTRAL_BENEFITS
    )
