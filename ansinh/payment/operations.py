"""Writes of payment: open items, reserve, send, apply answers. Every step can be killed and repeated.

Money is reserved before a file exists, a file is on disk before it is sent, an answer is on disk before it is read, and
an answer moves items, books and its own mark in one transaction.
Money and list go to the provider together, as NĐ 335/2026/NĐ-CP orders (Điều 28 khoản 4; not under laws/, it grants nothing).
"""

import datetime
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from functools import partial

from django.db import connection, transaction

from ansinh.base.dong import format_dong
from ansinh.base.refusals import Refused
from ansinh.base.stages import stage
from ansinh.base.statements import statement
from ansinh.ledger import accounts as chart
from ansinh.ledger import operations as ledger
from ansinh.office import operations as office
from ansinh.office import queries as office_queries
from ansinh.office.locks import one_at_a_time
from ansinh.office.security import everything, put_on
from ansinh.office.side_by_side import side_by_side
from ansinh.payment import lanes, opening, recalling, statements, transitions
from ansinh.payment.archive import Archive
from ansinh.payment.gateways import Artefact, Gateway, Receipt
from ansinh.payment.instructions import archived_batch, render_batch
from ansinh.payment.models import InstructionShare, Message, PaymentBatch, PaymentItem, PaymentServiceProvider
from ansinh.payment.reserving import Order, Stretch, reserve, stretches, take
from ansinh.payroll import operations as payroll
from ansinh.payroll.queries import RunRow
from ansinh.people import operations as people

ANSWER_TABLE = """
    CREATE TEMPORARY TABLE answer (line int, item_id bigint, attempt smallint, end_to_end_id text, status text, amount_dong bigint,
                                   reason_set text, reason_code text, hold_reason text, is_share bool DEFAULT false) ON COMMIT DROP
"""
# Lines that were held are judged again: they stand there already.
_KEPT_BEFORE = """
    ON CONFLICT (message_id, line) DO UPDATE SET hold_reason = excluded.hold_reason, amount_dong = excluded.amount_dong, is_share = excluded.is_share
"""
# The code set of our own reasons not to send an item; the others are ISO's.
STOPPED = "ansinh"
# Fewer orders are written before other processes have begun.
WORTH_SHARING_ORDERS = 5_000
Progress = Callable[[str], None]


@dataclass(frozen=True)
class Sent:
    """What one call of `submit` did: instructions sent, instructions whose fate is unknown, items held back and why not sent."""

    sent: int
    unknown: int
    held: int = 0


@dataclass(frozen=True)
class Collected:
    """What one call of `collect` did: messages read, lines applied, lines held; files set aside, not a line applied."""

    messages: int
    applied: int
    held: int
    quarantined: int = 0

    def told(self) -> str:
        """Return in a few words what became of one message."""
        if self.quarantined:
            return "cách ly, không áp dụng dòng nào"
        return f"{self.applied} dòng đã xử lý, {self.held} dòng tạm giữ"


def freeze(*, run: str, by: str, at: datetime.datetime, workers: int = 1) -> RunRow:
    """This will freeze an approved run and open one payment item for each beneficiary.

    Promises: items without a frozen run are seen by nobody. With several `workers` those of a long run become visible
    just after it; what a crash in between leaves out is opened when the run is frozen again, or sent.

    Raises:
        Refused: as `payroll.operations.freeze`, and `worker_ended`.
    """
    # Inside somebody's transaction ours is not committed yet: then nothing may be committed beside it.
    share = 1 if connection.in_atomic_block else workers
    with stage("freeze"), ExitStack() as ends:
        with transaction.atomic():
            held = payroll.hold(run=run, by=by)
            if held.state != "APPROVED":
                # Frozen before, or refused.
                row = payroll.freeze(run=run, by=by, at=at, workers=workers)
                opening.complete(row.id)
                return row
            parts = ends.enter_context(opening.together(held, by=by, workers=share))
            row = payroll.freeze(run=run, by=by, at=at, workers=workers)
            opened = sum(one.due_dong for one in parts.step())
            # Stays on in production: what is opened is what was approved, to the đồng.
            assert opened == row.control_total_dong, "the items are not what was frozen"
            with stage("seal"):
                ledger.seal(at=at)
        with stage("open"):
            parts.keep()
        opening.forget(row.id)
        return row


