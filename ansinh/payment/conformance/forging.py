"""Answers as providers of each kind would write them, right and wrong: what the kit reads to see what a gateway believes."""

import io
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

import xlsxwriter


class Line(NamedTuple):
    """One answer to forge. `word` is ours (PAID, REJECTED, …), or any other text to write as it is."""

    end_to_end_id: str
    word: str = "PAID"
    amount: str = "540000"
    reason: str = ""


@dataclass(frozen=True)
class Forge:
    """How documents of one kind are written. `settled` is the word that says less than it seems; `hostile` are attacks."""

    name: str
    document: Callable[[Sequence[Line], int | None], bytes]
    settled: str
    hostile: tuple[bytes, ...]
    states_count: bool = True


# ── ISO 20022 ────────────────────────────────────────────────────────────────────────────────────────────────────────

_ISO = {"PAID": "ACCC", "REJECTED": "RJCT", "RECEIVED": "RCVD", "ACCEPTED": "ACSP"}


def _pain002(lines: Sequence[Line], stated: int | None) -> bytes:
    written = "".join(
        f"<TxInfAndSts>{f'<OrgnlEndToEndId>{line.end_to_end_id}</OrgnlEndToEndId>' if line.end_to_end_id else ''}"
        f"<TxSts>{_ISO.get(line.word, line.word)}</TxSts>"
        + (f"<StsRsnInf><Rsn><Cd>{line.reason}</Cd></Rsn></StsRsnInf>" if line.reason else "")
        + f'<OrgnlTxRef><Amt><InstdAmt Ccy="VND">{line.amount}</InstdAmt></Amt></OrgnlTxRef></TxInfAndSts>'
        for line in lines
    )
    return (
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"><CstmrPmtStsRpt><GrpHdr><MsgId>KIT</MsgId>'
        "<CreDtTm>2026-11-22T09:00:00+07:00</CreDtTm></GrpHdr><OrgnlGrpInfAndSts><OrgnlMsgId>X</OrgnlMsgId>"
        f"<OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId><OrgnlNbOfTxs>{len(lines) if stated is None else stated}</OrgnlNbOfTxs>"
        f"</OrgnlGrpInfAndSts><OrgnlPmtInfAndSts><OrgnlPmtInfId>X</OrgnlPmtInfId>{written}</OrgnlPmtInfAndSts>"
        "</CstmrPmtStsRpt></Document>"
    ).encode()


_BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>'
    b"<Document><CstmrPmtStsRpt>&c;</CstmrPmtStsRpt></Document>"
)
_OUTSIDE = b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><Document><CstmrPmtStsRpt><GrpHdr><MsgId>&x;</MsgId></GrpHdr></CstmrPmtStsRpt></Document>'
ISO20022 = Forge("kit.xml", _pain002, "ACSC", (_BOMB, _OUTSIDE, _BOMB.decode().encode("utf-16")))


# ── our REST interface ───────────────────────────────────────────────────────────────────────────────────────────────


def _results(lines: Sequence[Line], stated: int | None) -> bytes:
    written = ['{"document":"results","version":1,"id":"KIT"}']
    for line in lines:
        name = json.dumps(line.end_to_end_id) if line.end_to_end_id else "null"
        amount = line.amount if line.amount.replace(".", "").isdecimal() else json.dumps(line.amount)
        why = f',"reason_set":"status","reason_code":{json.dumps(line.reason)}' if line.reason else ""
        written.append(
            f'{{"end_to_end_id":{name},"status":{json.dumps(_ISO.get(line.word, line.word))},"amount_dong":{amount}{why}}}'
        )
    written.append(f'{{"end":true,"count":{len(lines) if stated is None else stated}}}')
    return "\n".join(written).encode() + b"\n"


_DEEP = b'{"document":"results","version":1,"id":"D"}\n' + b"[" * 30_000 + b"]" * 30_000 + b"\n"
_TWICE = b'{"document":"results","version":1,"id":"D"}\n{"end_to_end_id":"A","end_to_end_id":"B","status":"ACCC","amount_dong":1}\n'
_ENDLESS = b'{"document":"results","version":1,"id":"D"}\n{"end_to_end_id":"' + b"A" * 300_000
REST = Forge("kit.ndjson", _results, "ACSC", (_DEEP, _TWICE, _ENDLESS))


# ── a payment hub ────────────────────────────────────────────────────────────────────────────────────────────────────

_HUB = {"PAID": "COMPLETED", "REJECTED": "FAILED", "RECEIVED": "IN_PROGRESS"}


def _transfers(lines: Sequence[Line], stated: int | None) -> bytes:
    content = [
        {
            "transactionId": f"T{number}", "clientCorrelationId": line.end_to_end_id or None, "currency": "VND",
            "amount": _with_a_point(line.amount),
            "status": _HUB.get(line.word, line.word), "errorInformation": line.reason or None,
        }
        for number, line in enumerate(lines)
    ]  # fmt: skip
    summary = {"batchId": "1", "clientCorrelationId": "KIT", "total": len(lines) if stated is None else stated}
    # The marks around a number fall away, so that it stands there as a hub writes it: 540000.0.
    return json.dumps({"summary": summary, "content": content}).replace('"@', "").replace('@"', "").encode()


def _with_a_point(amount: str) -> str:
    if not amount.replace(".", "").isdecimal():
        return amount
    return f"@{amount}@" if "." in amount else f"@{amount}.0@"


_NAN = b'{"summary":{"total":1},"content":[{"clientCorrelationId":"A","status":"COMPLETED","amount":NaN}]}'
GOVSTACK = Forge(
    "kit.json", _transfers, "COMPLETED", (b"[" * 100_000, _NAN, b'{"summary":{"total":1e999},"content":[7]}')
)


# ── a clerk's sheet ──────────────────────────────────────────────────────────────────────────────────────────────────

_WORDS = {"PAID": "Thành công", "REJECTED": "Từ chối", "RECEIVED": "Đang xử lý", "ACCEPTED": "Đã nhận"}


def _sheet(lines: Sequence[Line], stated: int | None) -> bytes:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        page = book.add_worksheet("Kết quả")
        page.write_string(0, 0, "NGÂN HÀNG THỬ NGHIỆM")
        page.write_row(2, 0, ["STT", "Mã lệnh", "Số tiền", "Kết quả", "Mã lý do"])
        for row, line in enumerate(lines, 3):
            page.write_number(row, 0, row - 2)
            page.write_string(row, 1, line.end_to_end_id)
            page.write(row, 2, Decimal(line.amount) if line.amount.replace(".", "").isdecimal() else line.amount)
            page.write_string(row, 3, _WORDS.get(line.word, line.word))
            page.write_string(row, 4, line.reason)
        page.write_row(len(lines) + 3, 0, ["Tổng cộng", "", 999])
    return target.getvalue()


# A sheet whose one cell lies a million rows below its last one: who unpacks it without looking has no memory left.
_FAR = b"PK\x03\x04" + b"\x00" * 60
SPREADSHEET = Forge(
    "kit.xlsx",
    _sheet,
    "Đã nhận",
    (_FAR, b"PK\x05\x06" + b"\x00" * 18, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600),
    False,
)
