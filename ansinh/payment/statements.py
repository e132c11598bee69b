"""Statements of our account at a provider: kept, compared with the books, and what no order explains put into suspense.

Money that a bank says has moved is booked on the day it is told, even when nobody knows yet what it is: it stands in suspense
until two people say so (`explaining.py`). A fee is paid out of the money given for fees, or waits; never out of a benefit.
"""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection
from django.db.models import Q, Sum

from ansinh.base.statements import statement
from ansinh.ledger import accounts as chart
from ansinh.ledger import operations as ledger
from ansinh.ledger import queries as books
from ansinh.payment.models import AccountStatement, Message, PaymentItem, PaymentServiceProvider, StatementMovement
from ansinh.standards.iso20022.results import BOOKED, Balance, Entry, Held

_Kind = StatementMovement.Resolution
# Only these tell the whole of what moved on an account in a day; a notification repeats a part of it beforehand.
_WHOLE = ("camt.053", "MT940")
# A batch's debit that a notification told beforehand, or a statement that was taken back, is none to count.
NOT_TOLD = Q(message__kind__startswith="camt.054") | Q(message__statementwithdrawal__approved_at__isnull=False)
LEFT_OUT = {
    "other_account": ("Sao kê của tài khoản khác", "The statement of another account"),
    "repeated": ("Sao kê đã nhận", "The statement came before"),
    "overlaps": ("Sao kê trùng ngày với sao kê đã nhận", "Days of it were told by another statement"),
    "withdrawn": ("Sao kê sai đã được hai người rút lại", "The statement was wrong and two people took it back"),
    # No balance of it is kept: it is not in đồng. What its lines say is held under the same name.
    "currency_foreign": (
        "Sao kê không bằng đồng (VND): hãy xin ngân hàng sao kê của tài khoản đồng Việt Nam dùng để chi trả",
        "The statement is not in đồng (VND): ask the bank for that of the account in đồng that pays",
    ),
}


def is_statement(kind: str) -> bool:
    """Return whether a message of this kind tells the whole of what moved on an account."""
    return kind.startswith(_WHOLE)


def is_counted(message: Message) -> bool:
    """Return whether a message's lines are compared with the books: its balances are ours, and no other statement told them."""
    return AccountStatement.objects.filter(message=message, left_out="").exists()


def is_of_another_account(message: Message) -> bool:
    """Return whether a statement tells of an account that is not the one we pay from with this provider."""
    return AccountStatement.objects.filter(message=message, left_out="other_account").exists()


def is_loose(line: Entry | Held) -> bool:
    """Return whether a line tells of money that moved and is no order's."""
    return isinstance(line, Entry) and line.status == BOOKED and bool(line.amount_dong)


def keep(
    *, message: Message, provider: PaymentServiceProvider, account: str, balances: Sequence[Balance]
) -> datetime.date | None:
    """This will keep what a message says of our account; the day it closes on when its lines are to be compared with the books.

    Several statements in one file count together or not at all: a line does not say in which of them it stood.
    """
    if not is_statement(message.kind) or not balances:
        return None
    reasons = [_left_out(provider, account, one) for one in balances]
    left_out = next((reason for reason in reasons if reason), "")
    AccountStatement.objects.bulk_create(
        AccountStatement(
            provider=provider, message=message, number=number, account_number=one.account_number[:34], opening_on=one.opening_on,
            opening_dong=one.opening_dong, closing_on=one.closing_on, closing_dong=one.amount_dong, credits_dong=one.credits_dong,
            debits_dong=one.debits_dong, left_out=left_out,
        )
        for number, one in enumerate(balances, 1)
    )  # fmt: skip
    return None if left_out else max(one.closing_on for one in balances)


def _left_out(provider: PaymentServiceProvider, account: str, told: Balance) -> str:
    # A bank may write the account with a prefix or with leading zeros; its end is the same.
    if not told.account_number or not told.account_number.endswith(account.lstrip("0")):
        return "other_account"
    counted = AccountStatement.objects.filter(provider=provider, left_out="")
    if counted.filter(
        closing_on=told.closing_on, closing_dong=told.amount_dong, opening_dong=told.opening_dong, debits_dong=told.debits_dong
    ).exists():  # fmt: skip
        return "repeated"
    begins = told.opening_on or told.closing_on
    later = counted.filter(closing_on__gt=begins, closing_on__lte=told.closing_on)
    # Where banks close several times a day, the next statement begins on the day on which the one before closed.
    around = counted.filter(closing_on__gte=told.closing_on, opening_on__lt=told.closing_on)
    return "overlaps" if later.exists() or around.exclude(closing_on=begins).exists() else ""


