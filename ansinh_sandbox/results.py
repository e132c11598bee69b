"""What the sandbox bank says over HTTP and on sheets: result documents, the hub's batch details, a clerk's list.

A document never changes once it is there; a later piece of news is another document.
"""

import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from sqlite3 import Row
from typing import Any

import xlsxwriter

from ansinh_sandbox.answers import now

_RETURN_REASON = "AC04"
# What a clerk writes into the column of results.
_IN_WORDS = {"paid": "Thành công", "rejected": "Từ chối", "returned": "Hoàn trả", "late": "Đang xử lý"}


def document(number: str, file: Row, rows: Iterable[Row], news: str) -> Iterator[bytes]:
    """Yield a document of results: `news` is what has become of its rows (`first`, `late`, `returned`)."""
    yield _line({"document": "results", "version": 1, "id": number, "created_at": now().isoformat()})
    if file["rejected"]:
        yield _line(
            {"batch": file["message_id"], "status": "RJCT", "reason_set": "status", "reason_code": file["rejected"]}
        )
    count = total = 0
    for row in rows:
        for said in _said(row, news):
            count += 1
            total += said["amount_dong"] or 0
            yield _line({"end_to_end_id": row["end_to_end_id"], **said})
    yield _line({"end": True, "count": count, "total_dong": total})


def payment(row: Row) -> dict[str, Any]:
    """Return what is known of one order now."""
    if row["state"] == "late":
        return {"end_to_end_id": row["end_to_end_id"], "status": "RCVD", "amount_dong": row["amount"]}
    if row["state"] == "cancelled":
        return {
            "end_to_end_id": row["end_to_end_id"], "status": "CANC", "amount_dong": row["amount"], "reason_set": "status",
            "reason_code": "NARR",
        }  # fmt: skip
    return {
        "end_to_end_id": row["end_to_end_id"],
        **_said(row, "returned" if row["state"] == "returned" else "first")[-1],
    }


def _said(row: Row, news: str) -> list[dict[str, Any]]:
    amount, today = row["amount"], now().date().isoformat()
    if news == "returned":
        return [
            {
                "status": "RTRN",
                "amount_dong": amount,
                "reason_set": "return",
                "reason_code": _RETURN_REASON,
                "booked_on": today,
            }
        ]
    if row["state"] == "rejected":
        return [{"status": "RJCT", "amount_dong": amount, "reason_set": "status", "reason_code": row["reason"]}]
    # First that it is carried out, then that the payee has the money: two pieces of news, as in life.
    return [{"status": "ACSP", "amount_dong": amount}, {"status": "ACCC", "amount_dong": amount, "booked_on": today}]


def detail(row: Row) -> dict[str, Any]:
    """Return one transfer as a payment hub tells it; its amounts have decimals that đồng do not have."""
    words = {"paid": "COMPLETED", "to_return": "COMPLETED", "returned": "COMPLETED", "late": "IN_PROGRESS"}
    failed = row["state"] in {"rejected", "cancelled"}
    return {
        "id": row["id"], "transactionId": f"SB{row['id']}", "clientCorrelationId": row["end_to_end_id"],
        "payeePartyId": row["number"], "amount": f"{row['amount'] or 0}.00", "currency": "VND",
        "status": "FAILED" if failed else words[row["state"]],
        "errorInformation": row["reason"] if failed else None,
    }  # fmt: skip


def sheet(path: Path, file: Row, rows: Iterable[Row], news: str) -> None:
    """Write the list that a clerk sends back: what became of each order, in words, with a total nobody asked for."""
    part = path.with_suffix(".part")
    with xlsxwriter.Workbook(part) as book:
        page = book.add_worksheet("Kết quả")
        page.write_row(0, 0, ["KẾT QUẢ CHI TRẢ", "", "Mã lô:", file["message_id"]])
        page.write_row(2, 0, ["STT", "Mã lệnh", "Số tài khoản", "Số tiền", "Kết quả", "Mã lý do", "Ngày"])
        line = 3
        for number, row in enumerate(rows, 1):
            # What was late is paid with this very list; what is to come back has been paid before.
            now_is = {"returned": "returned", "late": "paid"}.get(news, row["state"])
            state = "paid" if now_is == "to_return" else now_is
            why = _RETURN_REASON if state == "returned" else row["reason"]
            values = [
                number,
                row["end_to_end_id"],
                row["number"],
                row["amount"],
                _IN_WORDS[state],
                why,
                now().date().isoformat(),
            ]
            page.write_row(line, 0, values)
            line += 1
        page.write_row(line, 0, ["Tổng cộng", "", "", f"=SUM(D4:D{line})"])
    os.replace(part, path)


def sha256(path: Path) -> str:
    """Return the hash of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _line(values: dict[str, Any]) -> bytes:
    return json.dumps(values, ensure_ascii=True, separators=(",", ":")).encode() + b"\n"
