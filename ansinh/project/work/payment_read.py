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
from ansinh.standards.files import FileReading, is_binary
from ansinh.standards.iso20022.codes import meaning
from ansinh.standards.iso20022.reader import DEFAULT_PROFILE
from ansinh.standards.iso20022.results import Entry, Held, Notice
from ansinh.standards.sheets.template import Template, parse

MAX_BYTES = 2 << 30
_PIECE = 1 << 16
# What a warning or a held line means and what to do about it; the others speak of the file's form alone.
_ADVICE = {
    "currency_foreign": (
        "Sao kê không bằng đồng (VND), sẽ không ghi sổ. Hãy xin ngân hàng sao kê của tài khoản đồng Việt Nam.",
        "The statement is not in đồng (VND) and will not be booked. Ask the bank for that of the account in đồng.",
    ),
    "format_unknown": (
        "Không nhận ra đây là tệp gì. Hãy xin ngân hàng gửi lại tệp đủ và đúng dạng (XML, MT940, bảng tính).",
        "What kind of file this is cannot be told. Ask the bank to send it again, whole and in the right form.",
    ),
    "message_unknown": (
        "Tệp đọc được nhưng không phải loại thông điệp ngân hàng ta dùng. Hãy xin đúng tệp kết quả hoặc sao kê.",
        "The file is readable, but no message of a bank that we use. Ask for the result or the statement.",
    ),
    "file_incomplete": (
        "Tệp bị hỏng hoặc bị cắt; phần trước chỗ hỏng đã đọc. Hãy xin ngân hàng gửi lại tệp đủ.",
        "The file is damaged or cut; what stands before the damage was read. Ask the bank to send it again.",
    ),
    "zip_damaged": (
        "Tệp nén không mở được. Hãy xin gửi lại.",
        "The zip file cannot be opened. Ask for it again.",
    ),
    "balance_differs": (
        "Số dư đầu cộng các dòng không ra số dư cuối. Hãy hỏi ngân hàng dòng nào thiếu và xin sao kê đủ.",
        "The opening balance and the lines do not lead to the closing one. Ask the bank which line is missing.",
    ),
}


def read(arguments: argparse.Namespace) -> dict[str, Any]:
    """Return what the file `arguments.file` says, in the form of the contract.

    The agreement with a provider lives in the database, which this command does not open: a debit notification is
    therefore shown as accepted, whatever was agreed; `payment collect` applies the agreement. A spreadsheet is read by
    the template in `arguments.template`, or by the one known for `arguments.provider`, or by its common headings.

    Raises:
        Refused: `file_missing`, `file_is_directory`, `file_empty`, `file_too_large`, `file_is_binary`,
            `template_invalid`, and what the file's own content makes it refuse (`xml_is_hostile`, `zip_is_hostile`,
            `sheet_…`); the operating system's own errors become `file_unusable`.
    """
    path = Path(arguments.file)
    _check(path)
    reading = FileReading(
        _pieces(path),
        DEFAULT_PROFILE,
        template=_template(arguments.template),
        provider=arguments.provider or "",
        is_shown_only=True,
        name=path.stem,
    )
    result, is_english = reading.result(), arguments.lang == "en"
    # Only an archive has members to tell of.
    files = {"files": reading.files} if reading.files else {}
    return {
        "kind": result.kind,
        "messages": result.messages,
        "message_id": result.message_id,
        "incomplete": result.incomplete,
        "entries": [_entry(entry) for entry in result.entries],
        "held": [{"line": held.line, **_name(held), **_told(held, is_english=is_english)} for held in result.held],
        "groups": [group._asdict() for group in result.groups],
        "warnings": [_told(notice, is_english=is_english) for notice in result.warnings],
        **files,
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


def _told(found: Notice | Held, *, is_english: bool) -> dict[str, Any]:
    advice = _ADVICE.get(found.reason)
    said = {"message": advice[is_english]} if advice else {}
    return {"reason": found.reason, "evidence": found.evidence, **said}


def _name(held: Held) -> dict[str, str]:
    return {"end_to_end_id": held.end_to_end_id} if held.end_to_end_id else {}


def _entry(entry: Entry) -> dict[str, Any]:
    amount: dict[str, Any] = {"amount_dong": entry.amount_dong}
    if entry.amount_dong is None:
        amount = {"amount": entry.amount, "currency": entry.currency} if entry.amount is not None else {}
    reason = None
    if entry.reason_code:
        reason = {"set": entry.reason_set, "code": entry.reason_code}
        found = meaning(entry.reason_set, entry.reason_code)
        if found is not None:
            reason |= {"meaning": found.vi, "english": found.en}
    # Whose account it is stands in few files, and is shown only where it does.
    party = {"party_name": entry.party_name, "account_number": entry.account_number}
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
        **{name: value for name, value in party.items() if value},
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
    if is_binary(head):
        vi, en = (
            "không phải là tệp của ngân hàng (XML, MT940, bảng tính, tệp nén). Hãy xin đúng tệp",
            "is not a bank's file (XML, MT940, spreadsheet, zip). Ask for the right one",
        )
        raise _refusal("file_is_binary", path, vi, en)


def _template(name: str | None) -> Template | None:
    if name is None:
        return None
    path = Path(name)
    _check(path)
    return parse(path.read_text("utf8", "replace"))


def _pieces(path: Path) -> Iterator[bytes]:
    with open(path, "rb") as file:
        while piece := file.read(_PIECE):
            yield piece


def _refusal(reason: str, path: Path, vi: str, en: str) -> Refused:
    return Refused(reason, vi=f"Tệp {path} {vi}.", en=f"The file {path} {en}.", path=str(path))
