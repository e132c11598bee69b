"""What moved on our account in the older language of banks: MT940, and MT942 during the day. One result per line (:61:).

The grammar of that line comes from the library mt-940; the walk through the file is ours, so that one bad line holds
itself only. It claims as little as the ISO statements do: a debit confirms a payment only where the bank agreed so.
"""

import datetime
import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import NamedTuple

from mt940 import tags

from ansinh.standards import end_to_end
from ansinh.standards.iso20022 import codes
from ansinh.standards.iso20022.results import (
    ACCEPTED,
    BOOKED,
    PAID,
    PENDING,
    RETURNED,
    Balance,
    Entry,
    FileReading,
    Held,
    Notice,
    Profile,
)

# SWIFT's own form first, then the two known ways in which banks stretch the reference. Only the compiled expressions are
# used: the library would log each line that it cannot read, names and accounts included.
_LINES = tuple(tag().re for tag in (tags.Statement, tags.StatementGLS, tags.StatementASNB))
_BALANCE = tags.FinalOpeningBalance().re
_FIELD = re.compile(r":([0-9]{2,3}[A-Z]?|NS):(.*)", re.DOTALL)
_BLOCK = re.compile(r"\{[1-5]:")
# A message's number: in the block before it, or on a line of its own as some banks write it (“940 00”).
_NUMBER = re.compile(r"\{2:[IO]?(94[02])|^(94[02])?(?(2)(?:\s[0-9]{2})?\s*$|(?!))")
_END = re.compile(r"-(?:\}.*|X{0,3}\s*)")
_BEGINS = re.compile(rb"(?m)^(?:\{[12]:|\{4:|:(?:20|21|25|28C?|34F|60[FM]|61|62[FM]|64|86|940|942):)")
_AMOUNT = re.compile(r"0*([0-9]{1,15})(?:,([0-9]*))?", re.ASCII)
_SUMS = re.compile(r"([0-9]{1,6})([A-Z]{3})([0-9,]{1,16})", re.ASCII)
_OURS = re.compile(r"(?<![A-Z0-9])AS[0-9A-Z]{13}(?![A-Z0-9])")
# Where banks put the payer's reference inside the free text: SWIFT's code word, and the German one.
_REFERENCE = re.compile(r"/EREF/([^/\s]{1,35})|EREF\+([A-Za-z0-9-]{1,35})")
_RETURN = re.compile(r"/(?:RTRN|RETN)/(?:CODE/)?([A-Z]{2}[0-9A-Z]{2})(?![A-Z0-9])")
_NO_REFERENCE = frozenset({"", "NONREF", "NOTPROVIDED", "EREF", "PREF", "MARF"})
# SWIFT's types of a line by which a bank says that a debit is its own price: charges, commission.
_FEES = frozenset({"CHG", "COM"})
_MOST_IN_FIELD, _MOST_IN_LINE = 20_000, 1 << 16


def looks_like(head: bytes) -> bool:
    """Say whether a file that begins like this is an MT940 or MT942."""
    return _BEGINS.search(head[:4096]) is not None and not head.lstrip().startswith(b"<")


class _Line(NamedTuple):
    """One :61: whose :86: may still follow."""

    value: str
    is_interim: bool
    currency: str


