"""The account funnel as a table of edges: from which state an address may go to which, and what must have happened.

A state that is not reachable by an edge is refused by name. Nothing is ever paid to an address that nobody verified.
"""

from ansinh.base.refusals import Refused
from ansinh.people.models import FinancialAddress

State = FinancialAddress.State
Edge = tuple[str, str]

# What must have happened for each edge; the picture in the documentation is drawn from this table.
EDGES: dict[Edge, str] = {
    (State.NOT_OPENED, State.COLLECTED): "người nhận khai tài khoản",
    (State.NOT_OPENED, State.CANNOT_OPEN): "xã ghi lý do không mở được",
    (State.CANNOT_OPEN, State.NOT_OPENED): "lý do không mở được đã hết",
    (State.CANNOT_OPEN, State.COLLECTED): "người nhận khai tài khoản",
    (State.CANNOT_OPEN, State.CANNOT_OPEN): "xã ghi lý do khác",
    # From COLLECTED no edge leads to PAYING: only a bank can say whose account it is, and money is no way to find out.
    (State.COLLECTED, State.COLLECTED): "người nhận khai tài khoản khác",
    (State.COLLECTED, State.VERIFIED): "ngân hàng xác nhận đúng chủ tài khoản",
    (State.COLLECTED, State.NOT_OPENED): "tài khoản khai sai hoặc đã đóng",
    (State.COLLECTED, State.CANNOT_OPEN): "tài khoản khai sai và không mở được",
    (State.VERIFIED, State.PAYING): "lần chi đầu tiên thành công",
    (State.VERIFIED, State.COLLECTED): "ngân hàng từ chối, hoàn trả, hoặc người nhận đổi tài khoản",
    (State.VERIFIED, State.NOT_OPENED): "tài khoản đã đóng",
    (State.VERIFIED, State.CANNOT_OPEN): "tài khoản đã đóng và không mở lại được",
    # A bank that sends money back un-verifies the account; it goes through the bank's yes again before the next
    # payment.
    (State.PAYING, State.COLLECTED): "ngân hàng từ chối, hoàn trả, hoặc người nhận đổi tài khoản",
    (State.PAYING, State.NOT_OPENED): "tài khoản đã đóng",
    (State.PAYING, State.CANNOT_OPEN): "tài khoản đã đóng và không mở lại được",
}
# Where a payee without any row may begin.
FIRST = frozenset({State.NOT_OPENED, State.CANNOT_OPEN, State.COLLECTED})


def may_move(old: str | None, new: str) -> bool:
    """Return whether an address may go from one state to another; `None` is a payee without any row."""
    return new in FIRST if old is None else (old, new) in EDGES


def sources_of(new: str) -> list[str]:
    """Return the states from which the new one may be reached."""
    return sorted(old for old, target in EDGES if target == new)


def require(old: str | None, new: str) -> None:
    """Raise `Refused` (`address_move_forbidden`) unless an edge leads from the old state to the new one."""
    if may_move(old, new):
        return
    before = State(old).label if old else "chưa có"
    raise Refused(
        "address_move_forbidden",
        vi=f"Tài khoản nhận không thể chuyển từ “{before}” sang “{State(new).label}”. Hãy làm đúng thứ tự: thu thập, xác minh, rồi mới chi.",
        en=f"A financial address cannot go from {old or 'none'} to {new}. Follow the order: collect, verify, then pay.",
        old=old,
        new=new,
    )
