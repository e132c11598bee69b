"""Writes of the payroll: calculate, check, approve, freeze, and taking over what an older register has paid.

Every operation is one transaction, can be repeated without effect, and takes the clock and the actor as arguments.
Law: NĐ 335/2026/NĐ-CP, Điều 8 khoản 2; NĐ 335/2026/NĐ-CP, Điều 8 khoản 4; NĐ 335/2026/NĐ-CP, Điều 32 khoản 3
"""

import datetime
from dataclasses import replace

from django.db import connection, transaction
from django.db.models import Min
from django.db.utils import IntegrityError
from django.utils import timezone

from ansinh.base.months import Month
from ansinh.base.refusals import Refused
from ansinh.base.stages import stage
from ansinh.base.statements import statement
from ansinh.entitlement import month as entitlement
from ansinh.entitlement import releases
from ansinh.law.compiler import COMPILER_VERSION
from ansinh.law.package import LawBook, LawPackage
from ansinh.ledger import accounts as chart
from ansinh.ledger import operations as ledger
from ansinh.office import operations as office
from ansinh.office import queries as staff_queries
from ansinh.office.security import everything, put_on
from ansinh.office.together import Together
from ansinh.payroll import calculating, retroactivity
from ansinh.payroll.models import PayrollRun, Settlement
from ansinh.payroll.pinning import statement_hash
from ansinh.payroll.queries import Control, RunRow, control_from, control_of, holds_of, run_row, unknown_run
from ansinh.payroll.selection import Selection, empty_selection
from ansinh.payroll.transitions import require

_APPROVERS = frozenset({"department_approver"})
_FREEZERS = frozenset({"department_approver", "department_officer", "administrator"})


