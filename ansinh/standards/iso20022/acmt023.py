"""Asking banks whose accounts these are: acmt.023.001.04, written strictly, in a stream, the same bytes every time.

It says no more than the question needs: name, account, bank, and the citizen's number only where it was agreed to.
"""

import datetime
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from ansinh.base.refusals import Refused
from ansinh.standards.instructions import NAME
from ansinh.standards.iso20022.outgoing import (
    ACCOUNT_NUMBER,
    BANK_BIN,
    Debtor,
    FieldRule,
    agent,
    check_sender,
    field_refusal,
    instant,
    member,
)

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:acmt.023.001.04"
_PIECE = 500
_RULES: tuple[FieldRule, ...] = (
    ("question_id_invalid", re.compile(r"[A-Z0-9][A-Z0-9-]{0,34}"), "mã câu hỏi", "question id"),
    ("bank_bin_invalid", re.compile(BANK_BIN), "mã ngân hàng (BIN)", "bank code (BIN)"),
    ("account_number_invalid", re.compile(ACCOUNT_NUMBER), "số tài khoản", "account number"),
    ("payee_name_invalid", re.compile(NAME), "tên người nhận (không dấu)", "payee name (no accents)"),
    ("citizen_number_invalid", re.compile(r"(?:[0-9]{12})?"), "số căn cước", "citizen number"),
)


class Question(NamedTuple):
    """Whose account is this? The name is in capitals without accents; `citizen_number` is left out unless agreed."""

    question_id: str
    bank_bin: str
    account_number: str
    payee_name: str
    citizen_number: str = ""


@dataclass(frozen=True, slots=True)
class VerificationHeader:
    """What the file says of itself: who asks, through which bank, how many questions."""

    message_id: str
    created_at: datetime.datetime
    debtor: Debtor
    count: int
    clearing_system: str = "NAPAS"


def render(header: VerificationHeader, questions: Iterable[Question]) -> Iterator[bytes]:
    """Yield the questions piece by piece. The same header and questions always give the same bytes.

    Raises:
        Refused: `message_id_invalid`, `batch_is_empty`, `debtor_invalid`, `question_id_invalid`, `bank_bin_invalid`,
            `account_number_invalid`, `payee_name_invalid`, `citizen_number_invalid`, `question_id_repeated`,
            `question_count_changed`.
    """
    yield _opening(header).encode("ascii")
    # The same text around every bank's number, so it is made once.
    before_bin, after_bin = member("\x1f", header.clearing_system).split("\x1f")
    count = 0
    seen: set[str] = set()
    piece: list[str] = []
    for question in questions:
        count += 1
        if any(rule[1].fullmatch(value) is None for rule, value in zip(_RULES, question, strict=True)):
            raise field_refusal(count, _RULES, question)
        question_id, bank_bin, account, name, citizen = question
        identity = (
            f"<Id><PrvtId><Othr><Id>{citizen}</Id><SchmeNm><Cd>NIDN</Cd></SchmeNm></Othr></PrvtId></Id>"
            if citizen
            else ""
        )
        piece.append(
            f"<Vrfctn><Id>{question_id}</Id><PtyAndAcctId><Pty><Nm>{name}</Nm>{identity}</Pty>"
            f"<Acct><Id><Othr><Id>{account}</Id></Othr></Id></Acct>"
            f"<Agt><FinInstnId>{before_bin}{bank_bin}{after_bin}</FinInstnId></Agt></PtyAndAcctId></Vrfctn>\n"
        )
        seen.add(question_id)
        if len(piece) == _PIECE:
            yield "".join(piece).encode("ascii")
            piece.clear()
    if len(seen) != count or count != header.count:
        raise _wrong_count(header.count, count, len(seen))
    yield ("".join(piece) + "</IdVrfctnReq></Document>\n").encode("ascii")


def _opening(header: VerificationHeader) -> str:
    check_sender(header.message_id, header.debtor, header.count)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="{NAMESPACE}"><IdVrfctnReq><Assgnmt>'
        f"<MsgId>{header.message_id}</MsgId><CreDtTm>{instant(header.created_at)}</CreDtTm>"
        f"<Assgnr><Pty><Nm>{header.debtor.name}</Nm></Pty></Assgnr>"
        f"<Assgne><Agt><FinInstnId>{agent(header.debtor, header.clearing_system)}</FinInstnId></Agt></Assgne></Assgnmt>\n"
    )


def _wrong_count(announced: int, found: int, different: int) -> Refused:
    # Two questions of one name could not be told apart by their answers.
    if different != found:
        return Refused(
            "question_id_repeated",
            vi="Hai câu hỏi trong một tệp có cùng mã. Tệp không được lập. Hãy báo quản trị hệ thống.",
            en="Two questions of one file share an id. The file was not made. Tell the administrator.",
            repeated=found - different,
        )
    return Refused(
        "question_count_changed",
        vi="Số câu hỏi khác với số đã báo. Tệp không được lập. Hãy lập lại danh sách tra cứu.",
        en="The number of questions differs from what was announced. No file was made. Make the list again.",
        announced=announced,
        found=found,
    )
