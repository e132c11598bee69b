"""Reading stored messages into lines as COPY takes them, each with its item or with the reason for which it is held.

Nothing here knows the database: reading goes on beside it, in a process or thread of its own where that pays.
"""

import contextlib
import datetime
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from ansinh.base.ahead import Ahead
from ansinh.base.beside import Beside
from ansinh.base.refusals import Refused
from ansinh.base.stages import stage
from ansinh.payment.archive import Archive
from ansinh.payment.gateways import Gateway, Inbound
from ansinh.payment.models import Message
from ansinh.payment.statements import is_loose, is_statement
from ansinh.standards.end_to_end import decode_many
from ansinh.standards.iso20022.results import (
    BOOKED,
    CANCELLED,
    NOT_CANCELLED,
    PENDING,
    Balance,
    Entry,
    GroupStatus,
    Held,
)

COPY = "COPY answer (line, item_id, attempt, end_to_end_id, status, amount_dong, reason_set, reason_code, hold_reason) FROM STDIN"
_PORTION = 10_000
_OF_ORDERS = frozenset({"RECEIVED", "ACCEPTED", "PAID", "REJECTED", "RETURNED", "UNKNOWN"})


# A line about whose account it is, and not about money; asked under the number of the address.
VERIFICATION = "verification"
# What a bank answers to a request to call an order back, as the reason for which its line waits for whoever asked.
_RECALLED = {CANCELLED: "recall_accepted", NOT_CANCELLED: "recall_refused", PENDING: "recall_pending"}


# As COPY reads text: what would end a value or a line is written as two characters, and what is not there like this.
_NOTHING = "\\N"
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def _safe(text: str) -> str:
    return text if text.isalnum() else text.translate(_ESCAPES)


class _Regular(dict[tuple, str]):
    """How the row of an order's news ends, by all that a line says beside its name and amount; "" where that is not enough."""

    def __init__(self, tomorrow: datetime.date) -> None:
        super().__init__()
        self._tomorrow = tomorrow

    def __missing__(self, said: tuple) -> str:
        status, reason_set, reason_code, booked_on, _, kind = said
        is_news = status in _OF_ORDERS and (kind != "cancellation" or status not in _RECALLED)
        self[said] = self._end(reason_set, reason_code, booked_on) if is_news else ""
        return self[said]

    def end_of(self, line: Entry) -> str:
        """Return how the row of a line that is an order's news ends."""
        return self._end(line.reason_set, line.reason_code, line.booked_on)

    def _end(self, reason_set: str, reason_code: str, booked_on: datetime.date | None) -> str:
        # Clocks of banks differ by hours, not by days: a later date is a mistake, and may be one about more.
        hold = "booked_in_the_future" if booked_on and booked_on > self._tomorrow else ""
        return f"\t{_safe(reason_set)}\t{_safe(reason_code[:8])}\t{hold}\n"


def _rows(portion: list[Entry | Held], instance: int, today: datetime.date) -> Iterator[str]:
    """Yield the lines of one portion as COPY takes them: each with its item, or with the reason it is held."""
    # Decoded in bulk: the check character is most of the work, and a file has a hundred thousand lines.
    names = decode_many(["" if isinstance(line, Held) else line.end_to_end_id for line in portion])
    regular = _Regular(today + datetime.timedelta(days=1))
    for line, name in zip(portion, names, strict=True):
        if isinstance(line, Held):
            told = f"{_NOTHING}\t{_NOTHING}\t{_safe(_trace(line))}\t\t{_NOTHING}"
            yield f"{line.line}\t{told}\t\t\t{_safe(line.reason[:40])}\n"
            continue
        # Of an order of ours with an amount in đồng, all but the name and the amount is said again and again.
        if name is not None and name[0] == instance and line[2] is not None and (end := regular[line[5:11]]):
            yield f"{line[0]}\t{name[1]}\t{name[2]}\t{line[1]}\t{line[5]}\t{line[2]}{end}"
            continue
        name_told, amount = line.end_to_end_id, _NOTHING if line.amount_dong is None else line.amount_dong
        reason = f"{_safe(line.reason_set)}\t{_safe(line.reason_code[:8])}"
        if line.kind == "cancellation" and line.status in _RECALLED and name is not None and name[0] == instance:
            # It moves nothing: whoever asked reads what the bank said, and the money's own answer is waited for.
            hold = _RECALLED[line.status]
            yield f"{line.line}\t{name[1]}\t{name[2]}\t{name_told}\tUNKNOWN\t{_NOTHING}\t{reason}\t{hold}\n"
        elif name is None or name[0] != instance or line.status not in _OF_ORDERS or _is_foreign(line):
            # Money or news about something that is not ours: kept, never guessed.
            hold = "currency_foreign" if _is_foreign(line) else "unknown_reference"
            told = f"{_safe(name_told[:35])}\t{_safe(line.status[:8])}\t{amount}"
            yield f"{line.line}\t{_NOTHING}\t{_NOTHING}\t{told}\t{reason}\t{hold}\n"
        else:
            yield f"{line.line}\t{name[1]}\t{name[2]}\t{name_told}\t{line.status}\t{amount}{regular.end_of(line)}"


