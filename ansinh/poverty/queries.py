"""Reads of poverty classes and review results, as plain rows, within the caller's scope."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from ansinh.poverty.models import HouseholdClass, PovertyReview


@dataclass(frozen=True)
class ClassRow:
    """One class of a household, for a period."""

    poverty_class: str
    decision_number: str
    valid_from: datetime.date
    valid_to: datetime.date | None
    recorded_at: datetime.datetime


@dataclass(frozen=True)
class ReviewRow:
    """One commune's review of one year."""

    area_id: int
    area_code: str
    area_name: str
    households: int
    poor_households: int
    near_poor_households: int
    source: str


def classes_of(household_id: int) -> list[ClassRow]:
    """This will return a household's classes, the latest first."""
    # No check that the household exists: one outside the caller's area shows nothing, like one without a class.
    found = HouseholdClass.objects.filter(household_id=household_id).order_by("-valid_from", "-id")
    return [ClassRow(c.poverty_class, c.decision_number, c.valid_from, c.valid_to, c.recorded_at) for c in found]


def reviews(year: int, area_ids: Sequence[int]) -> list[ReviewRow]:
    """This will return the review of one year in these communes, by code."""
    found = PovertyReview.objects.filter(year=year, area_id__in=area_ids).select_related("area").order_by("area__code")
    return [
        ReviewRow(
            r.area_id, r.area.code, r.area.name, r.households, r.poor_households, r.near_poor_households, r.source
        )
        for r in found
    ]