def active_providers() -> list[PaymentServiceProvider]:
    """Return the providers that pay by account, in a fixed order. Raises `Refused` (`provider_missing`)."""
    providers = list(PaymentServiceProvider.objects.filter(is_active=True).order_by("id"))
    if not providers:
        raise Refused(
            "provider_missing",
            vi="Chưa khai báo tổ chức dịch vụ chi trả nào. Hãy khai báo trước khi gửi lệnh chi.",
            en="No payment provider is configured. Configure one before sending instructions.",
        )
    return providers


def render(*, batch: PaymentBatch, gateway: Gateway, archive: Archive) -> Artefact:
    """This will write a batch's file into the archive and note its hash. The same batch always gives the same bytes.

    Raises:
        Refused: `file_changed` when the bytes differ from those rendered before; nothing may then be sent.
    """
    with stage("render"):
        # What was written once is what leaves, whatever has become of its items since: an answer may have come before the
        # bank's word that it has the file.
        kept = archived_batch(batch, archive)
        artefact = kept or render_batch(batch, gateway, archive, instance=office_queries.instance_number())
    with transaction.atomic():
        # The first hash is pinned. Should the same batch ever give other bytes, the file at the bank is no longer
        # provably ours.
        stored = PaymentBatch.objects.select_for_update().get(id=batch.id)
        if stored.sha256 and stored.sha256 != artefact.sha256:
            raise Refused(
                "file_changed",
                vi=f"Tệp của lô {batch.message_id} không còn giống tệp đã lập. Không gửi; hãy báo quản trị.",
                en=f"The file of batch {batch.message_id} is not the one made before. It was not sent.",
                batch=batch.message_id,
            )
        stored.sha256, stored.file_name = artefact.sha256, artefact.name
        stored.save(update_fields=["sha256", "file_name"])
    return artefact


def send(*, batch: PaymentBatch, artefact: Artefact, gateway: Gateway, by: str, at: datetime.datetime) -> Receipt:
    """This will hand one file to the provider and note what is known of its fate. A timeout is UNKNOWN, never a failure.

    Raises:
        Refused: `provider_refused_file`; the batch stays reserved for a person to look at.
    """
    with stage("upload"), _offered(batch):
        receipt = gateway.submit(artefact)
    if receipt is Receipt.REFUSED:
        _not_taken(batch)
        raise Refused(
            "provider_refused_file",
            vi=f"Tổ chức chi trả từ chối nhận tệp {artefact.name}. Tiền vẫn được giữ; hãy liên hệ tổ chức chi trả rồi gửi lại.",
            en=f"The provider refused the file {artefact.name}. The money stays reserved.",
            file=artefact.name,
        )
    # ALREADY is as good as SENT: the provider has exactly these bytes.
    state = PaymentBatch.State.UNKNOWN if receipt is Receipt.UNKNOWN else PaymentBatch.State.SENT
    with transaction.atomic():
        put_on(everything(by))
        # A later, vaguer answer never makes a certain one uncertain again.
        PaymentBatch.objects.filter(id=batch.id).exclude(state=PaymentBatch.State.SENT).update(state=state, sent_at=at)
        office.audit(
            by=by,
            action="payment.send",
            subject=batch.message_id,
            detail={"receipt": receipt.name, "sha256": artefact.sha256},
            at=at,
        )
    return receipt


@contextmanager
def _offered(batch: PaymentBatch) -> Iterator[None]:
    """Mark a file before a provider can have it; a refusal says for certain that this one did not take it."""
    PaymentBatch.objects.filter(id=batch.id, state=PaymentBatch.State.RESERVED).update(state=PaymentBatch.State.UNKNOWN)
    try:
        yield
    except Refused:
        _not_taken(batch)
        raise


