"""What all messages that we send share: who asks, through which bank, when; and the refusals of what no bank would carry.

Strict: each rule is named, and a text that some bank on the way might change never leaves.
"""

import datetime
import re
from collections.abc import Iterable
from dataclasses import dataclass
from xml.sax.saxutils import escape

from ansinh.base.refusals import Refused
from ansinh.standards.instructions import NAME, batch_is_empty, check_message_id

ACCOUNT_NUMBER = r"[A-Z0-9]{4,19}"
BANK_BIN = r"[0-9]{6}"
END_TO_END_ID = r"[A-Z0-9]{1,16}"
DONG = r"[1-9][0-9]{0,14}"
_VIETNAM = datetime.timezone(datetime.timedelta(hours=7))

# (reason, rule, Vietnamese, English): what a field is called when it breaks its rule.
FieldRule = tuple[str, re.Pattern[str], str, str]


@dataclass(frozen=True, slots=True)
class Debtor:
    """The paying agency: its name, its account, and its bank (by clearing member number, or else by BIC)."""

    name: str
    account_number: str
    agent_member_id: str | None = None
    agent_bic: str | None = None


def check_sender(message_id: str, debtor: Debtor, count: int) -> None:
    """Refuse a file that no bank could take, before its first byte is written.

    Raises:
        Refused: `message_id_invalid`, `batch_is_empty`, `debtor_invalid`.
    """
    check_message_id(message_id)
    if count < 1:
        raise batch_is_empty()
    if re.fullmatch(NAME, debtor.name) is None or re.fullmatch(r"[A-Z0-9]{4,34}", debtor.account_number) is None:
        raise Refused(
            "debtor_invalid",
            vi="Tên (không dấu) hoặc số tài khoản của cơ quan chi trả chưa đúng. Hãy sửa thông số cổng kết nối.",
            en="The paying agency's name (capitals) or account number is not valid. Correct the gateway settings.",
        )


def instant(moment: datetime.datetime) -> str:
    """Return one text for one instant, in whatever zone it is handed over: the bytes must not depend on it."""
    local = moment.astimezone(_VIETNAM) if moment.tzinfo else moment
    return local.isoformat(timespec="seconds")


def agent(debtor: Debtor, clearing_system: str) -> str:
    """Return the inside of `FinInstnId` of the agency's own bank."""
    # Inside Vietnam the clearing number is enough; some banks know themselves only by their BIC.
    if debtor.agent_bic:
        return f"<BICFI>{escape(debtor.agent_bic)}</BICFI>"
    return member(debtor.agent_member_id or "", clearing_system)


def member(number: str, clearing_system: str) -> str:
    """Return the inside of `FinInstnId` of a bank by its number in a clearing system."""
    # The external code list has no Vietnamese entry, so the system travels as a word agreed with the bank.
    system = f"<ClrSysId><Prtry>{escape(clearing_system)}</Prtry></ClrSysId>"
    return f"<ClrSysMmbId>{system}<MmbId>{escape(number)}</MmbId></ClrSysMmbId>"


def field_refusal(position: int, rules: Iterable[FieldRule], fields: Iterable[object]) -> Refused:
    """Name the first field that broke its rule. The value itself is not repeated: it is personal."""
    for (reason, rule, vi, en), value in zip(rules, fields, strict=True):
        if rule.fullmatch(str(value)) is None:
            return Refused(
                reason,
                vi=f"Lệnh chi thứ {position}: {vi} không đúng dạng ngân hàng nhận được. Hãy sửa rồi lập lại lô lệnh.",
                en=f"Instruction {position}: the {en} is not in a form banks accept. Correct it and rebuild the batch.",
                position=position,
            )
    raise AssertionError("a sound instruction was refused")
