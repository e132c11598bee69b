"""What leaves: the same bytes for the same batch, and nothing that a bank would change, misread or learn from."""

import io
from dataclasses import replace
from functools import partial

from ansinh.payment.conformance.sandbox import AMOUNT_DONG, Sandbox, demand
from ansinh.payment.conformance.scenarios import refused, scenario
from ansinh.payment.gateways import Artefact, Batch, Gateway


def _render(gateway: Gateway, batch: Batch) -> tuple[Artefact, bytes]:
    target = io.BytesIO()
    return gateway.render(batch, target), target.getvalue()


def _refused_field(sandbox: Sandbox, reason: str, **changes: object) -> None:
    """Demand that a batch whose one instruction has a wrong field is refused by the name of that field."""
    batch = sandbox.batch([sandbox.instruction(**changes)])
    refused(partial(_render, sandbox.gateway, batch), reason)


@scenario("R01", "Cùng một lô luôn cho cùng một tệp", "The same batch gives the same bytes")
def _same_bytes(sandbox: Sandbox) -> None:
    batch = sandbox.batch([sandbox.instruction() for _ in range(3)])
    first, second = _render(sandbox.gateway, batch), _render(sandbox.make(), batch)
    demand(first == second, "two renderings differ")


@scenario("R02", "Số lệnh, tổng tiền, mã băm của tệp là đúng", "Count, total, size and hash of the file are true")
def _true_totals(sandbox: Sandbox) -> None:
    artefact = sandbox.rendered([sandbox.instruction() for _ in range(3)])
    assert artefact.path is not None
    demand((artefact.count, artefact.total_dong) == (3, 3 * AMOUNT_DONG), artefact)
    demand(artefact.size == artefact.path.stat().st_size, artefact)


@scenario("R03", "Lệnh khác thì tệp khác", "Another instruction gives other bytes")
def _other_bytes(sandbox: Sandbox) -> None:
    batch = sandbox.batch([sandbox.instruction()])
    other = replace(batch, instructions=[sandbox.instruction()])
    demand(_render(sandbox.gateway, batch)[1] != _render(sandbox.gateway, other)[1], "the same bytes for two payments")


@scenario("R04", "Thiếu lệnh so với số đã duyệt thì không lập tệp", "Fewer instructions than announced are refused")
def _fewer(sandbox: Sandbox) -> None:
    batch = sandbox.batch([sandbox.instruction()], count=2, total_dong=2 * AMOUNT_DONG)
    refused(partial(_render, sandbox.gateway, batch), "control_total_changed")


@scenario("R05", "Thừa lệnh so với số đã duyệt thì không lập tệp", "More instructions than announced are refused")
def _more(sandbox: Sandbox) -> None:
    batch = sandbox.batch([sandbox.instruction(), sandbox.instruction()], count=1, total_dong=AMOUNT_DONG)
    refused(partial(_render, sandbox.gateway, batch), "control_total_changed")


@scenario("R06", "Tổng tiền khác số đã duyệt thì không lập tệp", "Another total than announced is refused")
def _other_total(sandbox: Sandbox) -> None:
    batch = sandbox.batch([sandbox.instruction()], total_dong=AMOUNT_DONG + 1)
    refused(partial(_render, sandbox.gateway, batch), "control_total_changed")


@scenario("R07", "Lô rỗng không chi cho ai", "An empty batch is refused")
def _empty(sandbox: Sandbox) -> None:
    refused(partial(_render, sandbox.gateway, sandbox.batch([])), "batch_is_empty")


@scenario("R08", "Lệnh vượt mức của kênh bị từ chối trước khi gửi", "An amount above the channel's limit is refused")
def _over_limit(sandbox: Sandbox) -> None:
    gateway = sandbox.make(max_amount_dong=AMOUNT_DONG - 1)
    refused(partial(_render, gateway, sandbox.batch([sandbox.instruction()])), "amount_over_limit")


@scenario("R09", "Lô quá lớn bị từ chối trước khi gửi", "A batch larger than the provider takes is refused")
def _too_many(sandbox: Sandbox) -> None:
    batch = sandbox.batch([sandbox.instruction(), sandbox.instruction()])
    refused(partial(_render, sandbox.make(max_instructions=1), batch), "batch_too_large")


@scenario("R10", "Số tiền bằng không bị từ chối", "An amount of nought is refused")
def _nought(sandbox: Sandbox) -> None:
    _refused_field(sandbox, "amount_invalid", amount_dong=0)


@scenario("R11", "Số tiền âm bị từ chối", "A negative amount is refused")
def _negative(sandbox: Sandbox) -> None:
    _refused_field(sandbox, "amount_invalid", amount_dong=-1)


