"""Reads of the payroll: runs, control figures, lines of a person, what is held and why. Plain dataclasses only."""

import datetime
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

from django.db import connection
from django.db.models import Count, Sum

from ansinh.base.months import Month
from ansinh.base.refusals import Refused
from ansinh.base.statements import statement
from ansinh.office.security import acting, everything
from ansinh.office.side_by_side import side_by_side
from ansinh.payroll.models import PayrollHold, PayrollLine, PayrollRun, Settlement

HOLD_LABELS = {
    "needs_verification": ("Cần xác minh thông tin", "Information needs verification"),
    "birth_date_incomplete": ("Ngày sinh chưa đầy đủ", "Birth date incomplete"),
    "recovery_needs_decision": ("Phải thu hồi, chờ quyết định", "Recovery, waiting for a decision"),
    "beneficiary_deceased": ("Đối tượng đã mất", "Beneficiary has died"),
    "payee_deceased": ("Người nhận thay đã mất", "Payee has died"),
    "address_cooling_off": (
        "Tài khoản vừa đổi, chưa đến ngày được dùng",
        "The account was changed and may not be used yet",
    ),
}


@dataclass(frozen=True)
class Control:
    """The control figures of a run, recomputed from its rows."""

    lines: int
    total_dong: int
    payees_total_dong: int
    sha256: str


@dataclass(frozen=True)
class RunRow:
    """One run as pages and commands show it. `month` is a Month; instants are aware datetimes or None."""

    id: int
    code: str
    month: Month
    area_id: int
    area_code: str
    area_name: str
    state: str
    lines: int
    control_total_dong: int
    sha256: str
    known_on: datetime.date
    law_hash: str
    calculated_by: str
    calculated_at: datetime.datetime
    checked_by: str
    checked_at: datetime.datetime | None
    approved_by: str
    approved_at: datetime.datetime | None
    frozen_by: str
    frozen_at: datetime.datetime | None


@dataclass(frozen=True)
class HoldRow:
    """Something a run does not pay; `label` is Vietnamese, `label_en` English."""

    id: int
    person_id: int
    person_name: str
    area_name: str
    reason: str
    label: str
    label_en: str
    detail: str
    amount_dong: int


@dataclass(frozen=True)
class HoldSummary:
    """How many are held for one reason, and how much money that is."""

    reason: str
    label: str
    label_en: str
    count: int
    amount_dong: int


@dataclass(frozen=True)
class LineRow:
    """One line of a run for one person."""

    run_code: str
    # What the run of this line was pinned to: the words on a page come from that law, as known on that day.
    law_hash: str
    known_on: datetime.date
    facts_known_at: datetime.datetime
    run_area_id: int
    benefit: str
    for_month: Month
    kind: str
    rule: str
    entitled_dong: int
    settled_before_dong: int
    amount_dong: int


# One leaf of the control figures: whether of lines (0) or payees (1), its number, its lines, its sum and its hash.
Leaf = tuple[int, int, int, int, bytes]
# Some people by number, both ends included.
People = tuple[int, int]
EVERYBODY: People = (-(2**63), 2**63 - 1)
# A leaf covers so many person numbers; the hash of a run would be another one with another number.
LEAF = 65_536
# Fewer leaves are read before another process has begun.
WORTH_SHARING_LEAVES = 4


def control_of(run_id: int, *, shared_by: int = 1) -> Control:
    """Return the control figures of the run as its rows are now. The caller's scope must cover the whole run.

    `shared_by` two or more lets as many processes read a long run, on connections of their own: only for rows that are
    committed, since they see no others. The figures are the same.
    """
    first, last = _ends(run_id, EVERYBODY)
    leaves: list[Leaf] = []
    if first is not None:
        share = shared_by if last - first >= WORTH_SHARING_LEAVES else 1
        size = (last - first) // share + 1
        ranges = [(at, min(at + size - 1, last)) for at in range(first, last + 1, size)]
        read = partial(_leaves, run_id) if share == 1 else partial(_leaves_of_all, run_id)
        leaves = [leaf for part in side_by_side(read, ranges, share) for leaf in part]
    return control_from(leaves)


def leaves_of(run_id: int, people: People) -> list[Leaf]:
    """Return the leaves of the run that lie among these people; a leaf must lie there whole."""
    first, last = _ends(run_id, people)
    return [] if first is None else _leaves(run_id, (first, last))


def control_from(found: Iterable[Leaf]) -> Control:
    """Return the control figures that these leaves make."""
    leaves = sorted(found)
    lines = [leaf for leaf in leaves if leaf[0] == 0]
    return Control(
        lines=sum(leaf[2] for leaf in lines),
        total_dong=sum(leaf[3] for leaf in lines),
        payees_total_dong=sum(leaf[3] for leaf in leaves if leaf[0] == 1),
        sha256=hashlib.sha256(b"".join(leaf[4] for leaf in leaves)).hexdigest(),
    )


def _ends(run_id: int, people: People) -> tuple[int, int] | tuple[None, None]:
    with connection.cursor() as cursor:
        parameters = {"run": run_id, "leaf": LEAF, "first": people[0], "last": people[1]}
        cursor.execute(statement("payroll", "parts"), parameters)
        return cursor.fetchone()


def _leaves(run_id: int, part: tuple[int, int]) -> list[Leaf]:
    with connection.cursor() as cursor:
        parameters = {"run": run_id, "first": part[0], "last": part[1], "leaf": LEAF}
        cursor.execute(statement("payroll", "totals"), parameters)
        return [(*row[:4], bytes(row[4])) for row in cursor.fetchall()]


