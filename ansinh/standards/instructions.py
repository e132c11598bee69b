"""Payment instructions before any format: what a sound one is, and what every format refuses alike.

It promises that what leaves carries only characters that no bank on the way changes, that count and sum are those
announced, and that no text in it tells why a person is paid.
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from ansinh.base.refusals import Refused

NARRATIVE_LIMIT = 35

# The SWIFT character set without small letters: what every bank on the way carries unchanged. It has no markup in it.
# Fields are joined by a unit separator, which none of them may contain, and checked by one expression.
NAME = r"[A-Z0-9][A-Z0-9 .,'()/+:?-]{0,69}"
SOUND = re.compile(
    rf"[A-Z0-9]{{1,16}}\x1f[1-9][0-9]{{0,14}}\x1f[0-9]{{6}}\x1f[A-Z0-9]{{4,19}}\x1f{NAME}\x1f(?:{NAME})?\x1f"
)
# The same rules one by one, to name the field that broke; they are only asked when the one expression has failed.
_FIELD_RULES = (
    ("end_to_end_id_invalid", re.compile(r"[A-Z0-9]{1,16}"), "mã đầu cuối", "end-to-end id"),
    ("amount_invalid", re.compile(r"[1-9][0-9]{0,14}"), "số tiền", "amount"),
    ("bank_bin_invalid", re.compile(r"[0-9]{6}"), "mã ngân hàng (BIN)", "bank code (BIN)"),
    ("account_number_invalid", re.compile(r"[A-Z0-9]{4,19}"), "số tài khoản", "account number"),
    ("payee_name_invalid", re.compile(NAME), "tên người nhận (không dấu)", "payee name (no accents)"),
    ("beneficiary_name_invalid", re.compile(f"(?:{NAME})?"), "tên đối tượng thụ hưởng", "beneficiary name"),
)
_MESSAGE_ID = re.compile(r"[A-Z0-9][A-Z0-9-]{0,34}")
_NARRATIVE = re.compile(r"[A-Z0-9][A-Z0-9 .,/:-]{0,34}")
# A bank clerk, a neighbour who sees the telephone: none may learn of illness, disability or poverty from us.
_TELLING = re.compile(
    r"\b(HIV|AIDS|K ?[1-8][A-Z]?|C1|C2[ACD]|NCC|NHIEM|KHUYET TAT|TAN TAT|TAM THAN|MO COI|NGHEO|DON THAN|BENH"
    r"|THUONG BINH|LIET SI)\b"
)


class CreditTransfer(NamedTuple):
    """One order: who gets how much, where. Names are capitals without accents; amounts are whole đồng."""

    end_to_end_id: str
    amount_dong: int
    bank_bin: str
    account_number: str
    payee_name: str
    beneficiary_name: str | None
    purpose_text: str


def check_message_id(message_id: str) -> None:
    """Refuse a name that some bank or some file system would change. Raises `Refused` (`message_id_invalid`)."""
    if _MESSAGE_ID.fullmatch(message_id) is None:
        raise Refused(
            "message_id_invalid",
            vi=f"Mã thông điệp “{message_id}” phải gồm chữ hoa, số, gạch ngang, tối đa 35 ký tự.",
            en=f"Message id “{message_id}” must be capitals, digits and hyphens, at most 35 characters.",
        )


def checked(transactions: Iterable[CreditTransfer], count: int, total_dong: int) -> Iterator[CreditTransfer]:
    """Yield the instructions, each sound, and refuse at the end when they are not those announced.

    Raises:
        Refused: `batch_is_empty`, `…_invalid` for a field no bank would carry unchanged, `narrative_reveals_reason`,
            `end_to_end_id_repeated`, `control_total_changed`.
    """
    if count < 1:
        raise batch_is_empty()
    # The provider would reject the second of two equal names, and we would take that for an answer about the first.
    seen: set[str] = set()
    found, total = 0, 0
    for transaction in transactions:
        end_to_end_id, amount, bank_bin, account, payee, beneficiary, narrative = transaction
        check_narrative(narrative)
        joined = f"{end_to_end_id}\x1f{amount}\x1f{bank_bin}\x1f{account}\x1f{payee}\x1f{beneficiary or ''}\x1f"
        if SOUND.fullmatch(joined) is None:
            raise field_refusal(found + 1, (end_to_end_id, amount, bank_bin, account, payee, beneficiary or ""))
        seen.add(end_to_end_id)
        found += 1
        total += amount
        yield CreditTransfer(*transaction)
    if len(seen) != found:
        raise repeated(found - len(seen))
    if (found, total) != (count, total_dong):
        raise total_changed((count, total_dong), found, total)


@lru_cache(maxsize=256)
def check_narrative(text: str) -> None:
    """Refuse a payment text that a bank would change, or that tells why the person is paid.

    Raises:
        Refused: `narrative_invalid`, `narrative_reveals_reason`.
    """
    if _NARRATIVE.fullmatch(text) is None:
        raise Refused(
            "narrative_invalid",
            vi=f"Nội dung “{text}” phải là chữ hoa không dấu, tối đa {NARRATIVE_LIMIT} ký tự. Hãy sửa nội dung.",
            en=f"The payment text “{text}” must be plain capitals, at most {NARRATIVE_LIMIT} characters. Change it.",
            text=text,
        )
    if _TELLING.search(text):
        raise Refused(
            "narrative_reveals_reason",
            vi="Nội dung chuyển tiền làm lộ lý do hưởng. Hãy dùng lời trung tính như “TRO CAP XA HOI T11/2026”.",
            en="The payment text reveals why the person is paid. Use neutral words like “TRO CAP XA HOI T11/2026”.",
        )


def batch_is_empty() -> Refused:
    """Return the refusal for a batch without instructions: an empty selection pays nobody."""
    return Refused(
        "batch_is_empty",
        vi="Lô lệnh không có lệnh nào nên không lập tệp. Hãy kiểm tra kỳ chi trả.",
        en="The batch has no instruction, so no file is made. Check the payroll run.",
    )


def field_refusal(position: int, fields: tuple[object, ...]) -> Refused:
    """Name the first field that broke the rule. The value itself is not repeated: it is personal."""
    for (reason, rule, vi, en), value in zip(_FIELD_RULES, fields, strict=True):
        if rule.fullmatch(str(value)) is None:
            return Refused(
                reason,
                vi=f"Lệnh chi thứ {position}: {vi} không đúng dạng ngân hàng nhận được. Hãy sửa rồi lập lại lô lệnh.",
                en=f"Instruction {position}: the {en} is not in a form banks accept. Correct it and rebuild the batch.",
                position=position,
            )
    raise AssertionError("a sound instruction was refused")


def repeated(times: int) -> Refused:
    """Return the refusal for names that stand in one batch twice."""
    return Refused(
        "end_to_end_id_repeated",
        vi="Hai lệnh chi trong một lô có cùng mã đầu cuối. Tệp không được lập. Hãy báo quản trị hệ thống.",
        en="Two instructions of one batch share an end-to-end id. The file was not made. Tell the administrator.",
        repeated=times,
    )


def total_changed(announced: tuple[int, int], count: int, total: int) -> Refused:
    """Return the refusal for a batch that is not the one that was approved."""
    return Refused(
        "control_total_changed",
        vi="Số lệnh hoặc tổng tiền khác với số đã duyệt. Tệp không được lập. Hãy kiểm tra lại kỳ chi trả.",
        en="The number or sum of instructions differs from what was approved. No file was made. Check the payroll run.",
        announced={"count": announced[0], "total_dong": announced[1]},
        found={"count": count, "total_dong": total},
    )
