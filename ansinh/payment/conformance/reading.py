"""What is believed of what comes back: nothing that is not sure, and one bad line only costs itself."""

import os
from collections.abc import Sequence

from ansinh.base.refusals import Refused
from ansinh.payment.conformance.forging import Line
from ansinh.payment.conformance.sandbox import NotApplicable, Sandbox, demand
from ansinh.payment.conformance.scenarios import scenario
from ansinh.payment.gateways import Inbound
from ansinh.standards.iso20022.results import Entry, Held


def _lines(sandbox: Sandbox, lines: Sequence[Line], stated: int | None = None) -> list[Entry | Held]:
    return sandbox.read(sandbox.forge.document(lines, stated))[1]


def _name(sandbox: Sandbox) -> str:
    return sandbox.instruction().end_to_end_id


def _held(sandbox: Sandbox, line: Line, *reasons: str) -> None:
    """Demand that this line is held for one of these reasons, and that its neighbours are read."""
    before, after = _name(sandbox), _name(sandbox)
    seen = _lines(sandbox, [Line(before), line, Line(after)])
    demand(len(seen) == 3 and isinstance(seen[1], Held) and seen[1].reason in reasons, seen)
    names = [one.end_to_end_id for one in seen if isinstance(one, Entry)]
    demand(names == [before, after], names)


@scenario("L01", "Điều được nói đúng thì được đọc đúng", "What is said rightly is read rightly")
def _right(sandbox: Sandbox) -> None:
    paid, rejected = _name(sandbox), _name(sandbox)
    seen = _lines(sandbox, [Line(paid), Line(rejected, "REJECTED", reason="AC04")])
    told = [(one.end_to_end_id, one.status, one.amount_dong) for one in seen if isinstance(one, Entry)]
    demand(told == [(paid, "PAID", 540_000), (rejected, "REJECTED", 540_000)], seen)


@scenario("L02", "Mã lạ được giữ nguyên, không đoán", "A name that is not ours is kept as it is")
def _foreign(sandbox: Sandbox) -> None:
    seen = _lines(sandbox, [Line("FOREIGN123")])
    demand(isinstance(seen[0], Entry) and seen[0].end_to_end_id == "FOREIGN123", seen)


@scenario("L03", "Trạng thái lạ thì giữ lại dòng đó", "A word that nobody agreed on holds its line")
def _strange_word(sandbox: Sandbox) -> None:
    _held(sandbox, Line(_name(sandbox), "XXXX"), "status_unknown")


@scenario("L04", "Số tiền lẻ thì giữ lại, không làm tròn", "An amount with a fraction is held, never rounded")
def _fraction(sandbox: Sandbox) -> None:
    _held(sandbox, Line(_name(sandbox), amount="540000.5"), "amount_not_whole_dong")


@scenario("L05", "Số tiền không đọc được thì giữ lại", "An amount that is none is held")
def _no_amount(sandbox: Sandbox) -> None:
    for amount in ("-540000", "5,4E5", "abc"):
        _held(sandbox, Line(_name(sandbox), amount=amount), "amount_invalid", "amount_not_whole_dong", "amount_missing")


@scenario("L06", "Dòng không có mã lệnh không được gán cho ai", "A line without a name is nobody's")
def _nameless(sandbox: Sandbox) -> None:
    seen = _lines(sandbox, [Line("")])
    demand(isinstance(seen[0], Held) or seen[0].end_to_end_id in ("", "NOTPROVIDED"), seen)


@scenario(
    "L07",
    "Một nghìn dòng có một mã lạ: đọc được 999, giữ 1",
    "A thousand lines with one strange word: 999 read, 1 held",
)
def _one_of_a_thousand(sandbox: Sandbox) -> None:
    lines = [Line(_name(sandbox)) for _ in range(999)]
    lines.insert(500, Line(_name(sandbox), "XXXX"))
    seen = _lines(sandbox, lines)
    held = [one for one in seen if isinstance(one, Held)]
    demand((len(seen), len(held)) == (1_000, 1), (len(seen), held[:3]))