def _leaves_of_all(run_id: int, part: tuple[int, int]) -> list[Leaf]:
    # In a process of its own, whose connection has no scope yet: what the caller may see was looked at by the caller.
    with acting(everything("system", protected=True)):
        return _leaves(run_id, part)


def holds_of(run_id: int) -> str:
    """Return one hash over what the run holds and why: the same lines with another hold are another run to check."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(md5(string_agg(concat_ws(';', person_id, reason, detail, amount_dong), E'\n'"
            " ORDER BY person_id, reason, detail, amount_dong)), '') FROM payroll_payrollhold WHERE run_id = %s",
            [run_id],
        )
        return cursor.fetchone()[0]


# The plain form is what leaves this room: a page that held the model could load related rows one by one.
def run_row(run: PayrollRun) -> RunRow:
    """Return the plain form of a run."""
    return RunRow(
        id=run.id,
        code=run.code,
        month=Month.of(run.month),
        area_id=run.area_id,
        area_code=run.area.code,
        area_name=run.area.name,
        state=run.state,
        lines=run.lines,
        control_total_dong=run.control_total_dong,
        sha256=run.sha256,
        known_on=run.known_on,
        law_hash=run.law_hash,
        calculated_by=run.calculated_by,
        calculated_at=run.calculated_at,
        checked_by=run.checked_by,
        checked_at=run.checked_at,
        approved_by=run.approved_by,
        approved_at=run.approved_at,
        frozen_by=run.frozen_by,
        frozen_at=run.frozen_at,
    )


def runs(month: Month) -> list[RunRow]:
    """Return the runs of a month, in the order in which they were made."""
    return [
        run_row(run) for run in PayrollRun.objects.select_related("area").filter(month=month.first_day).order_by("id")
    ]


def frozen_areas() -> list[int]:
    """Return the units for which a run was ever frozen: whose money the books speak of."""
    return list(
        PayrollRun.objects.filter(state="FROZEN").order_by("area_id").values_list("area_id", flat=True).distinct()
    )


def unknown_run(code: str) -> Refused:
    """Return the refusal for a run that is not there, or not the reader's to see: the two must sound the same."""
    return Refused(
        "run_unknown",
        vi=f"Không có kỳ chi trả “{code}”. Hãy xem lại mã kỳ.",
        en=f"There is no payroll run “{code}”.",
        run=code,
    )


def run(code: str) -> RunRow:
    """Return one run. Raises `Refused` (`run_unknown`)."""
    found = PayrollRun.objects.select_related("area").filter(code=code).first()
    if found is None:
        raise unknown_run(code)
    return run_row(found)


def hold_summary(run_id: int) -> list[HoldSummary]:
    """Return what the run holds by reason, largest first, as far as the caller's scope reaches."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT reason, count(*), sum(amount_dong)::bigint FROM payroll_payrollhold WHERE run_id = %s"
            " GROUP BY reason ORDER BY count(*) DESC, reason",
            [run_id],
        )
        return [
            HoldSummary(reason, *HOLD_LABELS.get(reason, (reason, reason)), count, amount)
            for reason, count, amount in cursor.fetchall()
        ]


def taken_back(run_id: int) -> tuple[int, int]:
    """Return how many lines of a run take something back from a sum that stays above zero, and how many đồng in all.

    A person whose sum is not above zero is held instead. As far as the caller's scope reaches.
    """
    lines = PayrollLine.objects.filter(run_id=run_id, kind="recovery")
    found = lines.aggregate(lines=Count("for_month"), total=Sum("amount_dong"))
    return found["lines"], -(found["total"] or 0)


def holds(run_id: int, *, after: int = 0, limit: int = 50) -> list[HoldRow]:
    """Return held people of a run after the given hold id (keyset paging), as far as the caller's scope reaches."""
    rows = (
        PayrollHold.objects.select_related("person", "area").filter(run_id=run_id, id__gt=after).order_by("id")[:limit]
    )
    # The benefits named in the detail could tell a health status: lists show the reason alone.
    return [
        HoldRow(
            row.id,
            row.person_id,
            row.person.full_name,
            row.area.name,
            row.reason,
            *HOLD_LABELS.get(row.reason, (row.reason, row.reason)),
            "",
            row.amount_dong,
        )
        for row in rows
    ]


def person_lines(person_id: int, month: Month) -> list[LineRow]:
    """Return a person's lines in the runs of one month, newest month first."""
    rows = (
        PayrollLine.objects.select_related("run")
        .filter(person_id=person_id, run__month=month.first_day)
        .order_by("-for_month", "benefit")
    )
    return [
        LineRow(
            row.run.code,
            row.run.law_hash,
            row.run.known_on,
            row.run.facts_known_at,
            row.run.area_id,
            row.benefit,
            Month.of(row.for_month),
            row.kind,
            row.rule,
            row.entitled_dong,
            row.settled_before_dong,
            row.amount_dong,
        )
        for row in rows
    ]


def settled_of(person_id: int) -> dict[tuple[str, Month], int]:
    """Return what has been settled for a person so far, by benefit and month."""
    rows = Settlement.objects.filter(person_id=person_id).values_list("benefit", "for_month", "settled_dong")
    return {(benefit, Month.of(for_month)): settled_dong for benefit, for_month, settled_dong in rows}
