"""Reads of the month for leaders, auditors and the public: coverage by account, where the money is, published figures.

Every query takes a constant number of SQL statements, whatever the number of people, and shows as much as the caller's
scope reaches; only the published aggregates look further, and no person can be told from them.
"""

import datetime
from collections.abc import Collection, Container
from dataclasses import dataclass

from django.db import connection, transaction

from ansinh.base.months import Month
from ansinh.base.refusals import Refused
from ansinh.base.statements import statement
from ansinh.office import queries as office
from ansinh.office.security import everything, put_on
from ansinh.payment import opening
from ansinh.reports.funnel import AreaCoverage, CoverageReport, ItemSum, Money, Stages, money_of, stages_of
from ansinh.reports.publication import PublishedCoverage, publish

# A run of one commune alone is never published, and a run of a few people neither: the sums that grow by it would tell
# them.
SMALLEST_PUBLISHED_RUN = 20

_MONTHS = (
    "SELECT DISTINCT run.month FROM payroll_payrollrun AS run JOIN office_area AS area ON area.id = run.area_id"
    " WHERE (%(areas)s::text[] IS NULL OR area.code = ANY (%(areas)s)) AND (run.state = 'FROZEN' OR NOT %(frozen)s)"
    " AND (run.state = 'FROZEN' OR run.lines > 0 OR EXISTS (SELECT FROM payroll_payrollhold WHERE run_id = run.id))"
    " ORDER BY run.month DESC"
)
_PUBLISHED_MONTH = (
    "SELECT max(run.month) FROM payroll_payrollrun AS run JOIN office_area AS area ON area.id = run.area_id"
    " WHERE run.state = 'FROZEN' AND area.level = 'province' AND run.lines >= %s AND (%s::text IS NULL OR area.code = %s)"
)
_LINES = "SELECT lines FROM payroll_payrollrun WHERE id = %s"
# A run belongs to a province, or to a commune below it, with or without a district between: the uppermost counts.
_PROVINCES = (
    "SELECT DISTINCT coalesce(grandparent.code, parent.code, area.code) FROM payroll_payrollrun AS run"
    " JOIN office_area AS area ON area.id = run.area_id LEFT JOIN office_area AS parent ON parent.id = area.parent_id"
    " LEFT JOIN office_area AS grandparent ON grandparent.id = parent.parent_id WHERE run.month = %(month)s"
    " AND (%(areas)s::text[] IS NULL OR area.code = ANY (%(areas)s)) ORDER BY 1"
)
_HOLDS_OF = (
    "SELECT run.code, hold.reason, hold.amount_dong FROM payroll_payrollhold AS hold"
    " JOIN payroll_payrollrun AS run ON run.id = hold.run_id WHERE hold.person_id = %s AND run.month = %s ORDER BY hold.id"
)


@dataclass(frozen=True)
class Attention:
    """Payments that need a person: their status, the provider's reason (code set and code), how many, how much."""

    status: str
    reason_set: str
    reason_code: str
    count: int
    amount_dong: int


@dataclass(frozen=True)
class RunProgress:
    """How far a frozen run has come after its freezing, and where its money is."""

    money: Money
    items: int
    answered: int
    awaited: int
    # Account items that are owed and under no order.
    not_ordered: int
    batches: int
    batches_sent: int
    instructions: int
    sent_at: datetime.datetime | None
    attention: tuple[Attention, ...]
    # The freeze was broken off: items are missing, and every sum of items is too small.
    is_half_opened: bool


def _rows(sql: str, parameters: object = None) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall()


def months(areas: Collection[str] | None = None) -> list[Month]:
    """Return the months that have a run, newest first; `areas` limits it to runs of areas with these codes.

    A draft that neither pays nor holds anybody does not count: it is what a mistyped month leaves behind.
    """
    return _months(areas, is_frozen=False)


def frozen_months(areas: Collection[str] | None = None) -> list[Month]:
    """Return the months that have a frozen run, newest first: those a coverage report exists for."""
    return _months(areas, is_frozen=True)


def _months(areas: Collection[str] | None, *, is_frozen: bool) -> list[Month]:
    asked = {"areas": None if areas is None else sorted(areas), "frozen": is_frozen}
    return [Month.of(day) for (day,) in _rows(_MONTHS, asked)]


def latest_frozen_month(areas: Collection[str] | None = None) -> Month | None:
    """Return the latest month with a frozen run (of areas with these codes), or None."""
    return next(iter(frozen_months(areas)), None)