def _not_taken(batch: PaymentBatch) -> None:
    # Of a file that had been offered before, a refusal today says nothing.
    if batch.state == PaymentBatch.State.RESERVED:
        mine = PaymentBatch.objects.filter(id=batch.id, state=PaymentBatch.State.UNKNOWN)
        mine.update(state=PaymentBatch.State.RESERVED)


def submit(
    *,
    run: str,
    provider: PaymentServiceProvider,
    gateway: Gateway,
    archive: Archive,
    by: str,
    at: datetime.datetime,
    size: int = 50_000,
    progress: Progress = lambda _: None,
    workers: int = 1,
) -> Sent:
    """This will send a frozen run's account payments: reserve, render, send; and finish what an earlier call left open.

    With more than one of `workers`, files are written and sent in processes side by side; they are the same files.

    Raises:
        Refused: as `reserve`, `render` and `send`.
    """
    # Two workers with the same file open would write over each other's upload; the second waits and finds it sent.
    with one_at_a_time(f"submit {provider.code}"):
        with stage("submit"):
            able = gateway.capabilities
            order = Order(
                run=run, provider=provider, size=min(size, able.max_instructions), limit_dong=able.max_amount_dong,
                joins_payee=able.joins_payee, by=by, at=at,
            )  # fmt: skip
            share = workers if able.can_share_work else 1
            planned = stretches(order) if share > 1 else []
            if len(planned) < 2 or sum(one.items for one in planned) < WORTH_SHARING_ORDERS:
                planned = []
                reserve(order)
        one = partial(_send_open_batch, gateway=gateway, archive=archive, by=by, at=at)
        done = _send_open_batches(order=order, planned=planned, one=one, progress=progress, workers=share)
        with stage("seal"), transaction.atomic():
            ledger.seal(at=at, shared_by=workers)
            put_on(everything(by))
            stopped = PaymentItem.objects.filter(run__code=run, provider=provider, reason_set=STOPPED)
            held = stopped.filter(waived_dong=0).count()
    return replace(done, held=held)


def _send_open_batches(
    *,
    order: Order,
    planned: list[Stretch],
    one: Callable[[PaymentBatch], Receipt],
    progress: Progress,
    workers: int,
) -> Sent:
    """Send every batch of the run that is not known to be with the provider, those of a killed call first; then make the planned."""
    found = PaymentBatch.objects.filter(run__code=order.run, provider=order.provider)
    # Of a file from which every order was called back before it left, nothing is sent.
    found = found.exclude(state=PaymentBatch.State.SENT).filter(instructions__gt=0)
    left = list(found.select_related("run").order_by("number"))
    orders = sum(batch.instructions for batch in left) + sum(stretch.items for stretch in planned)
    sent = unknown = 0
    share = workers if orders >= WORTH_SHARING_ORDERS else 1
    with closing(side_by_side(partial(_hand_over, order=order, one=one), [*left, *planned], share)) as done:
        for _ in range(len(left) + len(planned)):
            with stage("send"):
                handed = next(done)
            if handed is None:
                continue
            message_id, instructions, receipt = handed
            progress(f"{message_id}: {instructions} lệnh – {receipt.name}{_why_not(message_id, receipt)}")
            if receipt is Receipt.UNKNOWN:
                unknown += instructions
            else:
                sent += instructions
    return Sent(sent=sent, unknown=unknown)


def _why_not(message_id: str, receipt: Receipt) -> str:
    waits = receipt is Receipt.UNKNOWN and recalling.waits(PaymentBatch.objects.get(message_id=message_id))
    return "; có lệnh đang thu hồi nên không gửi lại, chờ tổ chức chi trả trả lời" if waits else ""