@scenario(
    "L08",
    "Tệp bị cắt: phần trước chỗ cắt được đọc hoặc cả tệp bị cách ly",
    "A cut file: read up to the cut and said so, or set aside whole",
)
def _cut(sandbox: Sandbox) -> None:
    whole = sandbox.forge.document([Line(_name(sandbox)) for _ in range(50)], None)
    kind, seen, answers = _survived(sandbox, whole[: len(whole) // 2])
    entries = [one for one in seen if isinstance(one, Entry)]
    told = kind == "unknown" or getattr(answers, "incomplete", False)
    demand(told and len(entries) < 50, (kind, len(entries)))


def _survived(sandbox: Sandbox, raw: bytes) -> tuple[str, list[Entry | Held], object]:
    """Read whatever it is: an answer or a named refusal, never an accident."""
    try:
        return sandbox.read(raw)
    except Refused as refusal:
        return "unknown", [Held(1, refusal.reason)], None


@scenario("L09", "Tệp rỗng không nói gì", "An empty file says nothing")
def _empty(sandbox: Sandbox) -> None:
    kind, seen, _ = _survived(sandbox, b"")
    demand(kind == "unknown" and not any(isinstance(one, Entry) for one in seen), (kind, seen))


@scenario("L10", "Tệp rác bị cách ly, không gây lỗi", "Random bytes are set aside")
def _garbage(sandbox: Sandbox) -> None:
    for raw in (
        os.urandom(4_096),
        b"<html><body>502 Bad Gateway</body></html>",
        b"\x00" * 4_096,
        b"{}",
        b"STT;A\n1;2\n",
    ):
        kind, seen, _ = _survived(sandbox, raw)
        demand(kind == "unknown" and not any(isinstance(one, Entry) for one in seen), (raw[:20], kind, seen[:2]))


@scenario("L11", "Tệp cố tình phá hoại bị từ chối hoặc giữ lại", "A file built to do harm is refused or held")
def _hostile(sandbox: Sandbox) -> None:
    for raw in sandbox.forge.hostile:
        _, seen, _ = _survived(sandbox, raw)
        demand(not any(isinstance(one, Entry) and one.status == "PAID" for one in seen), (raw[:40], seen[:2]))


@scenario("L12", "Dấu thứ tự byte ở đầu tệp không đổi gì", "A byte order mark changes nothing")
def _byte_order_mark(sandbox: Sandbox) -> None:
    if not sandbox.forge.states_count:
        raise NotApplicable("a workbook is no text")
    raw = sandbox.forge.document([Line(_name(sandbox))], None)
    demand(sandbox.read(raw)[1] == sandbox.read(b"\xef\xbb\xbf" + raw)[1], "other answers behind a byte order mark")


@scenario(
    "L13", "“Đã quyết toán” chưa phải là đã chi nếu không có thoả thuận", "“Settled” is not “paid” without an agreement"
)
def _settled(sandbox: Sandbox) -> None:
    raw = sandbox.forge.document([Line(_name(sandbox), sandbox.forge.settled)], None)
    path = sandbox.work / "settled"
    path.write_bytes(raw)
    gateway = sandbox.make(**sandbox.variants.get("without_agreement", {}))
    seen = list(gateway.parse(Inbound(sandbox.forge.name, path, "", len(raw), "kit")))
    demand(isinstance(seen[0], Entry) and seen[0].status in {"ACCEPTED", "RECEIVED"}, seen)


@scenario("L14", "Từ chối vì trùng không phải là từ chối", "“Rejected as a duplicate” is no refusal of the first")
def _duplicate(sandbox: Sandbox) -> None:
    for code in ("AM05", "DU01"):
        seen = _lines(sandbox, [Line(_name(sandbox), "REJECTED", reason=code)])
        demand(isinstance(seen[0], Entry) and seen[0].status == "UNKNOWN", seen)


@scenario("L15", "Thiếu dòng so với số nơi gửi nói thì có cảnh báo", "Fewer lines than stated are noticed")
def _count(sandbox: Sandbox) -> None:
    if not sandbox.forge.states_count:
        raise NotApplicable("this form states no count")
    _, seen, answers = sandbox.read(sandbox.forge.document([Line(_name(sandbox))], 2))
    warnings = {notice.reason for notice in getattr(answers, "warnings", [])}
    demand("count_differs" in warnings and len(seen) == 1, warnings)


@scenario("L16", "Đổi thứ tự dòng không đổi kết quả", "The order of lines does not matter")
def _order(sandbox: Sandbox) -> None:
    lines = [Line(_name(sandbox), "REJECTED" if n % 3 else "PAID", reason="AC04" if n % 3 else "") for n in range(9)]
    forwards, backwards = _lines(sandbox, lines), _lines(sandbox, lines[::-1])
    demand({one[1:] for one in forwards} == {one[1:] for one in backwards}, "other answers in another order")


@scenario("L17", "Mã lý do lạ được giữ nguyên", "A reason that is in no list is kept as it is")
def _strange_reason(sandbox: Sandbox) -> None:
    seen = _lines(sandbox, [Line(_name(sandbox), "REJECTED", reason="ZZ99")])
    demand(isinstance(seen[0], Entry) and seen[0].reason_code == "ZZ99" and seen[0].status == "REJECTED", seen)


@scenario("L18", "Số tiền khác số ta gửi vẫn được nói nguyên, không sửa", "An amount that is not ours is told as it is")
def _other_amount(sandbox: Sandbox) -> None:
    seen = _lines(sandbox, [Line(_name(sandbox), amount="1")])
    demand(isinstance(seen[0], Entry) and seen[0].amount_dong == 1, seen)
