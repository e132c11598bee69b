"""Statements that wait for money: a bank has debited what it had refused, and that money has paid somebody else since.

Such a statement is laid aside whole, and with it the statements after it, whose balances follow from its own; nothing
else waits. It is tried again at the end of the same collection, and in the next one.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from ansinh.base.dong import format_dong
from ansinh.base.refusals import Refused
from ansinh.payment.models import Message, PaymentServiceProvider

# How the message is marked meanwhile: such a statement can be withdrawn by two people, should it be wrong.
LACKS_MONEY, COMES_AFTER = "waits_for_money", "waits_for_the_one_before"


@dataclass(frozen=True)
class Waits:
    """A message that was laid aside, not a line applied: it lacks money, or it only follows a statement that does."""

    message: str
    lacks: Refused | None = None


def is_for_want_of_money(refusal: Refused) -> bool:
    """Return whether a message was refused because the money at the provider does not suffice for what it says."""
    return refusal.reason == "balance_insufficient" and "missing_dong" in refusal.details


def mark(message: Message, one: Waits) -> None:
    """This will note with the message why it waits; whoever applies it writes over that."""
    note = LACKS_MONEY if one.lacks else COMES_AFTER
    Message.objects.filter(id=message.id, state=Message.State.STORED).update(note=note)


def told(one: Waits) -> str:
    """Return in a few words why nothing of the message was applied."""
    return "chờ đủ tiền, chưa ghi dòng nào" if one.lacks else "chờ sao kê trước, chưa ghi dòng nào"


def lacking(provider: PaymentServiceProvider, aside: Sequence[Waits]) -> Refused:
    """Return the refusal that tells which statement waits for how much, and what an officer does about it."""
    first, behind = aside[0], len(aside) - 1
    assert first.lacks is not None, "whatever follows a statement that waits comes after it"
    missing = first.lacks.details["missing_dong"]
    return Refused(
        "balance_insufficient",
        vi=f"Tệp {first.message} chưa ghi sổ được: theo tệp này, {provider.code} đã ghi nợ lệnh mà trước đó báo từ chối, "
        f"nhưng tiền của lệnh ấy đã chi cho người khác nên tiền gửi tại {provider.code} còn thiếu {format_dong(missing)}. "
        + (f"{behind} sao kê đến sau chờ theo. " if behind else "")
        + "Các tệp khác đã xử lý xong. Hãy rút thêm dự toán tại Kho bạc, chuyển cho tổ chức chi trả và nhập chứng từ "
        "(ansinh ledger document treasury-order, prefund), rồi nhận kết quả lại (ansinh payment collect). Nếu ngân hàng "
        f"nói tệp sai thì hai người rút lại tệp (ansinh payment withdraw-statement {first.message}).",
        en=f"File {first.message} cannot be booked yet: by it, {provider.code} has debited an order that it had refused "
        f"before, and its money has paid somebody else since, so {missing:,} đồng are missing at {provider.code}. "
        + (f"{behind} later statements wait with it. " if behind else "")
        + "All other files were applied. Order more money at the treasury, transfer it to the provider and enter the "
        "papers (ansinh ledger document treasury-order, prefund); then collect again (ansinh payment collect). If the "
        f"bank says that the file is wrong, two people withdraw it (ansinh payment withdraw-statement {first.message}).",
        message=first.message,
        missing_dong=missing,
        waiting=behind,
    )