def _hand_over(
    piece: PaymentBatch | Stretch, *, order: Order, one: Callable[[PaymentBatch], Receipt]
) -> tuple[str, int, Receipt] | None:
    """Send one batch, reserved before or now; return its name, its orders and what is known of its fate."""
    batch = piece if isinstance(piece, PaymentBatch) else take(order, piece)
    return None if batch is None else (batch.message_id, batch.instructions, one(batch))


def _send_open_batch(
    batch: PaymentBatch, *, gateway: Gateway, archive: Archive, by: str, at: datetime.datetime
) -> Receipt:
    """Render and send one batch. Whoever has the same one in hand is waited for, and what he sent is not sent again.

    What may be with the provider already is not offered again while an order in it is being called back.
    """
    with one_at_a_time(f"send {batch.message_id}"):
        # As it is now: others may have sent it, or called orders of it back.
        batch.refresh_from_db(fields=["state", "instructions", "control_total_dong", "sha256", "file_name"])
        if batch.state == PaymentBatch.State.SENT or not batch.instructions:
            return Receipt.ALREADY
        if recalling.waits(batch):
            return Receipt.UNKNOWN
        with transaction.atomic():
            put_on(everything(by))
            artefact = render(batch=batch, gateway=gateway, archive=archive)
        with stage("submit"):
            try:
                return send(batch=batch, artefact=artefact, gateway=gateway, by=by, at=at)
            except Refused as refusal:
                if refusal.reason != "remote_file_differs":
                    raise
                taken = take_over(batch=batch, gateway=gateway, archive=archive, by=by, at=at)
                if taken is None:
                    raise
                return send(batch=batch, artefact=taken, gateway=gateway, by=by, at=at)


def take_over(
    *, batch: PaymentBatch, gateway: Gateway, archive: Archive, by: str, at: datetime.datetime
) -> Artefact | None:
    """This will take over a file that the provider holds under the batch's name, made before an older backup was restored.

    Only when the batch never left as far as we know, and when the same instructions with the provider's two times give
    exactly the provider's bytes; None otherwise, and nothing is changed. What the provider has said of it meanwhile is
    judged again.
    """
    batch.refresh_from_db()
    if batch.state != PaymentBatch.State.RESERVED:
        return None
    stamp = gateway.held(batch.file_name)
    if stamp is None:
        return None
    with transaction.atomic(), connection.cursor() as cursor:
        put_on(everything(by))
        row = PaymentBatch.objects.select_for_update().select_related("run").get(id=batch.id)
        row.created_at, row.execution_date = stamp.created_at, stamp.execution_date
        artefact = render_batch(row, gateway, archive, instance=office_queries.instance_number())
        if artefact.sha256 != stamp.sha256:
            return None
        row.sha256, row.file_name = artefact.sha256, artefact.name
        row.save(update_fields=["created_at", "execution_date", "sha256", "file_name"])
        office.audit(
            by=by, action="payment.take_over", subject=row.message_id, detail={"sha256": artefact.sha256}, at=at
        )
        cursor.execute(statement("payment", "early_answers"), {"batch": row.id})
        for message_id, lines in cursor.fetchall():
            judge_again(message_id, lines, row.provider, at)
    return artefact


def judge_again(message_id: int, lines: list[int], provider: PaymentServiceProvider, at: datetime.datetime) -> int:
    """This will judge these held lines of a message once more and return how many could be applied now."""
    with connection.cursor() as cursor:
        cursor.execute(ANSWER_TABLE)
        cursor.execute(
            "INSERT INTO answer SELECT line, item_id, attempt, end_to_end_id, status, amount_dong, reason_set, reason_code, '',"
            " is_share"
            " FROM payment_messageline WHERE message_id = %s AND line = ANY(%s)",
            [message_id, lines],
        )
        message = Message.objects.select_for_update().get(id=message_id)
        added = share_answers(message)
        applied, _ = judge_and_apply(message=message, provider=provider, at=at)
        cursor.execute("DROP TABLE answer")
        message.lines += added
        message.held += added - applied
        message.save(update_fields=["lines", "held"])
    return applied


