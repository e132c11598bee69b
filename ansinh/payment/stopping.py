"""Stopping what has not left: an order that was called back before any bank could have it goes no more, here and now.

Whoever may be sending its file at this moment is waited for, so that it is known whether it left. An order that carries
several people's money is taken out of its file whole; whoever was not meant is free to go with the next one.
"""

import contextlib
import datetime
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import F, Q, QuerySet

from ansinh.ledger import accounts as chart
from ansinh.ledger import operations as ledger
from ansinh.office.locks import one_at_a_time
from ansinh.office.operations import audit
from ansinh.office.security import everything, put_on
from ansinh.payment.models import (
    InstructionShare,
    MessageLine,
    PaymentBatch,
    PaymentItem,
    PaymentServiceProvider,
    Recall,
)
from ansinh.payroll.models import PayrollRun

# Why an item that was called back waits; of the code set of our own reasons (`operations.STOPPED`).
OURS, RECALLED = "ansinh", "RECALL"
# What a recall says of itself where no bank was asked.
NOT_LEFT = "STOPPED"
_NOT_GONE = (PaymentBatch.State.RESERVED, PaymentBatch.State.UNKNOWN)
# ISO: the bank, asked to call an order back, has never received it.
_NEVER_RECEIVED = "NOOR"


@dataclass(frozen=True)
class Stopped:
    """Whose payments will not leave (people, meant and not), of those named and of those in the same orders."""

    meant: list[int] = field(default_factory=list)
    others: list[int] = field(default_factory=list)


def named_items(run: str, provider: PaymentServiceProvider, beneficiaries: Sequence[int]) -> QuerySet[PaymentItem]:
    """Return the named people's account items of a run that can still be stopped: under way, or not begun."""
    mine = PaymentItem.objects.filter(
        run__code=run,
        provider=provider,
        channel="account",
        beneficiary_id__in=[one for one in beneficiaries if 0 < one < 2**63],
    )
    open_due = Q(status="DUE", due_dong__gt=F("paid_dong") + F("waived_dong"))
    return mine.filter(Q(inflight_dong__gt=0) | open_due & (Q(eligible=True) | Q(reason_set=OURS)))


@contextlib.contextmanager
def at_rest(*, run: str, provider: PaymentServiceProvider, beneficiaries: Sequence[int], by: str) -> Iterator[None]:
    """Hold still what carries these people's orders and may not have left: nobody reserves or sends it meanwhile.

    The block runs in one transaction.
    """
    with contextlib.ExitStack() as ends:
        still: set[str] = set()
        while True:
            with transaction.atomic():
                put_on(everything(by))
                # Whoever reserves an item of the run waits for this row.
                list(PayrollRun.objects.select_for_update().filter(code=run))
                mine = named_items(run, provider, beneficiaries).filter(inflight_dong__gt=0)
                open_files = set(mine.filter(batch__state__in=_NOT_GONE).values_list("batch__message_id", flat=True))
                if open_files <= still:
                    yield
                    return
            # Not inside the transaction: whoever is sending one needs the run's row to go on.
            for name in sorted(open_files - still):
                ends.enter_context(one_at_a_time(f"send {name}"))
                still.add(name)


def stop(
    *,
    run: str,
    provider: PaymentServiceProvider,
    beneficiaries: Sequence[int],
    reason: str,
    by: str,
    at: datetime.datetime,
) -> Stopped:
    """This will stop the named people's payments that have not left, inside `at_rest`; returns who was stopped.

    Promises: their money lies at the provider again, and only two people let them go (`reopening`). Whoever went along
    in the same order is due again at once.
    """
    mine = named_items(run, provider, beneficiaries).select_for_update(of=("self",)).order_by("id")
    waiting = list(mine.filter(inflight_dong=0))
    reserved = list(mine.filter(inflight_dong__gt=0, batch__state=PaymentBatch.State.RESERVED))
    reserved += _never_received(list(mine.filter(inflight_dong__gt=0, batch__state=PaymentBatch.State.UNKNOWN)))
    along = _along(reserved)
    notes = [
        *(_note(one, True, reason, by, at) for one in (*waiting, *reserved)),
        *(_note(one, False, reason, by, at) for one in along),
    ]
    if not notes:
        return Stopped()
    _take_out([*reserved, *along], {note.item_id: note.id for note in notes}, provider, at)
    PaymentItem.objects.filter(id__in=[one.id for one in (*waiting, *reserved)]).update(
        eligible=False, reason_set=OURS, reason_code=RECALLED
    )
    PaymentItem.objects.filter(id__in=[one.id for one in along]).update(eligible=True)
    done = Stopped([one.beneficiary_id for one in (*waiting, *reserved)], [one.beneficiary_id for one in along])
    detail = {"stopped": len(done.meant), "others": len(done.others), "reason": reason[:100]}
    audit(by=by, action="payment.recall.stop", subject=run, detail=detail, at=at)
    return done


