"""The commands of the books: verify, export for an independent program, book an appropriation."""

import argparse
import sys
from typing import Any

from django.utils import timezone

from ansinh.base.months import Month
from ansinh.ledger import operations, queries
from ansinh.office.security import acting, everything
from ansinh.payment import queries as payment
from ansinh.project.operator import OPERATOR


def verify(arguments: argparse.Namespace) -> dict[str, Any]:
    """This will check every invariant of the books and of the items they speak of; exit status 1 when one is broken."""
    with acting(everything(OPERATOR)):
        books = queries.verify()
        checks = {**books.checks, **payment.invariants()}
    ok = all(checks.values())
    return {"ok": ok, "checks": checks, "transfers": books.transfers, "seal": books.seal, "exit_status": 0 if ok else 1}


def export(arguments: argparse.Namespace) -> str:
    """This will write the books as hledger or beancount reads them to standard output, piece by piece."""
    month = Month.parse(arguments.month) if arguments.month else None
    with acting(everything(OPERATOR)):
        sys.stdout.writelines(queries.export(arguments.format, month))
    return ""


def appropriate(arguments: argparse.Namespace) -> dict[str, Any]:
    """This will book an appropriation once per document number."""
    with acting(everything(OPERATOR)):
        booked = operations.appropriate(
            amount_dong=arguments.amount,
            document=arguments.document,
            month=Month.parse(arguments.month).first_day,
            at=timezone.now(),
        )
    return {"booked": booked, "amount_dong": arguments.amount, "document": arguments.document}
