"""The commands of the books: verify, export for an independent program, book an appropriation."""

import argparse
import os
import sys
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from ansinh.base.months import Month
from ansinh.base.refusals import Refused
from ansinh.ledger import accounts, closing, documents, operations, queries, signing, undoing
from ansinh.office import queries as office
from ansinh.office.operations import audit
from ansinh.office.security import acting, everything
from ansinh.office.side_by_side import side_by_side
from ansinh.payment import invariants, providers, statements
from ansinh.payment import queries as payment
from ansinh.payroll import queries as payroll
from ansinh.project import asking
from ansinh.project.operator import OPERATOR
from ansinh.project.workers import workers
from ansinh.reports import seal_minutes

_FIRST_BUDGET, _MONTHS_AHEAD = Month.of(documents.FIRST_BUDGET), 24
# A paper about a run is of its budget year or the one before: an older date is a slip of the hand.
_MONTHS_BEFORE_RUN = 12
# In Vietnamese and in English.
_TAKES_CASH = (
    "Lệnh rút này lấy cả tiền dành cho chi tiền mặt tại xã: các điểm chi sẽ không lập được danh sách. Nếu lệnh rút "
    "chỉ để "
    "chi qua tài khoản, hãy rút lại chứng từ (ansinh ledger withdraw-document) hoặc huỷ phần thừa (ansinh ledger "
    "document order-back).",
    "This order takes the money of the cash desks along: they will not be able to open their lists. If it is meant for "
    "payments by account alone, withdraw the paper (ansinh ledger withdraw-document) or take the rest back (ansinh "
    "ledger document order-back).",
)
# What `money/rails.md` calls I1 to I10, by the names under which they are checked.
INVARIANTS = {
    "I1": ("balanced",),
    "I2": ("balances_equal_transfers",),
    "I3": ("in_flight_equals_items", "paid_equals_items"),
    "I4": ("paid_once",),
    "I5": ("prefund_equals_statement",),
    "I6": ("runs_equal_items",),
    "I7": ("every_transfer_has_evidence", "every_line_kept"),
    "I8": ("seal_chain", "everything_sealed", "seal_signatures"),
    "I9": ("nobody_dead_was_sent_money",),
    "I10": ("every_event_once",),
}


# Fewer transfers are checked before another process has begun.
WORTH_SHARING_TRANSFERS = 200_000


def _look(part: str, *, thorough: bool) -> Any:
    """Check the books against themselves, or the items, messages and runs against the books."""
    with acting(everything(OPERATOR)):
        if part == "books":
            return queries.verify(), tuple(signing.broken_signatures())
        return invariants.offenders(thorough=thorough)


def checked(*, shared_by: int = 1, thorough: bool = True) -> tuple[queries.BookCheck, dict[str, tuple[str, ...]]]:
    """Return what the books say of themselves, and every check with the rows that break it.

    Checks read only: with `shared_by` two or more, long books are checked by two processes side by side.
    """
    if shared_by > 1 and queries.last_transfer() < WORTH_SHARING_TRANSFERS:
        shared_by = 1
    (books, signatures), items = side_by_side(partial(_look, thorough=thorough), ("books", "items"), shared_by)
    found = {name: books.offenders.get(name, ()) for name in books.checks}
    return books, {**found, "seal_signatures": signatures, **items}


def verify(arguments: argparse.Namespace) -> dict[str, Any]:
    """This will check every invariant of the books and of the items they speak of; exit status 1 when one is broken."""
    books, found = checked(shared_by=workers())
    broken = {name: list(rows) for name, rows in found.items() if rows}
    return {
        "ok": not broken,
        "checks": {name: not rows for name, rows in found.items()},
        "broken": broken,
        "invariants": {number: all(not found[name] for name in names) for number, names in INVARIANTS.items()},
        "transfers": books.transfers,
        "seal": books.seal,
        "exit_status": 1 if broken else 0,
    }


def export(arguments: argparse.Namespace) -> str:
    """This will write the books as hledger or beancount reads them to standard output, piece by piece."""
    month = Month.parse(arguments.month) if arguments.month else None
    with acting(everything(OPERATOR)):
        sys.stdout.writelines(queries.export(arguments.format, month))
    return ""


