"""Reserving: the money of every order is set apart before a file with it exists, in batches of the provider's size.

All at once in one transaction, or, for a long run that several processes share, batch by batch: each takes one stretch
of items and goes on to write its file while another takes the next.
"""

import datetime
from dataclasses import dataclass, replace

from django.db import connection, transaction
from django.db.models import F, Max, Sum
from django.utils import timezone

from ansinh.base.refusals import Refused
from ansinh.base.statements import statement
from ansinh.ledger import accounts as chart
from ansinh.ledger import documents
from ansinh.ledger import operations as ledger
from ansinh.office import operations as office
from ansinh.office import queries as office_queries
from ansinh.office.security import everything, put_on
from ansinh.payment import opening
from ansinh.payment.execution import ExecutionDay, execution_day
from ansinh.payment.models import PaymentBatch, PaymentItem, PaymentServiceProvider
from ansinh.payroll.models import PayrollRun
from ansinh.payroll.queries import unknown_run


def _frozen_run(code: str) -> PayrollRun:
    run = PayrollRun.objects.select_for_update().filter(code=code).first()
    if run is None:
        raise unknown_run(code)
    if run.state != "FROZEN":
        raise Refused(
            "run_not_frozen",
            vi=f"Kỳ {code} chưa được chốt nên chưa thể gửi lệnh chi. Hãy duyệt và chốt kỳ trước.",
            en=f"Run {code} is not frozen; nothing can be sent. Approve and freeze it first.",
            run=code,
            state=run.state,
        )
    return run


def _fund(run: PayrollRun, provider: PaymentServiceProvider, at: datetime.datetime) -> None:
    """Book the treasury order and the transfer to the provider for the run's account payments, once."""
    order, deposit = chart.treasury(run.code), chart.prefund(provider.code)
    # Where people enter the papers, no money moves without one.
    if documents.is_funded_by_documents(run.code) or ledger.is_booked(
        code=chart.Code.PREFUND, debit=deposit, evidence=run.id
    ):
        return
    # Only what goes by account leaves the commitment; cash stays there until the cash desk draws it, and what was
    # waived before anything left is gone from there.
    mine = PaymentItem.objects.filter(run=run, channel="account", provider=provider)
    total = mine.aggregate(total=Sum(F("due_dong") - F("waived_dong")))["total"]
    if not total:
        return
    for code, debit, credit in (
        (chart.Code.TREASURY_ORDER, order, chart.commitment(run.code)),
        (chart.Code.PREFUND, deposit, order),
    ):
        ledger.book_one(
            code=code,
            # One order a run and provider; the first twenty bits were the references of runs with one provider only.
            reference=run.id << 20 | provider.id,
            debit=debit,
            credit=credit,
            amount_dong=total,
            evidence=run.id,
            month=run.month,
            at=at,
        )


# More than all the money there is: where the whole run was funded at once, nothing can be short.
_NO_LIMIT = 10**18
_FUNDS_AT = """
    SELECT coalesce((SELECT sum(CASE code WHEN 4 THEN amount_dong ELSE -amount_dong END) FROM ledger_transfer
                     WHERE evidence = %(run)s
                     AND (code = 4 AND debit_id = %(deposit)s OR code IN (15, 16) AND credit_id = %(deposit)s)), 0)
         - coalesce((SELECT sum(inflight_dong + paid_dong) FROM payment_paymentitem
                     WHERE run_id = %(run)s AND provider_id = %(provider)s AND channel = 'account'), 0)
"""


def _funds_left(run: PayrollRun, provider: PaymentServiceProvider) -> int:
    """Return how much of the run's money lies free with the provider, in đồng, when papers say what was handed over."""
    return funds_at(run, provider) if documents.is_funded_by_documents(run.code) else _NO_LIMIT


def funds_at(run: PayrollRun, provider: PaymentServiceProvider) -> int:
    """Return how many đồng of a run lie free with a provider: sent there, and not under way, paid or taken out again."""
    (deposit,) = ledger.account_ids(chart.prefund(provider.code))
    with connection.cursor() as cursor:
        cursor.execute(_FUNDS_AT, {"run": run.id, "deposit": deposit, "provider": provider.id})
        return int(cursor.fetchone()[0])


@dataclass(frozen=True)
class Order:
    """What is to be reserved: of which run, through whom, how many in a batch and how much in one order, and who asks."""

    run: str
    provider: PaymentServiceProvider
    size: int
    limit_dong: int
    joins_payee: bool
    by: str
    at: datetime.datetime


@dataclass(frozen=True)
class Stretch:
    """Items that will be one batch: its number, the first and the last of them, how many there are and their money."""

    number: int
    first: int
    last: int
    items: int
    dong: int


_WHOLE = Stretch(number=1, first=0, last=2**62, items=2**62, dong=_NO_LIMIT)


def reserve(order: Order) -> int:
    """This will reserve the money of every eligible item of a frozen run and put the items into batches.

    Returns the number of items reserved; 0 when nothing is left to send. One transaction: all of it or nothing. An item
    above `limit_dong` is held: the channel does not carry it. With `joins_payee`, what one payee receives for several
    people goes as one order.

    Raises:
        Refused: `run_unknown`, `run_not_frozen`, `balance_insufficient`.
    """
    with transaction.atomic():
        put_on(everything(order.by))
        row = _prepared(order)
        earlier, funds = _last_number(row, order), _funds_left(row, order.provider)
        return _take(row, order, replace(_WHOLE, number=earlier + 1, dong=funds))


