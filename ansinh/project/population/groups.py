"""Who receives what in the generated province: one function per group of the law, each making people who qualify for certain.

The shares are invented; they only keep the order of magnitude that communes know (disability and old age are nearly
all). The groups are those of NĐ 335/2026/NĐ-CP, Điều 5 (K1 to K8) and of the social pension.
Law: NĐ 176/2025/NĐ-CP, Điều 2; NĐ 335/2026/NĐ-CP, Điều 31 khoản 1
"""

from collections.abc import Callable

import numpy as np

from ansinh.project.population.calendar import (
    NEW_REGIME_MONTH,
    PENSION_START,
    REGIME_START,
    born,
    first_day,
    month_of,
    starts,
)
from ansinh.project.population.roster import FEMALE, MALE, Roster

YEAR = 12
_CASES = np.array(["a", "b", "b", "b", "c", "dd", "dd", "h", "k"])


def _place(roster: Roster, count: int, *, poor: bool = False) -> np.ndarray:
    weights = roster.places.poor_weight if poor else roster.places.people_weight
    return roster.rng.choice(len(weights), count, p=weights)


def _pick(roster: Roster, values: list[str], shares: list[int], count: int) -> np.ndarray:
    weights = np.array(shares) / sum(shares)
    return roster.rng.choice(np.array(values), count, p=weights)


def _sexes(roster: Roster, count: int, women_percent: int) -> np.ndarray:
    return np.where(roster.rng.random(count) * 100 < women_percent, FEMALE, MALE)


def _adults(
    roster: Roster, households: np.ndarray, relationship: str, low: int, high: int, women_percent: int = 50
) -> np.ndarray:
    """Add one adult between two ages (years) to each household."""
    count = len(households)
    return roster.add_persons(
        households,
        relationship,
        _sexes(roster, count, women_percent),
        born(roster.rng, roster.month, count, low * YEAR, high * YEAR),
    )


def _reached(days: np.ndarray, years: int) -> np.ndarray:
    """Return the month after the one in which the age is reached: from then on it counts without doubt."""
    # Whether the month of the birthday itself counts is the law's to say; nobody here stands on that edge.
    return month_of(days) + years * YEAR + 1


def social_pension(roster: Roster, count: int) -> np.ndarray:
    """Add people on the social pension: 75 and older, and 70 to 74 in poor or near-poor households."""
    # Drawn first, because the birthdays, the class and the first month below all hang on it.
    younger = roster.rng.random(count) < 0.10
    rng, month = roster.rng, roster.month
    days = np.where(
        younger,
        born(rng, month, count, 70 * YEAR + 3, 75 * YEAR - 3),
        born(rng, month, count, 75 * YEAR + 3, 100 * YEAR, lean=3),
    )
    poverty = np.where(
        younger,
        _pick(roster, ["poor", "near_poor"], [45, 55], count),
        _pick(roster, ["poor", "near_poor", "none"], [7, 6, 87], count),
    )
    household = roster.add_households(_place(roster, count), poverty)
    with_child = rng.random(count) < 0.45
    person = roster.add_persons(household, np.where(with_child, "parent", "head"), _sexes(roster, count, 64), days)
    # The pension exists since July 2025 only; what these people got before was another benefit and is not made up here.
    start = starts(rng, month, np.maximum(_reached(days, 75 - 5 * younger), PENSION_START))
    roster.decide(person, "HT", start)
    relatives = _adults(roster, household[with_child], "head", 25, 58)
    entrusted = rng.random(len(relatives)) < 0.12
    roster.appoint(person[with_child][entrusted], relatives[entrusted], "delegate", start[with_child][entrusted])
    return person


