"""Opening: a frozen run becomes payment items, one for each payee, in the freeze's transaction or in several beside it.

Several connections write the items of a long run while the freeze still verifies and settles. They are committed just
after it: a crash in between leaves a frozen run of which items are missing, and nobody is paid whose item is not there.
A note written with the freeze says so, and whoever needs the items next opens the rest.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from django.db import connection, transaction

from ansinh.base.refusals import Refused
from ansinh.base.statements import statement
from ansinh.office.security import everything, put_on
from ansinh.office.together import Together
from ansinh.payment.models import PaymentServiceProvider, UnopenedRun
from ansinh.payroll.models import PayrollRun
from ansinh.payroll.queries import RunRow

# Fewer items are opened before other processes have begun.
WORTH_SHARING_ITEMS = 50_000
# The unique key finds those that are there, also while somebody is just about to commit them.
_ONLY_MISSING = " ON CONFLICT (run_id, beneficiary_id) DO NOTHING"


@dataclass(frozen=True)
class Opened:
    """How many items a share has opened, and what is due by them, in đồng."""

    items: int
    due_dong: int


def together(run: RunRow, *, by: str, workers: int) -> Together[Opened]:
    """This will open the run's items in one step; with several workers they are there when `keep` has been called.

    The caller holds the run: what its payees are must not change meanwhile.
    """
    shares = _shares(run.id, workers if run.lines >= WORTH_SHARING_ITEMS else 1)
    if len(shares) > 1:
        UnopenedRun.objects.get_or_create(run_id=run.id)
    # A connection of its own has no scope; what the caller may see was looked at by the caller.
    return Together(partial(_open, run.id, by if len(shares) > 1 else ""), shares, before=_nothing)


def _nothing() -> None:
    pass


def _shares(run_id: int, workers: int) -> Sequence[list[int] | None]:
    """Return the areas of each share, about as many payees in each; None: all of them."""
    if workers < 2:
        return [None]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT area_id, count(*) FROM payroll_payrollpayee WHERE run_id = %s GROUP BY area_id ORDER BY area_id",
            [run_id],
        )
        payees = dict(cursor.fetchall())
    share = min(workers, len(payees))
    if share < 2:
        return [None]
    shares: list[list[int]] = [[] for _ in range(share)]
    seen, total = 0, sum(payees.values())
    for area, count in payees.items():
        # Where the middle of an area lies, most of it belongs.
        shares[(2 * seen + count) * share // (2 * total)].append(area)
        seen += count
    return [areas for areas in shares if areas]


def _open(run_id: int, by: str, areas: list[int] | None) -> Iterator[Opened]:
    with connection.cursor() as cursor:
        if by:
            put_on(everything(by))
        _write(run_id, areas, how="")
        cursor.execute(
            "SELECT count(*), coalesce(sum(due_dong), 0)::bigint FROM payment_paymentitem WHERE run_id = %s", [run_id]
        )
        opened = Opened(*cursor.fetchone())
    yield opened


def _write(run_id: int, areas: list[int] | None, *, how: str) -> None:
    with connection.cursor() as cursor:
        provider = _only_provider()
        cursor.execute(statement("payment", "open_items") + how, {"run": run_id, "provider": provider, "areas": areas})
        if provider is None:
            cursor.execute(statement("payment", "route"), {"run": run_id})


def _only_provider() -> int | None:
    """Return the provider when there is no choice; None when the bank of each account decides."""
    active = list(PaymentServiceProvider.objects.filter(is_active=True).values_list("id", "banks"))
    return active[0][0] if len(active) == 1 and not active[0][1] else None


def forget(run_id: int) -> None:
    """This will forget the note: every item of the run is there."""
    UnopenedRun.objects.filter(run_id=run_id).delete()


def complete(run_id: int) -> None:
    """This will open what a freeze that was broken off has left unopened of the run.

    The caller's scope must cover the whole run.
    """
    with transaction.atomic():
        # Locked, so that two who come for the rest do not both write it.
        if UnopenedRun.objects.select_for_update().filter(run_id=run_id).first() is not None:
            _write(run_id, None, how=_ONLY_MISSING)
            forget(run_id)


def half_opened(run_ids: Sequence[int]) -> list[str]:
    """Return the codes of those of the runs of which items may still be missing: sums of their items are too small."""
    waiting = UnopenedRun.objects.filter(run_id__in=run_ids).values("run_id")
    return list(PayrollRun.objects.filter(id__in=waiting).order_by("code").values_list("code", flat=True))


def require_complete(run: PayrollRun) -> None:
    """Refuse work on single items of a run of which some may still be missing. Raises `Refused` (`run_half_opened`)."""
    if UnopenedRun.objects.filter(run_id=run.id).exists():
        raise Refused(
            "run_half_opened",
            vi=f"Kỳ {run.code} đã chốt nhưng các khoản chi chưa mở đủ vì máy dừng giữa chừng. "
            "Hãy để Sở chạy lại lệnh chốt kỳ này, rồi làm tiếp.",
            en=f"Run {run.code} is frozen, but not all of its items are open: the machine stopped in between. "
            "Let the department freeze this run again, then go on.",
            run=run.code,
        )
