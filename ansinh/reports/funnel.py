"""The account funnel and the month's money as plain rows, and the arithmetic that makes them add up.

Promises: percentages of one denominator add up to 100.00, and paid + held + returned + unpaid = due to the đồng.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from ansinh.base.dong import percent_texts
from ansinh.base.months import Month

PUBLISHED_NOTE = (
    "Ba tỷ lệ công bố tháng 3/2023 (52 %, 32,73 %, 22,72 %) cộng lại thành 107,45 % nên không thể cùng một mẫu số, và "
    "mẫu số "
    "chưa được công bố; dân số của bản giới thiệu giữ 52 % đã chi qua tài khoản và chia phần còn lại theo tỷ lệ 32,73 "
    ": 22,72."
)
PUBLISHED_NOTE_EN = (
    "The three shares published in March 2023 (52 %, 32.73 %, 22.72 %) add up to 107.45 %, so they cannot share one "
    "denominator, "
    "and theirs was never published; the demo's population keeps 52 % paid by account and shares the rest 32.73 : "
    "22.72."
)


@dataclass(frozen=True)
class Stages:
    """Payees by how far their account has come; `reasons` says why accounts were not or cannot be opened."""

    paid: int
    collected: int
    without_account: int
    reasons: dict[str, int]

    @property
    def payees(self) -> int:
        """Return all payees: the one denominator of the percentages."""
        return self.paid + self.collected + self.without_account

    # Largest remainder: rounded one by one, the three would add up to 99.99 or 100.01 often enough for somebody to ask.
    @property
    def percents(self) -> list[str]:
        """Return the three percentages (paid, collected, without account), adding up to 100.00."""
        return percent_texts([self.paid, self.collected, self.without_account])


@dataclass(frozen=True)
class AreaCoverage:
    """The funnel of one commune and where it lies (degrees as text, or None when no official point is known)."""

    area_id: int
    code: str
    name: str
    latitude: str | None
    longitude: str | None
    stages: Stages


@dataclass(frozen=True)
class Money:
    """Where the đồng of the month are. paid + held + returned + unpaid = due, always."""

    lines: int
    due_dong: int
    paid_dong: int
    held_dong: int
    returned_dong: int
    unpaid_dong: int
    waived_dong: int
    cash_dong: int
    cash_waiting_dong: int
    held: int

    def __post_init__(self) -> None:
        # A report that loses a đồng is worse than no report.
        if self.paid_dong + self.held_dong + self.returned_dong + self.unpaid_dong != self.due_dong:
            raise AssertionError("paid + held + returned + unpaid differs from due")


@dataclass(frozen=True)
class ItemSum:
    """The sum of payment items of one channel and status."""

    channel: str
    status: str
    count: int
    due_dong: int
    paid_dong: int
    waived_dong: int
    # How many wait for a provider's answer right now, whatever their status says of the attempt before.
    in_flight: int = 0

    @property
    def open_dong(self) -> int:
        """Return what is still owed of these items."""
        return self.due_dong - self.paid_dong - self.waived_dong


def stages_of(rows: Iterable[tuple[str, str, int]]) -> Stages:
    """Add up (stage, reason, count) rows."""
    paid = collected = without = 0
    reasons: dict[str, int] = {}
    for stage, reason, count in rows:
        if stage == "paid":
            paid += count
        # A state the statement may add one day counts as "without": too few accounts is an error that somebody looks
        # into.
        elif stage == "collected":
            collected += count
        else:
            without += count
            # Without any address on record nothing was opened, as far as anybody knows.
            named = reason or "not_opened"
            reasons[named] = reasons.get(named, 0) + count
    return Stages(paid, collected, without, dict(sorted(reasons.items())))


def money_of(sums: Sequence[ItemSum], *, lines: int, holds: int, held_dong: int) -> Money:
    """Add up the items of the month and what its runs hold back.

    An item whose fate is unknown is held: nobody may say that it was paid or was not. A waived sum is owed no longer,
    so it is in neither side of the equation.
    """
    # Each sum below takes rows that no other takes: that is why the parts add up to what is due.
    # Money of unknown fate may be on an account already. It is neither paid nor open, and must not be sent again.
    unknown = [row for row in sums if row.status == "UNKNOWN"]
    returned_dong = sum(row.open_dong for row in sums if row.status == "RETURNED")
    all_held_dong = held_dong + sum(row.open_dong for row in unknown)
    due_dong = held_dong + sum(row.due_dong - row.waived_dong for row in sums)
    paid_dong = sum(row.paid_dong for row in sums)
    cash = [row for row in sums if row.channel == "cash"]
    return Money(
        lines=lines,
        due_dong=due_dong,
        paid_dong=paid_dong,
        held_dong=all_held_dong,
        returned_dong=returned_dong,
        unpaid_dong=sum(row.open_dong for row in sums if row.status not in {"UNKNOWN", "RETURNED"}),
        waived_dong=sum(row.waived_dong for row in sums),
        cash_dong=sum(row.due_dong - row.waived_dong for row in cash),
        cash_waiting_dong=sum(row.open_dong for row in cash),
        held=holds + sum(row.count for row in unknown),
    )


@dataclass(frozen=True)
class CoverageReport:
    """The coverage report of one month and province."""

    month: Month
    province_code: str
    province_name: str
    stages: Stages
    areas: tuple[AreaCoverage, ...]
    money: Money
    # Runs of which not all items are there yet: whatever is counted here is too little.
    half_opened: tuple[str, ...] = ()

    @property
    def denominators(self) -> str:
        """Return, in one Vietnamese sentence, what each percentage is a share of."""
        return (
            f"Mọi tỷ lệ có cùng một mẫu số: số người nhận tiền khác nhau trong các kỳ chi trả tháng {self.month.vi} đã "
            f"chốt của địa bàn; tỷ lệ của từng xã, phường lấy số người nhận tiền của xã, phường đó; "
            f"{PUBLISHED_NOTE[0].lower()}{PUBLISHED_NOTE[1:]}"
        )

    @property
    def half_opened_note(self) -> str:
        """Return, in Vietnamese, which runs are counted in part only, and what mends it."""
        return (
            f"Kỳ {', '.join(self.half_opened)} chưa mở đủ khoản chi vì máy dừng giữa chừng khi chốt, nên các số ở "
            "đây còn thiếu. Hãy để Sở chạy lại lệnh chốt kỳ ấy."
        )

    def as_json(self) -> dict[str, Any]:
        """Return the document of the contract, §3."""
        # The names of the contract, §3: other programmes read them. New facts get new names, old ones keep their
        # meaning.
        paid, collected, without = self.stages.percents
        return {
            "month": str(self.month),
            "province": self.province_code,
            "payees": self.stages.payees,
            "paid_by_account": {"count": self.stages.paid, "percent": paid},
            "collected_not_yet_paid": {"count": self.stages.collected, "percent": collected},
            "not_opened_or_cannot_open": {
                "count": self.stages.without_account,
                "percent": without,
                "reasons": self.stages.reasons,
            },
            "denominators": self.denominators,
            "areas": [_area_json(area) for area in self.areas],
            "run": _money_json(self.money),
            "notes": {
                "cash_dong": "Số phải chi bằng tiền mặt tại điểm chi trả: phần đã chi nằm trong paid_dong, phần còn "
                "chờ nằm trong unpaid_dong.",
                "held_dong": "Số tiền của các khoản tạm giữ trong kỳ và của các lệnh chưa rõ kết quả.",
                "due_dong": "due_dong = paid_dong + held_dong + returned_dong + unpaid_dong; khoản thôi chi "
                "(waived_dong) không còn phải chi.",
                **({"half_opened": self.half_opened_note} if self.half_opened else {}),
            },
        }


def _area_json(area: AreaCoverage) -> dict[str, Any]:
    paid, collected, without = area.stages.percents
    return {
        "code": area.code,
        "name": area.name,
        "payees": area.stages.payees,
        "paid_by_account": area.stages.paid,
        "paid_by_account_percent": paid,
        "collected_not_yet_paid": area.stages.collected,
        "collected_not_yet_paid_percent": collected,
        "not_opened_or_cannot_open": area.stages.without_account,
        "not_opened_or_cannot_open_percent": without,
    }


def _money_json(money: Money) -> dict[str, int]:
    return {
        "lines": money.lines,
        "due_dong": money.due_dong,
        "paid_dong": money.paid_dong,
        "returned_dong": money.returned_dong,
        "cash_dong": money.cash_dong,
        "held": money.held,
        "held_dong": money.held_dong,
        "unpaid_dong": money.unpaid_dong,
        "waived_dong": money.waived_dong,
    }