@scenario("R12", "Tên có ký hiệu đánh dấu bị từ chối", "Markup in a name is refused")
def _markup(sandbox: Sandbox) -> None:
    _refused_field(sandbox, "payee_name_invalid", payee_name="A</Nm><Nm>B")


@scenario("R13", "Tên giả làm công thức bị từ chối", "A formula in a name is refused")
def _formula(sandbox: Sandbox) -> None:
    for name in ("=HYPERLINK(1)", "+1", "-1", "@SUM(A1)"):
        _refused_field(sandbox, "payee_name_invalid", payee_name=name)


@scenario("R14", "Tên còn dấu bị từ chối", "A name with diacritics is refused")
def _diacritics(sandbox: Sandbox) -> None:
    _refused_field(sandbox, "payee_name_invalid", payee_name="NGUYỄN THỊ ĐÀO")


@scenario("R15", "Ký tự điều khiển bị từ chối", "Control characters are refused")
def _control(sandbox: Sandbox) -> None:
    for name in ("A\nB", "A\tB", "A\x1fB", "A\x00B"):
        _refused_field(sandbox, "payee_name_invalid", payee_name=name)


@scenario("R16", "Số tài khoản sai dạng bị từ chối", "A malformed account number is refused")
def _account(sandbox: Sandbox) -> None:
    for number in ("12 34", "1.02E+11", "", "1" * 20):
        _refused_field(sandbox, "account_number_invalid", account_number=number)


@scenario("R17", "Mã ngân hàng không đủ sáu chữ số bị từ chối", "A bank code that is not six digits is refused")
def _bank(sandbox: Sandbox) -> None:
    for code in ("97041", "VCB", "9704155"):
        _refused_field(sandbox, "bank_bin_invalid", bank_bin=code)


@scenario("R18", "Mã lệnh dài quá bị từ chối, không bị cắt", "A name too long is refused, never cut")
def _long_name(sandbox: Sandbox) -> None:
    _refused_field(sandbox, "end_to_end_id_invalid", end_to_end_id="A" * 17)


@scenario("R19", "Hai lệnh trùng mã trong một lô bị từ chối", "Two instructions of one name are refused")
def _same_name(sandbox: Sandbox) -> None:
    one = sandbox.instruction()
    refused(partial(_render, sandbox.gateway, sandbox.batch([one, one])), "end_to_end_id_repeated")


@scenario("R20", "Nội dung làm lộ lý do hưởng bị từ chối", "A text that tells why somebody is paid is refused")
def _telling(sandbox: Sandbox) -> None:
    for text in ("TRO CAP NGUOI NHIEM HIV", "TRO CAP KHUYET TAT", "HO NGHEO T11"):
        _refused_field(sandbox, "narrative_reveals_reason", purpose_text=text)


@scenario("R21", "Nội dung quá 35 ký tự bị từ chối", "A text above 35 characters is refused")
def _long_text(sandbox: Sandbox) -> None:
    _refused_field(sandbox, "narrative_invalid", purpose_text="A" * 36)


@scenario("R22", "Giá trị dài nhất, lớn nhất cho phép vẫn lập được", "The longest and largest that is allowed is taken")
def _longest(sandbox: Sandbox) -> None:
    largest = sandbox.gateway.capabilities.max_amount_dong
    one = sandbox.instruction(
        payee_name="A" * 70,
        account_number="9" * 19,
        amount_dong=largest,
        beneficiary_name="B" * 70,
        purpose_text="C" * 35,
    )
    demand(_render(sandbox.gateway, sandbox.batch([one]))[0].total_dong == largest, "the largest amount was changed")


@scenario("R23", "Mã lô có ký tự đường dẫn bị từ chối", "A batch name with a path in it is refused")
def _path(sandbox: Sandbox) -> None:
    for name in ("../KIT", "KIT/1", "KIT 1", "", "K" * 36):
        batch = sandbox.batch([sandbox.instruction()], message_id=name)
        refused(partial(_render, sandbox.gateway, batch), "message_id_invalid")


@scenario("R24", "Tên tệp là mã lô, không phải tên ai", "The file is named after the batch and nobody")
def _file_name(sandbox: Sandbox) -> None:
    batch = sandbox.batch([sandbox.instruction()])
    name = _render(sandbox.gateway, batch)[0].name
    demand(name.rpartition(".")[0] == batch.message_id and "/" not in name, name)


@scenario("R25", "Năng lực khai báo là số dương và đủ cho mã lệnh", "Stated capabilities are usable")
def _capabilities(sandbox: Sandbox) -> None:
    able = sandbox.gateway.capabilities
    demand(min(able.max_instructions, able.max_amount_dong) > 0, able)
    demand(able.end_to_end_id_length >= 15 and able.purpose_length > 0, able)
