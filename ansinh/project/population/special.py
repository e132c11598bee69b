"""People who are not paid in the month, on purpose: a fact that nobody knows, or a death recorded late; and one known person.

They stand outside the account funnel's counts, so that the published shares stay exact among those who are paid.
"""

from dataclasses import dataclass

import numpy as np

from ansinh.project.population import groups
from ansinh.project.population.calendar import born, starts
from ansinh.project.population.roster import DAY, FEMALE, Roster

EXAMPLE_COMMUNE, EXAMPLE_NAME = "19777", "Nguyễn Thị Kim Ngân"


@dataclass(frozen=True)
class Specials:
    """The beneficiaries outside the counts, and the known person inside them."""

    unknown: np.ndarray
    dead: np.ndarray
    death_days: np.ndarray
    example: int


def how_many(beneficiaries: int) -> int:
    """Return how many beneficiaries are special: one in five hundred, at least two."""
    return max(2, (beneficiaries + 250) // 500)


def add_specials(roster: Roster, count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Add `count` special beneficiaries and return (unknown, dead, days of death)."""
    # At least one of each kind, so that the smallest demonstration shows every reason to hold somebody.
    dying = count // 3 or 1
    asked = count - dying
    first_of_month = roster.month.astype(DAY)
    pension = _without_mandate(roster, asked // 3)
    # Unknown from this month on only: the months before were decided on what was known then, and stay paid.
    roster.know(pension, "monthly_pension_dong", "unknown", np.full(len(pension), roster.month))
    obligor = _old_without_known_obligor(roster, asked - asked // 3)
    dead = _without_mandate(roster, dying)
    # Died in the last days of the month before, recorded after the month began.
    days = first_of_month - roster.rng.integers(2, 12, dying)
    return np.concatenate([pension, obligor]), dead, days


def _without_mandate(roster: Roster, count: int) -> np.ndarray:
    """Add people of 75 and older on the social pension who receive for themselves."""
    if count == 0:
        return np.array([], dtype=np.int64)
    household = roster.add_households(
        roster.rng.choice(len(roster.places.communes), count, p=roster.places.people_weight), "none"
    )
    days = born(roster.rng, roster.month, count, 77 * groups.YEAR, 92 * groups.YEAR)
    person = roster.add_persons(household, "head", FEMALE, days)
    roster.decide(person, "HT", starts(roster.rng, roster.month, np.full(count, np.datetime64("2025-07", "M"))))
    return person


def _old_without_known_obligor(roster: Roster, count: int) -> np.ndarray:
    """Add old people of poor households of whom nobody knows since this month whether a relative must support them."""
    if count == 0:
        return np.array([], dtype=np.int64)
    household = roster.add_households(
        roster.rng.choice(len(roster.places.communes), count, p=roster.places.poor_weight), "poor"
    )
    days = born(roster.rng, roster.month, count, 66 * groups.YEAR, 74 * groups.YEAR)
    person = roster.add_persons(household, "head", FEMALE, days)
    start = starts(roster.rng, roster.month, np.full(count, np.datetime64("2021-07", "M")))
    # The known answer ends where the unknown begins: overlapping facts would leave it to chance which of them holds.
    roster.know(person, "support_obligor", "none", start - 1, roster.month)
    roster.know(person, "support_obligor", "unknown", np.full(count, roster.month))
    roster.decide(person, "K5", start)
    return person


def add_example(roster: Roster) -> int:
    """Add the person of the demonstration: a severely disabled woman of forty, in payment since February 2024."""
    place = np.array([roster.places.position(EXAMPLE_COMMUNE)])
    # Forty years and five months: far from every age at which a rule changes.
    birthday = ((roster.month - 40 * groups.YEAR - 5).astype(DAY) + 11).reshape(1)
    person = roster.add_persons(roster.add_households(place, "none"), "head", FEMALE, birthday)
    start = np.array([np.datetime64("2024-02", "M")])
    roster.know(person, "disability", "severe", start)
    roster.decide(person, "K6", start)
    return int(person[0])