def appropriate(arguments: argparse.Namespace) -> dict[str, Any]:
    """This will book an appropriation once per document number, and seal it.

    Raises:
        Refused: `month_invalid`, `month_implausible`, and those of `operations.appropriate`.
    """
    month, at = Month.parse(arguments.month), timezone.localtime()
    if not _FIRST_BUDGET <= month <= Month.of(at.date()).plus(_MONTHS_AHEAD):
        raise Refused(
            "month_implausible",
            vi=f"Không ghi dự toán cho tháng {month.vi}: chỉ từ {_FIRST_BUDGET.vi} đến hai năm sau tháng này. "
            "Hãy kiểm tra lại tháng.",
            en=f"No appropriation for {month}: only from {_FIRST_BUDGET} to two years ahead. Check the month.",
            month=str(month),
        )
    with acting(everything(OPERATOR)), transaction.atomic():
        booked = operations.appropriate(
            amount_dong=arguments.amount, document=arguments.document, month=month.first_day, at=at
        )
        # What stands unsealed is what verifying calls broken: whoever looks next must not find it so.
        operations.seal(at=at)
    return {"booked": booked, "amount_dong": arguments.amount, "document": arguments.document}


def undo_appropriation(arguments: argparse.Namespace) -> dict[str, Any]:
    """This will propose to take back an appropriation booked by mistake, or do so when another person proposed it.

    Raises:
        Refused: `role_not_allowed`, `area_not_yours`, `reason_missing`, and those of `undoing.undo_appropriation`.
    """
    reason, at = arguments.reason.strip(), timezone.localtime()
    if not reason:
        raise Refused(
            "reason_missing", vi="Hãy ghi lý do huỷ, ví dụ: gõ nhầm số tiền.", en="Give the reason for taking it back."
        )
    with acting(everything(OPERATOR)), transaction.atomic():
        _require_department(arguments.user)
        # The appropriation is one for all: whoever takes it back answers for every run that lives on it.
        for area in payroll.frozen_areas():
            office.require_reach(arguments.user, area)
        entered = undoing.undo_appropriation(document=arguments.document, by=arguments.user, at=at)
        audit(
            by=arguments.user, action="ledger.unappropriate" if entered.approved_by else "ledger.unappropriate.propose",
            subject=f"document:{arguments.document}", at=at,
            detail={"amount_dong": entered.amount_dong, "reason": reason[:200]},
        )  # fmt: skip
    return {**_document(entered), "document": arguments.document}


def _require_department(user: str) -> None:
    if office.staff(user).role not in {"department_officer", "department_approver"}:
        raise Refused(
            "role_not_allowed",
            vi=f"“{user}” không thuộc bộ phận chi trả của Sở nên không làm việc này được.",
            en=f"“{user}” is not of the department that pays and may not do this.",
        )


def refund(arguments: argparse.Namespace) -> dict[str, Any]:
    """This will book what a run no longer owes as paid back to the budget, once per document number.

    Raises:
        Refused: `role_not_allowed`, `run_unknown`, and those of `operations.refund`.
    """
    with acting(everything(OPERATOR)), transaction.atomic():
        _require_department(arguments.user)
        run = payroll.run(arguments.run)
        office.require_reach(arguments.user, run.area_id)
        amount = operations.refund(
            run_code=run.code,
            run_id=run.id,
            document=arguments.document,
            month=run.month.first_day,
            at=timezone.localtime(),
        )
        audit(
            by=arguments.user, action="ledger.refund", subject=run.code, at=timezone.localtime(),
            detail={"document": arguments.document, "amount_dong": amount},
        )  # fmt: skip
        operations.seal(at=timezone.localtime())
    return {"run": run.code, "amount_dong": amount, "document": arguments.document}


