"""Collecting accounts: a campaign with a day and a target, how far each commune has come on any day, who is still to be asked.

The funnel of a past day is read from dated rows; nothing is counted in advance, and a correction later shows in its own time.
"""

import datetime
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q

from ansinh.base.months import Month
from ansinh.base.refusals import Refused
from ansinh.base.statements import statement
from ansinh.office import queries as office
from ansinh.office.operations import audit
from ansinh.people import operations
from ansinh.people.models import AccountCampaign, FinancialAddress, Mandate
from ansinh.standards import vietqr

_OPENERS = frozenset({"department_officer", "department_approver"})
_COLLECTORS = frozenset({"commune_officer", "department_officer"})


@dataclass(frozen=True)
class CampaignRow:
    """A campaign as lists show it; the target is a share of payees in thousandths."""

    id: int
    name: str
    province_id: int
    opened_on: datetime.date
    due_on: datetime.date
    target_per_mille: int


@dataclass(frozen=True)
class ProgressRow:
    """The funnel of one commune on one day: payees by state, and by reason where no account can be opened."""

    area_id: int
    area_code: str
    area_name: str
    payees: int
    paying: int
    verified: int
    collected: int
    not_opened: int
    cannot_open: int
    reasons: dict[str, int]
    # Somebody receives for them: no payees themselves, and in none of the other figures.
    delegated: int

    @property
    def per_mille(self) -> int:
        """Return the share with an account, whatever its state, in thousandths, rounded down."""
        return (self.paying + self.verified + self.collected) * 1000 // self.payees if self.payees else 0


@dataclass(frozen=True)
class PayeeRow:
    """A payee of a campaign and where its account stands."""

    person_id: int
    name: str
    village: str
    birth_year: int
    state: str
    reason: str


def _role(by: str, roles: frozenset[str]) -> office.StaffRow:
    member = office.staff(by)
    if member.role not in roles:
        raise Refused(
            "role_not_allowed",
            vi=f"“{by}” không có quyền làm việc này. Sở mở đợt thu thập; cán bộ xã và sở ghi tài khoản.",
            en=f"“{by}” may not do this.",
            user=by,
        )
    return member


def require_collector(by: str, area_id: int) -> None:
    """This will see that somebody collects accounts, and in this area. Raises `Refused` (`role_not_allowed`, `area_not_yours`)."""
    _role(by, _COLLECTORS)
    office.require_reach(by, area_id)


def open_campaign(
    *, name: str, province: str, due_on: datetime.date, target_per_mille: int, by: str, at: datetime.datetime
) -> CampaignRow:
    """This will open a campaign of a province. Opened again under the same name it changes nothing.

    Raises:
        Refused: `area_unknown`, `area_not_yours`, `campaign_invalid`, `role_not_allowed`, `staff_unknown`.
    """
    _role(by, _OPENERS)
    area = office.find_province(province, at.date())
    office.require_reach(by, area.id)
    if not name.strip() or due_on < at.date() or not 0 < target_per_mille <= 1000:
        raise Refused(
            "campaign_invalid",
            vi="Đợt thu thập cần tên, hạn từ hôm nay trở đi, chỉ tiêu từ 1 đến 1000 phần nghìn.",
            en="A campaign needs a name, a day not before today, and a target of 1 to 1000 thousandths.",
        )
    with transaction.atomic():
        row, is_new = AccountCampaign.objects.get_or_create(
            area_id=area.id, name=name.strip()[:120],
            defaults={"opened_on": at.date(), "due_on": due_on, "target_per_mille": target_per_mille, "opened_by": by, "opened_at": at},
        )  # fmt: skip
        if is_new:
            detail = {"due_on": due_on.isoformat(), "target_per_mille": target_per_mille}
            audit(by=by, action="campaign.open", subject=f"campaign:{row.id}", detail=detail, at=at)
    return _campaign(row)


def _campaign(row: AccountCampaign) -> CampaignRow:
    return CampaignRow(row.id, row.name, row.area_id, row.opened_on, row.due_on, row.target_per_mille)


def newest_campaign(province_id: int) -> CampaignRow | None:
    """This will return the province's newest campaign, or None."""
    row = AccountCampaign.objects.filter(area_id=province_id).order_by("-opened_at", "-id").first()
    return None if row is None else _campaign(row)


def progress(area_ids: Sequence[int], on: datetime.date) -> list[ProgressRow]:
    """This will return the funnel of these communes as it was at the end of a day, those without a payee left out."""
    return _funnel(area_ids, [on]).get(on, [])


@dataclass(frozen=True)
class MonthRow:
    """The funnel of some communes together at the end of one month, or today for the month that runs."""

    day: datetime.date
    payees: int
    paying: int
    collected: int
    not_opened: int
    cannot_open: int
    delegated: int
    reasons: dict[str, int]


