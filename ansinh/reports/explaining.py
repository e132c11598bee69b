"""One person's month as pages and the API tell it: what the law tells, with the papers of the registry and the run's lines.

The payroll is the truth about money, the law about reasons; where the two no longer agree (a fact changed since), the
line gives the reasons of then, and says so. A reason that is hidden only for a health status would tell it: benefits
that hang on one are told in the same words as a large, ordinary group, and of whoever has had one of them nothing is
told that could take the group apart (ADR 0011).
"""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from ansinh.base.months import Month
from ansinh.entitlement import queries as entitlement
from ansinh.entitlement import releases
from ansinh.entitlement.granting import NEUTRAL_BENEFITS
from ansinh.law.answers import Inquiry
from ansinh.law.package import LawBook
from ansinh.law.telling import tell
from ansinh.law.tree import facts_of
from ansinh.law.words import Text
from ansinh.payroll import queries as payroll
from ansinh.people.remembering import as_known, is_file_changed_since

# On these facts hangs nobody but that group: a row here, or its absence, would take the group apart again.
NEUTRAL_FACTS = frozenset(
    {"hiv", "stable_income", "support_obligor", "no_caregiver_case", "other_parent_unidentifiable"}
)
NEUTRAL_NAME = Text("Trợ cấp xã hội hằng tháng", "Monthly social assistance")


def law(area_id: int | None = None) -> LawBook:
    """Return the law in force, out of its archive, as it stands in the area's province: the next payroll is made by it."""
    return releases.law_in_force(area_id)


@lru_cache(maxsize=64)
def kept_apart(book: LawBook) -> frozenset[str]:
    """Return the neutral group and every benefit that hangs on it, or on a fact on which only the group hangs.

    Whoever cares for a child without care is told by that what the child is; a carer's "no" or "if" would do the same.
    """
    found = set(NEUTRAL_BENEFITS)
    for package in book.packages:
        telling = set(NEUTRAL_FACTS)
        for name in package.questions:
            outcome = package.facts[name].outcome
            if outcome is not None and not found.isdisjoint(outcome.benefits):
                telling.add(name)
        found |= {rule.benefit for rule in package.rules if not telling.isdisjoint(facts_of(rule.condition))}
    return frozenset(found)


def benefit_name(code: str, language: str) -> str:
    """Return the benefit's name as the law package has it; the neutral group has one name for all."""
    names = {benefit.code: benefit.name for benefit in law().benefits}
    if code in NEUTRAL_BENEFITS or code not in names:
        return NEUTRAL_NAME.of(language)
    return f"{names[code].of(language)} ({code})"


@dataclass(frozen=True)
class Pinned:
    """The law that runs were made by, and the day on which they asked it; `release` is None where it is not kept."""

    package: LawBook
    known_on: datetime.date
    law_hash: str = ""
    release: releases.ReleaseRow | None = None
    # When the run looked at the register; None before any run.
    facts_known_at: datetime.datetime | None = None


def _pinned(
    person_id: int, lines: Sequence[payroll.LineRow], month: Month, today: datetime.date
) -> list[tuple[Pinned, list[payroll.LineRow]]]:
    """Return each law that the month's runs used with its lines, the newest last; before any run the law in force."""
    if not lines:
        runs = payroll.runs(month)
        return [(Pinned(law(entitlement.area_of(person_id)), runs[-1].known_on if runs else today), [])]
    # Runs of one month may have used different laws, and have asked one law on different days.
    groups: dict[tuple[datetime.date, str, int, datetime.datetime], list[payroll.LineRow]] = {}
    for line in lines:
        groups.setdefault((line.known_on, line.law_hash, line.run_area_id, line.facts_known_at), []).append(line)
    return [(_law_of(*key), groups[key]) for key in sorted(groups)]


def _law_of(known_on: datetime.date, law_hash: str, area_id: int, facts_known_at: datetime.datetime) -> Pinned:
    # What was refused or superseded since is still what the run used. A run older than the archive is explained by the
    # law in force, and the page says so.
    used = releases.law_used(law_hash, area_id)
    release = releases.release_of(law_hash) if used else None
    return Pinned(used or law(area_id), known_on, law_hash, release, facts_known_at)


def _laws(pinned: Sequence[Pinned]) -> list[dict[str, Any]]:
    """Return the laws that the month's runs used, in words."""
    current = releases.in_force()
    return [
        {
            "hash": one.law_hash,
            "label": one.release.label if one.release else "",
            "is_archived": one.release is not None,
            "is_in_force": current is not None and current.hash == one.law_hash,
        }
        for one in pinned
        if one.law_hash
    ]


