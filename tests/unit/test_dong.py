"""Money is whole: formats, exactness, and shares that add up."""

import itertools
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansinh.base import dong

COUNTS = st.lists(st.integers(min_value=0, max_value=10_000_000), max_size=30)
TOTALS = st.integers(min_value=0, max_value=10_000_000)


@pytest.mark.parametrize(
    ("amount", "text"),
    [(0, "0 đồng"), (999, "999 đồng"), (1_000, "1.000 đồng"), (810_000, "810.000 đồng"), (-60_000, "-60.000 đồng"),
     (1_234_567_890_123, "1.234.567.890.123 đồng")],
)  # fmt: skip
def test_amounts_read_as_vietnamese_write_them(amount: int, text: str) -> None:
    assert dong.format_dong(amount) == text
    assert dong.format_number(amount) + " đồng" == text


def test_exact_returns_a_whole_amount() -> None:
    assert dong.exact(Fraction(3, 2) * 540_000) == 810_000
    assert dong.exact(Fraction(-8, 2)) == -4


@pytest.mark.parametrize("amount", [Fraction(1, 2), Fraction(-1, 3), Fraction(1_000_001, 2)])
def test_exact_refuses_a_fraction(amount: Fraction) -> None:
    with pytest.raises(ValueError, match="not a whole number"):
        dong.exact(amount)


def test_shares_of_the_published_proportion() -> None:
    # 48 % of the payees keep the published proportion 32.73 : 22.72.
    assert dong.percent_texts([5200, 2833, 1967]) == ["52.00", "28.33", "19.67"]
    assert dong.largest_remainder([3273, 2272], 4800) == [2833, 1967]


def test_ties_go_to_the_earlier_position() -> None:
    assert dong.largest_remainder([1, 1, 1], 10) == [4, 3, 3]
    assert dong.percent_texts([1, 1, 1]) == ["33.34", "33.33", "33.33"]


@given(counts=COUNTS, total=TOTALS)
def test_shares_add_up_exactly(counts: list[int], total: int) -> None:
    shares = dong.largest_remainder(counts, total)
    assert len(shares) == len(counts)
    assert sum(shares) == (total if any(counts) else 0)


@given(counts=COUNTS.filter(any), total=TOTALS)
def test_no_share_is_a_whole_unit_away_from_its_due(counts: list[int], total: int) -> None:
    whole = sum(counts)
    for count, share in zip(counts, dong.largest_remainder(counts, total), strict=True):
        assert abs(Fraction(count * total, whole) - share) < 1
        assert count or not share, "who has nothing gets nothing"


@given(counts=COUNTS, total=TOTALS)
def test_a_larger_count_never_gets_a_smaller_share(counts: list[int], total: int) -> None:
    pairs = sorted(zip(counts, dong.largest_remainder(counts, total), strict=True))
    shares_by_count: dict[int, list[int]] = {}
    for count, share in pairs:
        shares_by_count.setdefault(count, []).append(share)
    groups = list(shares_by_count.values())
    assert all(max(smaller) <= min(larger) for smaller, larger in itertools.pairwise(groups))


@given(counts=COUNTS.filter(any))
def test_percentages_add_up_to_one_hundred(counts: list[int]) -> None:
    hundredths = [int(text.replace(".", "")) for text in dong.percent_texts(counts)]
    assert sum(hundredths) == 10_000
