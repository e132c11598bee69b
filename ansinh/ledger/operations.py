"""Writes of the books: book, seal. Nobody else writes these tables.

Booking is idempotent by (code, reference) and balanced by construction; sealing links what was booked into a hash chain.
"""

import datetime

from django.db import connection, transaction
from django.db.utils import IntegrityError
from django.utils import timezone

from ansinh.base.dong import format_dong
from ansinh.base.months import Month
from ansinh.base.refusals import Refused
from ansinh.ledger.accounts import APPROPRIATION, WORLD, Account, Code
from ansinh.ledger.accounts import refund as refund_of
from ansinh.ledger.models import ClosedPeriod, LedgerAccount, Transfer
from ansinh.ledger.sealing import BEFORE_ALL, CANONICAL_VERSION, chain_link, root_of
from ansinh.ledger.shortage import lacking

# Writers queue: the balances they share would make them wait for each other anyway, and a seal must see no gap.
_LARGEST = 10**17
_ONE_WRITER = "SELECT pg_advisory_xact_lock(7310)"
# By the ends of each code's references: one look into the index, however many rows there are.
_ANY_BOOKED = """
    SELECT coalesce(bool_or((SELECT true FROM ledger_transfer AS known
                             WHERE known.code = span.code AND known.reference BETWEEN span.first AND span.last LIMIT 1)), false)
    FROM (SELECT code, min(reference) AS first, max(reference) AS last FROM ({rows}) AS events GROUP BY code) AS span
"""


def account_ids(*accounts: Account) -> list[int]:
    """Return the ids of these accounts, opening those that do not exist yet."""
    # One question for all of them: nearly always every account is there.
    ids = dict(LedgerAccount.objects.filter(name__in=[one.name for one in accounts]).values_list("name", "id"))
    for account in accounts:
        if account.name not in ids:
            found, _ = LedgerAccount.objects.get_or_create(
                name=account.name, defaults={"label": account.label, "keeps_floor": account.keeps_floor}
            )
            ids[account.name] = found.id
    return [ids[account.name] for account in accounts]


def book(*, rows: str, parameters: list, at: datetime.datetime) -> int:
    """This will book one transfer for every row of a SELECT, set-based, and return how many were new.

    Args:
        rows: a SELECT with columns code, reference, debit_id, credit_id, amount_dong, evidence, month (first day).

    Promises: a transfer that was booked before is left alone; balances move in the same statement. What belongs to a closed
    month is booked in the first open one.

    Raises:
        Refused: `balance_insufficient` when an account that keeps a floor would go below zero; nothing is booked.
    """
    statement = f"""
        INSERT INTO ledger_transfer (code, reference, debit_id, credit_id, amount_dong, evidence, month, booked_at)
        SELECT code, reference, debit_id, credit_id, amount_dong, evidence,
               greatest(month, (SELECT (max(month) + interval '1 month')::date FROM ledger_closedperiod WHERE closed_by <> '')), %s
        FROM ({rows}) AS events
    """
    try:
        # A savepoint of its own: the floor's refusal undoes the booking, not the caller's chance to answer it.
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_ONE_WRITER)
            # Looking for each row's twin is a third of the work of booking it. With the lock nobody books meanwhile; and were
            # there a twin after all, the index would refuse it.
            cursor.execute(_ANY_BOOKED.format(rows=rows), parameters)
            if cursor.fetchone()[0]:
                statement += "ON CONFLICT (code, reference) DO NOTHING"
            cursor.execute(statement, [at, *parameters])
            return cursor.rowcount
    except IntegrityError as error:
        # Any other broken constraint is our own fault and must not be dressed up as a lack of money.
        if "no_overspend" not in str(error):
            raise
        raise lacking(getattr(getattr(error.__cause__, "diag", None), "message_detail", None) or "") from error


