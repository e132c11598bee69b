"""Taking back a statement that turned out wrong: two people say so, and its bookings are booked the other way.

One that waits for money has booked nothing: it is set aside for good, and the statements behind it can be read.

What nobody has built upon goes back exactly: suspense, and fees. A statement that moved an order, or whose money went on to
the budget or is paired with another statement's, stays; its mistakes are put right by the bank's own correction.
"""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from ansinh.base.refusals import Refused
from ansinh.ledger import accounts as chart
from ansinh.ledger import operations as ledger
from ansinh.ledger import queries as books
from ansinh.office import operations as office
from ansinh.office import queries as office_queries
from ansinh.office.security import everything, put_on
from ansinh.payment import statements
from ansinh.payment.explaining import ROLES, require_whole_reach, role_not_allowed
from ansinh.payment.laid_aside import COMES_AFTER, LACKS_MONEY
from ansinh.payment.models import AccountStatement, Message, MessageLine, StatementMovement, StatementWithdrawal
from ansinh.payment.operations import quarantine

Kind = StatementMovement.Resolution
# What moves an order; a message that is such a transfer's evidence has done more than tell of our account.
_OF_ORDERS = (
    chart.Code.PAY,
    chart.Code.REJECT,
    chart.Code.RETURN,
    chart.Code.RETURN_TO_PREFUND,
    chart.Code.DECIDE_PAID,
)


@dataclass(frozen=True)
class Withdrawn:
    """A statement that was proposed to be taken back, or was when `approved_by` names somebody."""

    message: int
    file: str
    provider: str
    movements: int
    proposed_by: str
    approved_by: str


def withdraw(*, name: str, reason: str, by: str, at: datetime.datetime) -> Withdrawn:
    """This will propose to take a counted or waiting statement back, or do so when another person has proposed it.

    `name` is its file's name, or its number. Promises: what it put into suspense is out again and the fees it told of
    are back in their fund, by transfers the other way; its days are free for the bank's corrected statement.

    Raises:
        Refused: `role_not_allowed`, `area_not_yours`, `reason_missing`, `statement_unknown`, `statement_moved_orders`,
            `statement_explained`, `second_person_needed`, `balance_insufficient`.
    """
    if office_queries.staff(by).role not in ROLES:
        raise role_not_allowed(by)
    if not reason.strip():
        raise Refused(
            "reason_missing", vi="Hãy ghi lý do rút lại sao kê.", en="Give the reason for taking the statement back."
        )
    with transaction.atomic():
        put_on(everything(by))
        # The message before the books, as whoever applies it locks them.
        message = _counted_or_waiting(name)
        ledger.wait_for_the_books()
        require_whole_reach(message.provider, by)
        movements = list(StatementMovement.objects.select_for_update().filter(message=message).order_by("id"))
        # Looked at when it is proposed too: who cannot succeed is told at once.
        _refuse_used(message, movements)
        row, is_new = StatementWithdrawal.objects.get_or_create(
            message=message, defaults={"reason": reason.strip()[:200], "proposed_by": by, "proposed_at": at}
        )
        if not is_new and row.proposed_by == by:
            raise Refused(
                "second_person_needed",
                vi=f"“{by}” đã đề nghị rút lại sao kê {message.name}. Hãy để người khác gõ lại lệnh này để duyệt.",
                en=f"“{by}” has proposed to take {message.name} back. Let somebody else give this command too.",
            )
        if not is_new:
            row.approved_by, row.approved_at = by, at
            row.save(update_fields=["approved_by", "approved_at"])
            if message.state == Message.State.STORED:
                quarantine(message=message, refusal=_said_wrong(row), at=at)
            else:
                _take_back(row, movements, at)
                ledger.seal(at=at)
        office.audit(
            by=by, action="payment.withdraw" if row.approved_by else "payment.withdraw.propose", at=at,
            subject=f"message:{message.id}",
            detail={"reason": reason.strip()[:200], "movements": len(movements), "provider": message.provider.code},
        )  # fmt: skip
    return Withdrawn(
        message.id, message.name, message.provider.code, len(movements), row.proposed_by, row.approved_by
    )  # fmt: skip


def _said_wrong(row: StatementWithdrawal) -> Refused:
    return Refused(
        "statement_withdrawn",
        vi=f"“{row.proposed_by}” và “{row.approved_by}” rút lại sao kê này khi chưa ghi sổ: {row.reason}",
        en=f"Withdrawn before it was booked by “{row.proposed_by}” and “{row.approved_by}”: {row.reason}",
    )