def _never_received(items: Sequence[PaymentItem]) -> list[PaymentItem]:
    """Return those of whose order the bank says that it never had it, in a file of which nobody knew whether it arrived."""
    shares = InstructionShare.objects.filter(item_id__in=[one.id for one in items], attempt=F("item__attempt"))
    orders = {item: tuple(order) for item, *order in shares.values_list("item_id", "carrier_id", "carrier_attempt")}
    words = MessageLine.objects.filter(
        item_id__in={orders.get(one.id, (one.id, 0))[0] for one in items},
        hold_reason__in=["recall_accepted", "recall_refused", "recall_pending"],
    )
    said: dict[tuple[int, int], set[str]] = {}
    for item, attempt, reason, code in words.values_list("item_id", "attempt", "hold_reason", "reason_code"):
        said.setdefault((item, attempt), set()).add(code if reason == "recall_refused" else reason)
    return [one for one in items if said.get(orders.get(one.id, (one.id, one.attempt))) == {_NEVER_RECEIVED}]


def _along(reserved: Sequence[PaymentItem]) -> list[PaymentItem]:
    """Return the items that go in the same orders as these and are none of them."""
    ids = {one.id for one in reserved}
    own = InstructionShare.objects.filter(item_id__in=ids, attempt=F("item__attempt"))
    carriers = set(own.values_list("carrier_id", "carrier_attempt"))
    siblings = InstructionShare.objects.filter(carrier_id__in={carrier for carrier, _ in carriers})
    found = siblings.values_list("carrier_id", "carrier_attempt", "item_id", "attempt")
    there = {item: attempt for *carrier, item, attempt in found if tuple(carrier) in carriers and item not in ids}
    rows = PaymentItem.objects.select_for_update().filter(id__in=there, inflight_dong__gt=0).order_by("id")
    return [one for one in rows if one.attempt == there[one.id]]


def _note(item: PaymentItem, is_meant: bool, reason: str, by: str, at: datetime.datetime) -> Recall:
    note, _ = Recall.objects.get_or_create(
        item=item, attempt=item.attempt,
        defaults={
            "area_id": item.area_id, "is_meant": is_meant, "reason": reason, "asked_by": by,
            "asked_at": at, "receipt": NOT_LEFT, "released_at": None if is_meant else at,
        },
    )  # fmt: skip
    # Named before, or freed with somebody else's order and meant now: the newest word stands.
    if is_meant or note.receipt != NOT_LEFT:
        note.receipt, note.is_meant, note.released_at = NOT_LEFT, is_meant, None if is_meant else at
        note.reason, note.asked_by, note.asked_at = reason, by, at
        note.save(update_fields=["receipt", "is_meant", "released_at", "reason", "asked_by", "asked_at"])
    return note


def _take_out(
    items: Sequence[PaymentItem], notes: dict[int, int], provider: PaymentServiceProvider, at: datetime.datetime
) -> None:
    """Take these items out of their files and put their money back where it was reserved from."""
    if not items:
        return
    shares = InstructionShare.objects.filter(item_id__in=[one.id for one in items], attempt=F("item__attempt"))
    carrier_of = dict(shares.values_list("item_id", "carrier_id"))
    for batch in PaymentBatch.objects.select_for_update().filter(id__in={one.batch_id for one in items}):
        inside = [one for one in items if one.batch_id == batch.id]
        batch.instructions -= len({carrier_of.get(one.id, one.id) for one in inside})
        batch.control_total_dong -= sum(one.inflight_dong for one in inside)
        # No bank has ever been offered the file: it is written anew, without them.
        batch.sha256 = batch.file_name = ""
        batch.save(update_fields=["instructions", "control_total_dong", "sha256", "file_name"])
    prefund, in_flight = ledger.account_ids(chart.prefund(provider.code), chart.in_flight(provider.code))
    booked = ledger.book(
        rows="SELECT %s::smallint AS code, listed.reference, %s::bigint AS debit_id, %s::bigint AS credit_id,"
        " listed.amount AS amount_dong, listed.note AS evidence, %s::date AS month"
        " FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[]) AS listed (reference, amount, note)",
        parameters=[
            chart.Code.STOP, prefund, in_flight, items[0].run.month, [one.id * 64 + one.attempt for one in items],
            [one.inflight_dong for one in items], [notes[one.id] for one in items],
        ],
        at=at,
    )  # fmt: skip
    assert booked == len(items), "every item's money comes back once"
    PaymentItem.objects.filter(id__in=[one.id for one in items]).update(inflight_dong=0, batch=None)
    ledger.seal(at=at)