def disabled(roster: Roster, count: int) -> np.ndarray:
    """Add severely and extremely severely disabled children, adults and old people."""
    rng, month = roster.rng, roster.month
    stage = rng.choice(3, count, p=[0.11, 0.54, 0.35])
    days = np.select(
        [stage == 0, stage == 1],
        [born(rng, month, count, 8, 16 * YEAR - 3), born(rng, month, count, 16 * YEAR + 2, 60 * YEAR - 3)],
        born(rng, month, count, 60 * YEAR + 2, 95 * YEAR, lean=2),
    )
    household = roster.add_households(
        _place(roster, count), _pick(roster, ["poor", "near_poor", "none"], [9, 7, 84], count)
    )
    is_child = stage == 0
    degree = _pick(roster, ["severe", "extremely_severe"], [77, 23], count)
    cared_for = ~is_child & (degree == "extremely_severe") & (rng.random(count) < 0.45)
    relationship = np.select([is_child, cared_for & (stage == 1), cared_for], ["child", "other", "parent"], "head")
    person = roster.add_persons(household, relationship, _sexes(roster, count, 47), days)
    start = starts(rng, month, month_of(days) + 1)
    # The certificate comes before the decision that rests on it.
    roster.know(person, "disability", degree, start - 2)
    roster.decide(person, "K6", start)
    parents = _adults(roster, household[is_child], "head", 28, 46, 80)
    roster.appoint(person[is_child], parents, "parent", start[is_child])
    carers = _adults(roster, household[cared_for], "head", 25, 62, 60)
    roster.appoint(person[cared_for], carers, "delegate", start[cared_for])
    return person


def _guarded(roster: Roster, household: np.ndarray, child: np.ndarray, since: np.ndarray) -> None:
    """Give every household of these children one guardian, who receives for all of them."""
    # Siblings share a guardian, who is then one payee of several people: that case must exist.
    unique = np.unique(household)
    guardians = _adults(roster, unique, "head", 48, 72, 65)
    roster.appoint(child, guardians[np.searchsorted(unique, household)], "guardian", since)


def _in_families(
    roster: Roster, count: int, siblings_percent: int, poverty: tuple[list[str], list[int]], place: np.ndarray
) -> np.ndarray:
    """Return a household for each child; some children share one with the child before them."""
    shares = roster.rng.random(count) * 100 < siblings_percent
    # The first has nobody before them. Counting up at each child who opens a family numbers the families from 0.
    shares[0] = False
    family = np.cumsum(~shares) - 1
    households = roster.add_households(place[: family[-1] + 1], _pick(roster, *poverty, family[-1] + 1))
    return households[family]


def without_caregiver(roster: Roster, count: int) -> np.ndarray:
    """Add children without anybody who must raise them, some of them siblings under one guardian."""
    household = _in_families(
        roster, count, 25, (["poor", "near_poor", "none"], [35, 25, 40]), _place(roster, count, poor=True)
    )
    days = born(roster.rng, roster.month, count, 3, 16 * YEAR - 3)
    child = roster.add_persons(household, "grandchild", _sexes(roster, count, 50), days)
    start = starts(roster.rng, roster.month, month_of(days) + 1)
    roster.know(child, "no_caregiver_case", roster.rng.choice(_CASES, count), start - 1)
    roster.decide(child, "K1", start)
    _guarded(roster, household, child, start)
    return child


def students(roster: Roster, count: int) -> np.ndarray:
    """Add young people who were children without caregiver and still study; their first decision has ended."""
    household = roster.add_households(
        _place(roster, count, poor=True), _pick(roster, ["poor", "near_poor", "none"], [30, 25, 45], count)
    )
    # Whoever was 16 before the regime began could not have been in payment under it.
    oldest = int((roster.month - (REGIME_START - 16 * YEAR + 3)).astype(np.int64))
    days = born(roster.rng, roster.month, count, 16 * YEAR + 3, min(oldest, 21 * YEAR + 9))
    person = roster.add_persons(household, "grandchild", _sexes(roster, count, 52), days)
    turned = month_of(days) + 16 * YEAR
    span = (turned - REGIME_START).astype(np.int64)
    began = REGIME_START + (roster.rng.random(count) * span).astype(np.int64)
    roster.know(person, "no_caregiver_case", roster.rng.choice(_CASES, count), began - 1)
    roster.know(person, "studying", "true", began)
    roster.know(person, "study_unbroken", "true", began)
    # Two decisions that meet: the second begins in the very month before which the first ends, so no month is paid
    # twice.
    roster.decide(person, "K1", began, turned + 1)
    roster.decide(person, "K2", turned + 1)
    # Between 16 and 18 the guardian still receives; a guardian for an adult would need another document.
    is_minor = days > (first_day(roster.month - 18 * YEAR))
    _guarded(roster, household[is_minor], person[is_minor], turned[is_minor] + 1)
    return person