def book_one(
    *,
    code: Code,
    reference: int,
    debit: Account,
    credit: Account,
    amount_dong: int,
    evidence: int,
    month: datetime.date,
    at: datetime.datetime,
) -> int:
    """This will book a single transfer and return 1, or 0 when it had been booked before."""
    debit_id, credit_id = account_ids(debit, credit)
    return book(
        rows="SELECT %s::smallint AS code, %s::bigint AS reference, %s::bigint AS debit_id, %s::bigint AS credit_id,"
        " %s::bigint AS amount_dong, %s::bigint AS evidence, %s::date AS month",
        parameters=[code, reference, debit_id, credit_id, amount_dong, evidence, month],
        at=at,
    )


def is_booked(*, code: Code, debit: Account, evidence: int) -> bool:
    """Return whether a transfer of this kind into this account was booked on this evidence."""
    return Transfer.objects.filter(code=code, debit__name=debit.name, evidence=evidence).exists()


def booked(*, code: Code, reference: int) -> tuple[int, int] | None:
    """Return evidence and đồng of the transfer with this code and reference, or None."""
    return Transfer.objects.filter(code=code, reference=reference).values_list("evidence", "amount_dong").first()


def wait_for_the_books() -> None:
    """This will make the transaction the only one that writes the books until it ends."""
    with connection.cursor() as cursor:
        cursor.execute(_ONE_WRITER)


def evidence_into(*, account: int, code: Code) -> int:
    """Return the evidence of the newest transfer of this kind into this account."""
    found = Transfer.objects.filter(code=code, debit_id=account).order_by("-id").values_list("evidence", flat=True)
    return found[0]


def appropriate(*, amount_dong: int, document: int, month: datetime.date, at: datetime.datetime) -> int:
    """This will book money given by the budget and return 1, or 0 when this document stands booked just so.

    Raises:
        Refused: `amount_not_positive`, `number_too_large`, `document_number_impossible`, `document_already_booked` with
            another amount or month.
    """
    if document < 1:
        # Evidence is a number above zero: a booking without any could never be taken back, and no month could be closed.
        raise Refused(
            "document_number_impossible",
            vi="Số văn bản phải là số nguyên lớn hơn 0. Hãy ghi số của quyết định giao dự toán.",
            en="The document's number must be above zero.",
            document=document,
        )
    if max(amount_dong, document) > _LARGEST:
        raise Refused(
            "number_too_large",
            vi="Số tiền hoặc số văn bản quá lớn. Hãy kiểm tra lại số đã gõ.",
            en="The amount or the document number is too large. Check what was typed.",
        )
    if amount_dong <= 0:
        raise Refused(
            "amount_not_positive",
            vi="Số tiền dự toán phải lớn hơn 0.",
            en="The amount must be above zero.",
            amount=amount_dong,
        )
    wait_for_the_books()
    found = standing_appropriation(document)
    if found is not None:
        # The same document twice is a repeated command; with another sum or month it is a mistake in one of the two.
        if (found.amount_dong, found.month) == (amount_dong, _month_booked(month, found.booked_at)):
            return 0
        raise _booked_otherwise(document, found)
    return book_one(
        code=Code.APPROPRIATE,
        reference=_appropriation_reference(document),
        debit=APPROPRIATION,
        credit=WORLD,
        amount_dong=amount_dong,
        evidence=document,
        month=month,
        at=at,
    )


def standing_appropriation(document: int) -> Transfer | None:
    """Return the appropriation that stands under a document, None when there is none or it was taken back."""
    given = Transfer.objects.filter(code=Code.APPROPRIATE, evidence=document).order_by("-id")
    undone = Transfer.objects.filter(code=Code.UNAPPROPRIATE, evidence=document).count()
    return given.first() if given.count() > undone else None


def _appropriation_reference(document: int) -> int:
    """Return the document's number; after it was taken back, the paper that did so, below zero: each event once."""
    undone = Transfer.objects.filter(code=Code.UNAPPROPRIATE, evidence=document).order_by("-id").first()
    return document if undone is None else -undone.reference


def _month_booked(month: datetime.date, at: datetime.datetime) -> datetime.date:
    """Return the month into which a booking for this month went at an instant: the first that was open then."""
    closed = ClosedPeriod.objects.exclude(closed_by="").filter(closed_at__lte=at).order_by("-month").first()
    return month if closed is None else max(month, Month.of(closed.month).plus(1).first_day)


