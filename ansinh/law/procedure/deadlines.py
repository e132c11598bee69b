"""Deadlines: the latest day of a step for a file received on a day, and the next day before which a report or list is due.

The day of receipt is not counted; working days go through the calendar; plain days run through weekends and holidays.
What the text does not fix, or nobody read, is said beside the answer and never silently assumed.
"""

import datetime
from dataclasses import dataclass

from ansinh.law.procedure.calendar import NamedDay
from ansinh.law.procedure.rules import Clause, DateRule, ProcedureLaw, Step, not_in_force, unknown_step
from ansinh.law.words import Text

_DAY = datetime.timedelta(days=1)


@dataclass(frozen=True)
class Part:
    """One step on the way: from the day it is counted from to its latest day."""

    step: Step
    counted_from: datetime.date
    due: datetime.date


@dataclass(frozen=True)
class Deadline:
    """The latest day of a step. Without a day, the number of days is not known and somebody must ask."""

    step: Step
    received: datetime.date
    due: datetime.date | None
    parts: tuple[Part, ...]
    skipped: tuple[NamedDay, ...]
    worked: tuple[NamedDay, ...]
    # What in this answer nobody has compared with the text: (what, note) in words.
    unverified: tuple[tuple[str, str], ...]

    @property
    def status(self) -> str:
        """Return `not_known`, `unverified` or `verified`."""
        if self.due is None:
            return "not_known"
        return "unverified" if self.unverified else "verified"


@dataclass(frozen=True)
class DateDue:
    """The next day before which something is due, the last day that is in time, and the last working day in time."""

    rule: DateRule
    asked_on: datetime.date
    before: datetime.date
    last_day: datetime.date
    last_working_day: datetime.date
    unverified: tuple[tuple[str, str], ...]

    @property
    def status(self) -> str:
        """Return `unverified` or `verified`."""
        return "unverified" if self.unverified else "verified"


def _parts(law: ProcedureLaw, step: Step, received: datetime.date) -> tuple[Part, ...] | None:
    """Return the steps one after another, or None when one of them has no known number of days."""
    names = step.chain or (step.name,)
    parts: list[Part] = []
    day = received
    for name in names:
        # The version of the whole decides: a file keeps the procedure under which it was received.
        part = step if not step.chain else law.step_on(name, received)
        if part.days is None:
            return None
        due = (
            law.calendar.add_working_days(day, part.days)
            if part.unit == "working"
            else day + datetime.timedelta(days=part.days)
        )
        parts.append(Part(part, day, due))
        day = due
    return tuple(parts)


def _doubts(clause: Clause) -> list[tuple[str, str]]:
    note = "" if clause.verification.verified else clause.verification.note
    words = "; ".join(part for part in (clause.reading, note) if part)
    return [(clause.citation, words)] if words or not clause.verification.verified else []


def _calendar_doubts(law: ProcedureLaw, first: datetime.date, last: datetime.date) -> list[tuple[str, str]]:
    years = (law.calendar.year(number) for number in range(first.year, last.year + 1))
    return [
        (f"lịch nghỉ lễ, tết {year.year}", year.verification.note) for year in years if not year.verification.verified
    ]


def deadline(law: ProcedureLaw, name: str, received: datetime.date) -> Deadline:
    """Return the latest day of the step for a file received on that day.

    Raises:
        Refused: `unknown_step`; `step_not_in_force`; `calendar_missing`.

    Law: NĐ 335/2026/NĐ-CP, Điều 8 khoản 2.
    """
    step = law.step_on(name, received)
    parts = _parts(law, step, received)
    doubts = _doubts(step.clause)
    if parts is None:
        return Deadline(step, received, None, (), (), (), tuple(doubts))
    due = parts[-1].due
    for part in parts if step.chain else ():
        doubts += _doubts(part.step.clause)
    reading = "receipt_not_counted"
    by_working_days = any(part.step.unit == "working" for part in parts)
    if by_working_days:
        doubts += _calendar_doubts(law, received, due)
    else:
        reading = "calendar_days"
    doubts += _doubts(law.readings[reading])
    skipped = law.calendar.skipped(received, due) if by_working_days else ()
    worked = law.calendar.worked(received, due) if by_working_days else ()
    return Deadline(step, received, due, parts, skipped, worked, tuple(doubts))


