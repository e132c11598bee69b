"""The commands of statements: the account at a provider against the books, and what stands in suspense."""

import argparse
import dataclasses
from typing import Any

from django.utils import timezone

from ansinh.office.security import acting, everything
from ansinh.payment import explaining, statements, withdrawing
from ansinh.project.operator import OPERATOR


def reconcile(arguments: argparse.Namespace) -> dict[str, Any]:
    """This will compare each provider's newest statement with the books; exit status 1 when something has no name or is wrong.

    Raises:
        Refused: `role_not_allowed`, `staff_unknown`.
    """
    with acting(everything(OPERATOR)):
        found = explaining.accounts_of(arguments.user)
    is_english = arguments.lang == "en"
    unexplained = sum(abs(one.unexplained_dong) for one in found.reconciliations)
    return {
        "accounts": [
            {**dataclasses.asdict(one), "closing_on": one.closing_on.isoformat(),
             "paid_not_told_since": one.paid_not_told_since.isoformat() if one.paid_not_told_since else None,
             "is_debit_overdue": one.is_debit_overdue, "unexplained_dong": one.unexplained_dong}
            for one in found.reconciliations
        ],
        "breaks": [
            {**dataclasses.asdict(one), "day": one.day.isoformat() if one.day else None,
             "label": statements.BREAK_LABELS[one.reason][is_english]}
            for one in found.breaks
        ],
        "left_out": [
            {**dataclasses.asdict(one), "label": one.label(is_english=is_english)} for one in found.left_out
        ],
        "in_suspense": len(found.movements),
        "ok": not unexplained and not found.breaks,
        "exit_status": 1 if unexplained or found.breaks else 0,
    }  # fmt: skip


def held(arguments: argparse.Namespace) -> dict[str, Any]:
    """This will list the lines of answers that were not applied, the newest first, each with what to do about it.

    Raises:
        Refused: `role_not_allowed`, `staff_unknown`.
    """
    with acting(everything(OPERATOR)):
        found = explaining.accounts_of(arguments.user)
    is_english = arguments.lang == "en"
    return {"lines": [{**dataclasses.asdict(row), "advice": row.advice(is_english=is_english)} for row in found.held]}


def suspense(arguments: argparse.Namespace) -> dict[str, Any]:
    """This will list what statements say has moved and nobody has explained, the oldest first.

    Raises:
        Refused: `role_not_allowed`, `staff_unknown`.
    """
    with acting(everything(OPERATOR)):
        found = explaining.accounts_of(arguments.user, with_settled=arguments.all)
    return {"movements": [_shown(row) for row in found.movements]}


def explain(arguments: argparse.Namespace) -> dict[str, Any]:
    """This will note what a movement is, or book it when another person has said the same.

    Raises:
        Refused: those of `explaining.explain`.
    """
    with acting(everything(OPERATOR)):
        row = explaining.explain(
            number=arguments.number,
            kind=arguments.kind,
            detail=arguments.detail,
            by=arguments.user,
            at=timezone.localtime(),
        )
    return {**_shown(row), "booked": bool(row.approved_by)}


def withdraw(arguments: argparse.Namespace) -> dict[str, Any]:
    """This will propose to take a counted statement back, or do so when another person has proposed it.

    Raises:
        Refused: those of `withdrawing.withdraw`.
    """
    with acting(everything(OPERATOR)):
        done = withdrawing.withdraw(
            name=arguments.statement, reason=arguments.reason, by=arguments.user, at=timezone.localtime()
        )
    return {**dataclasses.asdict(done), "withdrawn": bool(done.approved_by)}


def _shown(row: explaining.MovementRow) -> dict[str, Any]:
    return {**dataclasses.asdict(row), "booked_on": row.booked_on.isoformat()}
