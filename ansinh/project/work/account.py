"""The commands about whose accounts these are: the list to ask the bank, the bank's list back, and what waits for a person."""

import argparse
import os
from pathlib import Path
from typing import Any

import xlsxwriter
from django.utils import timezone

from ansinh.base.names import fold
from ansinh.base.refusals import Refused
from ansinh.office import queries as office
from ansinh.office.operations import audit
from ansinh.office.security import acting, everything
from ansinh.payment import providers
from ansinh.payment.gateways import AccountQuery, Gateway, HolderQuestion
from ansinh.people import sheets, verification
from ansinh.people.banks import directory
from ansinh.project import asking, bootstrap

_TITLES = ("STT", "Mã BIN", "Ngân hàng", "Số tài khoản", "Tên chủ tài khoản")


def _communes(arguments: argparse.Namespace) -> list[int]:
    today = timezone.localdate()
    if arguments.area:
        return [office.find_commune(arguments.area, today).id]
    return [row.id for row in office.communes_of(office.find_province(arguments.province, today).code, today)]


def ask(arguments: argparse.Namespace) -> dict[str, Any]:
    """This will write the collected accounts that no bank has confirmed yet, for a bank to fill in whose they are.

    The list names no person: the bank is asked whose account it is, not whether it is hers.

    Raises:
        Refused: `area_unknown`, `nothing_to_ask`, `file_exists`, `staff_unknown`.
    """
    target = Path(arguments.file)
    if target.exists():
        raise Refused(
            "file_exists",
            vi=f"Tệp {target} đã có. Hãy chọn tên khác để không ghi đè danh sách cũ.",
            en=f"{target} exists. Choose another name.",
        )
    with acting(asking.sight_of(arguments.user)):
        accounts = verification.to_ask(_communes(arguments))
    if not accounts:
        raise _nothing_to_ask()
    with acting(everything("system")):
        detail = {"accounts": len(accounts)}
        audit(by=arguments.user, action="account.ask", subject="addresses", detail=detail, at=timezone.localtime())
    unfinished = target.with_name(target.name + ".part")
    with xlsxwriter.Workbook(str(unfinished), {"constant_memory": True}) as workbook:
        sheet = workbook.add_worksheet("Tra tên")
        for column, title in enumerate(_TITLES):
            sheet.write_string(0, column, title)
        for line, account in enumerate(accounts, 1):
            sheet.write_number(line, 0, line)
            for column, text in enumerate((account.bank_bin, account.bank, account.number, ""), 1):
                sheet.write_string(line, column, text)
    os.replace(unfinished, target)
    return {"file": str(target), "accounts": len(accounts)}


def _nothing_to_ask() -> Refused:
    return Refused(
        "nothing_to_ask",
        vi="Không có tài khoản nào đang chờ ngân hàng xác minh.",
        en="No account waits for a bank to say whose it is.",
    )


def _banks() -> dict[str, str]:
    found: dict[str, str] = {}
    for bank in directory():
        found |= {bank.bin: bank.bin, fold(bank.short_name): bank.bin, fold(bank.name): bank.bin}
    return found


def answers(arguments: argparse.Namespace) -> dict[str, Any]:
    """This will read a bank's answers and verify what is equal; close names wait for a second person.

    Raises:
        Refused: `file_missing`, `file_not_a_list`, `answers_not_recognised`, `role_not_allowed`, `staff_unknown`.
    """
    path = Path(arguments.file)
    read = verification.read_answers(sheets.read(path, sheets.read_bytes(path)), _banks(), path.name)
    with acting(asking.sight_of(arguments.user)):
        outcome = verification.record_answers(
            by=arguments.user, at=timezone.localtime(), source=arguments.source or path.name, answers=read
        )
    return _told(outcome, len(read))


def inquire(arguments: argparse.Namespace) -> dict[str, Any]:
    """This will ask a connected provider whose the collected accounts are, and act on its answers at once.

    A masked name and one that cannot be told prove nothing: they are compared like any other, and wait or change nothing.

    Raises:
        Refused: `provider_unknown`, `gateway_cannot_verify`, `gateway_unreachable`, `nothing_to_ask`, `role_not_allowed`.
    """
    with acting(everything("system")):
        provider = providers.provider(arguments.provider)
        accounts = verification.to_ask(_communes(arguments))
    if not accounts:
        raise _nothing_to_ask()
    with bootstrap.gateway_to(provider) as gateway:
        if gateway.capabilities.can_ask_holders:
            return _ask_by_file(gateway, provider.code, accounts, arguments.user)
        checks = list(gateway.verify(AccountQuery(one.bank_bin, one.number) for one in accounts))
    read = [
        verification.Answer(row, one.bank_bin, one.number, check.name or "")
        for row, (one, check) in enumerate(zip(accounts, checks, strict=True), 1)
    ]
    with acting(asking.sight_of(arguments.user)):
        outcome = verification.record_answers(
            by=arguments.user, at=timezone.localtime(), source=provider.code, answers=read
        )
    return _told(outcome, len(read))


def _ask_by_file(gateway: Gateway, provider: str, accounts: list[verification.Account], by: str) -> dict[str, Any]:
    """Send the questions as a file; the answers come with `payment collect`, and do what answers do."""
    at = timezone.localtime()
    name = f"INQ{at:%y%m%d%H%M%S}"
    questions = [HolderQuestion(f"Q{one.address_id}", one.bank_bin, one.number, one.holder_name) for one in accounts]
    with acting(asking.sight_of(by)):
        verification.require_officer(by)
        receipt = gateway.ask_holders(questions, name)
        detail = {"accounts": len(questions), "receipt": receipt.name}
        audit(by=by, action="account.inquire", subject=provider, detail=detail, at=at)
    return {"asked": len(questions), "receipt": receipt.name, "message": name}


def _told(outcome: verification.Outcome, rows: int) -> dict[str, Any]:
    return {
        "rows": rows,
        "match": outcome.statuses.get("RCVC", 0),
        "close": outcome.statuses.get("RVMC", 0),
        "another_name": outcome.statuses.get("RVNM", 0),
        "not_checked": outcome.statuses.get("RVNA", 0),
        "verified": outcome.verified,
        "unverified": outcome.unverified,
        "held": [
            {"row": row, "reason": "account_unknown", "message": "không ai đang nhận tiền vào tài khoản này"}
            for row in outcome.unknown_rows
        ],
    }


def pending(arguments: argparse.Namespace) -> dict[str, Any]:
    """This will list the close names that wait for a person.

    Raises:
        Refused: `area_unknown`, `staff_unknown`.
    """
    with acting(asking.sight_of(arguments.user)):
        rows = verification.pending(_communes(arguments))
    return {
        "pending": [
            {
                "check": row.id,
                "person": row.person_id,
                "name": row.full_name,
                "bank_name": row.bank_name,
                "difference": row.kind,
                "bank": row.bank,
                "account": row.number,
                "area": row.area,
                "recorded_by": row.recorded_by,
            }
            for row in rows
        ]
    }


def decide(arguments: argparse.Namespace) -> dict[str, Any]:
    """This will accept or refuse a close name, with the ground; by another person than who entered the answer.

    Raises:
        Refused: those of `verification.decide`.
    """
    with acting(asking.sight_of(arguments.user)):
        verification.decide(
            by=arguments.user,
            at=timezone.localtime(),
            check=arguments.check,
            is_accepted=arguments.accept,
            note=arguments.note,
        )
    return {"check": arguments.check, "accepted": arguments.accept}
