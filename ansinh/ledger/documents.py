"""Papers that move public money: treasury orders and their taking back, prefunds, fee money, what goes back to the budget.

One person enters a paper, another enters the same from the paper itself, and only then is it booked. A paper that the two
read differently is booked by nobody.
"""

import datetime
import re
from dataclasses import dataclass

from django.db import transaction

from ansinh.base.dong import format_dong
from ansinh.base.refusals import Refused
from ansinh.ledger import accounts as chart
from ansinh.ledger import operations
from ansinh.ledger.models import FundsDocument, LedgerAccount

_LARGEST = 10**17
# NĐ 20/2021 begins here, and with it everything that this system pays by.
FIRST_BUDGET = datetime.date(2021, 7, 1)
# “12”, “07/LC-STC”, “A.3”: it begins with a letter or digit. “-1” or “00” is a slip of the hand.
_NUMBER = re.compile(r"[^\W_].*", re.DOTALL)


@dataclass(frozen=True)
class Document:
    """A paper as it stands: waiting for the second person, booked when `approved_by` names somebody, or withdrawn."""

    kind: str
    number: str
    signed_on: datetime.date
    amount_dong: int
    run_code: str
    provider_code: str
    proposed_by: str
    approved_by: str
    withdrawn_by: str = ""


def enter(
    *,
    kind: str,
    number: str,
    signed_on: datetime.date,
    amount_dong: int,
    by: str,
    at: datetime.datetime,
    run: tuple[str, int] = ("", 0),
    provider_code: str = "",
    arrived_dong: int = 0,
    earliest: datetime.date = FIRST_BUDGET,
) -> Document:
    """This will note a paper, or book it when another person enters the same one.

    `run` is the run's code and number; `arrived_dong` is what came in at its providers without a paper, by their
    statements: it may be ordered money, which then cannot be taken back. `earliest` is the first day that a paper about
    this can bear. Promises: entered again after it was booked, a
    paper changes nothing; until then whoever entered it may enter it otherwise.

    Raises:
        Refused: `amount_not_positive`, `number_too_large`, `document_number_missing`, `document_number_impossible`,
            `document_in_the_future`, `document_too_old`, `second_person_needed`, `document_differs`,
            `year_end_differs`, `order_transferred`, `money_may_have_arrived`, `balance_insufficient`.
    """
    _refuse_impossible(number, amount_dong)
    _refuse_implausible_day(signed_on, at, max(earliest, FIRST_BUDGET))
    with transaction.atomic():
        # The same lock as for booking: two people who enter it at once are first and second.
        operations.wait_for_the_books()
        if not _is_booked(kind, number, signed_on):
            if kind == FundsDocument.Kind.YEAR_END:
                _refuse_other_than_unused(amount_dong)
            elif kind == FundsDocument.Kind.ORDER_BACK:
                _refuse_transferred(run[0], amount_dong, arrived_dong)
        row, is_new = FundsDocument.objects.get_or_create(
            kind=kind, number=number.strip(), signed_on=signed_on, withdrawn_by="",
            defaults={
                "amount_dong": amount_dong, "run_code": run[0], "provider_code": provider_code, "proposed_by": by, "proposed_at": at,
            },
        )  # fmt: skip
        said = (amount_dong, run[0], provider_code)
        if (row.amount_dong, row.run_code, row.provider_code) != said:
            _require_author(row, by)
            # Whoever typed it wrong types it right; the second person still reads the paper alone.
            (row.amount_dong, row.run_code, row.provider_code), row.proposed_at = said, at
            row.save(update_fields=["amount_dong", "run_code", "provider_code", "proposed_at"])
            return shown(row)
        if is_new or row.approved_by:
            return shown(row)
        if row.proposed_by == by:
            raise Refused(
                "second_person_needed",
                vi=f"“{by}” đã lập chứng từ {number}. Hãy để người khác đọc bản giấy và nhập lại để duyệt.",
                en=f"“{by}” has entered document {number}. Let somebody else read the paper and enter it too.",
            )
        _book(row, run[1], at)
        row.approved_by, row.approved_at = by, at
        row.save(update_fields=["approved_by", "approved_at"])
        operations.seal(at=at)
    return shown(row)


def _require_author(row: FundsDocument, by: str) -> None:
    if row.proposed_by != by or row.approved_by:
        raise Refused(
            "document_differs",
            vi=f"Chứng từ {row.number} đã được “{row.proposed_by}” lập với số tiền, kỳ hoặc tổ chức chi trả khác. "
            "Hãy đối chiếu lại bản giấy; người lập nhập lại cho đúng khi chứng từ chưa ghi sổ.",
            en=f"Document {row.number} was entered by “{row.proposed_by}” with another amount, run or provider. "
            "Compare the paper; whoever entered it enters it right as long as it is not booked.",
            document=row.number,
        )


