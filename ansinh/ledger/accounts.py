"""The chart of accounts and the codes of the events that move money between them.

Names follow hledger and beancount (Assets, Equity, Expenses), so that the exported books need no translation.
"""

from enum import IntEnum
from typing import NamedTuple


class Code(IntEnum):
    """What happened; with a reference it identifies a transfer for ever."""

    APPROPRIATE = 1
    COMMIT = 2
    TREASURY_ORDER = 3
    PREFUND = 4
    YEAR_END = 5
    UNAPPROPRIATE = 6
    ORDER_BACK = 7
    RESERVE = 10
    PAY = 11
    REJECT = 12
    RETURN = 13
    RETURN_TO_PREFUND = 14
    UNFUND = 15
    WAIVE = 16
    REFUND = 17
    DECIDE_PAID = 18
    STOP = 19
    CASH_LIST = 20
    CASH_PAY = 21
    CASH_UNSPENT = 22
    FEE_FUND = 30
    FEE = 31
    SUSPENSE_CREDIT = 32
    SUSPENSE_DEBIT = 33
    SUSPENSE_EXPLAINED = 34
    FEE_VOID = 35
    SUSPENSE_TO_BUDGET = 36


LABELS = {
    Code.APPROPRIATE: "Giao dự toán",
    Code.COMMIT: "Cam kết chi của kỳ đã chốt",
    Code.TREASURY_ORDER: "Rút dự toán tại Kho bạc",
    Code.PREFUND: "Chuyển tiền cho tổ chức chi trả",
    Code.YEAR_END: "Nộp trả dự toán chưa dùng cuối năm",
    Code.UNAPPROPRIATE: "Huỷ ghi dự toán đã ghi sai",
    Code.ORDER_BACK: "Huỷ lệnh rút dự toán, tiền chưa chuyển",
    Code.RESERVE: "Giữ tiền cho lệnh chi",
    Code.PAY: "Đã chi cho người nhận",
    Code.REJECT: "Ngân hàng từ chối lệnh chi",
    Code.RETURN: "Ngân hàng hoàn trả sau khi đã chi",
    Code.RETURN_TO_PREFUND: "Tiền hoàn trả về tài khoản chi trả",
    Code.UNFUND: "Rút tiền gửi về cam kết để chi tiền mặt hoặc thôi chi",
    Code.WAIVE: "Thôi chi, tiền chờ nộp trả ngân sách",
    Code.REFUND: "Nộp trả ngân sách nhà nước",
    Code.DECIDE_PAID: "Sao kê xác nhận đã chi",
    Code.STOP: "Dừng lệnh chưa gửi, tiền về tài khoản chi trả",
    Code.CASH_LIST: "Giao tiền mặt cho điểm chi trả",
    Code.CASH_PAY: "Đã chi tiền mặt cho người nhận",
    Code.CASH_UNSPENT: "Nộp lại tiền mặt chưa chi",
    Code.FEE_FUND: "Cấp kinh phí trả phí dịch vụ chi trả",
    Code.FEE: "Phí ngân hàng thu theo sao kê",
    Code.SUSPENSE_CREDIT: "Tiền vào chưa rõ nội dung",
    Code.SUSPENSE_DEBIT: "Tiền ra chưa rõ nội dung",
    Code.SUSPENSE_EXPLAINED: "Khoản treo đã rõ, sổ đã có",
    Code.FEE_VOID: "Huỷ phí của sao kê đã rút lại",
    Code.SUSPENSE_TO_BUDGET: "Nộp ngân sách khoản không rõ chủ",
}


class Account(NamedTuple):
    """A ledger account by name; `keeps_floor` accounts can never go below zero."""

    name: str
    label: str
    keeps_floor: bool = True


WORLD = Account("Equity:StateBudget", "Ngân sách nhà nước", keeps_floor=False)
APPROPRIATION = Account("Assets:Appropriation:SocialAssistance", "Dự toán trợ giúp xã hội")


# Whoever sends or takes money of which the books know nothing yet.
OUTSIDE = Account("Equity:Outside", "Bên ngoài, chưa xác định", keeps_floor=False)


def suspense(provider_code: str) -> Account:
    """Return the account of what a provider's statement shows and nobody has explained yet; below zero when money left."""
    return Account(f"Assets:Suspense:{provider_code}", f"Treo chờ xác định tại {provider_code}", keeps_floor=False)


def fee_fund(provider_code: str) -> Account:
    """Return the account of money given apart for a provider's fees; a fee is never taken from anywhere else."""
    return Account(f"Assets:FeeFund:{provider_code}", f"Kinh phí trả phí tại {provider_code}")


def fee(provider_code: str) -> Account:
    """Return the account of the fees that a provider has taken."""
    return Account(f"Expenses:Fee:{provider_code}", f"Phí dịch vụ của {provider_code}")


def commitment(run_code: str) -> Account:
    """Return the account of what one frozen run has promised and not yet ordered."""
    return Account(f"Assets:Commitment:R{run_code}", f"Cam kết chi kỳ {run_code}")


def treasury(run_code: str) -> Account:
    """Return the account of money ordered at the treasury for one run, on its way to the provider."""
    return Account(f"Assets:Treasury:R{run_code}", f"Lệnh rút dự toán kỳ {run_code}")


def prefund(provider_code: str) -> Account:
    """Return the account of our money that lies with a provider."""
    return Account(f"Assets:Prefund:{provider_code}", f"Tiền gửi tại {provider_code}")


def in_flight(provider_code: str) -> Account:
    """Return the account of money under instructions that have no final answer yet."""
    return Account(f"Assets:InFlight:{provider_code}", f"Đang chuyển qua {provider_code}")


def paid(provider_code: str) -> Account:
    """Return the account of money that payees have received through a provider."""
    return Account(f"Expenses:Paid:{provider_code}", f"Đã chi qua {provider_code}")


def returned(provider_code: str) -> Account:
    """Return the account through which money comes back after it had been paid."""
    return Account(f"Assets:Returned:{provider_code}", f"Hoàn trả qua {provider_code}")


def refund(run_code: str) -> Account:
    """Return the account of what a run no longer owes anybody, until it is back with the budget."""
    return Account(f"Assets:Refund:R{run_code}", f"Chờ nộp trả ngân sách kỳ {run_code}")


def cash_point(area_code: str) -> str:
    """Return the code under which a commune's cash point stands among the providers of the books."""
    # Money on a cash list is in flight through the point, and paid through it, as through any provider.
    return f"CASH{area_code}"
