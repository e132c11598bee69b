"""Poverty classes follow each other by decision; a review is published once and adds up."""

import datetime

import pytest

from ansinh.base.refusals import Refused
from ansinh.office import queries as office
from ansinh.people.models import Household
from ansinh.poverty import operations, queries

pytestmark = pytest.mark.usefixtures("database")
AT = datetime.datetime(2026, 12, 14, 8, tzinfo=datetime.UTC)


def _area() -> int:
    return office.find_commune("19777", AT.date()).id


def test_a_new_class_ends_the_one_before() -> None:
    household = Household.objects.create(code="46-1", area_id=_area()).id
    given = {"by": "t", "at": AT, "household_id": household, "decision_number": "12/QĐ-UBND"}
    operations.record_class(**given, poverty_class="poor", valid_from=datetime.date(2025, 12, 14))
    operations.record_class(**given, poverty_class="near_poor", valid_from=datetime.date(2026, 12, 14))
    assert [(c.poverty_class, c.valid_to) for c in queries.classes_of(household)] == [
        ("near_poor", None),
        ("poor", datetime.date(2026, 12, 14)),
    ]
    for changes, reason in (
        ({"valid_from": datetime.date(2026, 1, 1)}, "class_overlaps"),
        ({"poverty_class": "rich"}, "class_unknown"),
        ({"decision_number": " "}, "decision_number_missing"),
        ({"household_id": 10**9}, "household_unknown"),
    ):
        with pytest.raises(Refused) as refusal:
            operations.record_class(
                **(given | {"poverty_class": "none", "valid_from": datetime.date(2027, 12, 14)} | changes)
            )
        assert refusal.value.reason == reason


def test_a_review_is_published_once_and_adds_up() -> None:
    given = {"by": "t", "at": AT, "area_id": _area(), "year": 2026, "source": "QĐ 1"}
    operations.publish_review(**given, households=1000, poor=30, near_poor=20)
    (row,) = queries.reviews(2026, [_area()])
    assert (row.area_code, row.households, row.poor_households, row.near_poor_households) == ("19777", 1000, 30, 20)
    for counts, reason in (((1000, 30, 20), "review_already_published"), ((10, 8, 3), "review_counts_impossible")):
        with pytest.raises(Refused) as refusal:
            operations.publish_review(**given, households=counts[0], poor=counts[1], near_poor=counts[2])
        assert refusal.value.reason == reason
