"""Asking a provider about single payments: what became of those without a final answer, and stopping some of them.

An answer to a question is kept as a document and applied like every other. A recall stops at once what has not left; of
what has, only the provider's result says whether it came in time.
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
from ansinh.payment import opening, recalling, stopping
from ansinh.payment.archive import Archive
from ansinh.payment.gateways import Gateway, Receipt, SentOrder, refuse_unable
from ansinh.payment.gateways.rest.documents import results
from ansinh.payment.models import InstructionShare, PaymentBatch, PaymentItem, PaymentServiceProvider
from ansinh.payment.operations import store_message
from ansinh.payroll import queries as payroll
from ansinh.standards.end_to_end import encode
from ansinh.standards.iso20022.results import UNKNOWN, Entry

# One question a payment: this is for what is left over, not for a month.
MOST_QUESTIONS = 5_000
_ROLES = frozenset({"department_officer", "department_approver"})


def _orders(
    run: str, provider: PaymentServiceProvider, beneficiaries: Sequence[int] | None
) -> dict[tuple[int, int], SentOrder]:
    """Return the orders of a run that are, or may be, with the provider without a final answer; by (carrier, attempt)."""
    open_items = PaymentItem.objects.filter(run__code=run, provider=provider, inflight_dong__gt=0, channel="account")
    if beneficiaries is not None:
        # What was only reserved has never left, and is not called back from anybody.
        open_items = open_items.filter(beneficiary_id__in=beneficiaries).exclude(
            batch__state=PaymentBatch.State.RESERVED
        )
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
    return orders


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
        names = [order.end_to_end_id for order in _orders(run, provider, None).values()]
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
    """This will stop the named people's payments: at once what has not left (`stopped`); of the rest the provider is asked.

    Of the orders that it was asked about, it returns how many requests the provider took, knew or refused. An order that
    also carries money of others can only be stopped whole: `others` is how many people were not named. They are due
    again at once, or once the bank has stopped it at our request (`recalling.release`).

    Raises:
        Refused: `role_not_allowed`, `staff_unknown`, `reason_missing`, `nothing_to_recall`, `gateway_cannot_cancel`,
            `beneficiaries_not_under_way`: nothing is stopped or asked then. `gateway_unreachable` and its kin: what had
            not left is stopped, and the audit trail says of how many orders the provider was not asked.
    """
    why = _allowed(by, reason)
    asked = {"run": run, "provider": provider, "beneficiaries": sorted(set(beneficiaries)), "by": by}
    with transaction.atomic():
        put_on(everything(by))
        chosen = payroll.run(run)
        office_queries.require_reach(by, chosen.area_id)
        # Whoever is meant may stand in the part that a broken-off freeze has not opened, and the next sending would.
        opening.complete(chosen.id)
    with stopping.at_rest(**asked):
        _require_under_way(run, provider, asked["beneficiaries"])
        stopped = stopping.stop(**asked, reason=why[:200], at=at)
        orders = _orders(run, provider, asked["beneficiaries"])
        if orders and not gateway.capabilities.can_cancel:
            refuse_unable("cancel")
        # Before the bank is asked: its answer must find who was meant.
        others = recalling.note(**asked, reason=why[:200], at=at)
    told: Counter[Receipt] = Counter()
    beside = {"stopped": len(stopped.meant), "others": len(others) + len(stopped.others)}
    detail: dict[str, object] = {"reason": why[:100]}
    try:
        for carrier, order in orders.items():
            told[_ask_to_stop(gateway, carrier, order, why)] += 1
    except Refused as refusal:
        detail |= {"undelivered": len(orders) - told.total(), "because": refusal.reason}
        raise
    finally:
        counts = {receipt.name.lower(): told.get(receipt, 0) for receipt in Receipt} | beside
        with transaction.atomic():
            office.audit(by=by, action="payment.recall", subject=run, detail=counts | detail, at=at)
    return counts


def _allowed(by: str, reason: str) -> str:
    """Return the reason, when this person may recall and has given one. Raises `Refused`."""
    if office_queries.staff(by).role not in _ROLES:
        raise Refused(
            "role_not_allowed",
            vi=f"“{by}” không thuộc bộ phận chi trả của Sở nên không làm việc này được.",
            en=f"“{by}” is not of the department that pays and may not do this.",
        )
    if not reason.strip():
        raise Refused("reason_missing", vi="Hãy ghi lý do huỷ lệnh.", en="Give the reason for stopping the payment.")
    return reason.strip()


def _require_under_way(run: str, provider: PaymentServiceProvider, named: Sequence[int]) -> None:
    """Refuse all of it when one of the named has nothing to stop: a mistyped number must not look like a success."""
    found = set(stopping.named_items(run, provider, named).values_list("beneficiary_id", flat=True))
    if not found:
        raise Refused(
            "nothing_to_recall",
            vi="Những người này không có khoản nào đang chờ gửi, hoặc đang ở tổ chức chi trả mà chưa có kết quả.",
            en="Nothing of these people waits to be sent, or is with the provider without a final answer.",
            run=run,
        )
    missing = [one for one in named if one not in found]
    if missing:
        listed = ", ".join(map(str, missing[:10])) + ("…" if len(missing) > 10 else "")
        raise Refused(
            "beneficiaries_not_under_way",
            vi=f"Đối tượng số {listed} không có khoản nào để dừng hoặc thu hồi. Chưa thu hồi của ai; hãy xem lại số.",
            en=f"Person {listed} has nothing to stop or recall. Nobody was recalled; check the numbers.",
            run=run,
            beneficiaries=missing,
        )


def _ask_to_stop(gateway: Gateway, carrier: tuple[int, int], order: SentOrder, why: str) -> Receipt:
    """Ask the provider to stop one order, and keep whether it got the request."""
    # As long as the provider has not answered, it may have it: a kill leaves this behind.
    recalling.told(*carrier, Receipt.UNKNOWN.name)
    try:
        receipt = gateway.cancel(order, why)
    except Refused:
        recalling.told(*carrier, "")
        raise
    recalling.told(*carrier, receipt.name)
    return receipt
