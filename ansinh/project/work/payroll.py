"""The commands of the payroll's life: people with names approve and freeze.

Whoever calculates or checks may give a name (`--as`), and then cannot approve; without one it is the operator.
"""

import argparse
from typing import Any

from django.utils import timezone

from ansinh.base.dong import format_number
from ansinh.base.months import Month
from ansinh.base.refusals import Refused
from ansinh.entitlement.releases import law_in_force
from ansinh.office import queries as office
from ansinh.office.security import acting, everything
from ansinh.payment import operations as payment
from ansinh.payroll import operations, pinning, queries
from ansinh.payroll.queries import RunRow
from ansinh.payroll.recomputing import Recomputation, recompute
from ansinh.payroll.selection import select
from ansinh.project.operator import OPERATOR
from ansinh.project.workers import workers

_CALCULATORS = frozenset({"department_officer", "department_approver"})
_VERDICTS = {
    "same": (
        "Câu lệnh dựng lại từ luật đã dùng trùng với câu lệnh của kỳ.",
        "The statements made again from the law it used are those of the run.",
    ),
    "other_compiler": (
        "Câu lệnh dựng lại khác, vì phiên bản bộ biên dịch nay đã khác; muốn đối chiếu hãy dùng phiên bản phần mềm khi đó.",
        "The statements differ because the compiler is another version now; use the software of that time to compare.",
    ),
    "differs": (
        "Cùng phiên bản bộ biên dịch mà câu lệnh dựng lại khác câu lệnh của kỳ. Cần kiểm tra ngay.",
        "The same compiler makes other statements than those of the run. This needs looking into at once.",
    ),
    "law_not_archived": (
        "Luật mà kỳ này đã dùng không có trong kho lưu (kỳ lập trước khi có kho lưu luật).",
        "The law that the run used is not archived (the run is older than the archive).",
    ),
    "statements_not_recorded": (
        "Kỳ này không ghi dấu vết từng câu lệnh (kỳ lập bởi phiên bản cũ).",
        "The run did not keep the hash of each statement (made by an older version).",
    ),
}


_CHANGED = (
    "Dòng chi của kỳ không còn như khi tính: đã bị sửa ngoài hệ thống. Hãy đối chiếu với bản sao lưu và nhật ký.",
    "The run's lines are not those that were calculated: somebody changed them. Compare with a backup and the trail.",
)


def _answer(run: RunRow) -> dict[str, Any]:
    return {
        "run": run.code,
        "month": str(run.month),
        "state": run.state,
        "lines": run.lines,
        "control_total_dong": run.control_total_dong,
        "sha256": run.sha256,
    }


def _acting_name(arguments: argparse.Namespace, area_id: int) -> str:
    """Return in whose name a run is calculated or checked: somebody who pays in this area, or the operator."""
    user = getattr(arguments, "user", None)
    if user is None:
        return OPERATOR
    if office.staff(user).role not in _CALCULATORS:
        raise Refused(
            "role_not_allowed",
            vi=f"“{user}” không tính, không kiểm tra kỳ chi trả. "
            "Hãy nhờ chuyên viên hoặc lãnh đạo bộ phận chi trả của Sở.",
            en=f"“{user}” may not calculate or check a payroll. Ask somebody of the department that pays.",
            user=user,
        )
    office.require_reach(user, area_id)
    return user


def calculate(arguments: argparse.Namespace) -> dict[str, Any]:
    """This will calculate the month's payroll for a province or a commune, in the name of whoever is given.

    Raises:
        Refused: `role_not_allowed`, `area_not_yours`, `staff_unknown`, and those of `operations.calculate`.
    """
    month = Month.parse(arguments.month)
    with acting(everything(OPERATOR)):
        selection = select(month=month, province=arguments.province, area=arguments.area)
        return _answer(
            operations.calculate(
                package=law_in_force(selection.area_id),
                month=month,
                selection=selection,
                by=_acting_name(arguments, selection.area_id),
                at=timezone.localtime(),
                whole=getattr(arguments, "whole", False),
                workers=workers(),
            )
        )


def check(arguments: argparse.Namespace) -> dict[str, Any]:
    """This will check a calculated run, in the name of whoever is given.

    Raises:
        Refused: `role_not_allowed`, `area_not_yours`, `staff_unknown`, and those of `operations.check`.
    """
    with acting(everything(OPERATOR)):
        by = _acting_name(arguments, queries.run(arguments.run).area_id)
    return _answer(operations.check(run=arguments.run, by=by, at=timezone.localtime(), workers=workers()))


def verify(arguments: argparse.Namespace) -> dict[str, Any]:
    """This will make a run's statements again from the law it used; exit status 1 when anything is not the same.

    With `--recompute` also every sum, from the facts as known then.
    """
    with acting(everything(OPERATOR, protected=arguments.recompute)):
        found = pinning.verify(arguments.run)
        again = recompute(arguments.run) if arguments.recompute else None
    is_same = again is None or again.differing == 0
    return ({"recomputed": _told(again, is_english=arguments.lang == "en")} if again else {}) | {
        "run": found.run_code,
        "ok": found.is_sound and is_same,
        "verdict": found.verdict,
        "message": (_VERDICTS[found.verdict] if found.are_lines_unchanged else _CHANGED)[arguments.lang == "en"],
        "law": {"hash": found.law_hash, "label": found.law_label, "state": found.law_state},
        "statements": {
            "count": found.statements,
            "sha256": found.statement_hash,
            "differing": list(found.differing),
            "compiler_then": found.compiler_version,
            "compiler_now": found.present_compiler_version,
        },
        "lines_unchanged": found.are_lines_unchanged,
        "exit_status": 0 if found.is_sound and is_same else 1,
    }


def _told(found: Recomputation, *, is_english: bool) -> dict[str, Any]:
    """Return what computing again has found; people by number, and no benefit: it could tell of a health status."""
    rows = [
        {
            "person": one.person_id,
            "month": str(one.for_month),
            "due_dong": one.due_dong,
            "settled_dong": one.settled_dong,
        }
        for one in found.shown
    ]
    compared, differing = format_number(found.compared), format_number(found.differing)
    if found.differing == 0:
        message = (
            f"Tính lại {compared} khoản theo luật và dữ liệu khi tính kỳ: không khác khoản nào.",
            f"{found.compared:,} sums computed again by the law and facts of then: none differs.",
        )
    else:
        message = (
            f"{differing} trong {compared} khoản tính lại ra số khác: dữ liệu hoặc kỳ đã bị sửa ngoài hệ thống. "
            "Hãy đối chiếu những người nêu dưới đây với nhật ký và bản sao lưu.",
            f"{found.differing:,} of {found.compared:,} sums come out otherwise: facts or run were changed behind the "
            "register's back. Compare the people named here with the trail and a backup.",
        )
    return {
        "message": message[is_english],
        "compared": found.compared,
        "differing": found.differing,
        "uncertain": found.uncertain,
        "first": rows,
    }


def approve(arguments: argparse.Namespace) -> dict[str, Any]:
    """This will approve a checked run in the name of the given member of staff."""
    return _answer(operations.approve(run=arguments.run, by=arguments.user, at=timezone.localtime(), workers=workers()))


def freeze(arguments: argparse.Namespace) -> dict[str, Any]:
    """This will freeze an approved run and open its payment items."""
    return _answer(payment.freeze(run=arguments.run, by=arguments.user, at=timezone.localtime(), workers=workers()))