def provinces_of(month: Month, areas: Collection[str] | None = None) -> list[str]:
    """Return the codes of the provinces that have a run in the month; `areas` limits it to runs of areas with these codes."""
    asked = {"month": month.first_day, "areas": None if areas is None else sorted(areas)}
    return [code for (code,) in _rows(_PROVINCES, asked)]


def _no_frozen_run(month: Month | None, province: str | None) -> Refused:
    when = f" tháng {month.vi}" if month else ""
    return Refused(
        "no_frozen_run",
        vi=f"Chưa có kỳ chi trả{when} nào được chốt{f' ở tỉnh {province}' if province else ''}. Hãy chốt kỳ chi trả "
        f"trước khi lập báo cáo.",
        en="No payroll run is frozen for this month and province yet. Freeze a run before asking for the report.",
        month=None if month is None else str(month),
        province=province,
    )


def _chosen(month: Month | None, province_code: str | None, areas: Collection[str] | None) -> tuple[Month, str]:
    """Fill in what was not named: the latest frozen month, and the only province that has a run in it."""
    chosen_month = month or latest_frozen_month(areas)
    if chosen_month is None:
        raise _no_frozen_run(month, province_code)
    if province_code:
        return chosen_month, province_code
    provinces = provinces_of(chosen_month, areas)
    # With several provinces a guess could hand one province's figures to another: the caller must choose.
    if not provinces:
        raise _no_frozen_run(chosen_month, None)
    if len(provinces) > 1:
        raise Refused(
            "province_missing",
            vi=f"Tháng {chosen_month.vi} có kỳ chi trả của nhiều tỉnh. Hãy chọn một tỉnh: {', '.join(provinces)}.",
            en=f"Several provinces have runs in {chosen_month}. Choose one: {', '.join(provinces)}.",
            provinces=provinces,
        )
    return chosen_month, provinces[0]


def _current_holds(runs: list[tuple[int, int, int]], communes: Container[int]) -> tuple[int, int]:
    """Return how many holds stand and their đồng.

    A later run of the same month computes the holds again, so only the latest run that covers an area speaks for it.
    """
    # `runs` come in the order of their freezing: the last that covers an area is the last word on it.
    run_areas = {run: area for run, area, _ in runs}
    province_runs = [run for run, area, _ in runs if area not in communes]
    count = amount = 0
    for run, area, _reason, number, dong in _rows(statement("reports", "held"), {"runs": list(run_areas)}):
        covering = [later for later, run_area in run_areas.items() if run_area == area or later in province_runs]
        if covering and covering[-1] == run:
            count += number
            amount += dong
    return count, amount


def _areas_of(province_code: str, on: datetime.date, run_ids: dict[str, object]) -> tuple[AreaCoverage, ...]:
    """Return the funnel of every commune, those without a payee too: a commune that is missing would look forgotten."""
    # As the province is at the end of the month (or today): a unit merged in its middle appears as what it became.
    communes = office.communes_of(province_code, on=on)
    by_area: dict[int, list[tuple[str, str, int]]] = {commune.id: [] for commune in communes}
    for area, stage, reason, count in _rows(statement("reports", "payees"), run_ids):
        by_area.setdefault(area, []).append((stage, reason, count))
    names = {commune.id: commune for commune in communes}
    # People whose household still lies in a unit that no longer exists must not vanish from the sum.
    names |= office.areas_by_id(by_area.keys() - names.keys())
    return tuple(
        AreaCoverage(
            area, names[area].code, names[area].name, names[area].latitude, names[area].longitude, stages_of(rows)
        )
        for area, rows in sorted(by_area.items(), key=lambda pair: names[pair[0]].code)
    )