class Mt940Reading(FileReading):
    """One MT940 or MT942 file while it is read; several statements may stand in it."""

    def __init__(self, pieces: Iterable[bytes], profile: Profile) -> None:
        super().__init__()
        self._pieces = pieces
        self._profile = profile
        self._is_interim_by_name = False
        self._waiting: _Line | None = None
        self._details = ""
        self._day_opening: tuple[datetime.date, int] | None = None
        self._day_sums: dict[str, Decimal] | None = None
        self._begin()

    def __iter__(self) -> Iterator[Entry | Held]:
        """Yield each line of each statement as soon as it has been read."""
        self.kind = "MT940"
        for tag, value in self._fields():
            if tag == "86":
                self._details += ("\n" if self._details else "") + value
                continue
            yield from self._settle()
            self._take(tag, value)
        yield from self._settle()
        self._end()

    def _fields(self) -> Iterator[tuple[str, str]]:
        """Yield (tag, value) of each field. "2:" is the number of the message that begins, "-" the end of one."""
        tag, value = "", ""
        for line in _lines(self._pieces):
            number = _NUMBER.search(line) if line.startswith("{") or tag in ("", "-", "2:") else None
            field = _FIELD.fullmatch(line.partition("{4:")[2] if _BLOCK.match(line) else line)
            if number is not None or field is not None or _END.fullmatch(line):
                if tag:
                    yield tag, value
                tag, value = ("2:", number[1] or number[2]) if number is not None else ("-", "")
                # The blocks around a message may stand in one line with its first field.
                if field is not None:
                    if number is not None:
                        yield tag, value
                    tag, value = field[1], field[2]
            elif tag not in ("", "-", "2:") and not _BLOCK.match(line) and len(value) < _MOST_IN_FIELD:
                value += "\n" + line
        if tag:
            yield tag, value

    def _take(self, tag: str, value: str) -> None:
        if tag in ("-", "2:", "20", "940", "942"):
            self._end()
        if tag in ("2:", "940", "942"):
            self._is_interim_by_name = "942" in (tag, value)
            return
        if tag == "20":
            self.message_id = self.message_id or value.strip()[:70]
        # Anything of a statement begins one, because a fragment may have lost its head.
        self._has_begun = self._has_begun or tag != "-"
        if tag in ("60F", "60M"):
            self._opening = self._balance(value)
            # A statement of several pages opens with its first.
            if tag == "60F" or self._day_opening is None:
                self._day_opening, self._day_sums = self._whole_balance(value), {"C": Decimal(0), "D": Decimal(0)}
        elif tag in ("34F", "13D", "13"):
            self._is_interim = self._opening is None
            self._currency = self._currency or (value[:3] if tag == "34F" else "")
        elif tag == "61":
            is_interim = self._is_interim or self._is_interim_by_name
            self.kind = "MT942" if is_interim else self.kind
            self._waiting, self._details = _Line(value, is_interim, self._currency), ""
        elif tag in ("62F", "62M"):
            self._is_closed = True
            self._compare_balance(value)
            self._add_page()
            if tag == "62F" and not self._is_interim_by_name:
                self._keep_balance(value)
        elif tag == "25":
            self._account = value.split("\n")[0].rpartition("/")[2].strip()
        elif tag in ("90D", "90C"):
            self._is_closed = True
            self._compare_sums(tag[2], value)

    def _begin(self) -> None:
        self._has_begun = self._is_interim = self._is_closed = False
        self._currency = self._account = ""
        self._opening: Decimal | None = None
        self._counts = {"D": 0, "C": 0}
        self._totals = {"D": Decimal(0), "C": Decimal(0)}
        self._has_hole = False

    def _end(self) -> None:
        if self._has_begun:
            self.messages += 1
            if self._currency not in ("", "VND"):
                self.warnings.append(Notice("currency_foreign", {"currency": self._currency[:3]}))
            # A statement without its closing balance was cut: what is missing behind it cannot be known.
            if not self._is_closed and not self._is_interim and not self._is_interim_by_name:
                self.incomplete = True
                self.warnings.append(Notice("file_incomplete", {"missing": "62F", "message": self.messages}))
        self._begin()

    def _settle(self) -> Iterator[Entry | Held]:
        """Yield the line that was waiting for its free text."""
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            self._line += 1
            outcome = self._outcome(waiting, self._details)
            self._has_hole = self._has_hole or isinstance(outcome, Held)
            yield outcome
        self._details = ""

    def _outcome(self, waiting: _Line, details: str) -> Entry | Held:
        value = waiting.value.rstrip()
        found = next((match for grammar in _LINES if (match := grammar.match(value))), None)
        # The library lets a line be without its type, and then reads 1.000 as 1: what follows an amount must be a type.
        if found is None or not found["id"]:
            return Held(self._line, "line_unreadable", value.splitlines()[0][:80] if value else "")
        part = found.groupdict()
        amount = _amount(part["amount"])
        if amount is None:
            return Held(self._line, "amount_invalid", part["amount"][:80], _only(_names(part, details)))
        if waiting.currency == "VND" and amount != amount.to_integral_value():
            return Held(self._line, "amount_not_whole_dong", part["amount"], _only(_names(part, details)))
        booked_on = _day(part)
        if booked_on is None:
            return Held(self._line, "date_invalid", value[:10], _only(_names(part, details)))
        names = _names(part, details)
        # RC takes back a credit, so money leaves; RD takes back a debit.
        mark = part["status"].upper()
        side = mark[-1] if len(mark) == 1 else {"C": "D", "D": "C"}[mark[-1]]
        self._counts[side] += 1
        self._totals[side] += amount
        reason = _RETURN.search(details.replace("\n", ""))
        kind = (part["id"] or "").strip()
        is_return = reason is not None or kind[1:] == "RTI"
        # Two names in one line: it is about neither for sure, and whose it is stays open.
        ours = names.pop() if len(names) == 1 else ""
        status = PENDING if waiting.is_interim else self._status(side, len(mark) > 1, is_return, bool(ours))
        entry = Entry(
            self._line, ours or ("" if names else _batch(part, details) or _reference(part, details)),
            *_written(amount, part["amount"], waiting.currency), status,
            codes.RETURN_SET if reason else "", reason[1] if reason else "", booked_on,
            "CRDT" if side == "C" else "DBIT", "entry", kind,
        )  # fmt: skip
        if status != BOOKED:
            return entry
        is_fee = side == "D" and kind[1:] in _FEES
        return entry._replace(text=" ".join(re.sub(r"\?[0-9]{2}", " ", details).split())[:140], is_fee=is_fee)

    def _status(self, side: str, is_reversal: bool, is_return: bool, is_ours: bool) -> str:
        if side == "C":
            return RETURNED if is_return and is_ours else BOOKED
        # A reversed entry undoes an earlier one: it must never confirm anything.
        if is_ours and not is_reversal:
            return PAID if self._profile.debit_is_paid else ACCEPTED
        return BOOKED

    def _balance(self, value: str) -> Decimal | None:
        found = _BALANCE.match(value)
        amount = _amount(found["amount"]) if found else None
        if found is None or amount is None:
            self.warnings.append(Notice("balance_invalid", {"found": value[:40]}))
            return None
        self._currency = found["currency"].upper()
        return -amount if found["status"].upper() == "D" else amount

    def _compare_balance(self, value: str) -> None:
        opening, closing = self._opening, self._balance(value)
        if opening is None or closing is None or self._has_hole:
            return
        reached = opening + self._totals["C"] - self._totals["D"]
        if reached != closing:
            self.warnings.append(Notice("balance_differs", {"stated": f"{closing:f}", "found": f"{reached:f}"}))

    def _whole_balance(self, value: str) -> tuple[datetime.date, int] | None:
        """Return a balance in đồng with its day; what cannot be read of it claims nothing."""
        found = _BALANCE.match(value)
        amount = _amount(found["amount"]) if found else None
        if found is None or amount is None or found["currency"].upper() != "VND" or amount != int(amount):
            return None
        day = _day({**found.groupdict(), "entry_month": None, "entry_day": None})
        return None if day is None else (day, -int(amount) if found["status"].upper() == "D" else int(amount))

    def _add_page(self) -> None:
        """Add what this page booked to what the statement has booked so far; a line that was not read leaves a hole in it."""
        if self._has_hole or self._day_sums is None:
            self._day_sums = None
        else:
            self._day_sums = {side: self._day_sums[side] + self._totals[side] for side in self._totals}

    def _keep_balance(self, value: str) -> None:
        """Keep the closing balance of a statement with its opening one and what was booked in between."""
        closing = self._whole_balance(value)
        if closing is not None:
            opening_on, opening_dong = self._day_opening or (None, None)
            sums = self._day_sums if self._day_opening is not None else None
            credits, debits = (int(sums["C"]), int(sums["D"])) if sums is not None else (None, None)
            self.balances.append(Balance(self._account, *closing, opening_on, opening_dong, credits, debits))
        self._day_opening, self._day_sums = None, None

    def _compare_sums(self, side: str, value: str) -> None:
        found = _SUMS.match(value)
        if found is None or self._has_hole:
            return
        if int(found[1]) != self._counts[side]:
            self.warnings.append(Notice("count_differs", {"stated": int(found[1]), "found": self._counts[side]}))
        stated = _amount(found[3])
        if stated is not None and stated != self._totals[side]:
            self.warnings.append(
                Notice("control_sum_differs", {"stated": f"{stated:f}", "found": f"{self._totals[side]:f}"})
            )


