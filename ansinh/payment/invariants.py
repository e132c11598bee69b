"""The invariants that tie items, messages and runs to the books: each by its name, with the rows that break it.

A check is a SELECT of what is wrong (name, offender); nothing found means that it holds. Offenders are numbers, never persons.
"""

from django.db import connection

from ansinh.base.statements import statement
from ansinh.payment import statements

# Each file and the names it answers for: a name without an offender holds.
QUICK = {
    "check_totals": (
        "in_flight_equals_items",
        "paid_equals_items",
        "waived_equals_put_aside",
        "returned_money_is_placed",
    ),
    "check_rows": (
        "paid_once",
        "account_and_cash_exclusive",
        "cash_equals_receipts",
        "runs_equal_items",
        "every_line_kept",
        "no_orphans",
    ),
}
# These look each transfer up; a benchmark of a month leaves them out, the books' own check never does.
THOROUGH = {
    "check_counters": ("paid_once",),
    "check_runs": ("runs_equal_items",),
    "check_evidence": ("every_transfer_has_evidence",),
    "check_dead": ("nobody_dead_was_sent_money",),
    "check_once": ("every_event_once",),
}


def offenders(*, thorough: bool = True) -> dict[str, tuple[str, ...]]:
    """Return each invariant with the rows that break it (none: it holds); the scope must cover everything."""
    chosen = {**QUICK, **(THOROUGH if thorough else {})}
    found: dict[str, list[str]] = {name: [] for names in chosen.values() for name in names}
    with connection.cursor() as cursor:
        for check in chosen:
            cursor.execute(statement("payment", check))
            for broken, offender in cursor.fetchall():
                found[broken].append(offender)
    answered = {name: tuple(rows) for name, rows in found.items()}
    return {**answered, **({"prefund_equals_statement": statements.offenders()} if thorough else {})}
