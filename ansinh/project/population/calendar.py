"""Draws of birthdays and months. Every draw leaves a margin, so that a person is certainly within the age the law asks."""

import numpy as np

from ansinh.base.months import Month

REGIME_START = np.datetime64("2021-07", "M")  # NĐ 20/2021 applies from 1 July 2021.
PENSION_START = np.datetime64("2025-07", "M")  # NĐ 176/2025 applies from 1 July 2025.
NEW_REGIME_MONTH = np.datetime64("2026-10", "M")  # NĐ 335/2026 is in force from 5 October 2026.
_LAST_OLD_MONTH = np.datetime64("2026-06", "M")


def as_month(month: Month) -> np.datetime64:
    """Return a month as numpy writes it."""
    return np.datetime64(str(month), "M")


def born(
    rng: np.random.Generator, month: np.datetime64, count: int, low: int, high: int, *, lean: int = 1
) -> np.ndarray:
    """Return birthdays of people who are at least `low` and less than `high` months old on the first day of the month.

    Args:
        lean: 1 spreads evenly; 2 makes ages near `low` more frequent, as among old people.
    """
    # In days, because birthdays are drawn by the day; a month is no number of them.
    latest = (month - low).astype("datetime64[D]").astype(np.int64)
    earliest = (month - high).astype("datetime64[D]").astype(np.int64)
    # Each further factor below 1 pulls the share towards 0, and with it the age towards `low`.
    share = rng.random(count)
    for _ in range(lean - 1):
        share = share * rng.random(count) ** 0.5
    return (latest - 1 - (share * (latest - 1 - earliest)).astype(np.int64)).astype("datetime64[D]")


def month_of(days: np.ndarray) -> np.ndarray:
    """Return the month of each day."""
    return days.astype("datetime64[M]")


def first_day(months: np.ndarray) -> np.ndarray:
    """Return the first day of each month."""
    return months.astype("datetime64[D]")


def starts(rng: np.random.Generator, month: np.datetime64, earliest: np.ndarray) -> np.ndarray:
    """Return the month from which each person receives: from `earliest` (or July 2021) to the month before `month`.

    Nineteen in twenty started before the amounts changed in July 2026, where their earliest month allows it.
    """
    low = np.maximum(earliest, REGIME_START)
    latest = month - 1
    # Whoever began before July 2026 was paid the old amount since: these are the people to whom the new decree owes
    # arrears.
    settled = np.minimum(latest, _LAST_OLD_MONTH)
    high = np.where((rng.random(len(low)) < 0.95) & (low <= settled), settled, latest)
    # Somebody who qualified only this month has no month before it: they begin in the last one there is.
    low = np.minimum(low, high)
    span = (high - low).astype(np.int64) + 1
    return low + (rng.random(len(low)) * span).astype(np.int64)
