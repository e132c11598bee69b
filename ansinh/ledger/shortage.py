"""What an officer is told when an account would go below zero: which one, by how much, and what brings the money."""

import re

from ansinh.base.dong import format_dong
from ansinh.base.refusals import Refused

# As PostgreSQL shows the row that broke the rule: number, name, label, balance, whether it keeps the floor.
_ROW = re.compile(r"\(\d+, (?P<name>Assets:[^,]+), .*, -(?P<lacks>\d+), [tf]\)")
# By the beginning of the account's name; {whose} is the rest of it.
_ADVICE = {
    "Assets:Appropriation:": (
        "Dự toán còn thiếu {amount}. Hãy bổ sung dự toán trước (ansinh ledger appropriate).",
        "The appropriation lacks {amount}. Add to it first (ansinh ledger appropriate).",
    ),
    "Assets:Commitment:R": (
        "Cam kết chi của kỳ {whose} còn thiếu {amount}: kỳ chưa được chốt, hoặc tiền đã nằm trong lệnh rút dự toán. "
        "Nếu lệnh rút lập thừa, hãy thu lại phần chưa chuyển (ansinh ledger document order-back), rồi làm lại.",
        "The commitment of run {whose} lacks {amount}: the run is not frozen, or the money lies in a treasury order. "
        "If too much was ordered, take back what was not transferred (ansinh ledger document order-back) and try again.",
    ),
    "Assets:Treasury:R": (
        "Lệnh rút dự toán của kỳ {whose} còn thiếu {amount}. Hãy nhập lệnh rút trước "
        "(ansinh ledger document treasury-order).",
        "The treasury orders of run {whose} lack {amount}. Enter the order first "
        "(ansinh ledger document treasury-order).",
    ),
    "Assets:Prefund:": (
        "Tiền gửi tại {whose} còn thiếu {amount}. Hãy chuyển thêm và nhập chứng từ (ansinh ledger document prefund).",
        "The money at {whose} lacks {amount}. Transfer more and enter the paper (ansinh ledger document prefund).",
    ),
}


def lacking(detail: str) -> Refused:
    """Return the refusal `balance_insufficient` for the account row that the database shows in its error's detail."""
    row = _ROW.search(detail)
    for beginning, (vi, en) in _ADVICE.items() if row else ():
        if row is not None and row["name"].startswith(beginning):
            whose, lacks = row["name"].removeprefix(beginning), int(row["lacks"])
            return Refused(
                "balance_insufficient",
                vi="Số dư không đủ để ghi sổ. " + vi.format(whose=whose, amount=format_dong(lacks)),
                en="The balance is not sufficient. " + en.format(whose=whose, amount=f"{lacks:,} đồng"),
                account=row["name"],
                lacks_dong=lacks,
            )
    return Refused(
        "balance_insufficient",
        vi="Số dư không đủ để ghi sổ: một tài khoản có ít tiền hơn số phải chi. "
        "Hãy đối chiếu sổ (ansinh ledger verify) và bổ sung tiền trước.",
        en="The balance is not sufficient: an account holds less than is to be paid. "
        "Look at the books (ansinh ledger verify) and add money first.",
    )