def _counted_or_waiting(name: str) -> Message:
    """Return the statement with this number or name, the newest where a name came twice; locked against being read."""
    counted = AccountStatement.objects.filter(left_out="").values("message_id")
    waiting = {"state": Message.State.STORED, "note__in": (LACKS_MONEY, COMES_AFTER)}
    found = Message.objects.select_for_update(of=("self",)).select_related("provider")
    found = found.filter(Q(id__in=counted) | Q(**waiting))
    is_number = name.isascii() and name.isdigit() and len(name) < 16
    message = found.filter(id=int(name)).first() if is_number else found.filter(name=name).order_by("-id").first()
    if message is None:
        raise Refused(
            "statement_unknown",
            vi=f"Không có sao kê “{name}” nào đang được tính hoặc đang chờ tiền. Hãy ghi đúng tên tệp; "
            "sao kê không tính xem ở ansinh payment reconcile.",
            en=f"No statement “{name}” is counted or waits for money. Give its file's name; "
            "those not counted are in ansinh payment reconcile.",
        )
    return message


def _refuse_used(message: Message, movements: Sequence[StatementMovement]) -> None:
    """Refuse a statement upon which something else rests."""
    same = {"item_id": OuterRef("item_id"), "attempt": OuterRef("attempt")}
    refusal = MessageLine.objects.filter(status="REJECTED", hold_reason="", **same)
    told = MessageLine.objects.filter(message=message, hold_reason="", status__in=("PAID", "ACCEPTED"))
    # An answer that contradicted its debit was laid aside because of it.
    laid_aside = told.filter(Exists(refusal))
    if laid_aside.exists() or any(books.moved(code, evidence=message.id) for code in _OF_ORDERS):
        raise Refused(
            "statement_moved_orders",
            vi=f"Sao kê {message.name} đã làm thay đổi kết quả của lệnh chi nên không rút lại được. "
            "Hãy yêu cầu ngân hàng ghi dòng điều chỉnh ở sao kê sau.",
            en=f"Statement {message.name} has changed what became of orders and cannot be taken back. "
            "Ask the bank to correct it by a line of a later statement.",
        )
    mine = {str(row.id) for row in movements}
    used = [row.id for row in movements if row.approved_at is not None and _is_used(row, mine)]
    if used:
        numbers = ", ".join(map(str, used[:5]))
        raise Refused(
            "statement_explained",
            vi=f"Khoản treo số {numbers} của sao kê {message.name} đã được giải thích và dùng tiếp nên không rút lại được. "
            "Hãy yêu cầu ngân hàng ghi dòng điều chỉnh ở sao kê sau.",
            en=f"Movement {numbers} of {message.name} was explained and built upon, so it cannot be taken back. "
            "Ask the bank to correct it by a line of a later statement.",
            movements=used,
        )


def _is_used(row: StatementMovement, mine: set[str]) -> bool:
    if row.resolution == Kind.OFFSET:
        return row.detail not in mine
    return row.resolution in (Kind.BUDGET, Kind.RETURN, Kind.APPLIED)


def _take_back(row: StatementWithdrawal, movements: Sequence[StatementMovement], at: datetime.datetime) -> None:
    provider = row.message.provider
    waiting = [one.id for one in movements if one.approved_at is None]
    fees = [one.id for one in movements if one.approved_at is not None and one.resolution == Kind.FEE]
    for one in movements:
        # What it had been said to be stays readable.
        one.detail = f"{one.resolution}: {one.detail}"[:60] if one.resolution else ""
        one.resolution, one.proposed_by, one.proposed_at = Kind.VOID, row.proposed_by, row.proposed_at
        one.approved_by, one.approved_at = row.approved_by, at
    fields = ["detail", "resolution", "proposed_by", "proposed_at", "approved_by", "approved_at"]
    StatementMovement.objects.bulk_update(movements, fields)
    # What was explained is out of suspense already.
    statements.book_explained(provider=provider, movements=waiting, at=at)
    statements.book_void_fees(provider=provider, movements=fees, at=at)
    AccountStatement.objects.filter(message=row.message).update(left_out="withdrawn")
    # Kept as it came, and never judged again.
    MessageLine.objects.filter(message=row.message).exclude(hold_reason="").update(hold_reason="statement_withdrawn")
