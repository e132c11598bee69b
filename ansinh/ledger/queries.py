"""Reads of the books: balances, invariants, transfers for an independent program."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from django.db import connection
from django.db.models import Sum

from ansinh.base.months import Month
from ansinh.base.statements import statement
from ansinh.ledger.accounts import LABELS, Code
from ansinh.ledger.models import LedgerAccount, Seal, Transfer
from ansinh.ledger.sealing import BEFORE_ALL, Root, chain_link, root_of


@dataclass(frozen=True)
class BookCheck:
    """The result of checking the books: each invariant by name, the number of transfers, the last link of the chain."""

    checks: dict[str, bool]
    transfers: int
    seal: str
    # What breaks each check that does not hold: accounts, transfers, seals by number.
    offenders: dict[str, tuple[str, ...]] = field(default_factory=dict)


def balance(name: str) -> int:
    """Return an account's balance in đồng (debits − credits); an account never used has 0."""
    return LedgerAccount.objects.filter(name=name).values_list("balance_dong", flat=True).first() or 0


def balances() -> dict[str, int]:
    """Return every account's balance in đồng by its name."""
    return dict(LedgerAccount.objects.order_by("name").values_list("name", "balance_dong"))


def moved(code: Code, *, debit: str = "", credit: str = "", evidence: int | None = None) -> int:
    """Return the sum in đồng of the transfers of a kind, into or out of an account by name, on one evidence where given."""
    found = Transfer.objects.filter(code=code)
    if debit:
        found = found.filter(debit__name=debit)
    if credit:
        found = found.filter(credit__name=credit)
    if evidence is not None:
        found = found.filter(evidence=evidence)
    return found.aggregate(total=Sum("amount_dong"))["total"] or 0


def moved_after(code: Code, *, first: Code, evidence: int) -> int:
    """Return the sum in đồng of the transfers of a kind about what transfers of another kind began on one evidence."""
    begun = Transfer.objects.filter(code=first, evidence=evidence).values("reference")
    found = Transfer.objects.filter(code=code, reference__in=begun)
    return found.aggregate(total=Sum("amount_dong"))["total"] or 0


def _broken_seals() -> list[str]:
    """Return the first seal that does not hold; those after it rest on it and prove nothing any more."""
    previous, last = "", BEFORE_ALL
    for seal in Seal.objects.order_by("number"):
        stated = Root(seal.first_transfer, seal.last_transfer, seal.transfers, seal.root)
        link = chain_link(previous, seal.number, stated, version=seal.canonical_version)
        found = root_of(last, seal.last_transfer, version=seal.canonical_version)
        if found != stated or seal.chain != link:
            return [f"seal {seal.number}: transfers {seal.first_transfer} to {seal.last_transfer}"]
        previous, last = seal.chain, seal.last_transfer
    return []


_OF_BOOKS = ("balanced", "balances_equal_transfers", "no_overspend", "everything_sealed", "closed_months_unchanged")


def last_transfer() -> int:
    """Return the number of the newest transfer, 0 when nothing was booked: how long the books are, at a glance."""
    return Transfer.objects.order_by("-id").values_list("id", flat=True).first() or 0


def verify() -> BookCheck:
    """Return whether the books hold, and what does not: balances, floors, the chain of seals, closed months."""
    found: dict[str, list[str]] = {name: [] for name in _OF_BOOKS}
    with connection.cursor() as cursor:
        cursor.execute(statement("ledger", "check_books"))
        for broken, offender in cursor.fetchall():
            found[broken].append(offender)
        cursor.execute("SELECT count(*) FROM ledger_transfer")
        (transfers,) = cursor.fetchone()
    found["seal_chain"] = _broken_seals()
    last = Seal.objects.order_by("-number").values_list("chain", flat=True).first() or ""
    return BookCheck(
        checks={name: not rows for name, rows in found.items()},
        transfers=transfers,
        seal=last,
        offenders={name: tuple(rows) for name, rows in found.items() if rows},
    )


_TRANSFERS = """
    SELECT transfer.id, (transfer.booked_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date, transfer.code, transfer.reference,
           debit.name, credit.name, transfer.amount_dong, transfer.evidence
    FROM ledger_transfer AS transfer
    JOIN ledger_ledgeraccount AS debit ON debit.id = transfer.debit_id
    JOIN ledger_ledgeraccount AS credit ON credit.id = transfer.credit_id
    WHERE %s::date IS NULL OR transfer.month = %s::date ORDER BY transfer.booked_at, transfer.id
"""


def export(program: str, month: Month | None) -> Iterator[str]:
    """Yield the books as text for `hledger` or `beancount`, one transaction a transfer, closing with balance assertions.

    The assertions are made from the transfers exported, so a month alone balances too.
    """
    first_day = month.first_day if month else None
    is_beancount = program == "beancount"
    totals: dict[str, int] = {}
    last_date = "2021-01-01"
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM ledger_ledgeraccount ORDER BY name")
        names = [name for (name,) in cursor.fetchall()]
        yield from (
            ('option "title" "AnSinh"\n', 'option "operating_currency" "VND"\n\n')
            if is_beancount
            else ("commodity 1000. VND\n\n",)
        )
        yield from (
            f"2021-01-01 open {_account(name)} VND\n" if is_beancount else f"account {_account(name)}\n"
            for name in names
        )
        cursor.execute(_TRANSFERS, [first_day, first_day])
        for number, booked_on, code, reference, debit, credit, amount, evidence in cursor:
            last_date = booked_on.isoformat()
            # Summed while writing, so that the closing assertions speak of exactly the transfers above them.
            totals[debit] = totals.get(debit, 0) + amount
            totals[credit] = totals.get(credit, 0) - amount
            text = f"{Code(code).name} {reference}"
            head = f'{last_date} * "{text}"' if is_beancount else f"{last_date} ({number}) {text}"
            yield (
                f"\n{head}\n  ; {LABELS[Code(code)]}; chứng từ {evidence}\n"
                f"  {_account(debit)}  {amount} VND\n  {_account(credit)}  {-amount} VND\n"
            )
    yield from _assertions(totals, last_date, is_beancount)


def _account(name: str) -> str:
    # Both programs take letters, digits and hyphens; each part must start with a capital or a digit.
    return name.replace("_", "-")


def _assertions(totals: dict[str, int], last_date: str, is_beancount: bool) -> Iterator[str]:
    """Yield what every account must amount to, so that the other program proves our sums and not only our pairs."""
    if is_beancount:
        # A beancount assertion holds at the start of its day.
        year, month_number, day = (int(part) for part in last_date.split("-"))
        following = (
            Month(year, month_number).plus(1).first_day.isoformat() if day > 27 else f"{last_date[:8]}{day + 1:02d}"
        )
        yield from (f"{following} balance {_account(name)} {total} VND\n" for name, total in sorted(totals.items()))
    elif totals:
        yield f"\n{last_date} Số dư cuối kỳ\n"
        yield from (f"  {_account(name)}  0 VND = {total} VND\n" for name, total in sorted(totals.items()))