def next_date(law: ProcedureLaw, name: str, asked_on: datetime.date) -> DateDue:
    """Return the next day, after the day of asking, before which the report or list is due.

    Raises:
        Refused: `unknown_step`; `step_not_in_force` when no version has such a day any more; `calendar_missing`.
    """
    versions = [rule for rule in law.dates if rule.name == name]
    if not versions:
        raise unknown_step(name, law.names)
    law.calendar.year(asked_on.year)
    coming = []
    for rule in versions:
        for year in (asked_on.year, asked_on.year + 1):
            days = (datetime.date(year, month, day) for month, day in rule.before)
            # The version in force on the last day in time decides, not the one in force when somebody looks ahead.
            coming += [(day, rule) for day in days if day > asked_on and rule.valid.holds(day - _DAY)]
    if not coming:
        raise not_in_force(name, asked_on, [rule.valid for rule in versions])
    before, rule = min(coming, key=lambda pair: pair[0])
    last_working_day = law.calendar.previous_working_day(before)
    doubts = _doubts(rule.clause) + _doubts(law.readings["before_a_day"])
    doubts += _calendar_doubts(law, last_working_day, before)
    return DateDue(rule, asked_on, before, before - _DAY, last_working_day, tuple(doubts))


# ── in words ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def because(answer: Deadline | DateDue) -> Text:
    """Return one sentence in each language that an officer can read out."""
    if isinstance(answer, DateDue):
        rule = answer.rule
        return Text(
            vi=f"{rule.title.vi}: phải xong trước ngày {answer.before:%d/%m/%Y}, nghĩa là chậm nhất ngày "
            f"{answer.last_day:%d/%m/%Y}; ngày làm việc cuối cùng còn kịp là {answer.last_working_day:%d/%m/%Y}.",
            en=f"{rule.title.en}: due before {answer.before}, that is by {answer.last_day}; "
            f"the last working day in time is {answer.last_working_day}.",
        )
    step = answer.step
    if answer.due is None:
        return Text(
            vi=f"{step.title.vi}: chưa biết thời hạn, vì {step.clause.verification.note}. "
            "Hãy hỏi cơ quan cấp trên; hệ thống không tự đoán.",
            en=f"{step.title.en}: the number of days is not known ({step.clause.citation} was not read). "
            "Ask the higher office; nothing is guessed.",
        )
    counted_vi = " + ".join(_days_vi(part) for part in answer.parts)
    counted_en = " + ".join(_days_en(part) for part in answer.parts)
    holidays_vi = f", không tính {len(answer.skipped)} ngày nghỉ lễ, tết" if answer.skipped else ""
    holidays_en = f", leaving out {len(answer.skipped)} public holiday(s)" if answer.skipped else ""
    return Text(
        vi=f"{step.title.vi}: {counted_vi} kể từ {step.counted_from.vi} ({answer.received:%d/%m/%Y}, ngày này không "
        f"tính){holidays_vi}; {step.who.vi} phải xong chậm nhất ngày {answer.due:%d/%m/%Y}.",
        en=f"{step.title.en}: {counted_en} from {step.counted_from.en} ({answer.received}, itself not counted)"
        f"{holidays_en}; due from {step.who.en} by {answer.due}.",
    )


def _days_vi(part: Part) -> str:
    return f"{part.step.days} ngày{' làm việc' if part.step.unit == 'working' else ''}"


def _days_en(part: Part) -> str:
    return f"{part.step.days} {'working' if part.step.unit == 'working' else 'calendar'} days"


def _named(days: tuple[NamedDay, ...]) -> list[dict[str, str]]:
    return [{"date": day.date.isoformat(), "name": day.name, "clause": day.clause} for day in days]


def as_plain(answer: Deadline | DateDue) -> dict[str, object]:
    """Return the answer as plain values for `ansinh law deadline`, in both languages."""
    rule = answer.step if isinstance(answer, Deadline) else answer.rule
    words = because(answer)
    plain: dict[str, object] = {
        "step": rule.name,
        "title": rule.title.vi,
        "who": rule.who.vi,
        "clause": rule.clause.citation,
        "status": answer.status,
        "because": words.vi,
        "because_en": words.en,
    }
    if isinstance(answer, DateDue):
        dates = {"before": answer.before, "due": answer.last_day, "last_working_day": answer.last_working_day}
        plain |= {name: day.isoformat() for name, day in dates.items()}
    else:
        plain |= {
            "received": answer.received.isoformat(),
            "due": None if answer.due is None else answer.due.isoformat(),
            "days": answer.step.days if not answer.step.chain else sum(part.step.days or 0 for part in answer.parts),
            "unit": answer.step.unit,
            "skipped": _named(answer.skipped),
            "worked": _named(answer.worked),
            "parts": [
                {"step": part.step.name, "clause": part.step.clause.citation, "due": part.due.isoformat()}
                for part in (answer.parts if answer.step.chain else ())
            ],
            "transition": answer.step.transition or None,
        }
    return plain | {"unverified": [{"what": what, "note": note} for what, note in answer.unverified]}