def withdraw(*, kind: str, number: str, signed_on: datetime.date, by: str, at: datetime.datetime) -> Document:
    """This will withdraw a paper that was entered wrong and waits for the second person; it moved no money.

    Promises: the paper stays listed with whoever withdrew it, pays for nothing, and can be entered anew; withdrawn
    again it changes nothing.

    Raises:
        Refused: `document_unknown`, `document_booked`.
    """
    with transaction.atomic():
        # The same lock as for entering: a paper is booked or withdrawn, never both.
        operations.wait_for_the_books()
        known = FundsDocument.objects.filter(kind=kind, number=number.strip(), signed_on=signed_on)
        row = known.filter(withdrawn_by="").first() or known.order_by("-id").first()
        if row is None:
            raise Refused(
                "document_unknown",
                vi=f"Không có chứng từ loại này số {number}, ngày {signed_on:%d/%m/%Y}. Hãy xem "
                "ansinh ledger documents và gõ đúng số, ngày như đã nhập.",
                en=f"No document of this kind has number {number} and date {signed_on}. See "
                "ansinh ledger documents and give number and date as they were entered.",
                document=number,
            )
        if row.approved_by:
            raise Refused(
                "document_booked",
                vi=f"Chứng từ {number} đã được “{row.approved_by}” duyệt và đã ghi sổ nên không rút lại được. "
                "Tiền đã rút mà chưa chuyển thì huỷ bằng ansinh ledger document order-back.",
                en=f"Document {number} was approved by “{row.approved_by}” and is booked; it stays. "
                "Money ordered and not transferred is taken back by ansinh ledger document order-back.",
                document=number,
            )
        if not row.withdrawn_by:
            row.withdrawn_by, row.withdrawn_at = by, at
            row.save(update_fields=["withdrawn_by", "withdrawn_at"])
    return shown(row)


def _refuse_impossible(number: str, amount_dong: int) -> None:
    if not number.strip() or len(number.strip()) > 40:
        raise Refused(
            "document_number_missing", vi="Hãy ghi số chứng từ (tối đa 40 ký tự).", en="Give the document's number."
        )
    if _NUMBER.fullmatch(number.strip()) is None or not number.strip().strip("0"):
        raise Refused(
            "document_number_impossible",
            vi=f"“{number.strip()}” không thể là số chứng từ. Hãy ghi đúng như trên bản giấy, ví dụ 12 hoặc 07/LC-STC.",
            en=f"“{number.strip()}” cannot be a document's number. Write it as on the paper, such as 12 or 07/LC-STC.",
            document=number.strip(),
        )
    if not 0 < amount_dong <= _LARGEST:
        raise Refused(
            "amount_not_positive" if amount_dong <= 0 else "number_too_large",
            vi="Số tiền phải lớn hơn 0 và không quá lớn. Hãy kiểm tra lại số đã gõ.",
            en="The amount must be above zero and not too large. Check what was typed.",
        )


def _refuse_implausible_day(signed_on: datetime.date, at: datetime.datetime, earliest: datetime.date) -> None:
    if signed_on > at.date():
        raise Refused(
            "document_in_the_future",
            vi="Ngày chứng từ sau hôm nay. Hãy kiểm tra lại bản giấy.",
            en="The document's date lies ahead. Check the paper.",
        )
    if signed_on < earliest:
        raise Refused(
            "document_too_old",
            vi=f"Ngày chứng từ {signed_on:%d/%m/%Y} quá xa: chứng từ về việc này có sớm nhất là "
            f"từ {earliest:%d/%m/%Y}. Hãy kiểm tra lại ngày trên bản giấy.",
            en=f"The document's date {signed_on} is too old: a paper about this bears {earliest} at the earliest. "
            "Check the date on the paper.",
        )


def unused() -> dict[str, int]:
    """Return what can go back to the budget, by account: the appropriation that nobody was promised, and what was put aside."""
    rows = LedgerAccount.objects.filter(balance_dong__gt=0)
    rows = rows.filter(name=chart.APPROPRIATION.name) | rows.filter(name__startswith="Assets:Refund:R")
    return dict(rows.order_by("name").values_list("name", "balance_dong"))


def _is_booked(kind: str, number: str, signed_on: datetime.date) -> bool:
    known = FundsDocument.objects.filter(kind=kind, number=number.strip(), signed_on=signed_on)
    return known.exclude(approved_by="").exists()


def untransferred() -> dict[str, int]:
    """Return by run what was ordered at the treasury and has gone to no provider: orders can be taken back by it."""
    rows = LedgerAccount.objects.filter(balance_dong__gt=0, name__startswith=chart.treasury("").name)
    return {
        name.removeprefix(chart.treasury("").name): amount
        for name, amount in rows.order_by("name").values_list("name", "balance_dong")
    }


