"""What a file from a bank said, as plain values: entries, held lines, notices.

They carry evidence and decide nothing; what follows from them is decided in `payment`.
"""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

PAID, REJECTED, RETURNED = "PAID", "REJECTED", "RETURNED"
RECEIVED, ACCEPTED, UNKNOWN = "RECEIVED", "ACCEPTED", "UNKNOWN"
# Statement lines that are not about one of our orders: money on the account, booked or still to be booked.
BOOKED, PENDING = "BOOKED", "PENDING"
# What became of a request to call an order back: it will come back, or the payee keeps it.
CANCELLED, NOT_CANCELLED = "CANCELLED", "NOT_CANCELLED"
# Whose account it is: the asked one's, nearly so, another's, or not found out.
MATCH, CLOSE_MATCH, NO_MATCH, NOT_CHECKED = "MATCH", "CLOSE_MATCH", "NO_MATCH", "NOT_CHECKED"


# Tuples and not dataclasses: a statement has tens of thousands of lines, and building objects was what made others
# slow.
class Entry(NamedTuple):
    """One result. `line` counts the results of the file from 1, held ones included.

    `amount_dong` is set for whole amounts in VND; otherwise `amount` keeps the bank's text. `kind` says where it
    stood: `status` (pain.002), `detail` (one of several in a statement entry), `entry` (an entry without details),
    `verification` (acmt.024), `cancellation` (camt.029) or `row` (a spreadsheet). `code` is the bank's own status word,
    `reason_set` one of `codes.CODE_SETS` or `proprietary`, `party_name` and `account_number` the other side's, where a file tells them.
    Of money that no order of ours explains, `text` is what the bank wrote about it, and `is_fee` whether it says that it is its fee.
    """

    line: int
    end_to_end_id: str
    amount_dong: int | None
    amount: str | None
    currency: str
    status: str
    reason_set: str
    reason_code: str
    booked_on: datetime.date | None
    credit_debit: str
    kind: str
    code: str
    party_name: str = ""
    account_number: str = ""
    text: str = ""
    is_fee: bool = False


class Held(NamedTuple):
    """A line that cannot be understood for sure. It waits for a person; its neighbours do not.

    `end_to_end_id` is the name in it where one could be read: so a person can say which payment it speaks of.
    """

    line: int
    reason: str
    evidence: str = ""
    end_to_end_id: str = ""


class Notice(NamedTuple):
    """Something that is not as it should be but costs no result, with its evidence."""

    reason: str
    evidence: dict[str, Any]


class GroupStatus(NamedTuple):
    """What a bank said of a whole file or block of orders (`payment_information_id` is empty for a whole file).

    A refused file often comes back with this alone, without one line per order.
    """

    original_message_id: str
    payment_information_id: str
    status: str
    code: str
    reason_set: str
    reason_code: str


class Balance(NamedTuple):
    """What one statement says was on our account at the end of a day, in whole đồng; below zero when overdrawn.

    `opening_dong` is None where the statement does not say it; the two sums of booked lines are None where one of them could not be read.
    """

    account_number: str
    closing_on: datetime.date
    amount_dong: int
    opening_on: datetime.date | None = None
    opening_dong: int | None = None
    credits_dong: int | None = None
    debits_dong: int | None = None


# Both default to no: without an agreement a bank's words pay nobody, and a month that is not confirmed is enquired
# about.
@dataclass(frozen=True, slots=True)
class Profile:
    """What was agreed with one bank beyond the standard.

    `debit_is_paid`: a booked debit notification with our EndToEndId confirms that the payee has the money.
    `settled_is_paid`: the same for the status ACSC, which by itself only says that the payer's side has settled.
    `recall_is_final`: an order that the bank agrees to call back will never be carried out: it is rejected, and no other answer follows.
    """

    debit_is_paid: bool = False
    settled_is_paid: bool = False
    recall_is_final: bool = False


@dataclass(frozen=True, slots=True)
class ReadResult:
    """Everything a file said. `kind` is like `camt.054.001.08`, or `unknown`; then nothing of it may be applied."""

    kind: str
    version: str
    messages: int
    message_id: str
    entries: list[Entry] = field(default_factory=list)
    held: list[Held] = field(default_factory=list)
    groups: list[GroupStatus] = field(default_factory=list)
    warnings: list[Notice] = field(default_factory=list)
    incomplete: bool = False


class FileReading:
    """One file while it is read: iterate, once, for entries and held lines; the rest is complete afterwards."""

    def __init__(self) -> None:
        self.kind = "unknown"
        self.version = ""
        self.message_id = ""
        self.messages = 0
        self.groups: list[GroupStatus] = []
        self.warnings: list[Notice] = []
        self.balances: list[Balance] = []
        self.incomplete = False
        self._line = 0

    def __iter__(self) -> Iterator[Entry | Held]:
        """Yield each result as soon as its piece of the file has been read."""
        raise NotImplementedError

    def result(self) -> ReadResult:
        """Read to the end and return everything at once."""
        entries: list[Entry] = []
        held: list[Held] = []
        for outcome in self:
            (held if isinstance(outcome, Held) else entries).append(outcome)  # type: ignore[arg-type]
        return ReadResult(
            self.kind, self.version, self.messages, self.message_id, entries, held, self.groups, self.warnings,
            self.incomplete,
        )  # fmt: skip
