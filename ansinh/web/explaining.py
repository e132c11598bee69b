"""Lays out what `reports.explaining` tells of one person's month for the page: lines with their traces, turns, months.

Nothing is decided or worded here but labels; what a page says, the command and the API say too.
"""

import datetime
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language

from ansinh.base.months import Month
from ansinh.entitlement import queries as entitlement
from ansinh.reports import explaining as reports
from ansinh.reports.explaining import law
from ansinh.web.labels import kind_label, mark_label


@dataclass(frozen=True)
class FactSeen:
    """One fact on which a line rests: its value, its paper and its days."""

    label: str
    value: str
    source: str
    valid_from: datetime.date | None
    valid_to: datetime.date | None
    recorded_at: datetime.datetime | None


@dataclass(frozen=True)
class ConditionSeen:
    """One part of the condition with its mark; the mark has a word for those who cannot see it."""

    mark: str
    mark_label: str
    asks: str
    found: str


@dataclass(frozen=True)
class Trace:
    """The way of one line from its facts to its clause."""

    facts: tuple[FactSeen, ...]
    conditions: tuple[ConditionSeen, ...]
    rule: dict[str, Any]
    rule_since: datetime.date
    parameter: dict[str, Any] | None
    parameter_month: Month | None
    parameter_since: datetime.date | None


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
    is_settled: bool
    differs: bool
    # What present information would say of it, where it says something else.
    now_because: str
    trace: Trace | None


@dataclass(frozen=True)
class Answer:
    """A benefit that is not granted, or waits for a fact, and why."""

    benefit: str
    clause: str
    because: str


@dataclass(frozen=True)
class Bar:
    """One month of the picture, in units of its view box; the asked month and the months ahead look different."""

    month: Month
    x: int
    y: int
    height: int
    kind: str


@dataclass(frozen=True)
class Picture:
    """The months as bars, and the words that stand under it for everybody."""

    bars: tuple[Bar, ...]
    width: int
    height: int
    first: Month
    asked: Month
    last: Month
    highest_dong: int


@dataclass(frozen=True)
class LawUsed:
    """The law that runs of the month used; where its archive is missing, the law in force stood in for it."""

    hash: str
    label: str
    is_archived: bool
    is_in_force: bool


@dataclass(frozen=True)
class Explanation:
    """Everything said about one person's month."""

    month: Month
    lines: tuple[ExplainedLine, ...]
    total_dong: int
    not_granted: tuple[Answer, ...]
    needs_verification: tuple[Answer, ...]
    turns: tuple[Answer, ...]
    has_beginnings: bool
    spans: tuple[str, ...]
    picture: Picture | None
    unverified: tuple[Answer, ...]
    laws: tuple[LawUsed, ...]


def _language() -> str:
    return "en" if get_language() == "en" else "vi"


def benefit_name(code: str) -> str:
    """Return the benefit's name as the law package has it; the neutral group has one name for all."""
    return reports.benefit_name(code, _language())


def law_name(code: str) -> str:
    """Return the benefit's own name as the law has it: for a list of the law's benefits, never beside a person."""
    return next((f"{one.name.of(_language())} ({code})" for one in law().benefits if one.code == code), code)


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


def _sum_text(reason: dict[str, Any]) -> str:
    # Only a sum that comes from a coefficient can be shown as one; a fixed amount explains itself.
    if "coefficient" not in reason:
        return ""
    base = f"{reason['base_dong']:,}".replace(",", ".")
    return f"{reason['coefficient'].replace('.', ',')} × {base}"


def explain_month(person_id: int, month: Month, today: datetime.date) -> Explanation:
    """Return the person's month: every line of its runs with clause and reason, or, before any run, what the law says.

    Raises:
        Refused: as the law package does, when a month lies before the law held here.
    """
    told = reports.explanation_of(person_id, month, today, _language())
    return Explanation(
        month=month,
        lines=tuple(_line(*pair) for pair in zip(told["lines"], told["trace"], strict=True)),
        total_dong=told["total_dong"],
        not_granted=_answers(told["not_granted"]),
        needs_verification=_answers(told["needs_verification"]),
        turns=_answers(told["what_would_change"]),
        has_beginnings=any(row["effect"] == "begins" for row in told["what_would_change"]),
        spans=tuple(span["because"] for span in told["timeline"]["spans"]),
        picture=_picture(told["timeline"], month),
        unverified=tuple(Answer("", row["clause"], row["because"]) for row in told["unverified"]),
        laws=tuple(LawUsed(**used) for used in told["laws"]),
    )


def _answers(rows: list[dict[str, Any]]) -> tuple[Answer, ...]:
    return tuple(Answer(benefit_name(row["benefit"]), row.get("clause", ""), row["because"]) for row in rows)


def _line(line: dict[str, Any], trace: dict[str, Any] | None) -> ExplainedLine:
    return ExplainedLine(
        benefit=line["name"],
        for_month=Month.parse(line["for_month"]),
        kind=line["kind"],
        kind_label=kind_label(line["kind"]),
        amount_dong=line["amount_dong"],
        sum_text=_sum_text(line),
        clause=line["clause"],
        because=line["because"],
        is_in_run=line["is_in_run"],
        is_settled=line["is_settled"],
        differs=line["differs"],
        now_because=line.get("now_because", ""),
        trace=None if trace is None else _trace(trace),
    )


def _trace(trace: dict[str, Any]) -> Trace:
    parameter = trace["parameter"]
    return Trace(
        facts=tuple(
            FactSeen(
                fact["label"],
                fact["value"],
                fact["source"],
                _day(fact["valid_from"]),
                _day(fact["valid_to"]),
                datetime.datetime.fromisoformat(fact["recorded_at"]) if fact["recorded_at"] else None,
            )
            for fact in trace["facts"]
        ),
        conditions=tuple(
            ConditionSeen(part["mark"], mark_label(part["mark"]), part["asks"], part["found"])
            for part in trace["conditions"]
        ),
        rule=trace["rule"],
        rule_since=datetime.date.fromisoformat(trace["rule"]["in_force_from"]),
        parameter=parameter,
        parameter_month=Month.parse(parameter["applies_from"]) if parameter else None,
        parameter_since=datetime.date.fromisoformat(parameter["in_force_from"]) if parameter else None,
    )


def _day(text: str | None) -> datetime.date | None:
    return None if text is None else datetime.date.fromisoformat(text)


# ── the picture ──────────────────────────────────────────────────────────────────────────────────────────────────────

_STEP, _HEIGHT, _BAR = 20, 100, 16


def _picture(timeline: dict[str, Any], asked: Month) -> Picture | None:
    months = timeline["months"]
    highest = max((one["due_dong"] for one in months), default=0)
    # A row of empty places is no picture; the sentence below it says that nothing is due.
    if not highest:
        return None
    bars = []
    for place, one in enumerate(months):
        month = Month.parse(one["month"])
        height = one["due_dong"] * _HEIGHT // highest
        kind = "asked" if month == asked else "ahead" if month > asked else "behind"
        bars.append(Bar(month, place * _STEP + (_STEP - _BAR) // 2, _HEIGHT - height, height, kind))
    first, last = bars[0].month, bars[-1].month
    return Picture(tuple(bars), len(bars) * _STEP, _HEIGHT, first, asked, last, highest)
