"""Closing a month of the books: one person proposes, another closes, and nothing is ever booked into it again.

What comes back later, a return for instance, is booked in the first open month; its evidence still says what it is about.
"""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import connection, transaction

from ansinh.base.months import Month
from ansinh.base.refusals import Refused
from ansinh.ledger.models import ClosedPeriod, Transfer
from ansinh.ledger.queries import verify


@dataclass(frozen=True)
class Closing:
    """A month of the books: proposed, or closed when `closed_by` names somebody."""

    month: str
    transfers: int
    open_items: dict[str, int]
    proposed_by: str
    closed_by: str


def close_month(
    *, month: Month, checks: Mapping[str, bool], open_items: Mapping[str, int], by: str, at: datetime.datetime
) -> Closing:
    """This will propose to close a month, or close it when another person has proposed it.

    `checks` are the caller's invariants about what the books speak of, `open_items` what is still open, by name.

    Raises:
        Refused: `month_not_over`, `month_already_closed`, `earlier_month_open`, `books_do_not_hold`, `second_person_needed`.
    """
    first_day = month.first_day
    with transaction.atomic(), connection.cursor() as cursor:
        # No writer while the month is looked at: the same lock as for booking.
        cursor.execute("SELECT pg_advisory_xact_lock(7310)")
        row = ClosedPeriod.objects.select_for_update().filter(month=first_day).first()
        _refuse_early(month, row, at)
        broken = sorted(name for name, holds in {**verify().checks, **checks}.items() if not holds)
        if broken:
            raise Refused(
                "books_do_not_hold",
                vi=f"Chưa khoá sổ được: sổ có bất biến không đúng ({', '.join(broken)}). Hãy chạy ledger verify và báo quản trị.",
                en=f"The month cannot be closed: {', '.join(broken)} do not hold. Run ledger verify.",
                broken=broken,
            )
        count = Transfer.objects.filter(month=first_day).count()
        known = {name: number for name, number in open_items.items() if number}
        if row is None or row.transfers != count or row.open_items != known:
            # What was proposed is no longer what there is: the proposal is made anew, by whoever looks at it now.
            row, _ = ClosedPeriod.objects.update_or_create(
                month=first_day,
                defaults={
                    "transfers": count,
                    "open_items": known,
                    "proposed_by": by,
                    "proposed_at": at,
                    "closed_by": "",
                },
            )
        elif row.proposed_by == by:
            raise Refused(
                "second_person_needed",
                vi=f"“{by}” đã đề nghị khoá sổ tháng {month.vi}. Hãy để người khác đối chiếu rồi khoá.",
                en=f"“{by}” has proposed to close {month}. Let somebody else compare and close it.",
            )
        else:
            row.closed_by, row.closed_at = by, at
            row.save(update_fields=["closed_by", "closed_at"])
    return _shown(row)


def _refuse_early(month: Month, row: ClosedPeriod | None, at: datetime.datetime) -> None:
    if row is not None and row.closed_by:
        raise Refused(
            "month_already_closed",
            vi=f"Tháng {month.vi} đã khoá sổ và không mở lại được. Việc đến sau được ghi vào tháng chưa khoá.",
            en=f"{month} is closed and stays closed. What comes later is booked in the first open month.",
            month=str(month),
        )
    if at.date() <= month.last_day:
        raise Refused(
            "month_not_over",
            vi=f"Tháng {month.vi} chưa hết nên chưa khoá sổ được. "
            f"Hãy khoá sổ từ ngày {month.plus(1).first_day:%d/%m/%Y}.",
            en=f"{month} is not over yet. Close it from {month.plus(1).first_day} on.",
            month=str(month),
        )
    earlier = (
        Transfer.objects.filter(month__lt=month.first_day).order_by("-month").values_list("month", flat=True).first()
    )
    closed = ClosedPeriod.objects.exclude(closed_by="").order_by("-month").values_list("month", flat=True).first()
    if earlier is not None and (closed is None or closed < earlier):
        raise Refused(
            "earlier_month_open",
            vi=f"Tháng {Month.of(earlier).vi} còn mở. Hãy khoá sổ các tháng trước theo thứ tự.",
            en=f"{Month.of(earlier)} is still open. Close earlier months first.",
            month=str(Month.of(earlier)),
        )


def closings() -> list[Closing]:
    """Return every month that was proposed or closed, oldest first."""
    return [_shown(row) for row in ClosedPeriod.objects.order_by("month")]


def _shown(row: ClosedPeriod) -> Closing:
    return Closing(str(Month.of(row.month)), row.transfers, row.open_items, row.proposed_by, row.closed_by)
