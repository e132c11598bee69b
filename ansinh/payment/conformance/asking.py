"""Questions to a provider: whose account, what became of a payment, please stop it. What it cannot do it refuses by name."""

from functools import partial

from ansinh.payment.conformance.sandbox import Sandbox, demand
from ansinh.payment.conformance.scenarios import refused, scenario
from ansinh.payment.gateways import AccountQuery, Instruction, Receipt, SentOrder


@scenario("Q01", "Hỏi tên chủ tài khoản có thật", "Whose account is this: a known one")
def _known_holder(sandbox: Sandbox) -> None:
    account = sandbox.account("ok")
    ask = partial(_verify, sandbox, [AccountQuery(account.bank_bin, account.number)])
    if not sandbox.gateway.capabilities.can_verify:
        refused(ask, "gateway_cannot_verify")
        return
    (check,) = ask()
    demand(check.status == "RCVC" and bool(check.name), check)
    demand(check.is_masked or check.name == account.holder, check)


def _verify(sandbox: Sandbox, queries: list[AccountQuery]) -> list:  # type: ignore[type-arg]
    return list(sandbox.gateway.verify(queries) or ())


@scenario("Q02", "Hỏi tên chủ tài khoản không có: không bịa tên", "Whose account is this: an unknown one has no name")
def _unknown_holder(sandbox: Sandbox) -> None:
    ask = partial(_verify, sandbox, [AccountQuery(sandbox.account("ok").bank_bin, "0000999988887777")])
    if not sandbox.gateway.capabilities.can_verify:
        refused(ask, "gateway_cannot_verify")
        return
    (check,) = ask()
    demand(check.status in {"RVNM", "RVNA"} and check.name is None, check)


@scenario("Q03", "Hỏi 600 tài khoản: đủ câu trả lời, đúng thứ tự", "600 accounts: as many answers, in their order")
def _many_holders(sandbox: Sandbox) -> None:
    account = sandbox.account("ok")
    queries = [AccountQuery(account.bank_bin, account.number if n % 2 else f"00009999{n:08d}") for n in range(600)]
    ask = partial(_verify, sandbox, queries)
    if not sandbox.gateway.capabilities.can_verify:
        refused(ask, "gateway_cannot_verify")
        return
    checks = ask()
    demand(len(checks) == 600, len(checks))
    demand([bool(check.name) for check in checks] == [bool(n % 2) for n in range(600)], "the answers are out of order")


@scenario("Q04", "Hỏi kết quả lệnh đã chi", "What became of a payment that was made")
def _known_payment(sandbox: Sandbox) -> None:
    one = sandbox.instruction()
    sandbox.send([one])
    ask = partial(sandbox.gateway.query, one.end_to_end_id)
    if not sandbox.gateway.capabilities.can_query:
        refused(ask, "gateway_cannot_query")
        return
    entry = ask()
    demand(
        (entry.status, entry.amount_dong, entry.end_to_end_id) == ("PAID", one.amount_dong, one.end_to_end_id), entry
    )


@scenario(
    "Q05", "Hỏi lệnh chưa từng gửi: chưa rõ, không phải từ chối", "A payment nobody knows is unknown, not refused"
)
def _unknown_payment(sandbox: Sandbox) -> None:
    ask = partial(sandbox.gateway.query, sandbox.instruction().end_to_end_id)
    if not sandbox.gateway.capabilities.can_query:
        refused(ask, "gateway_cannot_query")
        return
    demand(ask().status == "UNKNOWN", ask())


@scenario(
    "Q06",
    "Huỷ lệnh còn chờ: được huỷ, rồi có kết quả từ chối",
    "Stopping a payment that waits: stopped, and told as a result",
)
def _cancel(sandbox: Sandbox) -> None:
    one = sandbox.instruction("late")
    ask = partial(sandbox.gateway.cancel, _sent(sandbox, one), "NARR")
    if not sandbox.gateway.capabilities.can_cancel:
        refused(ask, "gateway_cannot_cancel")
        return
    demand(ask() is Receipt.SENT, "the request was not taken")
    sandbox.let_time_pass()
    said = sandbox.reader().wait([one.end_to_end_id], ["REJECTED"])[one.end_to_end_id]
    demand(not any(entry.status == "PAID" for entry in said), said)


@scenario("Q07", "Huỷ lệnh đã chi: bị từ chối", "Stopping a payment that was made is refused")
def _cancel_late(sandbox: Sandbox) -> None:
    one = sandbox.instruction()
    ask = partial(sandbox.gateway.cancel, _sent(sandbox, one), "NARR")
    if not sandbox.gateway.capabilities.can_cancel:
        refused(ask, "gateway_cannot_cancel")
        return
    sandbox.reader().wait([one.end_to_end_id], ["PAID"])
    said = ask()
    # By message the answer comes later, and must be a no.
    if said is Receipt.SENT:
        lines = sandbox.reader().wait([one.end_to_end_id], ["NOT_CANCELLED"])[one.end_to_end_id]
        demand(not any(entry.status == "REJECTED" for entry in lines), lines)
        return
    demand(said is Receipt.REFUSED, "a payment that was made could be stopped")


def _sent(sandbox: Sandbox, one: Instruction) -> SentOrder:
    """Send one order and return it as it was sent."""
    artefact = sandbox.send([one])
    return SentOrder(one.end_to_end_id, one.amount_dong, artefact.name.rpartition(".")[0])