def share_answers(message: Message, lines: int = 0) -> int:
    """This will let answers about orders of several items speak of each item; return how many lines that adds.

    `lines` is how many lines the message itself has. What was shared out before is not shared again.
    """
    if not InstructionShare.objects.exists():
        return 0
    with connection.cursor() as cursor:
        cursor.execute(statement("payment", "share_answers"), {"message": message.id, "lines": lines})
        return cursor.rowcount


def store_message(
    *,
    provider: PaymentServiceProvider,
    name: str,
    mark: str,
    sha256: str,
    at: datetime.datetime,
    signature_sha256: str = "",
) -> Message | None:
    """This will note a file that lies in the archive; None when the same bytes came before, under whatever name: that is audited."""
    message, is_new = Message.objects.get_or_create(
        provider=provider,
        sha256=sha256,
        defaults={
            "name": name[:200], "mark": mark[:300], "state": Message.State.STORED, "stored_at": at,
            "signature_sha256": signature_sha256,
        },
    )  # fmt: skip
    if not is_new and mark[:300] not in {message.mark, *message.other_marks}:
        message.other_marks.append(mark[:300])
        message.save(update_fields=["other_marks"])
        detail = {"provider": provider.code, "state": message.state}
        office.audit(by="system", action="payment.replay", subject=f"message:{message.id}", detail=detail, at=at)
    return message if is_new else None


def quarantine(*, message: Message, refusal: Refused, at: datetime.datetime) -> None:
    """This will set a file aside that must not be read, with the reason, and say so in the audit trail; nothing of it is applied."""
    message.state, message.note, message.applied_at = (
        Message.State.QUARANTINED,
        f"{refusal.reason}: {refusal.vi}"[:300],
        at,
    )
    message.save(update_fields=["state", "note", "applied_at"])
    detail = {"provider": message.provider.code, "reason": refusal.reason, "sha256": message.sha256}
    office.audit(by="system", action="payment.quarantine", subject=f"message:{message.id}", detail=detail, at=at)


def judge_and_apply(*, message: Message, provider: PaymentServiceProvider, at: datetime.datetime) -> tuple[int, int]:
    """This will apply the lines that lie in the temporary table `answer` and return (applied, held).

    Promises: items, books and the lines' own record change in the same transaction; a repeated answer changes nothing.
    """
    # The lattice lives in Python, where every pair is tested; the database gets it as a small table and judges all
    # lines at once.
    keys = list(transitions.EFFECTS.items())
    with connection.cursor() as cursor:
        # Whole-file statements: one wrong row estimate must not turn them into a loop per line.
        cursor.execute("SET LOCAL enable_nestloop = off")
        cursor.execute("ANALYZE answer (item_id, attempt, status, hold_reason)")
        cursor.execute("SELECT coalesce(min(item_id), 0), coalesce(max(item_id), 0) FROM answer")
        first, last = cursor.fetchone()
        stretch = {"first": first, "last": last}
        lanes.keep_apart(provider.id, first, last)
        cursor.execute(
            statement("payment", "judge"),
            {
                **stretch,
                "now": [now for (now, _), _ in keys],
                "answers": [answer for (_, answer), _ in keys],
                "effects": [str(effect) for _, effect in keys],
                "provider": provider.id,
                # Only a statement of our account decides between contrary answers: a notification may be one of them.
                "is_counted": statements.is_counted(message),
                "is_foreign": statements.is_of_another_account(message),
                "message": message.id,
            },
        )
        cursor.execute(statement("payment", "apply"), stretch)
        # Of a message that comes to be applied no line was kept yet: none needs to be looked for.
        again = "" if message.state == Message.State.STORED else _KEPT_BEFORE
        cursor.execute(statement("payment", "keep_lines") + again, {"message": message.id})
        cursor.execute(statement("payment", "answered_batches"), {"at": at, **stretch})
        # What follows looks few things up among many.
        cursor.execute("SET LOCAL enable_nestloop = on")
        cursor.execute("ANALYZE moved (id, address_id, effect)")
        cursor.execute(
            "SELECT count(*) FILTER (WHERE hold_reason = ''), count(*) FILTER (WHERE hold_reason <> '') FROM judged"
        )
        applied, held = cursor.fetchone()
        cursor.execute(statement("payment", "settle_disagreements"), {})
        settled = dict(cursor.fetchall()).get(message.id, 0)
        applied, held = applied + settled, held - settled
    _book_moves(message.id, provider, at)
    statements.settle_applied(provider=provider, at=at)
    _follow_addresses(at)
    # The next message of the same transaction makes them anew.
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE judged, moved")
    return applied, held


