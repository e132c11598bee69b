"""Reads of payment: items of a person, what a run has come to, the invariants that tie items to the books."""

import datetime
from dataclasses import dataclass

from django.db import connection

from ansinh.payment.invariants import offenders
from ansinh.payment.models import PaymentItem, PaymentServiceProvider
from ansinh.people.models import FinancialAddress

STOP_LABELS = {
    "DEAD": ("Chưa gửi: đối tượng đã mất", "Not sent: the beneficiary has died"),
    "PAYEE": ("Chưa gửi: người nhận thay đã mất", "Not sent: the payee has died"),
    "ADDRESS": ("Chưa gửi: tài khoản đã đóng hoặc đã đổi", "Not sent: the account was closed or changed"),
}
STATUS_LABELS = {
    "DUE": ("Phải chi", "Due"),
    "RECEIVED": ("Ngân hàng đã nhận lệnh", "Received by the bank"),
    "ACCEPTED": ("Ngân hàng chấp nhận", "Accepted by the bank"),
    "PAID": ("Đã chi", "Paid"),
    "REJECTED": ("Bị từ chối", "Rejected"),
    "UNKNOWN": ("Chưa rõ kết quả", "Unknown"),
    "RETURNED": ("Bị hoàn trả", "Returned"),
}


@dataclass(frozen=True)
class ItemRow:
    """One payment item as pages show it."""

    run_code: str
    month: str
    channel: str
    status: str
    label: str
    label_en: str
    is_in_flight: bool
    due_dong: int
    paid_dong: int
    payee_id: int
    payee_name: str
    bank_bin: str
    account_ending: str
    reason_set: str
    reason_code: str


@dataclass(frozen=True)
class RunTotals:
    """What a run's items have come to, in đồng and counts. paid + in_flight + returned + rejected + unpaid = due."""

    items: int
    due_dong: int
    paid_dong: int
    in_flight_dong: int
    returned_dong: int
    rejected_dong: int
    cash_waiting_dong: int
    not_sent_dong: int


def items_of(person_id: int) -> list[ItemRow]:
    """Return a beneficiary's payment items, newest run first, as far as the caller's scope reaches."""
    rows = (
        PaymentItem.objects.select_related("run", "payee", "address").filter(beneficiary_id=person_id).order_by("-id")
    )
    return [_item_row(row, row.address) for row in rows]


def _item_row(row: PaymentItem, address: FinancialAddress | None) -> ItemRow:
    label, label_en = STATUS_LABELS[row.status]
    if row.status == "DUE" and row.reason_code in STOP_LABELS:
        label, label_en = STOP_LABELS[row.reason_code]
    elif row.status == "DUE" and row.inflight_dong:
        label, label_en = "Đang chuyển", "On its way"
    elif row.status == "DUE" and row.channel == "cash":
        label, label_en = "Chờ chi tiền mặt tại xã", "Waiting for the cash desk of the commune"
    return ItemRow(
        run_code=row.run.code,
        month=f"{row.run.month:%Y-%m}",
        channel=row.channel,
        status=row.status,
        label=label,
        label_en=label_en,
        is_in_flight=row.inflight_dong > 0,
        due_dong=row.due_dong,
        paid_dong=row.paid_dong,
        payee_id=row.payee_id,
        payee_name=row.payee.full_name,
        bank_bin=address.bank_bin if address else "",
        account_ending=address.number[-4:] if address else "",
        reason_set=row.reason_set,
        reason_code=row.reason_code,
    )


def run_totals(run_id: int) -> RunTotals:
    """Return what the run's items have come to, as far as the caller's scope reaches."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), coalesce(sum(due_dong), 0)::bigint, coalesce(sum(paid_dong), 0)::bigint, coalesce(sum(inflight_dong), 0)::bigint,"
            " coalesce(sum(due_dong - paid_dong - inflight_dong) FILTER (WHERE status = 'RETURNED'), 0)::bigint,"
            " coalesce(sum(due_dong - paid_dong - inflight_dong) FILTER (WHERE status = 'REJECTED'), 0)::bigint,"
            " coalesce(sum(due_dong - paid_dong - inflight_dong) FILTER (WHERE status = 'DUE' AND channel = 'cash'), 0)::bigint,"
            " coalesce(sum(due_dong - paid_dong - inflight_dong) FILTER (WHERE status = 'DUE' AND channel = 'account' AND inflight_dong = 0), 0)::bigint"
            " FROM payment_paymentitem WHERE run_id = %s",
            [run_id],
        )
        return RunTotals(*cursor.fetchone())


def providers() -> list[PaymentServiceProvider]:
    """Return the providers in use, in a fixed order."""
    return list(PaymentServiceProvider.objects.filter(is_active=True).order_by("id"))


def invariants(*, thorough: bool = True) -> dict[str, bool]:
    """Return the invariants that tie items, messages and runs to the books; the scope must cover everything."""
    return {name: not rows for name, rows in offenders(thorough=thorough).items()}


def open_items(month: datetime.date) -> dict[str, int]:
    """Return what is still open about the runs of a month, by name: what a closing must name."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FILTER (WHERE item.inflight_dong > 0) AS in_flight,"
            " count(*) FILTER (WHERE item.status IN ('REJECTED', 'RETURNED') AND item.waived_dong = 0) AS to_be_paid_again,"
            " count(*) FILTER (WHERE item.status = 'DUE' AND item.inflight_dong = 0 AND item.waived_dong = 0) AS not_sent"
            " FROM payment_paymentitem AS item JOIN payroll_payrollrun AS run ON run.id = item.run_id WHERE run.month = %s",
            [month],
        )
        names = [column.name for column in cursor.description]
        found = dict(zip(names, cursor.fetchone(), strict=True))
        cursor.execute("SELECT count(*) FROM payment_messageline WHERE hold_reason <> ''")
        return {**found, "held_lines": cursor.fetchone()[0]}


def unknown_count() -> int:
    """Return how many items are with a provider and have no final answer yet."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM payment_paymentitem WHERE inflight_dong > 0")
        return cursor.fetchone()[0]