def children_with_hiv(roster: Roster, count: int) -> np.ndarray:
    """Add children who live with HIV in poor households; a parent receives for them."""
    household = roster.add_households(_place(roster, count, poor=True), "poor")
    days = born(roster.rng, roster.month, count, 6, 16 * YEAR - 3)
    child = roster.add_persons(household, "child", _sexes(roster, count, 50), days)
    start = starts(roster.rng, roster.month, month_of(days) + 1)
    # In the table of its own, never a circumstance: generated people must show the same fences as real ones.
    roster.protect(child, start - 1)
    roster.decide(child, "K3", start)
    roster.appoint(child, _adults(roster, household, "head", 28, 45, 75), "parent", start)
    return child


def single_parents(roster: Roster, count: int) -> np.ndarray:
    """Add single poor parents with one to three children; some are disabled, live with HIV, or are old as well."""
    rng, month = roster.rng, roster.month
    also = rng.choice(4, count, p=[0.91, 0.065, 0.015, 0.01])
    # The groups of the aged and of HIV ask for a poor household, not a near-poor one.
    poverty = np.where(also >= 2, "poor", _pick(roster, ["poor", "near_poor"], [55, 45], count))
    household = roster.add_households(_place(roster, count, poor=True), poverty)
    days = np.where(
        also == 3, born(rng, month, count, 60 * YEAR + 3, 64 * YEAR), born(rng, month, count, 24 * YEAR, 46 * YEAR)
    )
    parent = roster.add_persons(household, "head", np.where(also == 3, MALE, _sexes(roster, count, 88)), days)
    children = rng.choice([1, 2, 3], count, p=[0.6, 0.31, 0.09])
    # For each child the position of its parent.
    of = np.repeat(np.arange(count), children)
    child_days = born(rng, month, len(of), 4, 15 * YEAR + 6)
    child = roster.add_persons(household[of], "child", _sexes(roster, len(of), 50), child_days)
    roster.raise_child(parent[of], child, child_days)
    # Paid from the month after the eldest was born; the others only add to the count. The far year is later than any
    # birth.
    eldest = np.full(count, np.datetime64("2200-01", "M"))
    np.minimum.at(eldest, of, month_of(child_days))
    start = starts(rng, month, eldest + 1)
    roster.know(parent, "single_parent", "true", start - 1)
    roster.decide(parent, "K4", start)
    _also_in_another_group(roster, parent, also, start)
    return parent


def _also_in_another_group(roster: Roster, parent: np.ndarray, also: np.ndarray, start: np.ndarray) -> None:
    """Give some single parents a second decision, which the law adds to the first. Law: NĐ 335/2026/NĐ-CP, Điều 6 khoản 2."""
    is_disabled, has_hiv, is_old = also == 1, also == 2, also == 3
    roster.know(parent[is_disabled], "disability", "severe", start[is_disabled] - 1)
    roster.decide(parent[is_disabled], "K6", start[is_disabled])
    roster.protect(parent[has_hiv], start[has_hiv] - 1)
    roster.know(parent[has_hiv], "stable_income", "false", start[has_hiv] - 1)
    # Until October 2026 a monthly social allowance shut this group's door; the second decision is younger than that.
    if roster.month > NEW_REGIME_MONTH:
        roster.decide(parent[has_hiv], "K8", np.maximum(start[has_hiv], NEW_REGIME_MONTH))
    begin = np.maximum(start[is_old], _reached(roster.column("person", "born")[parent[is_old]], 60))
    # Whoever turned sixty just now would begin after the month asked for, and be nobody's case in it.
    begin = np.minimum(begin, roster.month - 1)
    roster.know(parent[is_old], "support_obligor", "none", begin - 1)
    roster.decide(parent[is_old], "K5", begin)


