"""Reads of payment: items of a person, what a run has come to, the invariants that tie items to the books."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection
from django.db.models import F, Sum

from ansinh.base.statements import statement
from ansinh.ledger import accounts as chart
from ansinh.ledger import documents
from ansinh.ledger import queries as books
from ansinh.payment.invariants import offenders
from ansinh.payment.models import BatchDebit, CashList, CashReceipt, Message, PaymentItem, PaymentServiceProvider
from ansinh.payroll.models import PayrollRun
from ansinh.people.models import FinancialAddress

STOP_LABELS = {
    "DEAD": ("Chưa gửi: đối tượng đã mất", "Not sent: the beneficiary has died"),
    "PAYEE": ("Chưa gửi: người nhận thay đã mất", "Not sent: the payee has died"),
    "MANDATE": ("Chưa gửi: giám hộ, uỷ quyền đã hết hiệu lực", "Not sent: the payee's mandate has ended"),
    "ADDRESS": ("Chưa gửi: tài khoản đã đóng hoặc đã đổi", "Not sent: the account was closed or changed"),
    "LIMIT": ("Chưa gửi: số tiền vượt mức tổ chức chi trả nhận", "Not sent: the sum is above what the provider takes"),
    "RECALL": ("Chưa gửi: đã dừng theo đề nghị thu hồi", "Not sent: stopped because it was called back"),
}
# What has become of a recall.
RECALL_LABELS = {
    "stopped": ("Đã dừng trước khi gửi", "Stopped before it left"),
    "undelivered": ("Chưa chuyển được đề nghị đến tổ chức chi trả", "The provider could not be asked"),
    "asked": ("Đã đề nghị, chờ tổ chức chi trả trả lời", "Asked; the provider has not answered"),
    "recall_accepted": ("Đồng ý huỷ, chờ kết quả của lệnh", "Will be called back; its result is waited for"),
    "recall_refused": ("Không huỷ được lệnh", "Could not be called back"),
    "recall_pending": ("Đang được xử lý", "Being dealt with"),
    "back": ("Lệnh không chi, tiền đã về", "Not paid; the money is back"),
    "paid": ("Đã chi, không kịp thu hồi", "Paid; the recall came too late"),
    "again": ("Đã có người duyệt chi lại", "To be paid again, by two people's word"),
    "waived": ("Thôi chi", "Paid no more"),
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


@dataclass(frozen=True)
class CashPointRow:
    """What a commune has of a run's cash, in items and đồng; `conflicts` are receipts reported a second time."""

    area_id: int
    area_code: str
    area_name: str
    waiting: int
    waiting_dong: int
    in_hand: int
    in_hand_dong: int
    paid: int
    paid_dong: int
    conflicts: int


@dataclass(frozen=True)
class CashConflictRow:
    """A pay-out that two reports claim: the second one, kept and never booked."""

    beneficiary_id: int
    beneficiary: str
    receiver: str
    paid_on: datetime.date
    amount_dong: int
    recorded_by: str


@dataclass(frozen=True)
class BatchDebitRow:
    """A batch that a statement booked as one debit. `difference_dong` is what was booked beyond what was not refused; 0 is right."""

    batch: str
    provider: str
    instructions: int
    sent_dong: int
    refused_dong: int
    booked_dong: int
    booked_on: datetime.date | None
    difference_dong: int


@dataclass(frozen=True)
class EndedRow:
    """An item that ended without money: rejected, returned, or stopped before it left."""

    item_id: int
    beneficiary_id: int
    beneficiary: str
    area_name: str
    status: str
    reason_set: str
    reason_code: str
    amount_dong: int
    has_other_account: bool
    # Of whoever was called back on purpose: why, by whom and when.
    recall_reason: str | None = None
    recalled_by: str | None = None
    recalled_at: datetime.datetime | None = None


@dataclass(frozen=True)
class ProposalRow:
    """An open proposal to pay an item again, or no more."""

    id: int
    beneficiary_id: int
    beneficiary: str
    area_name: str
    channel: str
    reason: str
    proposed_by: str
    amount_dong: int
    # As with an item that ended.
    recall_reason: str | None = None
    recalled_by: str | None = None
    recalled_at: datetime.datetime | None = None


@dataclass(frozen=True)
class RecallRow:
    """Somebody whose payment was called back: why, by whom, when, and a word of `RECALL_LABELS` for what came of it."""

    beneficiary_id: int
    beneficiary: str
    area_name: str
    reason: str
    asked_by: str
    asked_at: datetime.datetime
    outcome: str
    due_dong: int


@dataclass(frozen=True)
class UnsentRow:
    """Account items of a run that have not left for certain: a batch's state, a reason of ours, or "" for none."""

    why: str
    count: int
    amount_dong: int


def _rows_of(name: str, parameters: dict[str, object]) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement("payment", name), parameters)
        return cursor.fetchall()


def cash_points(run_id: int, area_ids: Sequence[int]) -> list[CashPointRow]:
    """Return what each of these communes has of a run's cash; a commune without any is left out."""
    return [CashPointRow(*row) for row in _rows_of("cash_points", {"run": run_id, "areas": list(area_ids)})]


def cash_lists(run_id: int, area_id: int) -> list[int]:
    """Return the numbers of a commune's cash lists of a run, the newest first."""
    return list(
        CashList.objects.filter(run_id=run_id, area_id=area_id).order_by("-number").values_list("id", flat=True)
    )


