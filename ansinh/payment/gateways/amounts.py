"""Amounts as providers write them outside ISO 20022: whole đồng, or a line that is held."""

from decimal import Decimal, InvalidOperation
from typing import Any


class NotUnderstood(Exception):
    """One line that cannot be believed: its reason, and what it said."""

    def __init__(self, reason: str, evidence: object = "") -> None:
        super().__init__(reason)
        self.reason, self.evidence = reason, str(evidence)[:80]


def amount_of(value: Any, currency: str) -> tuple[int | None, str | None, str]:
    """Return (đồng, text, currency): whole amounts in VND as an integer, others as the provider's own text."""
    if value is None:
        return None, None, ""
    try:
        number = Decimal(str(value)) if not isinstance(value, bool) and len(str(value)) <= 24 else None
    except InvalidOperation:
        number = None
    if number is None or not number.is_finite() or not 0 <= number < 10**15:
        raise NotUnderstood("amount_invalid", value)
    if currency != "VND":
        return None, str(value), currency[:3]
    if number != number.to_integral_value():
        raise NotUnderstood("amount_not_whole_dong", value)
    return int(number), None, "VND"