def stretches(order: Order) -> list[Stretch]:
    """This will look at every item once more, as `reserve` does, and return the batches that `take` may make of them.

    Nothing is reserved yet. Raises `Refused` as `reserve`.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        put_on(everything(order.by))
        row = _prepared(order)
        earlier, funds = _last_number(row, order), _funds_left(row, order.provider)
        parameters = {
            "run": row.id,
            "provider": order.provider.id,
            "size": order.size,
            "first": _WHOLE.first,
            "last": _WHOLE.last,
        }
        cursor.execute(_over_sendable("stretches"), {**parameters, "funds": funds})
        return [Stretch(earlier + part + 1, *span) for part, *span in cursor.fetchall()]


def take(order: Order, stretch: Stretch) -> PaymentBatch | None:
    """This will reserve the items of one stretch as one batch; None when nothing of it is left to send.

    One transaction, and the run is locked in it: stretches are taken one after the other, whoever takes them. What has
    become eligible since the stretches were made waits for the next sending: neither the file nor the money grows.
    """
    with transaction.atomic():
        put_on(everything(order.by))
        row = _frozen_run(order.run)
        if not _take(row, order, stretch):
            return None
        found = PaymentBatch.objects.select_related("run")
        return found.get(run=row, provider=order.provider, number=stretch.number)


def _over_sendable(name: str) -> str:
    """Return a statement over what may be sent: the one text of it, whoever counts it and whoever reserves it."""
    return statement("payment", name).format(sendable=statement("payment", "sendable"))


def _prepared(order: Order) -> PayrollRun:
    """Return the run, locked, with its money at the provider and every item looked at once more."""
    row = _frozen_run(order.run)
    opening.complete(row.id)
    with connection.cursor() as cursor:
        # Whoever was frozen before there was a provider for it gets one now.
        cursor.execute(statement("payment", "route"), {"run": row.id})
        _fund(row, order.provider, order.at)
        cursor.execute("SET LOCAL enable_nestloop = off; DROP TABLE IF EXISTS stopped")
        look = {"run": row.id, "provider": order.provider.id, "limit": order.limit_dong}
        look["day"] = timezone.localdate(order.at)
        cursor.execute(statement("payment", "stop_list"), look)
        cursor.execute(statement("payment", "stop"))
    return row


def _last_number(run: PayrollRun, order: Order) -> int:
    # Numbers go on from the batches that exist, so a later attempt never reuses a message name that the bank has seen.
    batches = PaymentBatch.objects.filter(run=run, provider=order.provider)
    return batches.aggregate(last=Max("number"))["last"] or 0


def _take(run: PayrollRun, order: Order, stretch: Stretch) -> int:
    """Reserve what may be sent among these items, book it, and return how many there are."""
    provider, execution = order.provider, execution_day(timezone.localdate(order.at))
    earlier, span, is_whole = stretch.number - 1, (stretch.first, stretch.last), stretch.items == _WHOLE.items
    chosen = {
        "run": run.id, "provider": provider.id, "earlier": earlier, "first": span[0], "last": span[1], "limit": order.limit_dong,
        # A stretch is one batch of what was planned; all there is may be many.
        "size": order.size if is_whole else stretch.items, "parts": _WHOLE.items if is_whole else 1,
        "prefix": f"AS{office_queries.instance_number():04d}R{run.id:06d}P{provider.id:02d}B",
        "at": order.at, "execution_date": execution.date, "funds": stretch.dong,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_nestloop = off")
        cursor.execute(_over_sendable("reserve"), chosen)
        reserved = cursor.rowcount
        if not reserved:
            return 0
        in_flight, prefund = ledger.account_ids(chart.in_flight(provider.code), chart.prefund(provider.code))
        booked = ledger.book(
            rows="SELECT %s::smallint AS code, item.id * 64 + item.attempt AS reference, %s::bigint AS debit_id, %s::bigint AS credit_id,"
            " item.inflight_dong AS amount_dong, item.batch_id AS evidence, %s::date AS month FROM payment_paymentitem AS item"
            " JOIN payment_paymentbatch AS batch ON batch.id = item.batch_id WHERE batch.run_id = %s AND batch.provider_id = %s"
            " AND batch.number > %s AND item.id BETWEEN %s AND %s",
            parameters=[chart.Code.RESERVE, in_flight, prefund, run.month, run.id, provider.id, earlier, *span],
            at=order.at,
        )
        # Stays on in production: a reserved item without its transfer would be money that nobody is looking for.
        assert booked == reserved, "every reserved item is booked once"
        if order.joins_payee:
            cursor.execute(statement("payment", "join_instructions"), chosen)
    office.audit(
        by=order.by, action="payment.reserve", subject=order.run, detail=_reserved(reserved, execution), at=order.at
    )
    return reserved


def _reserved(items: int, execution: ExecutionDay) -> dict[str, object]:
    """Return what the audit trail keeps of a reservation; a missing calendar is said, so that somebody adds it."""
    detail: dict[str, object] = {"items": items, "execution_date": execution.date.isoformat()}
    if execution.year_without_calendar is not None:
        detail["calendar_missing"] = execution.year_without_calendar
    return detail