def _booked_otherwise(document: int, found: Transfer) -> Refused:
    month, day = Month.of(found.month), timezone.localdate(found.booked_at)
    return Refused(
        "document_already_booked",
        vi=f"Văn bản số {document} đã ghi dự toán {format_dong(found.amount_dong)} cho tháng {month.vi}, "
        f"ghi sổ ngày {day:%d/%m/%Y}. Hãy kiểm tra số văn bản, số tiền, tháng; "
        "nếu lần ghi trước sai thì huỷ bằng ansinh ledger undo-appropriation.",
        en=f"Document {document} was booked with {found.amount_dong:,} đồng for {month} on {day}. "
        "Check number, amount and month; if that booking was wrong, take it back by ansinh ledger undo-appropriation.",
        document=document,
        booked_dong=found.amount_dong,
        booked_month=str(month),
        booked_on=day.isoformat(),
    )


def refund(*, run_code: str, run_id: int, document: int, month: datetime.date, at: datetime.datetime) -> int:
    """This will book what a run no longer owes anybody as paid back to the budget and return the sum, once per document.

    Raises:
        Refused: `nothing_to_refund`, `number_too_large`, `document_already_booked` for another run or sum.
    """
    if not 0 < document <= _LARGEST:
        raise Refused(
            "number_too_large",
            vi="Số chứng từ phải lớn hơn 0 và không quá lớn. Hãy kiểm tra lại số đã gõ.",
            en="The document number must be above zero and not too large. Check what was typed.",
        )
    account = refund_of(run_code)
    amount = LedgerAccount.objects.filter(name=account.name).values_list("balance_dong", flat=True).first() or 0
    booked = (
        Transfer.objects.filter(code=Code.REFUND, reference=document).values_list("evidence", "amount_dong").first()
    )
    if booked is not None:
        if booked[0] == run_id and not amount:
            return 0
        raise Refused(
            "document_already_booked",
            vi=f"Chứng từ số {document} đã ghi sổ. Hãy dùng số chứng từ khác.",
            en=f"Document {document} has been booked. Use another number.",
            document=document,
        )
    if not amount:
        raise Refused(
            "nothing_to_refund",
            vi=f"Kỳ {run_code} không có khoản nào chờ nộp trả ngân sách. Hãy đề nghị và duyệt thôi chi trước.",
            en=f"Run {run_code} has nothing to pay back. Propose and approve what is waived first.",
            run=run_code,
        )
    book_one(
        code=Code.REFUND,
        reference=document,
        debit=WORLD,
        credit=account,
        amount_dong=amount,
        evidence=run_id,
        month=month,
        at=at,
    )
    return amount


def seal(*, at: datetime.datetime, shared_by: int = 1) -> str | None:
    """This will seal every transfer not sealed yet and return the new link of the chain, or None when there was nothing.

    Promises: no writer is active while it reads, so no transfer can slip in below a sealed one. `shared_by` two or more
    is for a transaction that has booked nothing itself: other processes, which read along, would not see it.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_ONE_WRITER)
        cursor.execute("SELECT number, last_transfer, chain FROM ledger_seal ORDER BY number DESC LIMIT 1")
        number, last, previous = cursor.fetchone() or (0, BEFORE_ALL, "")
        cursor.execute("SELECT max(id) FROM ledger_transfer WHERE id > %s", [last])
        (newest,) = cursor.fetchone()
        root = None if newest is None else root_of(last, newest, version=CANONICAL_VERSION, shared_by=shared_by)
        if root is None:
            return None
        # Whoever read along must have seen what we see.
        assert root.last == newest, "every transfer is sealed"
        chain = chain_link(previous, number + 1, root, version=CANONICAL_VERSION)
        cursor.execute(
            "INSERT INTO ledger_seal (number, first_transfer, last_transfer, transfers, canonical_version, root, chain, sealed_at)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
            [number + 1, root.first, root.last, root.transfers, CANONICAL_VERSION, root.root, chain, at],
        )
        return chain
