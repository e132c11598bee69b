"""Handing over: once, whatever the line does; certain, or said to be uncertain."""

import threading
from functools import partial

from ansinh.base.refusals import Refused
from ansinh.payment.conformance.sandbox import AMOUNT_DONG, Failed, NotApplicable, Sandbox, demand
from ansinh.payment.conformance.scenarios import refused, scenario
from ansinh.payment.gateways import Artefact, Instruction, Receipt
from ansinh.standards.iso20022.results import Entry


def _paid_once(sandbox: Sandbox, one: Instruction) -> None:
    """Demand that the payee was paid, once, the right sum."""
    entries = sandbox.reader().wait([one.end_to_end_id], ["PAID"])[one.end_to_end_id]
    paid = {(entry.status, entry.amount_dong) for entry in entries if entry.status == "PAID"}
    demand(paid == {("PAID", one.amount_dong)}, entries)
    demand(not any(entry.status in {"REJECTED", "RETURNED"} for entry in entries), entries)


def _first(sandbox: Sandbox) -> frozenset[Receipt]:
    """Return what the first hand-over may be: by hand nothing is certain before a person has said so."""
    return frozenset({Receipt.UNKNOWN} if sandbox.by_hand else {Receipt.SENT})


@scenario("S01", "Kiểm tra kết nối báo đúng là nối được", "A provider that can be reached is said to be")
def _reachable(sandbox: Sandbox) -> None:
    health = sandbox.gateway.health()
    demand(health.is_reachable and not health.reason, health)


@scenario("S02", "Không nối được thì nói rõ lý do, không treo", "A provider that cannot be reached is named as such")
def _unreachable_health(sandbox: Sandbox) -> None:
    health = sandbox.variant("unreachable").health()
    demand(not health.is_reachable and health.reason in {"gateway_unreachable", "gateway_folder_missing"}, health)


@scenario("S03", "Lô mới được nhận", "A new batch is taken")
def _taken(sandbox: Sandbox) -> None:
    one = sandbox.instruction()
    artefact = sandbox.rendered([one])
    receipt = sandbox.gateway.submit(artefact)
    demand(receipt in _first(sandbox), receipt)
    sandbox.deliver(artefact)
    _paid_once(sandbox, one)


@scenario("S04", "Gửi lại cùng tệp không chi hai lần", "The same file again is known and pays nobody again")
def _again(sandbox: Sandbox) -> None:
    one = sandbox.instruction()
    artefact = sandbox.send([one])
    demand(sandbox.gateway.submit(artefact) is Receipt.ALREADY, "the second hand-over was not known")
    _paid_once(sandbox, one)


@scenario("S05", "Gửi năm lần vẫn chỉ chi một lần", "Five times is as good as once")
def _five_times(sandbox: Sandbox) -> None:
    one = sandbox.instruction()
    artefact = sandbox.send([one])
    receipts = [sandbox.gateway.submit(artefact) for _ in range(4)]
    demand(receipts == [Receipt.ALREADY] * 4, receipts)
    _paid_once(sandbox, one)


@scenario("S06", "Tệp bị sửa sau khi lập thì không gửi", "A file changed after it was made is not sent")
def _changed(sandbox: Sandbox) -> None:
    artefact = sandbox.rendered([sandbox.instruction()])
    assert artefact.path is not None
    artefact.path.write_bytes(artefact.path.read_bytes() + b" ")
    refused(partial(sandbox.gateway.submit, artefact), "artefact_changed")


@scenario("S07", "Tệp đã mất thì không gửi", "A file that is gone is not sent")
def _gone(sandbox: Sandbox) -> None:
    artefact = sandbox.rendered([sandbox.instruction()])
    assert artefact.path is not None
    artefact.path.unlink()
    refused(partial(sandbox.gateway.submit, artefact), "artefact_changed")


@scenario("S08", "Nội dung khác dưới cùng mã lô bị từ chối", "Other bytes under a known name are refused")
def _other_content(sandbox: Sandbox) -> None:
    first, second = sandbox.instruction(), sandbox.instruction()
    name = sandbox.batch([first]).message_id
    artefact = sandbox.rendered([first], message_id=name)
    sandbox.gateway.submit(artefact)
    sandbox.deliver(artefact)
    refused(partial(sandbox.gateway.submit, sandbox.rendered([second], message_id=name)), "remote_file_differs")
    reader = sandbox.reader()
    reader.wait([first.end_to_end_id], ["PAID"])
    demand(not reader.said([second.end_to_end_id])[second.end_to_end_id], "the second batch was carried out")


@scenario("S09", "Không nối được thì chắc chắn chưa gửi gì", "Nothing was sent when nobody was reached")
def _unreachable(sandbox: Sandbox) -> None:
    artefact = sandbox.rendered([sandbox.instruction()])
    gateway = sandbox.variant("unreachable")
    refused(partial(gateway.submit, artefact), "gateway_unreachable", "gateway_folder_missing")


@scenario("S10", "Khoá của ta không được nhận thì báo đúng tên", "A provider that does not know us says so")
def _login(sandbox: Sandbox) -> None:
    artefact = sandbox.rendered([sandbox.instruction()])
    refused(partial(sandbox.variant("refuses_us").submit, artefact), "gateway_login_refused")


@scenario("S11", "Máy chủ lạ không nhận được lệnh nào", "A stranger in the provider's place gets nothing")
def _stranger(sandbox: Sandbox) -> None:
    artefact = sandbox.rendered([sandbox.instruction()])
    refused(partial(sandbox.variant("stranger").submit, artefact), "gateway_host_key_changed")


