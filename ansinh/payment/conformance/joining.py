"""One order for all that one payee receives: whatever comes back speaks of the whole sum, once, and never of a part of it.

Played where joined orders were agreed on. Who receives how much of it the provider does not know, and must not guess.
"""

from ansinh.payment.conformance.sandbox import AMOUNT_DONG, NotApplicable, Reader, Sandbox, demand
from ansinh.payment.conformance.scenarios import scenario
from ansinh.payment.gateways import Gateway, Instruction, Receipt, SentOrder
from ansinh.standards.iso20022.results import Entry

_CHILDREN = 3
WHOLE_DONG = _CHILDREN * AMOUNT_DONG


def _agreed(sandbox: Sandbox) -> Gateway:
    """Return the gateway that joins. Raises `NotApplicable`."""
    return sandbox.able("joined", lambda able: able.joins_payee, "no joined orders were agreed on")


def _guardian(sandbox: Sandbox, behaviour: str = "ok") -> Instruction:
    """Return the order of a guardian of three children, as a month makes it."""
    one = sandbox.instruction(behaviour, amount_dong=WHOLE_DONG)
    return one._replace(purpose_text=f"{one.purpose_text} {_CHILDREN} NGUOI")


def _sent(sandbox: Sandbox, behaviour: str, *wanted: str) -> tuple[Instruction, str, Reader, list[Entry]]:
    """Send a joined order between two single ones; return it, its batch, and what was said of it."""
    gateway = _agreed(sandbox)
    before, one, after = sandbox.instruction(), _guardian(sandbox, behaviour), sandbox.instruction()
    artefact = sandbox.rendered([before, one, after], gateway)
    demand((artefact.count, artefact.total_dong) == (3, WHOLE_DONG + 2 * AMOUNT_DONG), artefact)
    gateway.submit(artefact)
    sandbox.deliver(artefact)
    reader = sandbox.reader()
    said = reader.wait([before.end_to_end_id, after.end_to_end_id], ["PAID"])
    for single in (before, after):
        amounts = {entry.amount_dong for entry in said[single.end_to_end_id] if entry.status == "PAID"}
        demand(amounts == {AMOUNT_DONG}, said[single.end_to_end_id])
    name = one.end_to_end_id
    entries = (reader.wait([name], wanted) if wanted else reader.said([name]))[name]
    return one, artefact.name.rpartition(".")[0], reader, entries


def _whole(entries: list[Entry], status: str) -> None:
    """Demand that what is said under this status is the whole sum, and said of no part."""
    amounts = [entry.amount_dong for entry in entries if entry.status == status]
    demand(bool(amounts) and set(amounts) == {WHOLE_DONG}, entries)


@scenario("J01", "Lệnh gộp ba người được chi: một lần, đúng tổng", "A joined order is paid once, with the whole sum")
def _paid(sandbox: Sandbox) -> None:
    _, _, _, entries = _sent(sandbox, "ok", "PAID")
    _whole(entries, "PAID")
    demand(not {entry.status for entry in entries} & {"REJECTED", "RETURNED"}, entries)


@scenario("J02", "Lệnh gộp bị từ chối: cả lệnh, có lý do, không chi phần nào", "A joined order is rejected as a whole")
def _rejected(sandbox: Sandbox) -> None:
    _, _, _, entries = _sent(sandbox, "closed", "REJECTED")
    demand({entry.reason_code for entry in entries if entry.status == "REJECTED"} == {"AC04"}, entries)
    demand(not any(entry.status == "PAID" for entry in entries), entries)


@scenario("J03", "Lệnh gộp bị hoàn trả: đúng tổng, có lý do", "A joined order comes back whole, with a reason")
def _returned(sandbox: Sandbox) -> None:
    one, _, reader, entries = _sent(sandbox, "returned", "PAID")
    _whole(entries, "PAID")
    sandbox.let_time_pass()
    back = reader.wait([one.end_to_end_id], ["RETURNED"])[one.end_to_end_id]
    _whole(back, "RETURNED")
    demand(all(entry.reason_code for entry in back if entry.status == "RETURNED"), back)


@scenario("J04", "Thu hồi lệnh gộp: cả lệnh được huỷ, không chi phần nào", "A joined order is called back as a whole")
def _recalled(sandbox: Sandbox) -> None:
    gateway = _agreed(sandbox)
    if not gateway.capabilities.can_cancel:
        raise NotApplicable("this provider calls no order back")
    one, batch, reader, _ = _sent(sandbox, "late")
    receipt = gateway.cancel(SentOrder(one.end_to_end_id, WHOLE_DONG, batch), "NARR")
    demand(receipt is Receipt.SENT, receipt)
    sandbox.let_time_pass()
    entries = reader.wait([one.end_to_end_id], ["REJECTED"])[one.end_to_end_id]
    demand(not any(entry.status == "PAID" for entry in entries), entries)
    amounts = {entry.amount_dong for entry in entries if entry.amount_dong is not None}
    demand(amounts <= {WHOLE_DONG}, entries)


@scenario("J05", "Gửi lại lệnh gộp không chi hai lần", "A joined order sent again pays nobody again")
def _again(sandbox: Sandbox) -> None:
    gateway = _agreed(sandbox)
    one = _guardian(sandbox)
    artefact = sandbox.rendered([one], gateway)
    gateway.submit(artefact)
    sandbox.deliver(artefact)
    demand(gateway.submit(artefact) is Receipt.ALREADY, "the second hand-over was not known")
    _whole(sandbox.reader().wait([one.end_to_end_id], ["PAID"])[one.end_to_end_id], "PAID")
