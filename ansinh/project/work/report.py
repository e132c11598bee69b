"""The command `report`: the coverage of a month, as the contract prints it."""

import argparse
from typing import Any

from django.utils import timezone

from ansinh.base.months import Month
from ansinh.office.security import acting, everything
from ansinh.reports import queries
from ansinh.reports.funnel import CoverageReport


def as_json(report: CoverageReport) -> dict[str, Any]:
    """Return the report as the document of the contract, §3."""
    return report.as_json()


def coverage(arguments: argparse.Namespace) -> dict[str, Any]:
    """This will report how many payees are paid by account, by commune, and where the month's money is."""
    month = Month.parse(arguments.month) if arguments.month else None
    with acting(everything("system")):
        today = timezone.localdate() if arguments.units == "now" else None
        return as_json(queries.coverage(month, arguments.province, today=today))