def suspend(
    *,
    message: Message,
    provider: PaymentServiceProvider,
    loose: Sequence[Entry],
    closing_on: datetime.date,
    at: datetime.datetime,
) -> int:
    """This will book into suspense what a counted statement says has moved and no item took; the number of movements.

    Fees are booked at once as far as the provider's money for fees reaches.
    """
    StatementMovement.objects.bulk_create(
        (
            StatementMovement(
                provider=provider, message=message, line=line.line, booked_on=line.booked_on or closing_on, direction=line.credit_debit,
                amount_dong=line.amount_dong, reference=line.end_to_end_id[:35], text=line.text[:140], is_fee=line.is_fee,
            )
            for line in loose
        ),
        ignore_conflicts=True,
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(
            statement("payment", "suspend_held"),
            {"provider": provider.id, "message": message.id, "closing_on": closing_on},
        )
    count = StatementMovement.objects.filter(message=message).count()
    if count:
        suspense, outside = ledger.account_ids(chart.suspense(provider.code), chart.OUTSIDE)
        ledger.book(
            rows=statement("payment", "suspense_transfers"),
            parameters=[chart.Code.SUSPENSE_CREDIT, chart.Code.SUSPENSE_DEBIT, suspense, outside, outside, suspense, message.id],
            at=at,
        )  # fmt: skip
    settle_fees(provider=provider, at=at)
    return count


def settle_fees(*, provider: PaymentServiceProvider, at: datetime.datetime) -> int:
    """This will pay a provider's waiting fees out of the money given for them, as far as it reaches; how many were paid."""
    fund = books.balance(chart.fee_fund(provider.code).name)
    if fund <= 0:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(statement("payment", "fees_within_fund"), {"provider": provider.id, "fund_dong": fund, "at": at})
        paid = [number for (number,) in cursor.fetchall()]
    book_fees(provider=provider, movements=paid, at=at)
    return len(paid)


def book_fees(*, provider: PaymentServiceProvider, movements: Sequence[int], at: datetime.datetime) -> None:
    """This will book these movements as the provider's fees."""
    if movements:
        expense, fund = ledger.account_ids(chart.fee(provider.code), chart.fee_fund(provider.code))
        ledger.book(
            rows=statement("payment", "fee_transfers"),
            parameters=[chart.Code.FEE, expense, fund, list(movements)],
            at=at,
        )
        book_explained(provider=provider, movements=movements, at=at)


def book_explained(*, provider: PaymentServiceProvider, movements: Sequence[int], at: datetime.datetime) -> None:
    """This will take these movements out of suspense again: what they are is known, and booked elsewhere."""
    if movements:
        suspense, outside = ledger.account_ids(chart.suspense(provider.code), chart.OUTSIDE)
        ledger.book(
            rows=statement("payment", "explained_transfers"),
            parameters=[chart.Code.SUSPENSE_EXPLAINED, outside, suspense, suspense, outside, list(movements)],
            at=at,
        )


def book_void_fees(*, provider: PaymentServiceProvider, movements: Sequence[int], at: datetime.datetime) -> None:
    """This will book these fees back into the money given for fees: the statement that told of them was wrong."""
    if movements:
        expense, fund = ledger.account_ids(chart.fee(provider.code), chart.fee_fund(provider.code))
        ledger.book(
            rows=statement("payment", "fee_transfers"),
            parameters=[chart.Code.FEE_VOID, fund, expense, list(movements)],
            at=at,
        )


def settle_applied(*, provider: PaymentServiceProvider, at: datetime.datetime) -> int:
    """This will take out of suspense the movements of lines that were applied after all; how many there were."""
    with connection.cursor() as cursor:
        cursor.execute(statement("payment", "explain_applied"), {"provider": provider.id, "at": at})
        applied = [number for (number,) in cursor.fetchall()]
    book_explained(provider=provider, movements=applied, at=at)
    return len(applied)


@dataclass(frozen=True)
class Reconciliation:
    """One provider's newest statement against the books, in đồng; `unexplained_dong` is 0 when every difference has a name.

    statement = books + opening + paid_not_told - told_in_flight - returned_not_told - funding_not_told + set_aside_not_told + unexplained
    """

    provider: str
    closing_on: datetime.date
    statement_dong: int
    books_dong: int
    opening_dong: int
    paid_not_told_dong: int
    told_in_flight_dong: int
    returned_not_told_dong: int
    funding_not_told_dong: int
    set_aside_not_told_dong: int
    suspense_dong: int
    # The first day on which the bank said “paid” of what no statement has told of.
    paid_not_told_since: datetime.date | None

    @property
    def is_debit_overdue(self) -> bool:
        """Return whether the statement closes after a day whose payments it should have told of, and has not."""
        return self.paid_not_told_since is not None and self.paid_not_told_since < self.closing_on

    @property
    def unexplained_dong(self) -> int:
        """Return what is left when every known difference has been taken off."""
        known = (
            self.opening_dong
            + self.paid_not_told_dong
            - self.told_in_flight_dong
            - self.returned_not_told_dong
            - self.funding_not_told_dong
            + self.set_aside_not_told_dong
        )
        return self.statement_dong - self.books_dong - known


@dataclass(frozen=True)
class Break:
    """One thing that a statement shows to be wrong. `what` names the batch or the item, where it is about one."""

    provider: str
    day: datetime.date | None
    reason: str
    amount_dong: int
    what: str


BREAK_LABELS = {
    "statement_does_not_add_up": ("Sao kê cộng không khớp số dư cuối", "The statement's lines do not lead to its closing balance"),
    "statement_missing": ("Thiếu sao kê: số dư đầu khác số dư cuối trước đó", "A statement is missing: the opening balance is not the one before"),
    "debited_twice": ("Một lệnh bị ghi nợ quá số tiền", "One order was debited more than once"),
    "returned_twice": ("Một lệnh được hoàn trả quá số tiền", "One order was returned more than once"),
    "debited_and_refused": ("Lệnh bị từ chối nhưng đã ghi nợ", "An order was refused and debited all the same"),
    "batch_differs": ("Ghi nợ cả lô khác số đã gửi", "The debit of a batch is not what was sent"),
}  # fmt: skip


@dataclass(frozen=True)
class LeftOut:
    """A statement that is not compared with the books, and why; one that came before is no news and not told of."""

    provider: str
    file: str
    reason: str

    def label(self, *, is_english: bool) -> str:
        """Return the reason and what to do about it."""
        return LEFT_OUT[self.reason][is_english]


def left_out(providers: Sequence[str], *, limit: int = 50) -> list[LeftOut]:
    """Return the newest statements of these providers that are not compared with the books."""
    columns = ("message_id", "provider__code", "message__name", "left_out")
    kept = AccountStatement.objects.filter(provider__code__in=providers).exclude(left_out__in=("", "repeated"))
    told = {(row[0], row[3]): row for row in kept.order_by("-message_id").values_list(*columns)[:limit]}
    # Of a statement in another currency no balance is kept; its reading has noted it.
    foreign = Message.objects.filter(provider__code__in=providers, note__contains="currency_foreign")
    # A notification in another currency is no statement: its lines are held, and that is all.
    foreign = foreign.filter(Q(kind__startswith=_WHOLE[0]) | Q(kind__startswith=_WHOLE[1]))
    for row in foreign.order_by("-id").values_list("id", "provider__code", "name")[:limit]:
        told[row[0], "currency_foreign"] = (*row, "currency_foreign")
    return [LeftOut(*row[1:]) for row in sorted(told.values(), key=lambda row: (-row[0], row[3]))[:limit]]


def arrived_without_paper(run_id: int) -> int:
    """Return the đồng that came in at a run's providers by their statements, beyond what papers say is on its way."""
    found = 0
    for provider in PaymentServiceProvider.objects.filter(
        id__in=PaymentItem.objects.filter(run_id=run_id, channel="account").values("provider_id")
    ):
        mine = StatementMovement.objects.filter(provider=provider, direction="CRDT")
        seen = Q(approved_at__isnull=False, resolution__in=(_Kind.FUNDING, _Kind.FEE_FUND))
        sums = mine.aggregate(
            waiting=Sum("amount_dong", filter=Q(approved_at=None), default=0),
            seen=Sum("amount_dong", filter=seen, default=0),
        )  # fmt: skip
        sent = books.moved(chart.Code.PREFUND, debit=chart.prefund(provider.code).name)
        sent += books.moved(chart.Code.FEE_FUND, debit=chart.fee_fund(provider.code).name)
        found += max(sums["waiting"] - (sent - sums["seen"]), 0)
    return found


def reconcile() -> list[Reconciliation]:
    """Return each provider's newest statement against the books; a provider without a counted statement is left out."""
    if not AccountStatement.objects.filter(left_out="").exists():
        return []
    with connection.cursor() as cursor:
        cursor.execute(statement("payment", "reconcile"), [])
        return [Reconciliation(*row) for row in cursor.fetchall()]


def breaks() -> list[Break]:
    """Return what the statements show to be wrong, at most a hundred; the newest days last."""
    if not AccountStatement.objects.filter(left_out="").exists():
        return []
    with connection.cursor() as cursor:
        cursor.execute(statement("payment", "statement_breaks"), [])
        return [Break(*row) for row in cursor.fetchall()]


def offenders() -> tuple[str, ...]:
    """Return by name what keeps the money at the providers from being what their statements say (I5)."""
    found = [
        f"{one.provider} {one.closing_on}: statement {one.statement_dong}, unexplained {one.unexplained_dong}"
        for one in reconcile()
        if one.unexplained_dong
    ]
    found += [f"{one.provider} {one.day or ''}: {one.reason} {one.amount_dong} {one.what}".rstrip() for one in breaks()]
    return tuple(found[:10])
