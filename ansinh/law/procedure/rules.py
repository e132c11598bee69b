"""The vocabulary of procedure: steps with their days, dates of the year and month, and the rules of a benefit's life.

Plain frozen values read from `laws/vn/procedure/documents/`. Each knows its clause, the days it is valid for, and how far
its text was checked; nothing here knows today's date.
"""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from ansinh.base.refusals import Refused
from ansinh.law.procedure.calendar import WorkingCalendar
from ansinh.law.words import Text, Verification

# Who of the three kinds of decisions a life rule speaks of; the suspension of TT 02/2021, for one, does not bind pensions.
Group = Literal["assistance", "care", "pension"]
GROUPS: tuple[Group, ...] = ("assistance", "care", "pension")


@dataclass(frozen=True)
class Span:
    """Days from `first` up to and including `last`; no last day means still valid."""

    first: datetime.date
    last: datetime.date | None

    def holds(self, day: datetime.date) -> bool:
        """Return whether the day lies in the span."""
        return self.first <= day and (self.last is None or day <= self.last)

    def overlaps(self, other: "Span") -> bool:
        """Return whether some day lies in both."""
        return self.holds(other.first) or other.holds(self.first)


@dataclass(frozen=True)
class Clause:
    """Where a rule stands, how far that text was checked, and how its open wording is understood here."""

    citation: str
    verification: Verification
    reading: str = ""


@dataclass(frozen=True)
class Step:
    """One step of a procedure: who must do what in how many days, for files received in the span."""

    name: str
    title: Text
    who: Text
    counted_from: Text
    clause: Clause
    received: Span
    # None: the dossier does not know the number, and nobody may guess it.
    days: int | None
    unit: Literal["working", "calendar"]
    # The steps one after another from which this one's latest day follows, when the text has no total of its own.
    chain: tuple[str, ...] = ()
    # The clause that keeps this step for files received before a later document, if one does.
    transition: str = ""


@dataclass(frozen=True)
class DateRule:
    """Something due before a day of each month, or before days of each year."""

    name: str
    title: Text
    who: Text
    clause: Clause
    valid: Span
    # Months in which it falls due; all twelve for a monthly rule. Then the day before which it is due.
    before: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class LifeRule:
    """What one act does to the months of a benefit: which month it starts from, by which clause, in which words."""

    act: str
    cause: str
    groups: tuple[Group, ...]
    # Empty: all benefits of the groups that no other rule of the same act names.
    benefits: tuple[str, ...]
    clause: Clause
    # The clause that fixes the month, where another one gives the ground.
    month_clause: str
    month: str
    decided: Span
    at_least_months: int
    because: Text

    @property
    def ground(self) -> str:
        """Return the clause of the ground when the month is fixed by another one, else nothing."""
        return self.clause.citation if self.month_clause != self.clause.citation else ""


@dataclass(frozen=True)
class ProcedureLaw:
    """Everything about procedure dates: the calendar, steps, dates, life rules, and the readings they rest on."""

    calendar: WorkingCalendar
    steps: tuple[Step, ...]
    dates: tuple[DateRule, ...]
    life: tuple[LifeRule, ...]
    readings: Mapping[str, Clause]

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of all steps and date rules, sorted."""
        return tuple(sorted({step.name for step in self.steps} | {rule.name for rule in self.dates}))

    def step_on(self, name: str, received: datetime.date) -> Step:
        """Return the version of the step that is valid for a file received on that day.

        Raises:
            Refused: `unknown_step`; `step_not_in_force` when no version covers that day.
        """
        versions = [step for step in self.steps if step.name == name]
        if not versions:
            raise unknown_step(name, self.names)
        for step in versions:
            if step.received.holds(received):
                return step
        raise not_in_force(name, received, [step.received for step in versions])

    def date_on(self, name: str, day: datetime.date) -> DateRule:
        """Return the version of the date rule that is valid on that day.

        Raises:
            Refused: `unknown_step`; `step_not_in_force`.
        """
        versions = [rule for rule in self.dates if rule.name == name]
        if not versions:
            raise unknown_step(name, self.names)
        for rule in versions:
            if rule.valid.holds(day):
                return rule
        raise not_in_force(name, day, [rule.valid for rule in versions])

    def life_rule(self, act: str, cause: str, group: str, benefit: str, decided_on: datetime.date) -> LifeRule | None:
        """Return the rule for an act decided on that day, or None when the law of that day has none."""
        found = [
            rule
            for rule in self.life
            if (rule.act, rule.cause) == (act, cause) and group in rule.groups and rule.decided.holds(decided_on)
        ]
        # A rule that names the benefit goes before the general one: the disabled start earlier than “all others”.
        named = [rule for rule in found if benefit in rule.benefits]
        general = [rule for rule in found if not rule.benefits]
        return next(iter(named + general), None)


def unknown_step(name: str, names: tuple[str, ...]) -> Refused:
    """Return the refusal of a step that no document has; the caller raises it."""
    return Refused(
        "unknown_step",
        vi=f"Không có bước thủ tục “{name}”. Các bước được biết: {', '.join(names)}.",
        en=f"There is no step “{name}”. The known ones are: {', '.join(names)}.",
        step=name,
        known=list(names),
    )


def not_in_force(name: str, day: datetime.date, spans: list[Span]) -> Refused:
    """Return the refusal of a step on a day that none of its versions covers; the caller raises it."""
    known = [f"{span.first} – {span.last or '…'}" for span in sorted(spans, key=lambda span: span.first)]
    return Refused(
        "step_not_in_force",
        vi=f"Bước “{name}” không áp dụng cho ngày {day:%d/%m/%Y}. Bước này áp dụng trong: {', '.join(known)}.",
        en=f"The step “{name}” does not apply to {day}. It applies in: {', '.join(known)}.",
        step=name,
        day=day.isoformat(),
        applies=known,
    )
