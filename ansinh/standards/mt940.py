"""Statements in MT940 and MT942, as banks really write them: read by a library that knows their habits, line by line.

A statement line claims as little as it can: only a booked debit that carries our EndToEndId is about one of our orders.
"""

import datetime
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import mt940

from ansinh.standards import end_to_end
from ansinh.standards.iso20022.results import ACCEPTED, BOOKED, PAID, Entry, GroupStatus, Held, Notice, Profile

# A statement is read whole; no bank of a province writes one as large as this.
MOST_BYTES = 50 << 20
_TAG = re.compile(rb"^(?:\{1:|:(?:20|21|25|28C?|60[FM]|61|62[FM]|64|34F|86):)", re.MULTILINE)
_ENTRY = re.compile(r"^:61:", re.MULTILINE)
_MESSAGE = re.compile(r"^:20:", re.MULTILINE)
_OUR_NAME = re.compile(rf"\b{end_to_end.PREFIX}[0-9A-Z]{{{end_to_end.LENGTH - len(end_to_end.PREFIX)}}}\b")
# What the library raises about a line that is none of its own making.
_WRONG = (RuntimeError, ValueError, KeyError, AttributeError, TypeError, ArithmeticError, IndexError)


def looks_like_it(head: bytes) -> bool:
    """Say whether a file begins like an MT message."""
    opening = head[:4_096].lstrip(b"\xef\xbb\xbf\r\n \t")
    # Banks put lines of their own in front; none of them begins like another format.
    return not opening.startswith((b"<", b'{"', b"PK")) and _TAG.search(opening) is not None


class Mt940Reading:
    """One file while it is read: iterate, once, for entries and held lines."""

    def __init__(self, raw: bytes, profile: Profile) -> None:
        # Banks write Latin letters of their own; what is no character becomes one that nobody takes for money.
        self._text = raw.decode("utf8", "replace").replace("\r\n", "\n").lstrip("\ufeff")
        self._profile = profile
        self.kind = "MT942" if ":34F:" in self._text and ":60F:" not in self._text else "MT940"
        self.message_id = self._first(r"^:20:(.{1,35})")
        self.messages = len(_MESSAGE.findall(self._text)) or (1 if _ENTRY.search(self._text) else 0)
        self.groups: list[GroupStatus] = []
        self.warnings: list[Notice] = []
        self.incomplete = False

    def _first(self, pattern: str) -> str:
        found = re.search(pattern, self._text, re.MULTILINE)
        return found[1].strip() if found else ""

    def __iter__(self) -> Iterator[Entry | Held]:
        """Yield each statement line."""
        if self.messages == 0:
            # A balance alone says nothing about a payment, and is understood all the same.
            self.warnings.append(Notice("statement_has_no_lines", {}))
        # Line by line: the library gives up a whole file for one bad line.
        starts = [match.start() for match in _ENTRY.finditer(self._text)]
        for number, start in enumerate(starts, 1):
            end = starts[number] if number < len(starts) else len(self._text)
            yield self._entry(number, self._text[start:end], self._currency(start))

    def _currency(self, at: int) -> str:
        """Return the currency of the balance that stands last before a place."""
        found = re.findall(r"^:(?:60[FM]|34F):[DC]?(?:[0-9]{6})?([A-Z]{3})", self._text[:at], re.MULTILINE)
        return str(found[-1]) if found else ""

    def _entry(self, number: int, block: str, currency: str) -> Entry | Held:
        line = block.split("\n", 1)[0]
        try:
            data = self._data(block)
            amount = Decimal(str(data["amount"].amount))
        except _WRONG:
            return Held(number, "line_unreadable", line[:80])
        direction = {"C": "CRDT", "RD": "CRDT", "D": "DBIT", "RC": "DBIT"}.get(str(data.get("status", "")).upper())
        if direction is None:
            return Held(number, "direction_unknown", line[:80])
        amount = abs(amount)
        if currency == "VND" and amount != amount.to_integral_value():
            return Held(number, "amount_not_whole_dong", line[:80])
        name = self._name(data, block)
        is_reversal = str(data.get("status", "")).upper().startswith("R")
        return Entry(
            number, name, int(amount) if currency == "VND" else None, None if currency == "VND" else str(amount), currency,
            self._status(name, direction, is_reversal), "", "", _day(data.get("entry_date") or data.get("date")), direction,
            "entry", str(data.get("id", ""))[:4],
        )  # fmt: skip

    def _data(self, block: str) -> dict[str, Any]:
        # A balance in front, because the library takes the currency from it; ours is taken from the file itself.
        read = mt940.parse(f":20:X\n:60F:C000101XXX0,\n{block.split(':62F:')[0].split(':20:')[0]}")
        if len(read) != 1:
            raise ValueError("not one line")
        return dict(read[0].data)

    def _name(self, data: dict[str, Any], block: str) -> str:
        """Return our name of the payment, wherever the bank has put it; else the customer's reference as it stands."""
        found = {name for name in _OUR_NAME.findall(block.replace("\n", "").upper()) if end_to_end.decode(name)}
        if len(found) == 1:
            return str(found.pop())
        reference = str(data.get("customer_reference") or "").strip()
        return "" if reference in ("", "NONREF", "NOTPROVIDED") else reference[:35]

    def _status(self, name: str, direction: str, is_reversal: bool) -> str:
        if direction == "DBIT" and not is_reversal and end_to_end.decode(name) is not None:
            return PAID if self._profile.debit_is_paid else ACCEPTED
        # MT940 does not say that a credit is a return, nor why: that is for a person to see.
        return BOOKED


def _day(value: Any) -> datetime.date | None:
    return datetime.date(value.year, value.month, value.day) if value is not None else None