def _lock(name: str) -> None:
    """Let one worker at a time change the run of this month and area; the lock ends with the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])


def _see_everything(by: str) -> None:
    # A run covers a whole province and reads protected conditions; who may start one is checked before.
    put_on(everything(by, protected=True))


def _locked_run(code: str) -> PayrollRun:
    run = PayrollRun.objects.select_for_update().filter(code=code).first()
    if run is None:
        raise unknown_run(code)
    return run


def _require_role(by: str, roles: frozenset[str]) -> None:
    # The name comes from the command line or a session; what it may do is read anew, so a role taken away counts at
    # once.
    member = staff_queries.staff(by)
    if member.role not in roles:
        raise Refused(
            "role_not_allowed",
            vi=f"“{by}” không có quyền làm việc này. Hãy nhờ người có thẩm quyền đăng nhập và thực hiện.",
            en=f"“{by}” may not do this. Ask somebody with the right role.",
            user=by,
            role=member.role,
        )


def _has_beneficiaries(selection: Selection, month: Month) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            # People settled before count too: somebody whose decision ended may owe money back, and that is not an
            # empty selection.
            "SELECT EXISTS (SELECT FROM entitlement_decision WHERE area_id = ANY (%s) AND start_month <= %s"
            " AND (end_month IS NULL OR end_month > %s))"
            " OR EXISTS (SELECT FROM payroll_settlement WHERE area_id = ANY (%s))",
            [list(selection.communes), month.first_day, month.first_day, list(selection.communes)],
        )
        return cursor.fetchone()[0]


def _open_run(
    selection: Selection, month: Month, *, by: str, at: datetime.datetime, known_on: datetime.date, law_hash: str
) -> tuple[PayrollRun, tuple[int, int, str, str] | None]:
    """Return the run that is still open for this month and area, emptied, with its control figures so far; or a new one."""
    # The unique constraint allows one open run; taking it over instead of adding a second keeps one number for one
    # draft.
    run = (
        PayrollRun.objects.select_for_update()
        .filter(month=month.first_day, area_id=selection.area_id)
        .exclude(state="FROZEN")
        .first()
    )
    before = None if run is None else (run.lines, run.control_total_dong, run.sha256, holds_of(run.id))
    if run is None:
        earlier = PayrollRun.objects.filter(month=month.first_day, area_id=selection.area_id).count()
        run = PayrollRun(
            code=f"{month}-{selection.area_code}-{earlier + 1:02d}",
            month=month.first_day,
            area_id=selection.area_id,
            sequence=earlier + 1,
        )
    else:
        require(run.state, "CALCULATED")
        _empty(run)
    run.state, run.known_on, run.facts_known_at, run.law_hash = "CALCULATED", known_on, at, law_hash
    run.statement_hash, run.compiler_version, run.calculated_by, run.calculated_at = "", COMPILER_VERSION, by, at
    # A check made on other figures is worth nothing: it has to be made again.
    run.checked_by, run.checked_at, run.sha256 = "", None, ""
    run.approved_by, run.approved_at = "", None
    run.save()
    return run, before


def _empty(run: PayrollRun) -> None:
    with connection.cursor() as cursor:
        # Raw deletes: the ORM would first load every row to look for dependants that cannot exist.
        for table in ("payrollline", "payrollhold", "payrollpayee"):
            cursor.execute(f"DELETE FROM payroll_{table} WHERE run_id = %s", [run.id])


def _require_sensible_month(month: Month, known_on: datetime.date, selection: Selection) -> None:
    """Refuse a month that nobody can owe yet, and one that an older register has paid."""
    if month > Month.of(known_on).plus(1):
        raise Refused(
            "month_too_far",
            vi=f"Chưa thể lập kỳ chi trả tháng {month.vi}: chỉ lập được đến hết tháng sau của ngày {known_on:%d/%m/%Y}.",
            en=f"A payroll for {month} cannot be made yet: only up to the month after {known_on}.",
            month=str(month),
        )
    first = _first_settled(selection)
    if first and month < first:
        raise Refused(
            "month_before_register",
            vi=f"Tháng {month.vi} thuộc sổ chi trả cũ (hệ thống này theo dõi từ tháng {first.vi}), nên không lập kỳ để tránh chi trùng.",
            en=f"Month {month} belongs to an older register (this system begins with {first}); no payroll was made.",
            month=str(month),
            first=str(first),
        )


def _first_settled(selection: Selection) -> Month | None:
    first = Settlement.objects.filter(area_id__in=selection.communes).aggregate(first=Min("for_month"))["first"]
    return Month.of(first) if first else None


def _compared_months(selection: Selection, month: Month) -> list[Month]:
    """Return the months from the first settled one up to this month: older ones belong to registers before us."""
    return list((_first_settled(selection) or month).until(month))


def _look(
    package: LawBook | LawPackage, run: PayrollRun, selection: Selection, months: list[Month], *, whole: bool
) -> tuple[retroactivity.Scope, list[entitlement.Question]]:
    """Return which of the compared months must be asked how and what, and pin what the run was computed from."""
    basis = retroactivity.look(selection)
    asked = [
        entitlement.Question(month=month, known_on=run.known_on, known_at=run.facts_known_at, areas=selection.communes)
        for month in months
    ]
    questions = [replace(each, decided=entitlement.decided_benefits(each)) for each in asked]
    basis = replace(basis, months=retroactivity.fingerprints(package, questions))
    run.basis = basis.to_json()
    return retroactivity.scope_of(selection, basis, months, whole=whole), questions


def _compute(run: PayrollRun, parts: Together[calculating.Told]) -> int:
    """Let every share of the run be computed, note its figures, and return how many people it holds."""
    with stage("entitle"):
        statements = [dict(told.statements) for told in parts.step()]
        assert all(each == statements[0] for each in statements), "the shares asked different laws"
        run.statements, run.statement_hash = statements[0], statement_hash(statements[0])
    with stage("calculate"):
        told = parts.step()
        retroactivity.note_ahead(run.facts_known_at)
        # Before any share is kept: what they write themselves is no news to the run.
        run.basis |= retroactivity.look_up_again()
        control = control_from(leaf for each in told for leaf in each.leaves)
        run.lines, run.control_total_dong, run.sha256 = control.lines, control.total_dong, control.sha256
        run.save()
    return sum(each.holds for each in told)


def calculate(
    *,
    package: LawBook | LawPackage,
    month: Month,
    selection: Selection,
    by: str,
    at: datetime.datetime,
    known_on: datetime.date | None = None,
    whole: bool = False,
    workers: int = 1,
) -> RunRow:
    """This will compute the month for the selection: entitled as known now, minus what was settled, with every hold named.

    Promises: an open run is recomputed in place; when nothing differs from what was frozen, the frozen run is returned
    and nothing is written. The number of SQL statements depends on the months compared, never on the people. Months and
    people whom nothing touched since the last frozen run are not asked again, unless `whole`; the lines are the same.
    With more than one of `workers`, a long new run is computed by as many processes: the same run, there or not at all.

    Raises:
        Refused: `law_not_released`, `law_superseded` unless the package is the law in force; `empty_selection`,
            `run_not_ready` when an approved run waits to be frozen, `worker_ended`.
    """
    with transaction.atomic():
        _see_everything(by)
        releases.require_in_force(package.hash)
        # Two people pressing the button together would both see no open run; the second waits here and finds the first
        # one's.
        _lock(f"payroll {month} {selection.area_id}")
        if not _has_beneficiaries(selection, month):
            raise empty_selection(selection.area_code, month)
        calculating.clear_away()
        _require_sensible_month(month, known_on or timezone.localdate(at), selection)
        unchanged = False
        with transaction.atomic():
            run, before = _open_run(
                selection, month, by=by, at=at, known_on=known_on or timezone.localdate(at), law_hash=package.hash
            )
            with stage("entitle"):
                scope, questions = _look(package, run, selection, _compared_months(selection, month), whole=whole)
                # A draft that is replaced is there already: its rows are exchanged in one transaction.
                people = calculating.shares(selection, workers if before is None else 1)
            with calculating.together(calculating.Plan(package, run, selection, scope, questions, by), people) as parts:
                holds = _compute(run, parts)
                # A run is made first and judged afterwards: only the finished comparison can tell what it is worth.
                if before == (run.lines, run.control_total_dong, run.sha256, holds_of(run.id)):
                    # The same figures again: whoever checked or approved them did so rightly. The savepoint forgets our
                    # copy.
                    transaction.set_rollback(True)
                    unchanged = True
                elif run.lines == 0 and holds == 0:
                    _empty(run)
                    run.delete()
                    return _nothing_to_pay(selection, month)
                else:
                    with stage("keep"):
                        parts.keep()
                    calculating.note_finished(run.id)
        if unchanged:
            return _unchanged_run(selection, month)
        office.audit(by=by, action="payroll.calculate", subject=run.code, detail={"lines": run.lines}, at=at)
        return run_row(run)


def _unchanged_run(selection: Selection, month: Month) -> RunRow:
    """Return the open run of the month as it stands in the database, read anew: our copy was changed and forgotten."""
    return run_row(PayrollRun.objects.exclude(state="FROZEN").get(month=month.first_day, area_id=selection.area_id))


def _nothing_to_pay(selection: Selection, month: Month) -> RunRow:
    """Return the frozen run that has paid everything, or refuse: there is nothing of this month left for the area."""
    frozen = (
        PayrollRun.objects.filter(month=month.first_day, area_id=selection.area_id, state="FROZEN")
        .order_by("-sequence")
        .first()
    )
    if frozen is not None:
        return run_row(frozen)
    raise Refused(
        "nothing_to_pay",
        vi=f"Tháng {month.vi} không còn khoản nào phải chi cho địa bàn {selection.area_code}: mọi khoản đã được quyết toán.",
        en=f"Nothing is left to pay for area {selection.area_code} in {month}: everything has been settled.",
        area=selection.area_code,
        month=str(month),
    )


def _require_unchanged(run: PayrollRun, workers: int) -> Control:
    """Return the control figures, refusing when they are no longer those that were calculated."""
    # The hash is taken over the rows again, not over what was remembered of them: a changed row cannot hide behind a
    # total. They are committed, and the lock on the run keeps them: other processes see what we see.
    control = control_of(run.id, shared_by=workers)
    if (control.lines, control.total_dong, control.sha256) != (run.lines, run.control_total_dong, run.sha256):
        raise Refused(
            "control_total_changed",
            vi="Tổng kiểm soát của kỳ đã thay đổi so với lúc tính. Không duyệt, không chốt; hãy tính lại kỳ này.",
            en="The control total is no longer what was calculated. Calculate the run again.",
            run=run.code,
            expected_dong=run.control_total_dong,
            found_dong=control.total_dong,
        )
    return control


def check(*, run: str, by: str, at: datetime.datetime, workers: int = 1) -> RunRow:
    """This will check a calculated run against its own control figures and the rules no run may break.

    Raises:
        Refused: `control_total_changed`, `payees_do_not_add_up`, `run_is_empty`, `run_not_ready`.
    """
    with transaction.atomic():
        _see_everything(by)
        row = _locked_run(run)
        if row.state in {"APPROVED", "FROZEN"}:
            _require_unchanged(row, workers)
            return run_row(row)
        require(row.state, "CHECKED")
        control = _require_unchanged(row, workers)
        if control.lines == 0:
            raise Refused(
                "run_is_empty",
                vi="Kỳ này không có dòng chi nào nên không có gì để duyệt. "
                "Hãy xem các khoản tạm giữ, sửa dữ liệu rồi tính lại; "
                "nếu mọi người đã được chi đủ thì không phải làm gì thêm.",
                en="The run has no line, so there is nothing to approve. "
                "Look at what is held, mend it and calculate again; "
                "when everybody was paid already, nothing is to be done.",
                run=run,
            )
        if control.total_dong != control.payees_total_dong:
            raise Refused(
                "payees_do_not_add_up",
                vi="Tổng theo người nhận khác tổng theo dòng chi. Hãy tính lại kỳ này.",
                en="The payees' total differs from the lines' total. Calculate the run again.",
                run=run,
            )
        row.state, row.checked_by, row.checked_at = "CHECKED", by, at
        row.save()
        office.audit(by=by, action="payroll.check", subject=run, detail={"sha256": row.sha256}, at=at)
        return run_row(row)


def approve(*, run: str, by: str, at: datetime.datetime, workers: int = 1) -> RunRow:
    """This will approve a checked run in the name of a second person.

    Raises:
        Refused: `second_person_required`, `role_not_allowed`, `control_total_changed`, `run_not_ready`, `staff_unknown`.
    """
    with transaction.atomic():
        _see_everything(by)
        row = _locked_run(run)
        _require_role(by, _APPROVERS)
        staff_queries.require_reach(by, row.area_id)
        # The same person pressing twice is no second approval and no fault either.
        if row.state in {"APPROVED", "FROZEN"} and row.approved_by == by:
            return run_row(row)
        require(row.state, "APPROVED")
        if by in {row.calculated_by, row.checked_by}:
            raise Refused(
                "second_person_required",
                vi="Người duyệt phải khác người tính và người kiểm tra. Hãy để lãnh đạo khác duyệt kỳ này.",
                en="The approver must be another person than the one who calculated or checked.",
                run=run,
                user=by,
            )
        _require_unchanged(row, workers)
        row.state, row.approved_by, row.approved_at = "APPROVED", by, at
        row.save()
        office.audit(
            by=by, action="payroll.approve", subject=run, detail={"control_total_dong": row.control_total_dong}, at=at
        )
        return run_row(row)


def _settle(run: PayrollRun) -> int:
    """Write down what the run settles and return how many of its lines still started from where they were calculated."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement("payroll", "settle"), {"run": run.id})
            return int(cursor.fetchone()[0])
    except IntegrityError as error:
        # Another run was faster by a moment. Any other broken constraint is our own fault, and no news about a run.
        if "payroll_settlement_pkey" not in str(error):
            raise
        return 0


