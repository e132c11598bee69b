"""`ansinh payment read FILE`: what a file from a bank says, changing nothing and needing neither database nor home.

It promises an answer for any file: entries and held lines, or a refusal with its reason; never a traceback.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ansinh.base.refusals import Refused
from ansinh.people.banks import directory
from ansinh.standards import vietqr
from ansinh.standards.files import FileReading
from ansinh.standards.iso20022.codes import meaning
from ansinh.standards.iso20022.reader import DEFAULT_PROFILE
from ansinh.standards.iso20022.results import Entry

MAX_BYTES = 2 << 30
_PIECE = 1 << 16


def read(arguments: argparse.Namespace) -> dict[str, Any]:
    """Return what the file `arguments.file` says, in the form of the contract.

    The agreement with a provider lives in the database, which this command does not open: a debit notification is
    therefore shown as accepted, whatever was agreed; `payment collect` applies the agreement.

    Raises:
        Refused: `file_missing`, `file_is_directory`, `file_empty`, `file_too_large`, `file_is_binary`,
            `xml_is_hostile`; the operating system's own errors become `file_unusable`.
    """
    path = Path(arguments.file)
    _check(path)
    reading = FileReading(_pieces(path), DEFAULT_PROFILE)
    result = reading.result()
    return {
        "kind": result.kind,
        "messages": result.messages,
        "message_id": result.message_id,
        "incomplete": result.incomplete,
        "entries": [_entry(entry) for entry in result.entries],
        "held": [{"line": held.line, "reason": held.reason, "evidence": held.evidence} for held in result.held],
        "groups": [group._asdict() for group in result.groups],
        "warnings": [{"reason": notice.reason, "evidence": notice.evidence} for notice in result.warnings],
    }


def qr(arguments: argparse.Namespace) -> dict[str, Any]:
    """Return the account that a VietQR code names, so that nobody has to type it.

    Raises:
        Refused: `qr_damaged`, `qr_not_vietqr`, `qr_invalid`.
    """
    code = vietqr.read(arguments.text)
    bank = next((row.short_name for row in directory() if row.bin == code.bank_bin), None)
    return {
        "bank_bin": code.bank_bin,
        "bank": bank,
        "account_number": code.account_number,
        "is_card": code.is_card,
        "amount_dong": code.amount_dong,
        "purpose": code.purpose,
    }


def _entry(entry: Entry) -> dict[str, Any]:
    amount: dict[str, Any] = {"amount_dong": entry.amount_dong}
    if entry.amount_dong is None:
        amount = {"amount": entry.amount, "currency": entry.currency} if entry.amount is not None else {}
    reason = None
    if entry.reason_code:
        reason = {"set": entry.reason_set, "code": entry.reason_code}
        found = meaning(entry.reason_set, entry.reason_code)
        if found is not None:
            reason["meaning"] = found.vi
    return {
        "line": entry.line,
        "end_to_end_id": entry.end_to_end_id,
        **amount,
        "status": entry.status,
        "bank_status": entry.code,
        "reason": reason,
        "booked_on": entry.booked_on.isoformat() if entry.booked_on else None,
        "credit_debit": entry.credit_debit,
        "kind": entry.kind,
    }


def _check(path: Path) -> None:
    if not path.exists():
        raise _refusal("file_missing", path, "không tồn tại. Hãy kiểm tra đường dẫn", "does not exist. Check the path")
    if not path.is_file():
        raise _refusal(
            "file_is_directory", path, "không phải là tệp. Hãy chỉ rõ một tệp", "is not a file. Name one file"
        )
    size = path.stat().st_size
    if size == 0:
        raise _refusal("file_empty", path, "rỗng. Hãy hỏi lại ngân hàng", "is empty. Ask the bank for it again")
    if size > MAX_BYTES:
        raise _refusal(
            "file_too_large", path, "quá lớn (trên 2 GB). Hãy xin tệp chia nhỏ", "is above 2 GB. Ask for parts"
        )
    with open(path, "rb") as file:
        head = file.read(_PIECE)
    # UTF-16 text has zero bytes too; its first two bytes give it away.
    is_utf16 = head.startswith((b"\xff\xfe", b"\xfe\xff", b"<\x00", b"\x00<"))
    if b"\x00" in head and not is_utf16 and not head.startswith(b"PK\x03\x04"):
        vi, en = (
            "không phải là tệp văn bản của ngân hàng. Hãy xin tệp XML",
            "is not a bank's text file. Ask for its XML file",
        )
        raise _refusal("file_is_binary", path, vi, en)


def _pieces(path: Path) -> Iterator[bytes]:
    with open(path, "rb") as file:
        while piece := file.read(_PIECE):
            yield piece


def _refusal(reason: str, path: Path, vi: str, en: str) -> Refused:
    return Refused(reason, vi=f"Tệp {path} {vi}.", en=f"The file {path} {en}.", path=str(path))
