"""Collecting answers: fetch, store, read, judge, apply. Bytes are safe on disk before anything reads them.

One bad line holds that line; an unreadable file is quarantined; what was applied once changes nothing a second time. A
statement for which the money at the provider does not suffice waits, and only the statements after it wait with it.
"""

import contextlib
import dataclasses
import datetime
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain, groupby, islice
from pathlib import Path

from django.db import connection, transaction
from django.utils import timezone
from psycopg import Cursor

from ansinh.base.ahead import Ahead
from ansinh.base.beside import Beside
from ansinh.base.refusals import Refused
from ansinh.base.stages import stage
from ansinh.base.statements import statement
from ansinh.ledger import operations as ledger
from ansinh.office import queries as office_queries
from ansinh.office.locks import one_at_a_time
from ansinh.office.security import everything, put_on
from ansinh.office.side_by_side import side_by_side
from ansinh.payment import laid_aside, lanes, recalling, statements
from ansinh.payment.archive import Archive
from ansinh.payment.gateways import Gateway, Inbound
from ansinh.payment.laid_aside import Waits
from ansinh.payment.models import BatchDebit, Message, MessageLine, PaymentBatch, PaymentServiceProvider
from ansinh.payment.operations import (
    ANSWER_TABLE,
    Collected,
    Progress,
    judge_again,
    judge_and_apply,
    quarantine,
    share_answers,
    store_message,
)
from ansinh.payment.statements import is_loose, is_statement
from ansinh.people import verification as people_verification
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

_COPY = "COPY answer (line, item_id, attempt, end_to_end_id, status, amount_dong, reason_set, reason_code, hold_reason) FROM STDIN"
_FOREIGN_REFUSAL = """
    INSERT INTO answer (line, end_to_end_id, status, reason_set, reason_code, hold_reason)
    SELECT coalesce(max(line), 0) + 1, %s, 'REJECTED', %s, %s, 'unknown_reference' FROM answer
"""
_PORTION = 10_000


class Unreadable(Exception):
    """A file that must not be read; carries the refusal that says why."""

    def __init__(self, refusal: Refused) -> None:
        super().__init__(refusal.reason)
        self.refusal = refusal


_OF_ORDERS = frozenset({"RECEIVED", "ACCEPTED", "PAID", "REJECTED", "RETURNED", "UNKNOWN"})


# A line about whose account it is, and not about money; asked under the number of the address.
_VERIFICATION = "verification"
_QUESTION = re.compile(r"Q([0-9]{1,15})")
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
class _Said:
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


# What became of one message: applied or quarantined, laid aside for want of money, or not in its lane.
Outcome = Collected | Waits | lanes.Strays


