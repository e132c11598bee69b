"""Money is a whole number of đồng. The only place where it is split, rounded or written for people.

It refuses fractions: whoever needs a rounding names it, and the calling line cites the clause that orders it.
"""

from collections.abc import Sequence
from fractions import Fraction


def format_dong(amount: int) -> str:
    """Return the amount as Vietnamese people read it: `1.234.567 đồng`."""
    return f"{amount:,}".replace(",", ".") + " đồng"


def format_number(number: int) -> str:
    """Return a whole number with Vietnamese grouping: `1.234.567`."""
    return f"{number:,}".replace(",", ".")


def exact(amount: Fraction) -> int:
    """Return the amount as an integer of đồng.

    Raises:
        ValueError: when it is not whole; the caller must then name a rounding and the clause that orders it.
    """
    if amount.denominator != 1:
        raise ValueError(f"{amount} is not a whole number of đồng")
    return amount.numerator


def to_nearest(amount: Fraction, unit_dong: int) -> int:
    """Return the amount rounded to whole units of so many đồng, a half upwards; the caller cites the clause that orders it."""
    return int((2 * amount + unit_dong) // (2 * unit_dong)) * unit_dong


def largest_remainder(counts: Sequence[int], total: int) -> list[int]:
    """Share `total` in proportion to `counts` in whole units that add up to it exactly (largest remainder).

    Ties go to the earlier position. All-zero counts give zeros.
    """
    whole = sum(counts)
    if whole == 0:
        return [0] * len(counts)
    shares = [count * total // whole for count in counts]
    by_remainder = sorted(range(len(counts)), key=lambda i: (-(counts[i] * total % whole), i))
    for i in by_remainder[: total - sum(shares)]:
        shares[i] += 1
    return shares


def percent_texts(counts: Sequence[int]) -> list[str]:
    """Return percentages with two decimals that add up to exactly 100.00, as text ("52.00")."""
    return [f"{share // 100}.{share % 100:02d}" for share in largest_remainder(counts, 10_000)]
