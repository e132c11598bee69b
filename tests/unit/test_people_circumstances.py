"""What a circumstance may say, and what is left of an older period beside a newer one."""

import datetime

import pytest

from ansinh.people.circumstances import VALUES, Period, is_possible, overlaps, remainders
from ansinh.people.models import Circumstance


def _day(number: int | None) -> datetime.date | None:
    return None if number is None else datetime.date(2026, 1, 1) + datetime.timedelta(days=number)


def _period(value: str, start: int, end: int | None) -> Period:
    first = _day(start)
    assert first is not None
    return Period(value, first, _day(end))


def test_every_kind_of_the_model_has_its_values() -> None:
    assert set(Circumstance.Kind.values) | {"hiv"} == set(VALUES)


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("disability", "severe", True),
        ("disability", "true", False),
        ("disability", "unknown", True),
        ("studying", "true", True),
        ("studying", "yes", False),
        ("monthly_pension_dong", "1200000", True),
        ("monthly_pension_dong", "-1", False),
        ("monthly_pension_dong", "1.5", False),
        ("no_caregiver_case", "dd", True),
        ("no_caregiver_case", "đ", False),
        ("height", "1", False),
    ],
)
def test_possible_values(kind: str, value: str, expected: bool) -> None:
    assert is_possible(kind, value) is expected


@pytest.mark.parametrize(
    ("old", "new", "left"),
    [
        ((0, None), (10, None), [(0, 10)]),
        ((0, None), (10, 20), [(0, 10), (20, None)]),
        ((0, 30), (10, 20), [(0, 10), (20, 30)]),
        ((0, 30), (0, 30), []),
        ((5, 10), (0, 20), []),
        ((0, 10), (5, 20), [(0, 5)]),
        ((10, None), (0, 15), [(15, None)]),
    ],
)
def test_what_is_left_of_the_older_period(old: tuple, new: tuple, left: list) -> None:
    assert list(remainders(_period("a", *old), _period("b", *new))) == [_period("a", *part) for part in left]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ((0, 10), (10, 20), False),
        ((0, 11), (10, 20), True),
        ((10, 20), (0, 10), False),
        ((0, None), (99, None), True),
        ((5, None), (0, 5), False),
    ],
)
def test_periods_share_a_day_or_not(old: tuple, new: tuple, expected: bool) -> None:
    assert overlaps(_period("a", *old), _period("b", *new)) is expected