@dataclass(frozen=True)
class _Reader:
    """Reads stored messages, one after another; knows no database, so that it can work while the database does."""

    gateway: Gateway
    archive: Archive
    origin: str
    instance: int
    today: datetime.date
    batches: frozenset[str]

    def read(self, messages: Sequence[Message]) -> Iterator[bytes | _Said]:
        """Yield for each message its lines as COPY takes them, in portions, and last what else it said."""
        for message in messages:
            try:
                with stage("read"):
                    yield from self._read_one(message)
            except Refused as refusal:
                yield _Said(refusal=refusal)

    def path(self, message: Message) -> Path:
        """Return where the message's bytes lie."""
        return self.archive.path(message.sha256)

    def size(self, messages: Sequence[Message]) -> int:
        """Return how many bytes there are to read."""
        return sum(path.stat().st_size for path in map(self.path, messages) if path.exists())

    def _read_one(self, message: Message) -> Iterator[bytes | _Said]:
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
            if any(line.kind == _VERIFICATION for line in told):
                loose += [line for line in portion if not isinstance(line, Held) and line.kind == _VERIFICATION]
                portion = [line for line in portion if isinstance(line, Held) or line.kind != _VERIFICATION]
            if is_statement(reading.kind):
                loose += [line for line in portion if is_loose(line)]
            yield "".join(_rows(portion, self.instance, self.today)).encode()
        yield _Said(
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
def _reading(reader: _Reader, stored: Sequence[Message], workers: int) -> Iterator[Iterator[bytes | _Said]]:
    """Read the messages ahead of whoever applies them: in a process of its own where that pays, else in a thread."""
    with contextlib.ExitStack() as stack:
        source = reader.read(stored)
        if workers > 1 and reader.size(stored) >= WORTH_A_PROCESS_BYTES:
            # It reads files and knows no database: whatever becomes of it, nothing is half applied.
            source = stack.enter_context(contextlib.closing(Beside(source)))
        yield stack.enter_context(contextlib.closing(Ahead(source, _AHEAD)))


def _load(cursor: Cursor, pieces: Iterator[bytes | _Said]) -> _Said:
    """Copy the lines of the next message into `answer`, and return what else it said. Raises `Unreadable`."""
    with cursor.copy(_COPY) as copy:
        while not isinstance(piece := next(pieces), _Said):
            copy.write(piece)
        if piece.refusal is not None:
            raise Unreadable(piece.refusal) from piece.refusal
    return piece


def _keep_batch_debits(message: Message, debits: Sequence[Entry]) -> None:
    """Keep each debit of a whole batch with its line; what its items came to is compared when somebody looks."""
    ids = dict(PaymentBatch.objects.filter(provider=message.provider).values_list("message_id", "id")) if debits else {}
    BatchDebit.objects.bulk_create(
        BatchDebit(
            batch_id=ids[line.end_to_end_id], message=message, line=line.line, amount_dong=line.amount_dong, booked_on=line.booked_on
        )
        for line in debits
    )  # fmt: skip
    # Of no single item, so there is nothing to judge; kept among the lines all the same.
    MessageLine.objects.bulk_create(
        MessageLine(
            message=message, line=line.line, end_to_end_id=line.end_to_end_id, status=line.status, amount_dong=line.amount_dong
        )
        for line in debits
    )  # fmt: skip


def _take_findings(message: Message, loose: Sequence[Entry], at: datetime.datetime) -> list[Entry]:
    """Hand what a bank has found out about account holders to the registry, keep each line, and return the lines about money."""
    findings = [line for line in loose if line.kind == _VERIFICATION]
    if findings:
        asked = {line.line: _QUESTION.fullmatch(line.end_to_end_id) for line in findings}
        told = {int(found[1]): (line.status, line.party_name) for line in findings if (found := asked[line.line])}
        people_verification.record_findings(findings=told, source=message.name, at=at)
        MessageLine.objects.bulk_create(
            MessageLine(
                message=message, line=line.line, end_to_end_id=line.end_to_end_id, status=line.status[:8], reason_set=line.reason_set,
                reason_code=line.reason_code[:8], hold_reason="" if asked[line.line] else "unknown_reference",
            )
            for line in findings
        )  # fmt: skip
    return [line for line in loose if line.kind != _VERIFICATION]


def _load_refused_batches(cursor: Cursor, groups: Sequence[GroupStatus]) -> int:
    """Add a rejection for each item of a batch that the bank refused as a whole, without a line of its own."""
    added = 0
    for group in groups:
        # Good news for a whole file is no news about a payee; only a refusal can be handed down to each line.
        if group.status == "REJECTED":
            cursor.execute(
                statement("payment", "refused_batch"),
                {
                    "message_id": group.original_message_id,
                    "reason_set": group.reason_set,
                    "reason_code": group.reason_code,
                },
            )
            added += cursor.rowcount
            if not PaymentBatch.objects.filter(message_id=group.original_message_id).exists():
                # A refusal of a file that we never sent: kept for a person, like any other unknown reference.
                cursor.execute(
                    _FOREIGN_REFUSAL, [group.original_message_id[:35], group.reason_set, group.reason_code[:8]]
                )
                added += 1
    return added


def _apply(
    message: Message,
    provider: PaymentServiceProvider,
    account: str,
    pieces: Iterator[bytes | _Said],
    at: datetime.datetime,
    is_behind: bool,
    within: lanes.Span | None,
) -> Outcome:
    """Apply one stored message, whose lines come next in `pieces`, with its own mark, in one transaction.

    A statement that `is_behind` one which waits for money waits too: its balances follow from those of the other. What
    speaks of items that are not `within` these two has another turn.
    """
    with transaction.atomic():
        put_on(everything("system"))
        message = Message.objects.select_for_update().get(id=message.id)
        with connection.cursor() as cursor:
            cursor.execute(ANSWER_TABLE)
            # Only what the file itself is to blame for quarantines it; a refusal of our own books stops the collection.
            with stage("parse"):
                said = _load(cursor, pieces)
            if message.state != Message.State.STORED:
                # Another worker has applied it while we waited for the lock.
                cursor.execute("DROP TABLE answer")
                return Collected(0, 0, 0)
            if is_behind and is_statement(said.kind):
                cursor.execute("DROP TABLE answer")
                return Waits(message.name)
            moved = lanes.span([group.original_message_id for group in said.groups if group.status == "REJECTED"])
            if lanes.strays(moved, within):
                cursor.execute("DROP TABLE answer")
                return lanes.Strays()
            # Before anything is looked at: a whole refusal is believed when nobody of the batch was paid.
            lanes.keep_apart(provider.id, *moved)
            lines = said.lines + _load_refused_batches(cursor, said.groups)
        _keep_batch_debits(message, said.debits)
        loose = _take_findings(message, said.loose, at)
        # What a line may decide depends on what it stands in.
        message.kind = said.kind[:40]
        message.save(update_fields=["kind"])
        closing_on = statements.keep(message=message, provider=provider, account=account, balances=said.balances)
        with stage("apply"):
            lines += share_answers(message, lines)
            applied, held = judge_and_apply(message=message, provider=provider, at=at)
            if closing_on is not None:
                statements.suspend(message=message, provider=provider, loose=loose, closing_on=closing_on, at=at)
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE answer")
        # Known only now: the kind and the warnings are complete when the last line has been read.
        known = said.kind != "unknown"
        message.state = Message.State.APPLIED if known else Message.State.QUARANTINED
        message.kind, message.message_id, message.lines, message.held = (
            said.kind[:40],
            said.message_id[:70],
            lines,
            held,
        )
        message.note = ", ".join(said.warnings)[:300]
        message.applied_at = at
        message.save()
    return Collected(1, applied, held, 0 if known else 1)


def _retry_early_returns(provider: PaymentServiceProvider, at: datetime.datetime) -> int:
    """Judge again the returns that came before their payment was known; return how many could be applied now."""
    settled = 0
    with transaction.atomic(), connection.cursor() as cursor:
        put_on(everything("system"))
        cursor.execute(statement("payment", "unprocessed_returns"), {"provider": provider.id})
        for message_id, lines in cursor.fetchall():
            settled += judge_again(message_id, lines, provider, at)
    return settled


def collect(
    *,
    provider: PaymentServiceProvider,
    gateway: Gateway,
    archive: Archive,
    at: datetime.datetime,
    progress: Progress = lambda _: None,
    workers: int = 1,
) -> Collected:
    """This will fetch everything new from one provider, keep it, and apply it file by file.

    With more than one of `workers`, files are read in a process beside the one that applies them, in the same order.

    Promises: a file that came before (under any name) changes nothing; a file that cannot be understood is quarantined
    and the others go on; a kill at any point loses nothing, the next call continues.

    Raises:
        Refused: `balance_insufficient` when a statement still waits for money after everything else was applied; it and
            the statements after it stay as they came, and the next call tries them again.
    """
    with one_at_a_time(f"collect {provider.code}"):
        _fetch(provider, gateway, archive, at)
        done, aside = _apply_all(provider, gateway, archive, at, progress, workers)
        with stage("seal"), transaction.atomic():
            put_on(everything("system"))
            # It frees items and books nothing: what is sealed is committed.
            recalling.release(provider=provider, at=at)
            ledger.seal(at=at, shared_by=workers)
    if aside:
        raise laid_aside.lacking(provider, aside)
    return done


def _fetch(provider: PaymentServiceProvider, gateway: Gateway, archive: Archive, at: datetime.datetime) -> None:
    """Bring every file we do not have into the archive, and note each before the next is fetched."""
    # A name we have is not fetched again; the hash decides in the end, because banks send the same file under new
    # names.
    known = Message.objects.filter(provider=provider).values_list("mark", "other_marks")
    marks = frozenset(mark for first, others in known for mark in (first, *others))
    incoming = archive.folder / "incoming"
    incoming.mkdir(mode=0o700, parents=True, exist_ok=True)
    with stage("fetch"):
        for inbound in gateway.poll(marks.__contains__, incoming):
            archive.keep(inbound.path, inbound.sha256)
            signature = archive.keep_bytes(inbound.signature) if inbound.signature else ""
            with transaction.atomic():
                message = store_message(
                    provider=provider, name=inbound.name, mark=inbound.mark or inbound.name, sha256=inbound.sha256, at=at,
                    signature_sha256=signature,
                )  # fmt: skip
                if inbound.problem is not None:
                    if message is not None:
                        quarantine(message=message, refusal=inbound.problem, at=at)
                elif signature and message is None:
                    _believe_now(provider, inbound.sha256, signature)


def _believe_now(provider: PaymentServiceProvider, sha256: str, signature: str) -> None:
    """Let a file be read that was set aside for its signature, now that the same bytes have come with a right one."""
    aside = Message.objects.filter(
        provider=provider, sha256=sha256, state=Message.State.QUARANTINED, note__startswith="signature_"
    )
    aside.update(state=Message.State.STORED, note="", applied_at=None, signature_sha256=signature)


def _added(*parts: Collected) -> Collected:
    return Collected(*map(sum, zip(*map(dataclasses.astuple, parts), strict=True)))


def _apply_all(
    provider: PaymentServiceProvider,
    gateway: Gateway,
    archive: Archive,
    at: datetime.datetime,
    progress: Progress,
    workers: int,
) -> tuple[Collected, list[Waits]]:
    """Apply what is stored, and once more what lacked money, as long as anything moves; return what still waits."""
    total, is_moving, aside = Collected(0, 0, 0), True, []
    while is_moving:
        done, aside = _apply_stored(provider, gateway, archive, at, progress, workers)
        early = _retry_early_returns(provider, at)
        total = _added(total, done, Collected(0, early, -early))
        # The money may have come in with what stood behind it.
        is_moving = bool(aside) and done.applied + early > 0
    return total, aside


def _apply_stored(
    provider: PaymentServiceProvider,
    gateway: Gateway,
    archive: Archive,
    at: datetime.datetime,
    progress: Progress,
    workers: int,
) -> tuple[Collected, list[Waits]]:
    """Apply every stored message in the order of arrival, each in a transaction of its own; return those laid aside.

    Answers about different batches that follow one another are applied side by side where that pays; those about one
    batch, and everything else, in their order. One that does not keep to the batch it names comes after the others.
    """
    done, aside = Collected(0, 0, 0), []
    stored = list(Message.objects.filter(provider=provider, state=Message.State.STORED).order_by("id"))
    if not stored:
        return done, aside
    batch_ends = PaymentBatch.objects.filter(provider=provider).values_list(
        "message_id", "first_item_id", "last_item_id"
    )
    spans = {name: (first, last) for name, first, last in batch_ends}
    instance, today = office_queries.instance_number(), timezone.localdate(at)
    reader = _Reader(gateway, archive, provider.code, instance, today, frozenset(spans))
    apply = partial(_apply_or_quarantine, provider=provider, account=gateway.debtor.account_number, at=at)
    named = [lanes.batch_of(reader.path(message), spans) for message in stored]
    for is_of_orders, group in groupby(zip(stored, named, strict=True), key=lambda pair: bool(pair[1])):
        messages, batches = (list(column) for column in zip(*group, strict=True))
        kept_to = [spans.get(batch) for batch in batches]
        with contextlib.ExitStack() as stack:
            if is_of_orders and len(set(batches)) > 1 and reader.size(messages) >= WORTH_A_PROCESS_BYTES:
                share = min(workers, len(set(batches)))
                alone = partial(_apply_alone, apply=apply, reader=reader)
                pieces_of_work = list(zip(messages, kept_to, strict=True))
                source = side_by_side(alone, pieces_of_work, share, lanes.shared_out(batches, spans, share))
                outcomes = _waited_for(stack.enter_context(contextlib.closing(source)))
            else:
                # The next file is read while the database applies this one.
                pieces = stack.enter_context(_reading(reader, messages, workers))
                outcomes = (
                    apply(message, pieces, is_behind=bool(aside), within=within)
                    for message, within in zip(messages, kept_to, strict=True)
                )
            again = []
            for message, one in chain(zip(messages, outcomes, strict=True), _in_turn(again, apply, reader)):
                if isinstance(one, lanes.Strays):
                    again.append(message)
                    continue
                progress(f"{message.name}: {laid_aside.told(one) if isinstance(one, Waits) else one.told()}")
                if isinstance(one, Waits):
                    aside.append(one)
                else:
                    done = _added(done, one)
    return done, aside


def _in_turn(
    messages: Sequence[Message], apply: Callable[..., Outcome], reader: _Reader
) -> Iterator[tuple[Message, Outcome]]:
    """Read and apply what did not keep to its lane, now that the lanes are empty."""
    for message in messages:
        yield message, apply(message, reader.read([message]))


def _waited_for(outcomes: Iterator[Outcome]) -> Iterator[Outcome]:
    """Yield what lanes have done; what there is to time here is how long that takes."""
    while True:
        with stage("apply"):
            one = next(outcomes, None)
        if one is None:
            return
        yield one


def _apply_alone(
    piece: tuple[Message, lanes.Span | None], *, apply: Callable[..., Outcome], reader: _Reader
) -> Outcome:
    """Read and apply one message in the same process: in a lane, the others keep the second processor busy."""
    message, within = piece
    return apply(message, reader.read([message]), within=within)


def _apply_or_quarantine(
    message: Message,
    pieces: Iterator[bytes | _Said],
    *,
    provider: PaymentServiceProvider,
    account: str,
    at: datetime.datetime,
    is_behind: bool = False,
    within: lanes.Span | None = None,
) -> Outcome:
    """Apply one message whose lines come next in `pieces`; or set it aside: it must not be read, or it lacks money."""
    try:
        return _apply(message, provider, account, pieces, at, is_behind, within)
    except Refused as refusal:
        # Nothing of it was applied, and the answers behind it may be what brings the money.
        if not laid_aside.is_for_want_of_money(refusal):
            raise
        return Waits(message.name, refusal)
    except Unreadable as unreadable:
        with transaction.atomic():
            quarantine(message=message, refusal=unreadable.refusal, at=at)
        return Collected(0, 0, 0, 1)