def aged_alone(roster: Roster, count: int) -> np.ndarray:
    """Add old people of poor households whom nobody must support, or only somebody who is on assistance."""
    household = roster.add_households(_place(roster, count, poor=True), "poor")
    days = born(roster.rng, roster.month, count, 60 * YEAR + 3, 97 * YEAR, lean=2)
    person = roster.add_persons(household, "head", _sexes(roster, count, 68), days)
    start = starts(roster.rng, roster.month, _reached(days, 60))
    roster.know(person, "support_obligor", _pick(roster, ["none", "on_assistance"], [85, 15], count), start - 1)
    roster.decide(person, "K5", start)
    return person


def aged_in_community_care(roster: Roster, count: int) -> np.ndarray:
    """Add old people who qualify for a centre and are cared for by a household of the commune instead."""
    household = roster.add_households(_place(roster, count, poor=True), "poor")
    days = born(roster.rng, roster.month, count, 62 * YEAR, 93 * YEAR, lean=2)
    person = roster.add_persons(household, "other", _sexes(roster, count, 66), days)
    start = starts(roster.rng, roster.month, _reached(days, 60))
    roster.know(person, "support_obligor", "none", start - 1)
    roster.know(person, "in_community_care", "true", start - 1)
    roster.decide(person, "K5", start)
    carers = _adults(roster, household, "head", 35, 62, 60)
    entrusted = roster.rng.random(count) < 0.4
    roster.appoint(person[entrusted], carers[entrusted], "delegate", start[entrusted])
    return person


def small_children(roster: Roster, count: int) -> np.ndarray:
    """Add children under three of poor and near-poor households in communes of special hardship."""
    # The law asks for a commune of special hardship; the generated ones are the mountains (`offices.write_hardship`).
    weights = np.where(roster.places.is_mountain, roster.places.people_weight, 0.0)
    place = roster.rng.choice(len(weights), count, p=weights / weights.sum())
    household = _in_families(roster, count, 8, (["poor", "near_poor"], [60, 40]), place)
    days = born(roster.rng, roster.month, count, 2, 3 * YEAR - 3)
    child = roster.add_persons(household, "child", _sexes(roster, count, 50), days)
    start = starts(roster.rng, roster.month, month_of(days) + 1)
    roster.decide(child, "K7", start)
    unique = np.unique(household)
    mothers = _adults(roster, unique, "head", 19, 36, 92)
    roster.appoint(child, mothers[np.searchsorted(unique, household)], "parent", start)
    return child


def adults_with_hiv(roster: Roster, count: int) -> np.ndarray:
    """Add adults who live with HIV in poor households without a stable income."""
    household = roster.add_households(_place(roster, count, poor=True), "poor")
    days = born(roster.rng, roster.month, count, 20 * YEAR, 59 * YEAR)
    person = roster.add_persons(household, "head", _sexes(roster, count, 40), days)
    start = starts(roster.rng, roster.month, month_of(days) + 18 * YEAR)
    roster.protect(person, start - 1)
    roster.know(person, "stable_income", "false", start - 1)
    roster.decide(person, "K8", start)
    return person


# Invented shares, in ten-thousandths of all beneficiaries. The order is the order of the draws: a new group goes to the
# end.
SHARES: tuple[tuple[Callable[[Roster, int], np.ndarray], int], ...] = (
    (social_pension, 4_450),
    (disabled, 4_190),
    (aged_alone, 420),
    (single_parents, 380),
    (small_children, 190),
    (without_caregiver, 170),
    (adults_with_hiv, 110),
    (students, 45),
    (aged_in_community_care, 30),
    (children_with_hiv, 15),
)