def coverage(
    month: Month | None,
    province_code: str | None,
    *,
    smallest_run: int | None = None,
    codes: Collection[str] | None = None,
    today: datetime.date | None = None,
) -> CoverageReport:
    """Return the coverage report: the account funnel of the month's payees, by commune, and where the money is.

    Args:
        month: None means the latest month with a frozen run.
        province_code: official code; None means the only province with a run in that month.
        smallest_run: when given, only runs of the whole province with at least so many lines count.
        codes: when given, only runs of areas with these codes count: those that the reader may know of.
        today: when given, the month is told in the units of this day: the province's, and of those merged into it.

    Raises:
        Refused: `no_frozen_run`, `area_unknown`, `province_missing`.
    """
    chosen_month, code = _chosen(month, province_code, codes)
    day = today or chosen_month.last_day
    province = office.find_province(code, on=day)
    provinces = [province.id, *(office.provinces_merged_into(province.id) if today else ())]
    asked: dict[str, object] = {"provinces": provinces, "month": chosen_month.first_day, "smallest": smallest_run}
    asked |= {"codes": None if codes is None else sorted(codes)}
    runs = _rows(statement("reports", "runs"), asked)
    if not runs:
        raise _no_frozen_run(chosen_month, code)
    run_ids: dict[str, object] = {"runs": [run for run, _, _ in runs], "now": today is not None}
    areas = _areas_of(code, day, run_ids)
    holds, held_dong = _current_holds(runs, {area.area_id for area in areas})
    sums = [ItemSum(*row) for row in _rows(statement("reports", "money"), run_ids)]
    return CoverageReport(
        month=chosen_month,
        province_code=province.code,
        province_name=province.name,
        stages=_together([area.stages for area in areas]),
        areas=areas,
        money=money_of(sums, lines=sum(count for _, _, count in runs), holds=holds, held_dong=held_dong),
        half_opened=tuple(opening.half_opened([run for run, _, _ in runs])),
    )


def progress_of(run_id: int) -> RunProgress:
    """Return how far a run has come, as far as the caller's scope reaches: six statements, whatever its size."""
    sums = [ItemSum(*row) for row in _rows(statement("reports", "money"), {"runs": [run_id]})]
    # One run speaks for itself: that a later one may have lifted its holds is the month's matter, not the run's.
    held = _rows(statement("reports", "held"), {"runs": [run_id]})
    [(lines,)] = _rows(_LINES, [run_id])
    [(batches, batches_sent, instructions, sent_at)] = _rows(statement("reports", "batches"), {"run": run_id})
    return RunProgress(
        money=money_of(sums, lines=lines, holds=sum(row[3] for row in held), held_dong=sum(row[4] for row in held)),
        items=sum(row.count for row in sums),
        # Cash items wait for people, not for a provider's answer; they are in neither of the two.
        answered=sum(row.count for row in sums if row.status in {"PAID", "REJECTED", "RETURNED"}),
        # An attempt of unknown fate is awaited too, whether or not its money counts as being on the way.
        awaited=sum(max(row.in_flight, row.count if row.status == "UNKNOWN" else 0) for row in sums),
        not_ordered=sum(
            row.count - row.in_flight
            for row in sums
            if (row.channel, row.status) == ("account", "DUE") and row.open_dong > 0
        ),
        batches=batches,
        batches_sent=batches_sent,
        instructions=instructions,
        sent_at=sent_at,
        attention=tuple(Attention(*row) for row in _rows(statement("reports", "attention"), {"run": run_id})),
        is_half_opened=bool(opening.half_opened([run_id])),
    )


def holds_of(person_id: int, month: Month) -> list[tuple[str, str, int]]:
    """Return (run code, reason, đồng) of what the month's runs hold back from a person, as far as the scope reaches."""
    return _rows(_HOLDS_OF, [person_id, month.first_day])


def _together(parts: list[Stages]) -> Stages:
    reasons: dict[str, int] = {}
    for part in parts:
        for reason, count in part.reasons.items():
            reasons[reason] = reasons.get(reason, 0) + count
    return Stages(
        sum(part.paid for part in parts),
        sum(part.collected for part in parts),
        sum(part.without_account for part in parts),
        dict(sorted(reasons.items())),
    )


def _published_month(province_code: str | None) -> Month | None:
    [(day,)] = _rows(_PUBLISHED_MONTH, [SMALLEST_PUBLISHED_RUN, province_code, province_code])
    return None if day is None else Month.of(day)


def published(month: Month | None = None, province_code: str | None = None) -> PublishedCoverage:
    """Return what everybody may read of a month: totals and shares in which nobody can be recognised.

    Only runs of a whole province with at least `SMALLEST_PUBLISHED_RUN` lines count. Runs of one commune, and later
    runs of a few people, wait for the books that auditors read: whoever compared the totals of two days would see their
    sums.

    The sums need every row, so they are taken with the system's sight; what leaves is suppressed first. Nothing is
    written, and undoing the savepoint gives the caller's own sight back.

    Raises:
        Refused: as `coverage`.
    """
    with transaction.atomic():
        # The wide sight lives until it is undone: left on, the rest of an officer's page would show the whole province.
        put_on(everything("public"))
        newest = month or _published_month(province_code)
        if newest is None:
            raise _no_frozen_run(month, province_code)
        figures = publish(coverage(newest, province_code, smallest_run=SMALLEST_PUBLISHED_RUN))
        transaction.set_rollback(True)
    return figures