def document(arguments: argparse.Namespace) -> dict[str, Any]:
    """This will note a paper that moves public money, or book it when a second person enters the same one.

    Raises:
        Refused: `role_not_allowed`, `run_unknown`, `run_not_frozen`, `provider_unknown`, `date_invalid`,
            `document_needs_run`, `document_needs_provider`, and those of `documents.enter`.
    """
    needs_run, needs_provider = (
        arguments.kind in {"treasury-order", "order-back", "prefund"},
        arguments.kind in {"prefund", "fee-fund"},
    )
    if bool(arguments.run) != needs_run or bool(arguments.provider) != needs_provider:
        raise Refused(
            "document_needs_run" if bool(arguments.run) != needs_run else "document_needs_provider",
            vi="Rút dự toán và huỷ lệnh rút cần --run; chuyển tiền cần --run và --provider; kinh phí trả phí cần "
            "--provider; nộp trả cuối năm không cần.",
            en="A treasury order and taking it back need --run, a prefund --run and --provider, money for fees "
            "--provider, the year's end neither.",
        )
    signed_on = asking.day(arguments.date)
    with acting(everything(OPERATOR)), transaction.atomic():
        _require_department(arguments.user)
        run = _frozen_run(arguments.run, arguments.user) if arguments.run else None
        provider = providers.provider(arguments.provider) if arguments.provider else None
        arrived = statements.arrived_without_paper(run.id) if run and arguments.kind == "order-back" else 0
        earliest = {"earliest": run.month.plus(-_MONTHS_BEFORE_RUN).first_day} if run else {}
        entered = documents.enter(
            kind=arguments.kind, number=arguments.number, signed_on=signed_on, amount_dong=arguments.amount,
            run=(run.code, run.id) if run else ("", 0), provider_code=provider.code if provider else "",
            by=arguments.user, at=timezone.localtime(), arrived_dong=arrived, **earliest,
        )  # fmt: skip
        audit(
            by=arguments.user, action="ledger.document" if entered.approved_by else "ledger.document.propose",
            subject=f"{entered.kind} {entered.number}", at=timezone.localtime(),
            # All that its author may still correct: what stood before is told by the entry before.
            detail={"amount_dong": entered.amount_dong, "run": entered.run_code, "provider": entered.provider_code},
        )  # fmt: skip
        short_dong = _short_for_cash(entered, run.id) if run and arguments.kind == "treasury-order" else 0
    is_english = arguments.lang == "en"
    return _document(entered) | ({"cash_short_dong": short_dong, "note": _TAKES_CASH[is_english]} if short_dong else {})


def withdraw_document(arguments: argparse.Namespace) -> dict[str, Any]:
    """This will withdraw a paper that was entered wrong and waits for the second person.

    Raises:
        Refused: `role_not_allowed`, `area_not_yours`, `date_invalid`, `reason_missing`, and those of
            `documents.withdraw`.
    """
    reason, at = arguments.reason.strip(), timezone.localtime()
    if not reason:
        raise Refused(
            "reason_missing",
            vi="Hãy ghi lý do rút lại, ví dụ: gõ nhầm ngày chứng từ.",
            en="Give the reason for withdrawing it.",
        )
    with acting(everything(OPERATOR)), transaction.atomic():
        _require_department(arguments.user)
        withdrawn = documents.withdraw(
            kind=arguments.kind, number=arguments.number, signed_on=asking.day(arguments.date), by=arguments.user, at=at
        )
        if withdrawn.run_code:
            office.require_reach(arguments.user, payroll.run(withdrawn.run_code).area_id)
        audit(
            by=arguments.user, action="ledger.document.withdraw", subject=f"{withdrawn.kind} {withdrawn.number}", at=at,
            detail={"date": withdrawn.signed_on.isoformat(), "reason": reason[:200]},
        )  # fmt: skip
    return _document(withdrawn)


def _frozen_run(code: str, user: str) -> payroll.RunRow:
    run = payroll.run(code)
    office.require_reach(user, run.area_id)
    if run.state != "FROZEN":
        raise Refused(
            "run_not_frozen",
            vi=f"Kỳ {code} chưa chốt nên chưa có cam kết để rút dự toán hay chuyển tiền. Hãy chốt kỳ trước, rồi nhập "
            "chứng từ.",
            en=f"Run {code} is not frozen; nothing is committed that could be ordered or transferred. Freeze it first.",
            run=code,
        )
    return run


def _short_for_cash(entered: documents.Document, run_id: int) -> int:
    """Return by how much the run's commitment falls short of its cash desks once the order is booked."""
    left = queries.balance(accounts.commitment(entered.run_code).name)
    left -= 0 if entered.approved_by else entered.amount_dong
    return max(0, payment.run_totals(run_id).cash_waiting_dong - left)