def explanation_of(person_id: int, month: Month, today: datetime.date, language: str) -> dict[str, Any]:
    """Return everything that is told about a person's month, in the form of `ansinh law explain --full`.

    Its `lines` are those of the month's runs, or, before any run, what the law says of decided benefits. The law is
    asked as the newest run asked it, else as known today. The caller's scope must cover the person.

    Raises:
        Refused: as the law package does, when a month lies before the law held here.
    """
    lines = payroll.person_lines(person_id, month)
    decisions = entitlement.decisions_of(person_id)
    had = {row.benefit for row in decisions} | {line.benefit for line in lines}
    is_neutral, records = not had.isdisjoint(NEUTRAL_BENEFITS), entitlement.records_of(person_id)
    told: dict[str, Any] = {}
    found: list[Told] = []
    laws = _pinned(person_id, lines, month, today)
    for pinned, own in laws:
        inquiry = _inquiry(person_id, pinned, decisions, language)
        # The law is asked as the run was: with what had been settled before it, so that it finds the same differences.
        told = tell(inquiry, month, _settled_before(own, month), records)
        then = _told_then(person_id, pinned, own, month, language) or told
        found += _lines(then, told, own, pinned, language, is_neutral=is_neutral)
    settled = payroll.settled_of(person_id)
    for line, _ in found:
        # Paid as arrears by a later month's run, perhaps.
        line["is_settled"] = bool(settled.get((line["benefit"], Month.parse(line["for_month"]))))
    # This month first, then the arrears from the oldest month on, as a pay slip lists them.
    found.sort(key=lambda one: (one[0]["for_month"] != str(month), one[0]["for_month"], one[0]["name"]))
    told |= {
        "lines": [line for line, _ in found],
        "trace": [trace for _, trace in found],
        "total_dong": sum(line["amount_dong"] for line, _ in found),
        "laws": _laws([pinned for pinned, _ in laws]),
        "timeline": _with_settled(told["timeline"], settled),
    }
    return _without_what_tells(told, kept_apart(laws[-1][0].package), is_neutral=is_neutral)


def _told_then(
    person_id: int, pinned: Pinned, own: Sequence[payroll.LineRow], month: Month, language: str
) -> dict[str, Any] | None:
    """Return what the law says of the facts as known when the run looked, or None when nothing has changed since."""
    if pinned.facts_known_at is None or not is_file_changed_since(pinned.facts_known_at, person_id):
        return None
    with as_known(pinned.facts_known_at, [person_id]):
        inquiry = _inquiry(person_id, pinned, entitlement.decisions_of(person_id), language)
        return tell(inquiry, month, _settled_before(own, month), entitlement.records_of(person_id))


def _inquiry(person_id: int, pinned: Pinned, decisions: Sequence[entitlement.DecisionRow], language: str) -> Inquiry:
    def decided(month: Month) -> frozenset[str]:
        return frozenset(
            row.benefit
            for row in decisions
            if row.start_month <= month and (row.end_month is None or row.end_month > month)
        )

    facts = pinned.package.person(entitlement.facts_of(pinned.package, person_id))
    return Inquiry(pinned.package, facts, pinned.known_on, decided, language, kept_apart(pinned.package))


def _settled_before(lines: Sequence[payroll.LineRow], month: Month) -> dict[tuple[str, Month], int]:
    """Return what had been settled before these lines, as far as they tell; this month's regular pay is not settled yet."""
    return {
        (line.benefit, line.for_month): line.settled_before_dong
        for line in lines
        if line.for_month != month or line.settled_before_dong
    }


# ── lines ────────────────────────────────────────────────────────────────────────────────────────────────────────────


# A line, and its trace unless it may not be told.
Told = tuple[dict[str, Any], dict[str, Any] | None]