def _lines(pieces: Iterable[bytes]) -> Iterator[str]:
    """Yield the lines; each is decoded for itself, because a wrong letter in one says nothing about the others."""
    rest = b""
    for piece in pieces:
        *whole, rest = (rest + piece).split(b"\n")
        # A line without an end would grow as long as the file.
        if len(rest) > _MOST_IN_LINE:
            whole.append(rest)
            rest = b""
        yield from map(_decoded, whole)
    if rest:
        yield _decoded(rest)


def _decoded(line: bytes) -> str:
    line = line.rstrip(b"\r").removeprefix(b"\xef\xbb\xbf").lstrip(b"\x01")
    try:
        return line.decode()
    except UnicodeDecodeError:
        # SWIFT allows plain letters only; what banks write beyond them is free text, never a reference or an amount.
        return line.decode("latin-1")


def _amount(written: str) -> Decimal | None:
    found = _AMOUNT.fullmatch(written)
    # Decimal only to compare with what the bank states; in đồng it becomes an integer at once.
    return Decimal(f"{found[1]}.{found[2]}" if found[2] else found[1]) if found else None


def _written(amount: Decimal, text: str, currency: str) -> tuple[int | None, str | None, str]:
    if currency == "VND":
        return int(amount), None, currency
    whole, _, fraction = text.partition(",")
    return None, f"{int(whole)}.{fraction}" if fraction else str(int(whole)), currency