def list_documents(arguments: argparse.Namespace) -> dict[str, Any]:
    """This will list the papers that were entered, what could go back to the budget, and what was ordered only."""
    with acting(everything(OPERATOR)):
        return {
            "documents": [_document(one) for one in documents.documents()],
            "unused_dong": documents.unused(),
            "untransferred_dong": documents.untransferred(),
        }


def _document(one: documents.Document) -> dict[str, Any]:
    return {
        "kind": one.kind, "number": one.number, "date": one.signed_on.isoformat(), "amount_dong": one.amount_dong,
        "run": one.run_code or None, "provider": one.provider_code or None, "proposed_by": one.proposed_by,
        "approved_by": one.approved_by or None, "withdrawn_by": one.withdrawn_by or None, "booked": bool(one.approved_by),
    }  # fmt: skip


def sign_seal(arguments: argparse.Namespace) -> dict[str, Any]:
    """This will sign the newest seal of the books inside a token, and write the minutes to print when a file is named.

    Raises:
        Refused: `role_not_allowed`, `token_not_configured`, `token_unusable`, `nothing_sealed`, `file_exists`.
    """
    target = Path(arguments.minutes) if arguments.minutes else None
    if target is not None and target.exists():
        raise Refused(
            "file_exists", vi=f"Tệp {target} đã có. Hãy chọn tên khác.", en=f"{target} exists. Choose another name."
        )
    described = Path(arguments.token) if arguments.token else Path(settings.HOME) / "keys" / "token.json"
    with acting(everything(OPERATOR)), transaction.atomic():
        _require_department(arguments.user)
        row = signing.sign(token=signing.Token.from_file(described), by=arguments.user, at=timezone.localtime())
        audit(
            by=arguments.user, action="ledger.sign", subject=str(row.number), at=timezone.localtime(),
            detail={"chain": row.chain},
        )  # fmt: skip
        balances = queries.balances()
    answer = {
        "seal": row.number,
        "chain": row.chain,
        "text": row.text,
        "signature": row.signature,
        "public_key": row.public_key,
        "signed_by": row.signed_by,
    }
    if target is not None:
        unfinished = target.with_name(target.name + ".part")
        unfinished.write_bytes(seal_minutes.pdf(row, balances))
        os.replace(unfinished, target)
        answer["minutes"] = str(target)
    return answer


def close_month(arguments: argparse.Namespace) -> dict[str, Any]:
    """This will propose to close a month, or close it when another person has proposed it.

    Raises:
        Refused: `role_not_allowed`, and those of `closing.close_month`.
    """
    month = Month.parse(arguments.month)
    with acting(everything(OPERATOR)), transaction.atomic():
        _require_department(arguments.user)
        # The books are one for the whole system: whoever closes a month answers for everything in it.
        for run in payroll.runs(month):
            if run.frozen_at is not None:
                office.require_reach(arguments.user, run.area_id)
        # What a bank's statement has wrong is not wrong with our books: it is named among what is open, and stops no closing.
        checks = payment.invariants()
        of_banks = {"statements_differ": int(not checks.pop("prefund_equals_statement"))}
        done = closing.close_month(
            month=month, checks=checks, open_items={**payment.open_items(month.first_day), **of_banks}, by=arguments.user,
            at=timezone.localtime(),
        )  # fmt: skip
        audit(
            by=arguments.user, action="ledger.close" if done.closed_by else "ledger.close.propose", subject=str(month),
            at=timezone.localtime(), detail={"transfers": done.transfers, "open_items": done.open_items},
        )  # fmt: skip
    return _closing(done)


def closings(arguments: argparse.Namespace) -> dict[str, Any]:
    """This will list the months that were proposed or closed."""
    with acting(everything(OPERATOR)):
        return {"months": [_closing(one) for one in closing.closings()]}


def _closing(one: closing.Closing) -> dict[str, Any]:
    return {
        "month": one.month,
        "closed": bool(one.closed_by),
        "transfers": one.transfers,
        "open_items": one.open_items,
        "proposed_by": one.proposed_by,
        "closed_by": one.closed_by or None,
    }
