"""Asking a provider about single payments: what became of those without a final answer, and stopping some of them.

An answer to a question is kept as a document and applied like every other; a recall changes nothing by itself: only the
provider's result says whether it came in time.
"""

import datetime
import hashlib
import os
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from django.db import transaction
from django.db.models import Sum

from ansinh.base.refusals import Refused
from ansinh.office import operations as office
from ansinh.office import queries as office_queries
from ansinh.office.security import everything, put_on
from ansinh.payment import recalling
from ansinh.payment.archive import Archive
from ansinh.payment.gateways import Gateway, Receipt, SentOrder, refuse_unable
from ansinh.payment.gateways.rest.documents import results
from ansinh.payment.models import InstructionShare, PaymentItem, PaymentServiceProvider
from ansinh.payment.operations import store_message
from ansinh.payroll import queries as payroll
from ansinh.standards.end_to_end import encode
from ansinh.standards.iso20022.results import UNKNOWN, Entry

# One question a payment: this is for what is left over, not for a month.
MOST_QUESTIONS = 5_000
_ROLES = frozenset({"department_officer", "department_approver"})


def _orders(run: str, provider: PaymentServiceProvider, beneficiaries: Sequence[int] | None) -> list[SentOrder]:
    """Return the attempts of a run that are with the provider and have no final answer."""
    open_items = PaymentItem.objects.filter(run__code=run, provider=provider, inflight_dong__gt=0, channel="account")
    if beneficiaries is not None:
        open_items = open_items.filter(beneficiary_id__in=beneficiaries)
    instance = office_queries.instance_number()
    chosen = open_items.order_by("id").values_list("id", "attempt", "inflight_dong", "batch__message_id")[
        :MOST_QUESTIONS
    ]
    shares = _shares([item for item, *_ in chosen])
    orders: dict[tuple[int, int], SentOrder] = {}
    for item, attempt, amount, name in chosen:
        # The provider knows an order that carried several items by its carrier's name and whole sum alone.
        carrier, whole = shares.get((item, attempt), ((item, attempt), amount))
        orders[carrier] = SentOrder(encode(instance, *carrier), whole, name)
    return list(orders.values())


def _shares(items: Sequence[int]) -> dict[tuple[int, int], tuple[tuple[int, int], int]]:
    """Return for each sending of these items that went inside a joint order: its carrier's, and the whole sum."""
    own = InstructionShare.objects.filter(item_id__in=items)
    found = list(own.values_list("item_id", "attempt", "carrier_id", "carrier_attempt"))
    siblings = InstructionShare.objects.filter(carrier_id__in={carrier for _, _, carrier, _ in found})
    sums = siblings.values_list("carrier_id", "carrier_attempt").annotate(total=Sum("amount_dong"))
    totals = {(carrier, attempt): total for carrier, attempt, total in sums}
    return {(item, attempt): ((carrier, then), totals[carrier, then]) for item, attempt, carrier, then in found}


def enquire(
    *, run: str, provider: PaymentServiceProvider, gateway: Gateway, archive: Archive, by: str, at: datetime.datetime
) -> int:
    """This will ask about every payment of a run without a final answer, and keep the answers for the next collection.

    Returns how many payments the provider knows something of. At most `MOST_QUESTIONS` are asked about at once.

    Raises:
        Refused: `gateway_cannot_query`, `gateway_unreachable`; what was answered before that is not kept, and asked again.
    """
    with transaction.atomic():
        put_on(everything(by))
        names = [order.end_to_end_id for order in _orders(run, provider, None)]
    answers = [entry for entry in map(gateway.query, names) if entry.status != UNKNOWN]
    if answers:
        _keep(answers, run, provider, archive, at)
    with transaction.atomic():
        detail = {"asked": len(names), "answered": len(answers)}
        office.audit(by=by, action="payment.enquire", subject=run, detail=detail, at=at)
    return len(answers)


def _keep(
    answers: Sequence[Entry], run: str, provider: PaymentServiceProvider, archive: Archive, at: datetime.datetime
) -> None:
    body = results(answers, f"ENQUIRY-{run}-{at:%Y%m%d%H%M%S}")
    sha256 = hashlib.sha256(body).hexdigest()
    incoming = archive.folder / "incoming"
    incoming.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=incoming, delete=False) as part:
        part.write(body)
        part.flush()
        os.fsync(part.fileno())
    archive.keep(Path(part.name), sha256)
    with transaction.atomic():
        put_on(everything("system"))
        store_message(provider=provider, name="enquiry.ndjson", mark=f"enquiry|{sha256}", sha256=sha256, at=at)


def recall(
    *,
    run: str,
    provider: PaymentServiceProvider,
    gateway: Gateway,
    beneficiaries: Sequence[int],
    reason: str,
    by: str,
    at: datetime.datetime,
) -> dict[str, int]:
    """This will ask the provider to stop the named people's payments and return how many orders it took, knew or refused.

    An order that also carries money of others can only be stopped whole: `others` is how many people were not named.
    They are due again by themselves once the bank has stopped it (`recalling.release`).

    Raises:
        Refused: `role_not_allowed`, `staff_unknown`, `reason_missing`, `nothing_to_recall`, `gateway_cannot_cancel`.
    """
    named, why = list(beneficiaries), reason.strip()
    if office_queries.staff(by).role not in _ROLES:
        raise Refused(
            "role_not_allowed",
            vi=f"“{by}” không thuộc bộ phận chi trả của Sở nên không làm việc này được.",
            en=f"“{by}” is not of the department that pays and may not do this.",
        )
    if not why:
        raise Refused("reason_missing", vi="Hãy ghi lý do huỷ lệnh.", en="Give the reason for stopping the payment.")
    with transaction.atomic():
        put_on(everything(by))
        office_queries.require_reach(by, payroll.run(run).area_id)
        orders = _orders(run, provider, named)
        if not orders:
            raise Refused(
                "nothing_to_recall",
                vi="Không có lệnh nào của những người này đang ở tổ chức chi trả mà chưa có kết quả.",
                en="No payment of these people is with the provider without a final answer.",
                run=run,
            )
        if not gateway.capabilities.can_cancel:
            refuse_unable("cancel")
        # Before the bank is asked: its answer must find who was meant.
        others = recalling.note(run=run, provider=provider, beneficiaries=named, reason=why[:200], by=by, at=at)
    told = Counter(gateway.cancel(order, why) for order in orders)
    counts = {receipt.name.lower(): told.get(receipt, 0) for receipt in Receipt}
    with transaction.atomic():
        detail = {**counts, "others": len(others), "reason": why[:100]}
        office.audit(by=by, action="payment.recall", subject=run, detail=detail, at=at)
    return {**counts, "others": len(others)}