def _day(part: dict[str, str | None]) -> datetime.date | None:
    """Return the day of booking: the entry date where the bank gives one, else the value date."""
    try:
        valued = datetime.date(2000 + int(part["year"] or 0), int(part["month"] or 0), int(part["day"] or 0))
        month, day = (part["entry_month"] or "").strip(), (part["entry_day"] or "").strip()
        if not (month and day):
            return valued
        # The entry date has no year: it is the one that lies nearest, because value and entry may fall on two sides of
        # new year's day.
        years = (valued.year - 1, valued.year, valued.year + 1)
        days = [
            datetime.date(year, int(month), int(day)) for year in years if (month, day) != ("02", "29") or year % 4 == 0
        ]
        return min(days, key=lambda one: abs(one - valued)) if days else None
    except ValueError:
        return None


def _names(part: dict[str, str | None], details: str) -> set[str]:
    """Return the names of our orders that stand anywhere in the line; the check character tells them from chance."""
    texts = [part["customer_reference"] or "", part["bank_reference"] or "", part["extra_details"] or ""]
    # Banks wrap the text at 65 letters, and German ones cut it into numbered parts: a name may lie across the cut.
    texts += [details, details.replace("\n", ""), re.sub(r"\n?\?[2-6][0-9]", "", details)]
    return {name for text in texts for name in _OURS.findall(text) if end_to_end.decode(name) is not None}


def _only(names: set[str]) -> str:
    return next(iter(names)) if len(names) == 1 else ""


def _batch(part: dict[str, str | None], details: str) -> str:
    texts = [
        part["customer_reference"] or "",
        part["extra_details"] or "",
        re.sub(r"\n?\?[2-6][0-9]", "", details).replace("\n", ""),
    ]
    return end_to_end.batch_named_in(" ".join(texts))


def _reference(part: dict[str, str | None], details: str) -> str:
    found = _REFERENCE.search(re.sub(r"\n?\?[2-6][0-9]", "", details).replace("\n", ""))
    if found is not None:
        return (found[1] or found[2])[:35]
    reference = (part["customer_reference"] or "").strip()
    return "" if reference in _NO_REFERENCE else reference[:35]
