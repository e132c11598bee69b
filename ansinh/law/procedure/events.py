"""The acts in the life of a benefit, typed: what was decided, on which day, about which day or months.

An act carries two days: when it was decided, which chooses the law and says since when it is known, and when the thing
itself happened, which chooses the month.
"""

import datetime
from dataclasses import dataclass

from ansinh.base.months import Month


@dataclass(frozen=True)
class Granted:
    """The commune (the district, until 2025) signed the decision to pay a benefit."""

    decided_on: datetime.date
    commune: str
    benefit: str
    received_on: datetime.date | None = None
    certificate_on: datetime.date | None = None
    birth_date: datetime.date | None = None


@dataclass(frozen=True)
class Changed:
    """A condition changed, and with it the level: a child turned four, a disability became more severe."""

    decided_on: datetime.date
    changed_on: datetime.date


@dataclass(frozen=True)
class Moved:
    """The old commune wrote the month from which it stops paying because the person lives elsewhere now."""

    decided_on: datetime.date
    stop_month: Month
    from_commune: str
    to_commune: str


@dataclass(frozen=True)
class Suspended:
    """Payment was suspended; the cause must be one that the law of the day knows."""

    decided_on: datetime.date
    cause: str
    uncollected: tuple[Month, ...] = ()
    detained_from: datetime.date | None = None
    detained_to: datetime.date | None = None


@dataclass(frozen=True)
class Reviewed:
    """A suspension was closed: nothing had changed, something had, or the person was not eligible."""

    decided_on: datetime.date
    outcome: str
    changed_on: datetime.date | None = None


@dataclass(frozen=True)
class Stopped:
    """The benefit ended, for a cause, on the day the thing happened: a death is often reported weeks later."""

    decided_on: datetime.date
    happened_on: datetime.date
    cause: str


Event = Granted | Changed | Moved | Suspended | Reviewed | Stopped