def _lines(
    then: Mapping[str, Any], now: Mapping[str, Any], lines: Sequence[payroll.LineRow], pinned: Pinned, language: str, *,
    is_neutral: bool,
) -> list[Told]:  # fmt: skip
    """Return the lines of runs with the reasons of then and now; before any run, what the law says of decisions."""
    reasons, reasons_now = _reasons(then), _reasons(now)
    if not lines:
        return [
            ({"name": benefit_name(line["benefit"], language), **line, "is_in_run": False, "differs": False}, trace)
            for line, trace in reasons.values()
            if line["benefit"] not in NEUTRAL_BENEFITS
        ]
    found: list[Told] = []
    for line in lines:
        which = (line.benefit, str(line.for_month))
        reason, trace = reasons.get(which, ({}, None))
        at_present, _ = reasons_now.get(which, ({}, None))
        differs = at_present.get("amount_dong") != line.amount_dong
        if line.benefit in NEUTRAL_BENEFITS or (differs and is_neutral):
            # The law is asked here without the protected facts: what it misses must not look like a change.
            found.append((_neutral(line, pinned, language), None))
        else:
            is_same = reason.get("amount_dong") == line.amount_dong
            told = _explained(line, reason if is_same else at_present, language, is_same=is_same)
            told |= {"differs": differs, "now_because": at_present.get("because", "") if differs and is_same else ""}
            found.append((told, trace if is_same else None))
    return found


def _reasons(told: Mapping[str, Any]) -> dict[tuple[str, str], tuple[Mapping[str, Any], Any]]:
    pairs = zip(told["lines"], told["trace"], strict=True)
    return {(line["benefit"], line["for_month"]): (line, trace) for line, trace in pairs}


def _explained(line: payroll.LineRow, reason: Mapping[str, Any], language: str, *, is_same: bool) -> dict[str, Any]:
    """Return a line of a run with the reason that the law gives for it."""
    sums = {name: reason[name] for name in ("coefficient", "base_dong") if name in reason and is_same}
    return {
        "name": benefit_name(line.benefit, language),
        "benefit": line.benefit,
        "for_month": str(line.for_month),
        "kind": line.kind,
        **sums,
        "amount_dong": line.amount_dong,
        "clause": reason.get("clause", ""),
        "because": reason.get("because", ""),
        "is_in_run": True,
    }


def _neutral(line: payroll.LineRow, pinned: Pinned, language: str) -> dict[str, Any]:
    """Return the words that every benefit of the neutral group gets: only amount, month and kind differ."""
    return {
        "name": NEUTRAL_NAME.of(language),
        "benefit": None,
        "for_month": str(line.for_month),
        "kind": line.kind,
        "amount_dong": line.amount_dong,
        "clause": _shared_clause(line.for_month, pinned),
        "because": "",
        "is_in_run": True,
        "differs": False,
    }


def _shared_clause(for_month: Month, pinned: Pinned) -> str:
    """Return the clause that fixes the amounts of all groups, without the point that would tell the group."""
    rules = pinned.package.packages[0].month_law(for_month, pinned.known_on).by_benefit
    found = next((priced.clause for code in sorted(NEUTRAL_BENEFITS) for priced in rules.get(code, ())), "")
    return found.split(" điểm ")[0]


# ── what would tell a health status ──────────────────────────────────────────────────────────────────────────────────


def _with_settled(timeline: dict[str, Any], settled: Mapping[tuple[str, Month], int]) -> dict[str, Any]:
    paid: dict[str, int] = {}
    for (_, month), amount_dong in settled.items():
        paid[str(month)] = paid.get(str(month), 0) + amount_dong
    return {**timeline, "months": [{**one, "settled_dong": paid.get(one["month"])} for one in timeline["months"]]}


def _without_what_tells(told: dict[str, Any], apart: frozenset[str], *, is_neutral: bool) -> dict[str, Any]:
    """Return what may be shown: of the neutral group no refusal, question, turning point or month; of others none about it."""
    # The law, asked without the protected facts, would answer differently for a person with HIV in all of these.
    lists = ("not_granted", "needs_verification", "what_would_change")
    if is_neutral:
        empty = {**told["timeline"], "months": [], "spans": []}
        # What is given in kind may hang on who is on assistance, which the law does not know here of everybody.
        shown = {name: part for name, part in told.items() if name != "in_kind"}
        return shown | {name: [] for name in lists} | {"timeline": empty, "unverified": []}
    told |= {name: [row for row in told[name] if not _tells(row, apart)] for name in lists}
    told["trace"] = [None if trace and trace["benefit"] in apart else trace for trace in told["trace"]]
    return told


def _tells(row: Mapping[str, Any], apart: frozenset[str]) -> bool:
    # A fact on which only the group hangs is as telling as the group; a fact to be verified stands under `fact`.
    changes = [*row.get("changes", ()), *(one for way in row.get("unless", ()) for one in way["changes"])]
    facts = {change["fact"] for change in changes} | {row.get("fact")}
    return row["benefit"] in apart or not facts.isdisjoint(NEUTRAL_FACTS)
