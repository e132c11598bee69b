"""Calling orders back: camt.055.001.08, the request of the payer's side, written strictly, in a stream, the same bytes.

A request is only a request: nothing is taken back until the bank's answer (camt.029) and the money (camt.054) say so.
"""

import datetime
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from ansinh.base.refusals import Refused
from ansinh.standards.instructions import repeated, total_changed
from ansinh.standards.iso20022 import codes
from ansinh.standards.iso20022.outgoing import (
    DONG,
    END_TO_END_ID,
    Debtor,
    FieldRule,
    agent,
    check_sender,
    field_refusal,
    instant,
)

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:camt.055.001.08"
_PIECE = 500
_RULES: tuple[FieldRule, ...] = (
    ("end_to_end_id_invalid", re.compile(END_TO_END_ID), "mã đầu cuối", "end-to-end id"),
    ("amount_invalid", re.compile(DONG), "số tiền", "amount"),
)


class Recall(NamedTuple):
    """One order to call back, named as it was sent, and why: a code of the ISO cancellation reasons, like CUST or DUPL."""

    end_to_end_id: str
    amount_dong: int
    reason_code: str = "CUST"


@dataclass(frozen=True, slots=True)
class RecallHeader:
    """What the request says of itself, and which file of ours the orders stood in.

    A request speaks of one original file. Its orders are named one by one: a whole file is never called back by its name
    alone, because what of it was already paid would be unknown.
    """

    message_id: str
    created_at: datetime.datetime
    debtor: Debtor
    original_message_id: str
    count: int
    total_dong: int
    original_name: str = "pain.001.001.09"
    clearing_system: str = "NAPAS"


def render(header: RecallHeader, recalls: Iterable[Recall]) -> Iterator[bytes]:
    """Yield the request piece by piece. The same header and recalls always give the same bytes.

    Raises:
        Refused: `message_id_invalid`, `batch_is_empty`, `debtor_invalid`, `end_to_end_id_invalid`, `amount_invalid`,
            `cancellation_reason_unknown`, `end_to_end_id_repeated`, `control_total_changed`.
    """
    yield _opening(header).encode("ascii")
    known = codes.published(codes.CANCELLATION_SET)
    count, total = 0, 0
    seen: set[str] = set()
    piece: list[str] = []
    for end_to_end_id, amount, reason_code in recalls:
        count += 1
        if any(
            rule[1].fullmatch(str(value)) is None for rule, value in zip(_RULES, (end_to_end_id, amount), strict=True)
        ):
            raise field_refusal(count, _RULES, (end_to_end_id, amount))
        if reason_code not in known:
            raise _reason_unknown(count, reason_code)
        # The request for one order has the order's own name: the same request made again is then seen to be the same.
        piece.append(
            f"<TxInf><CxlId>{end_to_end_id}</CxlId><OrgnlInstrId>{end_to_end_id}</OrgnlInstrId>"
            f'<OrgnlEndToEndId>{end_to_end_id}</OrgnlEndToEndId><OrgnlInstdAmt Ccy="VND">{amount}</OrgnlInstdAmt>'
            f"<CxlRsnInf><Rsn><Cd>{reason_code}</Cd></Rsn></CxlRsnInf></TxInf>\n"
        )
        seen.add(end_to_end_id)
        total += amount
        if len(piece) == _PIECE:
            yield "".join(piece).encode("ascii")
            piece.clear()
    if len(seen) != count:
        raise repeated(count - len(seen))
    if (count, total) != (header.count, header.total_dong):
        raise total_changed((header.count, header.total_dong), count, total)
    yield ("".join(piece) + "</OrgnlPmtInfAndCxl></Undrlyg></CstmrPmtCxlReq></Document>\n").encode("ascii")


def _opening(header: RecallHeader) -> str:
    check_sender(header.message_id, header.debtor, header.count)
    # The original's own name obeys the rule of names; a file that we never sent cannot be called back.
    check_sender(header.original_message_id, header.debtor, header.count)
    sums = f"<NbOfTxs>{header.count}</NbOfTxs><CtrlSum>{header.total_dong}</CtrlSum>"
    original = (
        f"<OrgnlMsgId>{header.original_message_id}</OrgnlMsgId><OrgnlMsgNmId>{header.original_name}</OrgnlMsgNmId>"
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="{NAMESPACE}"><CstmrPmtCxlReq>'
        f"<Assgnmt><Id>{header.message_id}</Id><Assgnr><Pty><Nm>{header.debtor.name}</Nm></Pty></Assgnr>"
        f"<Assgne><Agt><FinInstnId>{agent(header.debtor, header.clearing_system)}</FinInstnId></Agt></Assgne>"
        f"<CreDtTm>{instant(header.created_at)}</CreDtTm></Assgnmt><CtrlData>{sums}</CtrlData>"
        # Our files have one block, named like the file.
        f"<Undrlyg><OrgnlPmtInfAndCxl><OrgnlPmtInfId>{header.original_message_id}</OrgnlPmtInfId>"
        f"<OrgnlGrpInf>{original}</OrgnlGrpInf>{sums}\n"
    )


def _reason_unknown(position: int, code: str) -> Refused:
    return Refused(
        "cancellation_reason_unknown",
        vi=f"Lệnh thứ {position}: lý do huỷ “{code[:8]}” không có trong bộ mã ISO 20022. Hãy chọn một lý do trong bộ mã.",
        en=f"Order {position}: the reason “{code[:8]}” is not in the ISO 20022 code set. Choose one that is.",
        position=position,
    )
