"""What a circumstance may say, and how a new one takes its place among the older ones. Pure rules; no database.

A fact is never overwritten: what the new one covers is superseded, and what it leaves uncovered is said again.
"""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

UNKNOWN = "unknown"
_YES_NO = frozenset({"true", "false"})
# The values that each kind allows; None is a whole number of đồng. A kind is the fact's name in the law package, to the
# letter: the entitlement statement finds it by that name, and a kind that only stands here is recorded and never read.
VALUES: Mapping[str, frozenset[str] | None] = {
    "disability": frozenset({"mild", "severe", "extremely_severe"}),
    "no_caregiver_case": frozenset({"a", "b", "c", "d", "dd", "e", "g", "h", "i", "k", "l"}),
    "other_parent_unidentifiable": _YES_NO,
    "studying": _YES_NO,
    "study_unbroken": _YES_NO,
    "stable_income": _YES_NO,
    "support_obligor": frozenset({"none", "on_assistance", "able"}),
    "in_community_care": _YES_NO,
    "single_parent": _YES_NO,
    "monthly_pension_dong": None,
    "hiv": _YES_NO,
}


@dataclass(frozen=True)
class Period:
    """A value that holds from a day until before another (None: open)."""

    value: str
    valid_from: datetime.date
    valid_to: datetime.date | None


def is_possible(kind: str, value: str) -> bool:
    """Return whether the kind exists and allows the value; "unknown" is always allowed."""
    if kind not in VALUES:
        return False
    allowed = VALUES[kind]
    # "Nobody knows" is a finding too: it stops a payment until somebody asks, where a missing row would be a guess.
    if value == UNKNOWN:
        return True
    # isdigit alone would let "²" through; twelve digits are more đồng than any pension and fit a bigint when added up.
    return value.isascii() and value.isdigit() and len(value) <= 12 if allowed is None else value in allowed


def overlaps(old: Period, new: Period) -> bool:
    """Return whether two periods share a day."""
    starts_before_end = new.valid_to is None or old.valid_from < new.valid_to
    return starts_before_end and (old.valid_to is None or new.valid_from < old.valid_to)


def remainders(old: Period, new: Period) -> Sequence[Period]:
    """Return the parts of the old period that the new one leaves: before it, after it, both or none."""
    parts = []
    if old.valid_from < new.valid_from:
        parts.append(Period(old.value, old.valid_from, new.valid_from))
    if new.valid_to is not None and (old.valid_to is None or new.valid_to < old.valid_to):
        parts.append(Period(old.value, new.valid_to, old.valid_to))
    return parts