def hold(*, run: str, by: str) -> RunRow:
    """This will keep everybody else from changing the run until the transaction ends. Raises `run_unknown`."""
    _see_everything(by)
    return run_row(_locked_run(run))


def freeze(*, run: str, by: str, at: datetime.datetime, workers: int = 1) -> RunRow:
    """This will freeze an approved run: settle its differences and commit its sum in the books. Nothing changes it afterwards.

    Promises: what was approved is what is frozen, to the byte of the hash.

    Raises:
        Refused: `settled_meanwhile` when another run settled the same months, `control_total_changed`, `balance_insufficient`.
    """
    with transaction.atomic():
        _see_everything(by)
        row = _locked_run(run)
        _require_role(by, _FREEZERS)
        staff_queries.require_reach(by, row.area_id)
        if row.state == "FROZEN":
            return run_row(row)
        require(row.state, "FROZEN")
        # Approved yesterday, frozen today: whatever happened in between must not have touched a line.
        _require_unchanged(row, workers)
        if _settle(row) != row.lines:
            raise Refused(
                "settled_meanwhile",
                vi="Một kỳ khác đã quyết toán cùng tháng cho một số đối tượng. Hãy tính lại kỳ này để không chi trùng.",
                en="Another run has settled the same months for some people. Calculate this run again.",
                run=run,
                lines=row.lines,
            )
        # The run's id is the reference: a second freeze could not book a second commitment even if it came this far.
        ledger.book_one(
            code=chart.Code.COMMIT,
            reference=row.id,
            debit=chart.commitment(row.code),
            credit=chart.APPROPRIATION,
            amount_dong=row.control_total_dong,
            evidence=row.id,
            month=row.month,
            at=at,
        )
        row.state, row.frozen_by, row.frozen_at = "FROZEN", by, at
        row.save()
        retroactivity.note_frozen(row.id)
        office.audit(by=by, action="payroll.freeze", subject=run, detail={"sha256": row.sha256}, at=at)
        return run_row(row)