def cash_conflicts(run_id: int, area_id: int) -> list[CashConflictRow]:
    """Return the pay-outs of a commune's lists that were reported a second time."""
    found = CashReceipt.objects.filter(cash_list__run_id=run_id, cash_list__area_id=area_id, is_conflict=True)
    return [
        CashConflictRow(
            row.item.beneficiary_id, row.item.beneficiary.full_name, row.receiver.full_name, row.paid_on, row.amount_dong, row.recorded_by
        )
        for row in found.select_related("item__beneficiary", "receiver").order_by("id")
    ]  # fmt: skip


def batch_debits(run_id: int) -> list[BatchDebitRow]:
    """Return the batches of a run that a statement booked as a whole, with the difference to what was not refused."""
    if not BatchDebit.objects.filter(batch__run_id=run_id).exists():
        return []
    codes = {"reserve": int(chart.Code.RESERVE), "reject": int(chart.Code.REJECT)}
    return [BatchDebitRow(*row) for row in _rows_of("batch_debits", {"run": run_id, **codes})]


def ended_items(run_id: int, *, after: int = 0, limit: int = 50) -> list[EndedRow]:
    """Return items that ended without money and of which nothing is proposed, as far as the caller's scope reaches."""
    return [EndedRow(*row) for row in _rows_of("ended_items", {"run": run_id, "after": after, "limit": limit})]


def open_proposals(run_id: int, *, limit: int = 500) -> list[ProposalRow]:
    """Return the open proposals of a run to pay again, as far as the caller's scope reaches."""
    return [ProposalRow(*row) for row in _rows_of("open_proposals", {"run": run_id, "limit": limit})]


def recalls(run_id: int, *, limit: int = 500) -> list[RecallRow]:
    """Return who was called back in a run, the newest first, as far as the caller's scope reaches."""
    return [RecallRow(*row) for row in _rows_of("recalls", {"run": run_id, "limit": limit})]


def unsent(run_id: int) -> list[UnsentRow]:
    """Return what of a run's account money has not left, by why, as far as the caller's scope reaches."""
    return [UnsentRow(*row) for row in _rows_of("unsent", {"run": run_id})]


def missing_money(run_code: str, waiting_dong: int) -> int:
    """Return by how many đồng the money handed over by papers falls short of what waits to be sent; 0 without papers.

    The caller's scope must reach the whole run.
    """
    if not documents.is_funded_by_documents(run_code):
        return 0
    run_id = PayrollRun.objects.values_list("id", flat=True).get(code=run_code)
    handed = books.moved(chart.Code.PREFUND, evidence=run_id) - books.moved(chart.Code.UNFUND, evidence=run_id)
    taken = PaymentItem.objects.filter(run_id=run_id, channel="account").aggregate(
        total=Sum(F("inflight_dong") + F("paid_dong") + F("waived_dong"))
    )
    return max(0, waiting_dong - (handed - (taken["total"] or 0)))


def items_of(person_id: int) -> list[ItemRow]:
    """Return a beneficiary's payment items, newest run first, as far as the caller's scope reaches."""
    # By run and beneficiary, as their index has them.
    runs = PayrollRun.objects.filter(state="FROZEN")
    found = PaymentItem.objects.filter(run__in=runs, beneficiary_id=person_id)
    rows = found.select_related("run", "payee", "address").order_by("-id")
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
        # A line that two people have explained is held no more, though it stays as the bank wrote it.
        cursor.execute(
            "SELECT count(*) FROM payment_messageline AS line WHERE hold_reason <> '' AND NOT EXISTS (SELECT FROM payment_statementmovement"
            " AS known WHERE known.message_id = line.message_id AND known.line = line.line AND known.approved_at IS NOT NULL)"
        )
        held = cursor.fetchone()[0]
    # Such as statements that lack money: what came is not all applied.
    return {**found, "held_lines": held, "files_waiting": Message.objects.filter(state=Message.State.STORED).count()}


@dataclass(frozen=True)
class SetAside:
    """A file that was quarantined: nothing of it was applied. `found` is what the reading said, if anything."""

    provider: str
    file: str
    reason: str
    found: str

    def message(self, *, is_english: bool) -> str:
        """Return what to do about it."""
        if is_english:
            return (
                f"File {self.file} was set aside ({self.reason}); nothing of it was applied. "
                f"Look at it with ansinh payment read, then ask {self.provider} to send the right file."
            )
        found = self.found or "Không hiểu được tệp này là gì; hãy xem tệp bằng ansinh payment read."
        return (
            f"Tệp {self.file} bị cách ly, không áp dụng dòng nào. {found} "
            f"Nếu cần kết quả trong tệp, hãy yêu cầu {self.provider} gửi lại tệp đúng."
        )


def quarantined_since(at: datetime.datetime) -> list[SetAside]:
    """Return the files set aside since an instant, in the order of their coming."""
    rows = Message.objects.filter(state=Message.State.QUARANTINED, applied_at__gte=at).order_by("id")
    found = []
    for provider, name, note in rows.values_list("provider__code", "name", "note"):
        reason, is_refusal, said = note.partition(": ")
        found.append(SetAside(provider, name, reason if is_refusal else "message_unknown", said))
    return found


def unknown_count() -> int:
    """Return how many items are with a provider and have no final answer yet."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM payment_paymentitem WHERE inflight_dong > 0")
        return cursor.fetchone()[0]