def _lost_answer(sandbox: Sandbox, fault: str) -> None:
    one = sandbox.instruction()
    artefact = sandbox.rendered([one])
    armed = sandbox.arm(fault)
    # A kit that waits for the end of a day would not be run.
    gateway = sandbox.make(transfer_timeout_s=2)
    receipt = gateway.submit(artefact)
    demand(not armed.exists(), "the fault did not fire")
    demand(receipt is Receipt.UNKNOWN, receipt)
    demand(sandbox.gateway.submit(artefact) is Receipt.ALREADY, "what had arrived was not known")
    _paid_once(sandbox, one)


@scenario(
    "S12", "Đứt mạng sau khi tệp đã tới: chưa rõ, rồi nhận ra", "A line that dies after arrival: unknown, then known"
)
def _dropped(sandbox: Sandbox) -> None:
    _lost_answer(sandbox, "drop")


@scenario("S13", "Ngân hàng im lặng: chưa rõ, rồi nhận ra", "A provider that never answers: unknown, then known")
def _silent(sandbox: Sandbox) -> None:
    _lost_answer(sandbox, "hang")


@scenario("S14", "Hai nơi gửi cùng lúc vẫn chi một lần", "Two senders at once pay once")
def _at_once(sandbox: Sandbox) -> None:
    one = sandbox.instruction()
    artefact = sandbox.rendered([one])
    receipts: list[str] = []
    threads = [threading.Thread(target=lambda: receipts.append(_outcome(sandbox, artefact))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sandbox.deliver(artefact)
    demand(len(receipts) == 2 and "SENT" in {*receipts} | ({"SENT"} if sandbox.by_hand else set()), receipts)
    _paid_once(sandbox, one)


def _outcome(sandbox: Sandbox, artefact: Artefact) -> str:
    # The slower one may be told that the name is just being given; that is certain too, and nothing of it is sent.
    try:
        return sandbox.gateway.submit(artefact).name
    except Refused as refusal:
        return refusal.reason


@scenario("S15", "Lô 500 lệnh tới nguyên vẹn", "A batch of 500 arrives whole")
def _many(sandbox: Sandbox) -> None:
    many = [sandbox.instruction() for _ in range(500)]
    sandbox.send(many)
    said = sandbox.reader().wait([one.end_to_end_id for one in many], ["PAID"])
    total = sum(_amount_paid(entries) for entries in said.values())
    demand(total == 500 * AMOUNT_DONG, total)


def _amount_paid(entries: list[Entry]) -> int:
    return sum({entry.amount_dong or 0 for entry in entries if entry.status == "PAID"})


@scenario("S16", "Hai lô liền nhau đều được trả lời", "Two batches one after the other are both answered")
def _two(sandbox: Sandbox) -> None:
    first, second = sandbox.instruction(), sandbox.instruction()
    sandbox.send([first])
    sandbox.send([second])
    sandbox.reader().wait([first.end_to_end_id, second.end_to_end_id], ["PAID"])


@scenario(
    "S17",
    "Lệnh đã chi mà gửi trong lô khác bị coi là trùng, không phải từ chối",
    "A payment sent again in another batch is a duplicate, not a refusal",
)
def _duplicate(sandbox: Sandbox) -> None:
    one, other = sandbox.instruction(), sandbox.instruction()
    sandbox.send([one])
    sandbox.reader().wait([one.end_to_end_id], ["PAID"])
    sandbox.send([one, other])
    said = sandbox.reader().wait([one.end_to_end_id, other.end_to_end_id], ["PAID"])
    demand(not any(entry.status == "REJECTED" for entry in said[one.end_to_end_id]), said[one.end_to_end_id])


@scenario("S18", "Gửi xong không đổi gì trong tệp của ta", "Handing over leaves our own file as it was")
def _untouched(sandbox: Sandbox) -> None:
    artefact = sandbox.send([sandbox.instruction()])
    if artefact.path is None or not artefact.path.is_file():
        raise Failed("our file is gone")
    demand(artefact.path.stat().st_size == artefact.size, "our file was changed")


@scenario(
    "S19", "Nơi giao bằng tay: chưa ai báo đã giao thì vẫn là chưa rõ", "By hand: unknown until somebody has said so"
)
def _by_hand(sandbox: Sandbox) -> None:
    if not sandbox.by_hand:
        raise NotApplicable("nothing goes by hand here")
    artefact = sandbox.rendered([sandbox.instruction()])
    receipts = [sandbox.gateway.submit(artefact) for _ in range(3)]
    demand(receipts == [Receipt.UNKNOWN] * 3, receipts)
    sandbox.deliver(artefact)
    demand(sandbox.gateway.submit(artefact) is Receipt.ALREADY, "the hand-over was not noted")


@scenario(
    "S20",
    "Ta mất trí nhớ: nơi nhận nói được đang giữ tệp nào dưới mã lô",
    "The provider can say what it holds under a name",
)
def _held(sandbox: Sandbox) -> None:
    artefact = sandbox.send([sandbox.instruction()])
    found = sandbox.gateway.held(artefact.name)
    if found is None:
        raise NotApplicable("the provider cannot say what it holds")
    demand(found.sha256 == artefact.sha256, found)
    demand(
        sandbox.gateway.held(f"KHONG-CO-{artefact.name}") is None, "something is held under a name that was never sent"
    )
