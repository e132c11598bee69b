"""The commands of the payroll's life. The operator at the machine calculates and checks; people with names approve and freeze."""

import argparse
from typing import Any

from django.utils import timezone

from ansinh.base.months import Month
from ansinh.law.package import load_book
from ansinh.office.security import acting, everything
from ansinh.payment import operations as payment
from ansinh.payroll import operations
from ansinh.payroll.queries import RunRow
from ansinh.payroll.selection import select
from ansinh.project.operator import OPERATOR


def _answer(run: RunRow) -> dict[str, Any]:
    return {
        "run": run.code,
        "month": str(run.month),
        "state": run.state,
        "lines": run.lines,
        "control_total_dong": run.control_total_dong,
        "sha256": run.sha256,
    }


def calculate(arguments: argparse.Namespace) -> dict[str, Any]:
    """This will calculate the month's payroll for a province or a commune."""
    month = Month.parse(arguments.month)
    with acting(everything(OPERATOR)):
        selection = select(month=month, province=arguments.province, area=arguments.area)
        return _answer(
            operations.calculate(package=load_book(), month=month, selection=selection, by=OPERATOR, at=timezone.now())
        )


def check(arguments: argparse.Namespace) -> dict[str, Any]:
    """This will check a calculated run."""
    return _answer(operations.check(run=arguments.run, by=OPERATOR, at=timezone.now()))


def approve(arguments: argparse.Namespace) -> dict[str, Any]:
    """This will approve a checked run in the name of the given member of staff."""
    return _answer(operations.approve(run=arguments.run, by=arguments.user, at=timezone.now()))


def freeze(arguments: argparse.Namespace) -> dict[str, Any]:
    """This will freeze an approved run and open its payment items."""
    return _answer(payment.freeze(run=arguments.run, by=arguments.user, at=timezone.now()))
