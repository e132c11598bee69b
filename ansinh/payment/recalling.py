"""Who was meant when an order was called back: an order that carries several people's money can only be stopped as a whole.

Whoever was named stays stopped until two people decide. The others come back to due by themselves only when the bank
got our request and stopped the order for it; in every other case they wait for people, as every refused item does.
"""

import datetime
from collections.abc import Sequence

from django.db import connection, transaction
from django.db.models import F

from ansinh.base.statements import statement
from ansinh.office.operations import audit
from ansinh.office.security import everything, put_on
from ansinh.payment.models import InstructionShare, PaymentBatch, PaymentItem, PaymentServiceProvider, Recall

# Cancelled as asked, or money back after a cancellation. A code about account, payee or money is for people.
_AS_ASKED = ["CUST", "DS02", "FOCR"]
# These say nothing: they count where the bank had agreed to the request.
_SILENT = ["", "NARR"]


def note(
    *,
    run: str,
    provider: PaymentServiceProvider,
    beneficiaries: Sequence[int],
    reason: str,
    by: str,
    at: datetime.datetime,
) -> list[int]:
    """This will note whose payments are called back, and who goes along in the same orders; returns the beneficiaries of the latter."""
    # Only what is under way now: an item that once went with others may have gone alone since.
    under_way = PaymentItem.objects.filter(run__code=run, provider=provider, inflight_dong__gt=0, channel="account")
    joined = InstructionShare.objects.filter(item__in=under_way, attempt=F("item__attempt"))
    shares = list(joined.values_list("carrier_id", "carrier_attempt", "item_id"))
    meant = {item.id: item for item in under_way.filter(beneficiary_id__in=list(beneficiaries))}
    orders = {(carrier, attempt) for carrier, attempt, item in shares if item in meant}
    along = {item for carrier, attempt, item in shares if (carrier, attempt) in orders} - meant.keys()
    others = list(under_way.filter(id__in=along).order_by("id"))
    Recall.objects.bulk_create(
        (
            Recall(item=one, attempt=one.attempt, area_id=one.area_id, is_meant=one.id in meant, reason=reason, asked_by=by, asked_at=at)
            for one in (*meant.values(), *others)
        ),
        ignore_conflicts=True,
    )  # fmt: skip
    # Whoever only went along before, and is named now, is meant now.
    for one in meant.values():
        Recall.objects.filter(item=one, attempt=one.attempt, is_meant=False).update(
            is_meant=True, reason=reason, asked_by=by, asked_at=at
        )
    return [one.beneficiary_id for one in others]


def told(carrier: int, attempt: int, receipt: str) -> None:
    """This will keep whether the provider got the request about one order. `asking.recall` notes the whole in the trail."""
    with transaction.atomic():
        put_on(everything("system"))
        items = InstructionShare.objects.filter(carrier_id=carrier, carrier_attempt=attempt)
        pairs = list(items.values_list("item_id", "attempt")) or [(carrier, attempt)]
        # A later, vaguer word never makes a certain one uncertain again.
        certain = ["SENT", "ALREADY"] if receipt in ("", "UNKNOWN") else []
        for item, then in pairs:
            Recall.objects.filter(item_id=item, attempt=then).exclude(receipt__in=certain).update(receipt=receipt)


def waits(batch: PaymentBatch) -> bool:
    """Return whether a file of unknown fate carries an order that was called back: then it is not offered again."""
    if batch.state != PaymentBatch.State.UNKNOWN:
        return False
    with transaction.atomic():
        put_on(everything("system"))
        meant = Recall.objects.filter(is_meant=True, item__batch=batch, item__inflight_dong__gt=0)
        return meant.filter(attempt=F("item__attempt")).exists()


def release(*, provider: PaymentServiceProvider, at: datetime.datetime) -> int:
    """This will let who only went along in a stopped order be due again, and return how many they were.

    Promises: each once; the stopped sending is closed, so that whatever a bank still says of it is held.
    """
    if not Recall.objects.filter(item__provider=provider, is_meant=False, released_at=None).exists():
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            statement("payment", "release_recalled"),
            {"provider": provider.id, "asked": _AS_ASKED, "silent": _SILENT, "at": at},
        )
        released = cursor.rowcount
    if released:
        detail = {"items": released, "provider": provider.code}
        audit(by="system", action="payment.recall.release", subject=provider.code, detail=detail, at=at)
    return released
