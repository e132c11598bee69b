"""What comes back: each behaviour of an account as our status, once by its hash, and again after a restored backup."""

from ansinh.payment.conformance.sandbox import AMOUNT_DONG, Reader, Sandbox, demand
from ansinh.payment.conformance.scenarios import scenario
from ansinh.payment.gateways import Instruction
from ansinh.standards.iso20022.results import Entry

_FINAL = ["PAID", "REJECTED"]


def _sent(sandbox: Sandbox, behaviour: str, wanted: str) -> tuple[Instruction, Reader, list[Entry]]:
    one = sandbox.instruction(behaviour)
    sandbox.send([one])
    reader = sandbox.reader()
    return one, reader, reader.wait([one.end_to_end_id], [wanted])[one.end_to_end_id]


@scenario("A01", "Chi được: đã chi, đúng số tiền", "Paid: as our status, with our amount")
def _paid(sandbox: Sandbox) -> None:
    _, _, entries = _sent(sandbox, "ok", "PAID")
    demand({entry.amount_dong for entry in entries if entry.status == "PAID"} == {AMOUNT_DONG}, entries)


@scenario("A02", "Tài khoản đã đóng: từ chối, lý do AC04", "A closed account: rejected, AC04")
def _closed(sandbox: Sandbox) -> None:
    _, _, entries = _sent(sandbox, "closed", "REJECTED")
    reasons = {(entry.reason_set, entry.reason_code) for entry in entries if entry.status == "REJECTED"}
    demand(reasons == {("status", "AC04")}, reasons)


@scenario("A03", "Tài khoản không có: từ chối, lý do AC01", "An unknown account: rejected, AC01")
def _unknown(sandbox: Sandbox) -> None:
    _, _, entries = _sent(sandbox, "unknown", "REJECTED")
    reasons = {(entry.reason_set, entry.reason_code) for entry in entries if entry.status == "REJECTED"}
    demand(reasons == {("status", "AC01")}, reasons)


@scenario("A04", "Bị từ chối thì không bao giờ kèm đã chi", "What is rejected is never also paid")
def _rejected_only(sandbox: Sandbox) -> None:
    _, _, entries = _sent(sandbox, "closed", "REJECTED")
    demand(not any(entry.status == "PAID" for entry in entries), entries)


@scenario(
    "A05",
    "Hoàn trả sau khi chi: đã chi, rồi hoàn trả có lý do",
    "Returned after paid: paid, then returned with a reason",
)
def _returned(sandbox: Sandbox) -> None:
    one, reader, _ = _sent(sandbox, "returned", "PAID")
    sandbox.let_time_pass()
    entries = reader.wait([one.end_to_end_id], ["RETURNED"])[one.end_to_end_id]
    back = [entry for entry in entries if entry.status == "RETURNED"]
    demand(all(entry.reason_set == "return" and entry.reason_code for entry in back), back)
    demand({entry.amount_dong for entry in back} == {AMOUNT_DONG}, back)


@scenario("A06", "Trả lời muộn: trước đó không nói đã chi", "A late answer: nothing final before it")
def _late(sandbox: Sandbox) -> None:
    late, prompt = sandbox.instruction("late"), sandbox.instruction()
    sandbox.send([late, prompt])
    reader = sandbox.reader()
    reader.wait([prompt.end_to_end_id], ["PAID"])
    early = reader.said([late.end_to_end_id])[late.end_to_end_id]
    demand(not any(entry.status in _FINAL for entry in early), early)
    sandbox.let_time_pass()
    reader.wait([late.end_to_end_id], ["PAID"])


@scenario("A07", "Trả lời hai lần cùng nội dung: nhận ra nhờ mã băm", "The same answer twice is known by its hash")
def _twice(sandbox: Sandbox) -> None:
    one, reader, _ = _sent(sandbox, "twice", "PAID")
    reader.poll()
    demand(len(reader.files) > len(reader.hashes), "the provider did not repeat itself")
    paid = [entry for entry in reader.said([one.end_to_end_id])[one.end_to_end_id] if entry.status == "PAID"]
    demand(len(paid) == 1, paid)


@scenario("A08", "Hỏi lại không thấy gì mới", "Asking again finds nothing new")
def _nothing_new(sandbox: Sandbox) -> None:
    _, reader, _ = _sent(sandbox, "ok", "PAID")
    reader.poll()
    demand(reader.poll() == [], "something came twice under one mark")


