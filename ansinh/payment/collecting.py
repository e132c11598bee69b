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
from itertools import chain, groupby

from django.db import connection, transaction
from django.utils import timezone
from psycopg import Cursor

from ansinh.base.refusals import Refused
from ansinh.base.stages import stage
from ansinh.base.statements import statement
from ansinh.ledger import operations as ledger
from ansinh.office import queries as office_queries
from ansinh.office.locks import one_at_a_time
from ansinh.office.security import everything, put_on
from ansinh.office.side_by_side import side_by_side
from ansinh.payment import laid_aside, lanes, reading, recalling, statements
from ansinh.payment.archive import Archive
from ansinh.payment.gateways import Gateway
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
from ansinh.payment.reading import COPY, VERIFICATION, Reader, Said
from ansinh.payment.statements import is_statement
from ansinh.people import verification as people_verification
from ansinh.standards.iso20022.results import (
    Entry,
    GroupStatus,
)

_FOREIGN_REFUSAL = """
    INSERT INTO answer (line, end_to_end_id, status, reason_set, reason_code, hold_reason)
    SELECT coalesce(max(line), 0) + 1, %s, 'REJECTED', %s, %s, 'unknown_reference' FROM answer
"""


class Unreadable(Exception):
    """A file that must not be read; carries the refusal that says why."""

    def __init__(self, refusal: Refused) -> None:
        super().__init__(refusal.reason)
        self.refusal = refusal


_QUESTION = re.compile(r"Q([0-9]{1,15})")
# What became of one message: applied or quarantined, laid aside for want of money, or not in its lane.
Outcome = Collected | Waits | lanes.Strays


def _load(cursor: Cursor, pieces: Iterator[bytes | Said]) -> Said:
    """Copy the lines of the next message into `answer`, and return what else it said. Raises `Unreadable`."""
    with cursor.copy(COPY) as copy:
        while not isinstance(piece := next(pieces), Said):
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
    findings = [line for line in loose if line.kind == VERIFICATION]
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
    return [line for line in loose if line.kind != VERIFICATION]


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
    pieces: Iterator[bytes | Said],
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
        done, aside = _apply_all(_Collection(provider, gateway, archive, at, progress, workers))
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


@dataclass(frozen=True)
class _Collection:
    """From whom, by which way and when answers are collected, who is told of each, and how many processes share it."""

    provider: PaymentServiceProvider
    gateway: Gateway
    archive: Archive
    at: datetime.datetime
    progress: Progress
    workers: int


def _apply_all(work: _Collection) -> tuple[Collected, list[Waits]]:
    """Apply what is stored, and once more what lacked money, as long as anything moves; return what still waits."""
    total, is_moving, aside = Collected(0, 0, 0), True, []
    while is_moving:
        done, aside = _apply_stored(work)
        early = _retry_early_returns(work.provider, work.at)
        total = _added(total, done, Collected(0, early, -early))
        # The money may have come in with what stood behind it.
        is_moving = bool(aside) and done.applied + early > 0
    return total, aside


def _apply_stored(work: _Collection) -> tuple[Collected, list[Waits]]:
    """Apply every stored message in the order of arrival, each in a transaction of its own; return those laid aside.

    Answers about different batches that follow one another are applied side by side where that pays; those about one
    batch, and everything else, in their order. One that does not keep to the batch it names comes after the others.
    """
    done, aside = Collected(0, 0, 0), []
    stored = list(Message.objects.filter(provider=work.provider, state=Message.State.STORED).order_by("id"))
    if not stored:
        return done, aside
    batch_ends = PaymentBatch.objects.filter(provider=work.provider).values_list(
        "message_id", "first_item_id", "last_item_id"
    )
    spans = {name: (first, last) for name, first, last in batch_ends}
    instance, today = office_queries.instance_number(), timezone.localdate(work.at)
    reader = Reader(work.gateway, work.archive, work.provider.code, instance, today, frozenset(spans))
    apply = partial(
        _apply_or_quarantine, provider=work.provider, account=work.gateway.debtor.account_number, at=work.at
    )
    named = [lanes.batch_of(reader.path(message), spans) for message in stored]
    for is_of_orders, group in groupby(zip(stored, named, strict=True), key=lambda pair: bool(pair[1])):
        messages, batches = (list(column) for column in zip(*group, strict=True))
        kept_to = [spans.get(batch) for batch in batches]
        with contextlib.ExitStack() as stack:
            if is_of_orders and len(set(batches)) > 1 and reader.size(messages) >= reading.WORTH_A_PROCESS_BYTES:
                share = min(work.workers, len(set(batches)))
                alone = partial(_apply_alone, apply=apply, reader=reader)
                pieces_of_work = list(zip(messages, kept_to, strict=True))
                source = side_by_side(alone, pieces_of_work, share, lanes.shared_out(batches, spans, share))
                outcomes = _waited_for(stack.enter_context(contextlib.closing(source)))
            else:
                # The next file is read while the database applies this one.
                pieces = stack.enter_context(reading.ahead(reader, messages, work.workers))
                outcomes = (
                    apply(message, pieces, is_behind=bool(aside), within=within)
                    for message, within in zip(messages, kept_to, strict=True)
                )
            again = []
            for message, one in chain(zip(messages, outcomes, strict=True), _in_turn(again, apply, reader)):
                if isinstance(one, lanes.Strays):
                    again.append(message)
                    continue
                work.progress(f"{message.name}: {laid_aside.told(one) if isinstance(one, Waits) else one.told()}")
                if isinstance(one, Waits):
                    laid_aside.mark(message, one)
                    aside.append(one)
                else:
                    done = _added(done, one)
    return done, aside


def _in_turn(
    messages: Sequence[Message], apply: Callable[..., Outcome], reader: Reader
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


def _apply_alone(piece: tuple[Message, lanes.Span | None], *, apply: Callable[..., Outcome], reader: Reader) -> Outcome:
    """Read and apply one message in the same process: in a lane, the others keep the second processor busy."""
    message, within = piece
    return apply(message, reader.read([message]), within=within)


def _apply_or_quarantine(
    message: Message,
    pieces: Iterator[bytes | Said],
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