def month_ends(until: datetime.date, months: int = 12) -> list[datetime.date]:
    """Return the last days of the last months; of the month that runs, the day itself."""
    return [min(one.last_day, until) for one in Month.of(until).plus(1 - months).until(Month.of(until))]


def over_time(area_ids: Sequence[int], until: datetime.date, months: int = 12) -> list[MonthRow]:
    """This will return the funnel of these communes together at the end of each of the last months, in one statement.

    `collected` counts verified ones, too: collected and not yet paid to. A month without a payee has zeros.
    """
    days = month_ends(until, months)
    found = _funnel(area_ids, days)
    return [
        MonthRow(
            day, sum(row.payees for row in rows), sum(row.paying for row in rows), sum(row.collected + row.verified for row in rows),
            sum(row.not_opened for row in rows), sum(row.cannot_open for row in rows), sum(row.delegated for row in rows),
            dict(sum((Counter(row.reasons) for row in rows), Counter())),
        )
        for day in days for rows in [found.get(day, [])]
    ]  # fmt: skip


def _funnel(area_ids: Sequence[int], days: Sequence[datetime.date]) -> dict[datetime.date, list[ProgressRow]]:
    with connection.cursor() as cursor:
        cursor.execute(statement("people", "funnel_on"), {"areas": list(area_ids), "days": list(days)})
        found: dict[tuple[datetime.date, int], tuple[str, str, dict[str, int], dict[str, int]]] = {}
        for day, area_id, code, name, state, reason, number in cursor.fetchall():
            _, _, states, reasons = found.setdefault((day, area_id), (code, name, {}, {}))
            states[state] = states.get(state, 0) + number
            if reason:
                reasons[reason] = reasons.get(reason, 0) + number
    rows: dict[datetime.date, list[ProgressRow]] = {}
    for (day, area_id), (code, name, states, reasons) in found.items():
        delegated = states.pop("DELEGATED", 0)
        row = ProgressRow(
            area_id, code, name, sum(states.values()), states.get("PAYING", 0), states.get("VERIFIED", 0),
            states.get("COLLECTED", 0), states.get("NOT_OPENED", 0), states.get("CANNOT_OPEN", 0), reasons, delegated,
        )  # fmt: skip
        rows.setdefault(day, []).append(row)
    return rows


def payees(
    area_ids: Sequence[int], state: str, *, on: datetime.date, after: int = 0, limit: int = 100
) -> list[PayeeRow]:
    """This will return payees of these communes whose account stands in this state, by village and name within a page of numbers."""
    rows = FinancialAddress.objects.filter(valid_to=None, state=state, area_id__in=list(area_ids), person_id__gt=after)
    # Whoever has somebody to receive for them is not asked for an account.
    received_for = Mandate.objects.filter(
        Q(valid_to=None) | Q(valid_to__gt=on), beneficiary_id=OuterRef("person_id"), valid_from__lte=on
    )
    rows = rows.filter(~Exists(received_for))
    found = rows.select_related("person").order_by("person_id")[:limit]
    return [
        PayeeRow(
            row.person_id, row.person.full_name, row.person.village, row.person.birth_date.year, row.state, row.reason
        )
        for row in found
    ]


def collect(*, person_id: int, bank_bin: str, number: str, qr: str, by: str, at: datetime.datetime) -> int:
    """This will keep a payee's account as collected, written by hand or out of the VietQR text of the payee's own code.

    It is not payable by that: the bank is asked whose it is, and what is only close is decided by a second person.

    Raises:
        Refused: those of `operations.set_financial_address` and of `vietqr.read`; `qr_of_a_card`, `account_missing`, `role_not_allowed`,
            `staff_unknown`.
    """
    _role(by, _COLLECTORS)
    if qr.strip():
        code = vietqr.read(qr.strip())
        if code.is_card:
            raise Refused(
                "qr_of_a_card",
                vi="Mã này là của thẻ, không phải của tài khoản. Hãy dùng mã VietQR của tài khoản.",
                en="This code is of a card, not of an account.",
            )
        bank_bin, number = code.bank_bin, code.account_number
    if not (bank_bin.strip() and number.strip()):
        raise Refused(
            "account_missing",
            vi="Hãy chọn ngân hàng và ghi số tài khoản, hoặc quét mã VietQR của người nhận.",
            en="Give the bank and the number, or scan the payee's VietQR.",
        )
    return operations.set_financial_address(
        by=by, at=at, person_id=person_id, state="COLLECTED", bank_bin=bank_bin.strip(), number=number.strip().upper().replace(" ", "")
    )  # fmt: skip


def cannot(*, person_id: int, reason: str, by: str, at: datetime.datetime) -> int:
    """This will keep that a payee cannot have an account, for one of the coded reasons.

    Raises:
        Refused: those of `operations.set_financial_address`; `role_not_allowed`, `staff_unknown`.
    """
    _role(by, _COLLECTORS)
    return operations.set_financial_address(by=by, at=at, person_id=person_id, state="CANNOT_OPEN", reason=reason)