@scenario(
    "A09",
    "Sau khôi phục bản sao lưu cũ, đọc lại được đúng các tệp đó",
    "After a restored backup the same files come again",
)
def _restored(sandbox: Sandbox) -> None:
    one, reader, entries = _sent(sandbox, "ok", "PAID")
    again = sandbox.reader()
    said = again.wait([one.end_to_end_id], ["PAID"])[one.end_to_end_id]
    demand(reader.hashes <= again.hashes, "files of the provider have changed or gone")
    demand({entry[1:] for entry in entries} == {entry[1:] for entry in said}, said)


@scenario(
    "A10",
    "Tệp được lưu theo mã băm, tên của nơi gửi không thành đường dẫn",
    "Files lie under their hash, never under the provider's name",
)
def _by_hash(sandbox: Sandbox) -> None:
    _, reader, _ = _sent(sandbox, "ok", "PAID")
    for inbound in reader.files:
        demand(inbound.path.parent == reader.store and inbound.path.name == inbound.sha256, inbound.path)


@scenario("A11", "Mọi trả lời mang đúng mã và số tiền ta đã gửi", "Every answer carries our name and our amount")
def _ours(sandbox: Sandbox) -> None:
    many = {one.end_to_end_id: one for one in (sandbox.instruction(amount_dong=1_000 + n) for n in range(5))}
    sandbox.send(list(many.values()))
    said = sandbox.reader().wait(many, ["PAID"])
    for name, entries in said.items():
        amounts = {entry.amount_dong for entry in entries if entry.amount_dong is not None}
        demand(amounts == {many[name].amount_dong}, entries)


@scenario("A12", "Một lệnh sai không làm hỏng các lệnh khác", "One bad instruction does not poison its neighbours")
def _mixed(sandbox: Sandbox) -> None:
    good, bad = [sandbox.instruction() for _ in range(3)], sandbox.instruction("closed")
    sandbox.send([good[0], bad, *good[1:]])
    said = sandbox.reader().wait([one.end_to_end_id for one in [*good, bad]], _FINAL)
    final = {name: {entry.status for entry in entries} & {*_FINAL} for name, entries in said.items()}
    demand(final[bad.end_to_end_id] == {"REJECTED"}, final)
    demand(all(final[one.end_to_end_id] == {"PAID"} for one in good), final)


@scenario("A13", "Lô 200 lệnh: mỗi lệnh đúng một kết quả cuối", "200 payments: one final state each")
def _each_once(sandbox: Sandbox) -> None:
    many = [sandbox.instruction("closed" if n % 10 == 0 else "ok") for n in range(200)]
    sandbox.send(many)
    said = sandbox.reader().wait([one.end_to_end_id for one in many], _FINAL)
    finals = [{entry.status for entry in entries if entry.status in _FINAL} for entries in said.values()]
    demand(all(len(final) == 1 for final in finals), [final for final in finals if len(final) != 1][:3])
    demand(sum(final == {"REJECTED"} for final in finals) == 20, finals.count({"REJECTED"}))


@scenario("A14", "Đọc cùng tệp hai lần cho cùng kết quả", "Reading the same file twice says the same")
def _pure(sandbox: Sandbox) -> None:
    _, reader, _ = _sent(sandbox, "ok", "PAID")
    for inbound in reader.files:
        first, second = list(sandbox.gateway.parse(inbound)), list(sandbox.make().parse(inbound))
        demand(first == second, inbound.name)


@scenario(
    "A15",
    "Số dòng đọc được đúng với số nơi gửi nói, không có cảnh báo",
    "What the provider sends is whole: no warning, nothing held",
)
def _whole(sandbox: Sandbox) -> None:
    _, reader, _ = _sent(sandbox, "ok", "PAID")
    for inbound in reader.files:
        answers = sandbox.gateway.parse(inbound)
        lines = list(answers)
        demand(answers.kind != "unknown" and not answers.incomplete, inbound.name)
        demand(all(isinstance(line, Entry) for line in lines), lines)


@scenario("A16", "Tài khoản có số 0 ở đầu vẫn nguyên vẹn", "An account number keeps its leading noughts")
def _leading_noughts(sandbox: Sandbox) -> None:
    _sent(sandbox, "leading_noughts", "PAID")