def take_over_settlements(
    *,
    package: LawBook | LawPackage,
    selection: Selection,
    first: Month,
    last: Month,
    known_on: datetime.date,
    by: str,
    at: datetime.datetime,
) -> int:
    """This will record, as settled before us, what the law known on that day paid for each month of the period.

    It is for a register that is taken over (and for generated populations): nothing is paid and nothing is booked.
    Returns the number of (person, benefit, month) taken over. A second call adds nothing.

    Raises:
        Refused: `law_not_released`, `law_superseded` unless the package is the law in force.
    """
    with transaction.atomic():
        _see_everything(by)
        # What is recorded here is subtracted from what people get: it is money too.
        releases.require_in_force(package.hash)
        retroactivity.note_taken_over()
        entitlement.make_result_tables()
        for month in first.until(last):
            question = entitlement.Question(month=month, known_on=known_on, known_at=at, areas=selection.communes)
            entitlement.evaluate_month(package, question)
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO payroll_settlement (person_id, benefit, for_month, settled_dong, area_id)"
                " SELECT entitled.person_id, entitled.benefit, entitled.for_month, entitled.amount_dong, person.area_id"
                " FROM entitled JOIN people_person AS person ON person.id = entitled.person_id"
                " ON CONFLICT (person_id, benefit, for_month) DO NOTHING"
            )
            taken = cursor.rowcount
        detail = {"first": str(first), "last": str(last), "known_on": known_on.isoformat(), "lines": taken}
        office.audit(by=by, action="payroll.take_over", subject=package.hash[:12], detail=detail, at=at)
        return taken