def _trace(line: Held) -> str:
    """Return the only trace of which payment a held line spoke of: its name, and behind it what was not understood."""
    if not line.end_to_end_id:
        return line.evidence[:35]
    return f"{line.end_to_end_id} ({line.evidence})"[:35] if line.evidence else line.end_to_end_id[:35]


def _is_foreign(line: Entry) -> bool:
    """Return whether a line names an amount that is not in đồng: it is shown, and never applied."""
    return line.amount_dong is None and line.amount is not None and line.currency not in ("", "VND")


def _is_batch_debit(line: Entry | Held, batches: frozenset[str]) -> bool:
    return (
        isinstance(line, Entry)
        and line.end_to_end_id in batches
        and line.status == BOOKED
        and line.credit_debit == "DBIT"
        and bool(line.amount_dong)
    )


@dataclass(frozen=True)
class Said:
    """What a message said beside its lines for items; or why it must not be read."""

    lines: int = 0
    kind: str = "unknown"
    message_id: str = ""
    debits: tuple[Entry, ...] = ()
    loose: tuple[Entry, ...] = ()
    groups: tuple[GroupStatus, ...] = ()
    balances: tuple[Balance, ...] = ()
    warnings: tuple[str, ...] = ()
    refusal: Refused | None = None


@dataclass(frozen=True)
class Reader:
    """Reads stored messages, one after another; knows no database, so that it can work while the database does."""

    gateway: Gateway
    archive: Archive
    origin: str
    instance: int
    today: datetime.date
    batches: frozenset[str]

    def read(self, messages: Sequence[Message]) -> Iterator[bytes | Said]:
        """Yield for each message its lines as COPY takes them, in portions, and last what else it said."""
        for message in messages:
            try:
                with stage("read"):
                    yield from self._read_one(message)
            except Refused as refusal:
                yield Said(refusal=refusal)

    def path(self, message: Message) -> Path:
        """Return where the message's bytes lie."""
        return self.archive.path(message.sha256)

    def size(self, messages: Sequence[Message]) -> int:
        """Return how many bytes there are to read."""
        return sum(path.stat().st_size for path in map(self.path, messages) if path.exists())

    def _read_one(self, message: Message) -> Iterator[bytes | Said]:
        path = self.path(message)
        inbound = Inbound(message.name, path, message.sha256, path.stat().st_size, self.origin)
        reading = self.gateway.parse(inbound)
        # Portions keep memory flat: neither the file nor its lines are ever held whole, only the few that are about no order.
        lines, count = iter(reading), 0
        debits: list[Entry] = []
        loose: list[Entry] = []
        while portion := list(islice(lines, _PORTION)):
            count += len(portion)
            # One look for what is rare: a debit of a whole batch, and whose account it is.
            told = [line for line in portion if not isinstance(line, Held)]
            if any(line.end_to_end_id in self.batches for line in told):
                debits += [line for line in portion if _is_batch_debit(line, self.batches)]
                portion = [line for line in portion if not _is_batch_debit(line, self.batches)]
            if any(line.kind == VERIFICATION for line in told):
                loose += [line for line in portion if not isinstance(line, Held) and line.kind == VERIFICATION]
                portion = [line for line in portion if isinstance(line, Held) or line.kind != VERIFICATION]
            if is_statement(reading.kind):
                loose += [line for line in portion if is_loose(line)]
            yield "".join(_rows(portion, self.instance, self.today)).encode()
        yield Said(
            lines=count,
            kind=reading.kind,
            message_id=reading.message_id,
            debits=tuple(debits),
            loose=tuple(loose),
            groups=tuple(reading.groups),
            balances=tuple(reading.balances),
            warnings=tuple(notice.reason for notice in reading.warnings),
        )


# How many portions wait while the database applies what was read before: about one file of a province.
_AHEAD = 8
# Below this a process costs more than it saves.
WORTH_A_PROCESS_BYTES = 1 << 20


@contextlib.contextmanager
def ahead(reader: Reader, stored: Sequence[Message], workers: int) -> Iterator[Iterator[bytes | Said]]:
    """Read the messages ahead of whoever applies them: in a process of its own where that pays, else in a thread."""
    with contextlib.ExitStack() as stack:
        source = reader.read(stored)
        if workers > 1 and reader.size(stored) >= WORTH_A_PROCESS_BYTES:
            # It reads files and knows no database: whatever becomes of it, nothing is half applied.
            source = stack.enter_context(contextlib.closing(Beside(source)))
        yield stack.enter_context(contextlib.closing(Ahead(source, _AHEAD)))