def _book_moves(evidence: int, provider: PaymentServiceProvider, at: datetime.datetime) -> None:
    """Book what the answers moved; a return books twice, out of what was paid and back to the money at the provider."""
    in_flight, paid, prefund, returned = ledger.account_ids(
        chart.in_flight(provider.code),
        chart.paid(provider.code),
        chart.prefund(provider.code),
        chart.returned(provider.code),
    )
    movements = [
        ("pay", chart.Code.PAY, paid, in_flight),
        ("reject", chart.Code.REJECT, prefund, in_flight),
        ("return", chart.Code.RETURN, returned, paid),
        ("return", chart.Code.RETURN_TO_PREFUND, prefund, returned),
        # The refusal had given the money back to what lies at the provider; the statement says that it left.
        ("decide_paid", chart.Code.DECIDE_PAID, paid, prefund),
    ]
    effects, codes, debits, credits = (list(column) for column in zip(*movements, strict=True))
    with connection.cursor() as cursor:
        # Counted before booking, compared after: a transfer that was silently there already would mean that money moved
        # twice.
        cursor.execute(
            "SELECT count(*) FILTER (WHERE effect <> 'advance') + count(*) FILTER (WHERE effect = 'return') FROM moved"
        )
        (expected,) = cursor.fetchone()
    try:
        booked = ledger.book(
            rows=statement("payment", "transfers"),
            parameters=[evidence, effects, [int(code) for code in codes], debits, credits],
            at=at,
        )
    except Refused as refusal:
        raise _lacking(provider, prefund) from refusal
    assert booked == expected, "every movement of an item is booked once"


_MISSING = """
    SELECT coalesce(sum(CASE WHEN effect = 'decide_paid' THEN amount_dong WHEN effect IN ('reject', 'return') THEN -amount_dong END), 0)
         - (SELECT balance_dong FROM ledger_ledgeraccount WHERE id = %s) FROM moved
"""


def _lacking(provider: PaymentServiceProvider, prefund: int) -> Refused:
    """Return the refusal to book what was moved, with how much is missing at the provider for it."""
    with connection.cursor() as cursor:
        cursor.execute(_MISSING, [prefund])
        missing_dong = int(cursor.fetchone()[0])
    # Only a statement that decides takes from what lies there; all else comes out of what is in flight or was paid.
    assert missing_dong > 0, "what was refused is what is missing"
    return Refused(
        "balance_insufficient",
        vi=f"Tiền gửi tại {provider.code} còn thiếu {format_dong(missing_dong)} để ghi sổ kết quả này. "
        "Hãy bổ sung tiền rồi làm lại.",
        en=f"{missing_dong:,} đồng are missing at {provider.code} to book this result. Add money, then try again.",
        missing_dong=missing_dong,
    )


def _follow_addresses(at: datetime.datetime) -> None:
    """Let the account funnel follow the money: a paid account is paying, a refused one has to be collected again."""
    with connection.cursor() as cursor:
        cursor.execute(statement("payment", "followed_addresses"))
        found = cursor.fetchall()
    # The registry keeps its own history: it closes the row and writes the next one.
    people.mark_addresses([address for address, is_paid in found if is_paid], "PAYING", by="system", at=at)
    people.mark_addresses([address for address, is_paid in found if not is_paid], "COLLECTED", by="system", at=at)