def _refuse_transferred(run_code: str, amount_dong: int, arrived_dong: int) -> None:
    """Refuse to take back more than lies at the treasury, or what may have left it without a paper."""
    left_dong = untransferred().get(run_code, 0)
    if amount_dong > left_dong:
        raise Refused(
            "order_transferred",
            vi=f"Kỳ {run_code} chỉ còn {format_dong(left_dong)} đã rút mà chưa chuyển, chứng từ huỷ ghi "
            f"{format_dong(amount_dong)}. Tiền đã chuyển cho tổ chức chi trả không huỷ lệnh rút được; khoản không chi "
            "nữa thì thôi chi rồi nộp trả (ansinh payment reopen --channel waived, ansinh ledger refund).",
            en=f"Run {run_code} has only {left_dong:,} đồng ordered and not transferred, the document takes "
            f"{amount_dong:,} đồng back. What has gone to a provider cannot be taken back; what is not paid any more is "
            "waived and refunded (ansinh payment reopen --channel waived, ansinh ledger refund).",
            left_dong=left_dong,
        )
    if amount_dong > left_dong - arrived_dong:
        raise Refused(
            "money_may_have_arrived",
            vi=f"Sao kê của tổ chức chi trả có {format_dong(arrived_dong)} tiền vào chưa rõ nội dung, có thể chính là "
            "tiền của lệnh rút này. Tiền đã đến thì nhập chứng từ chuyển tiền (prefund); tiền khác thì giải thích trước "
            "(ansinh payment suspense, explain), rồi mới huỷ lệnh rút.",
            en=f"Statements of the run's providers show {arrived_dong:,} đồng that came in and nobody has explained: it "
            "may be the money of this order. If it is, enter the paper of the transfer (prefund); if it is not, explain "
            "it first (ansinh payment suspense, explain), then take the order back.",
            arrived_dong=arrived_dong,
        )


def _refuse_other_than_unused(amount_dong: int) -> None:
    total = sum(unused().values())
    if total != amount_dong:
        raise Refused(
            "year_end_differs",
            vi=f"Số chưa dùng theo sổ là {format_dong(total)}, chứng từ ghi {format_dong(amount_dong)}. "
            "Khoản còn phải chi phải được thôi chi trước khi nộp trả.",
            en=f"The books have {total:,} đồng unused, the document says {amount_dong:,} đồng. "
            "What is still owed must be waived first.",
            unused_dong=total,
        )


def _book(row: FundsDocument, run_id: int, at: datetime.datetime) -> None:
    """Book an approved paper. References below zero: those above are the runs' own orders."""
    month = row.signed_on.replace(day=1)
    if row.kind == FundsDocument.Kind.YEAR_END:
        for name, amount in unused().items():
            is_appropriation = name == chart.APPROPRIATION.name
            account = LedgerAccount.objects.get(name=name)
            code = chart.Code.YEAR_END if is_appropriation else chart.Code.REFUND
            operations.book_one(
                code=code, reference=row.id if is_appropriation else -(row.id << 24 | account.id), debit=chart.WORLD,
                credit=chart.Account(name, account.label), amount_dong=amount,
                evidence=row.id if is_appropriation else _run_of(account), month=month, at=at,
            )  # fmt: skip
        return
    if row.kind == FundsDocument.Kind.ORDER_BACK:
        # The order stays in the books; what of it was never transferred goes the other way.
        operations.book_one(
            code=chart.Code.ORDER_BACK, reference=row.id, debit=chart.commitment(row.run_code),
            credit=chart.treasury(row.run_code), amount_dong=row.amount_dong, evidence=run_id, month=month, at=at,
        )  # fmt: skip
        return
    code, debit, credit, reference, evidence = {
        "treasury-order": (chart.Code.TREASURY_ORDER, chart.treasury(row.run_code), chart.commitment(row.run_code), -row.id, run_id),
        "prefund": (chart.Code.PREFUND, chart.prefund(row.provider_code), chart.treasury(row.run_code), -row.id, run_id),
        "fee-fund": (chart.Code.FEE_FUND, chart.fee_fund(row.provider_code), chart.APPROPRIATION, row.id, row.id),
    }[row.kind]  # fmt: skip
    operations.book_one(
        code=code, reference=reference, debit=debit, credit=credit, amount_dong=row.amount_dong, evidence=evidence,
        month=month, at=at,
    )  # fmt: skip


def _run_of(account: LedgerAccount) -> int:
    """Return the run whose money was put aside there: what was put aside says so."""
    return operations.evidence_into(account=account.id, code=chart.Code.WAIVE)


def is_funded_by_documents(run_code: str) -> bool:
    """Return whether an order or a prefund stands entered for the run: then no money moves for it without one."""
    return FundsDocument.objects.filter(run_code=run_code, withdrawn_by="").exists()


def booked(kind: str, number: str, provider_code: str) -> list[int]:
    """Return the evidence of the booked papers of this kind and number for a provider; none when no such paper was booked."""
    found = FundsDocument.objects.filter(kind=kind, number=number, provider_code=provider_code).exclude(approved_by="")
    return list(found.values_list("id", flat=True))


def documents() -> list[Document]:
    """Return every paper that was entered, newest first."""
    return [shown(row) for row in FundsDocument.objects.order_by("-id")]


def shown(row: FundsDocument) -> Document:
    """Return a paper as it stands."""
    return Document(
        row.kind, row.number, row.signed_on, row.amount_dong, row.run_code, row.provider_code, row.proposed_by,
        row.approved_by, row.withdrawn_by,
    )  # fmt: skip
