"""Whoever names somebody of another province, or of another role, gets a refusal by name, and nothing in the database has changed.

Every command that acts in somebody's name is called: a new one that is not listed here makes the test fail.
"""

import argparse
import datetime
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, transaction

from ansinh.base.refusals import Refused
from ansinh.ledger.models import FundsDocument
from ansinh.office.security import everything, put_on
from ansinh.payment.models import Reopening, StatementMovement
from ansinh.project.commands import COMMANDS, find
from tests.integration import scope_world
from tests.integration.visiting import working

pytestmark = pytest.mark.usefixtures("database")
A = scope_world.A
# What each command takes, beside who acts. "RUN" and the like stand for what belongs to commune A.
ARGUMENTS: dict[str, dict[str, Any]] = {
    "payroll calculate": {"month": "2026-11", "province": "46", "area": None, "whole": False},
    "payroll check": {"run": "DRAFT"},
    "payroll approve": {"run": "DRAFT"},
    "payroll freeze": {"run": "DRAFT"},
    "payment recall": {"run": "RUN", "provider": None, "person": ["PERSON"], "reason": "x"},
    "payment handed-over": {"batch": "BATCH", "evidence": "x"},
    "payment reopen": {"run": "RUN", "channel": "cash", "reason": "x", "person": None},
    "payment approve-reopening": {"run": "RUN"},
    "cash list": {"run": "RUN", "area": A, "sheet": None},
    "cash pay": {"code": "RECEIPT", "identity": "046186778899", "offline": False, "paid_on": None, "note": None},
    "cash close": {"run": "RUN", "area": A},
    "ledger undo-appropriation": {"document": 1, "reason": "x"},
    "ledger refund": {"run": "RUN", "document": 7},
    "ledger document": {
        "kind": "treasury-order", "number": "1", "date": "2026-11-20", "amount": 1, "run": "RUN", "provider": None,
    },
    "ledger withdraw-document": {"kind": "treasury-order", "number": "77", "date": "2026-11-20", "reason": "x"},
    "payment withdraw-reopening": {"run": "RUN", "person": ["PROPOSED"]},
    "ledger close-month": {"month": "2026-11"},
    "payment withdraw-statement": {"statement": "STATEMENT", "reason": "x"},
    "payment explain": {"number": "MOVEMENT", "kind": "funding", "detail": "RUN"},
    "account decide": {"check": "CHECK", "accept": True, "note": "x"},
    "people decide-duplicate": {"pair": "PAIR", "is_same": False, "note": "x"},
    "account campaign": {"name": "x", "province": "46", "due": "2099-01-01", "target": 500},
    "account collect": {"person": "PERSON", "bank": "970405", "number": "12345678", "qr": ""},
    "account cannot": {"person": "PERSON", "reason": "refuses"},
    "account form": {"area": A, "to": "/nowhere/phieu.pdf"},
    "people event": {
        "person": "PERSON", "kind": "death", "value": "", "on": "2026-09-10", "document": "x", "village": "", "sex": "", "national_id": "", "name": "",
        "born": "", "mandate": "", "certifier": "", "until": "", "cause": "",
    },
    "people add": {
        "area": "19777", "name": "Trần Thị Mới", "sex": "female", "born": "1990-02-01", "national_id": "", "ethnicity": "",
        "phone": "", "village": "", "household": "", "relationship": "other", "another": False, "document": "x",
    },
    "people decide-event": {"event": "EVENT", "accept": False, "note": "x"},
    "account consent": {"person": "PERSON", "bank": "970405", "document": "x", "withdraw": False},
    "people split-household": {
        "household": "HOUSEHOLD", "person": ["PERSON"], "head": "PERSON", "head_left": None, "on": "2026-11-20", "document": "x",
    },
    "people join-household": {"household": "HOUSEHOLD", "into": "HOUSEHOLD", "on": "2026-11-20", "document": "x"},
    "people undo-household": {"change": "CHANGE"},
    "people merge": {"keep": "PERSON", "gone": "PAYEE", "reason": "x", "confirm": None, "undo": None},
    "area reform": {"on": "2025-07-01", "province": "46", "dry_run": False},
    "area apply": {"on": "2025-07-01", "province": "46"},
    "area decide-split": {
        "on": "2025-07-01", "province": "46", "household": ["HOUSEHOLD"], "to": "19777", "file": None, "unit": None, "village": None,
    },
}  # fmt: skip
# These are of no area: the law and the staff are the whole system's, a provider and its lists serve every province, the
# seal closes all books; lists of duplicates and events are read, and matched, within the caller's sight; or the caller's sight alone decides whom they find (`account answers`, `payment suspense`, `people households`).
OF_NO_AREA = {
    "staff add", "staff password", "staff close", "law submit", "law review", "payment provider", "payment receive",
    "payment confirm-results", "ledger sign-seal", "area load-reform", "people duplicates", "account progress", "people events", "people arriving", "people import-events", "account answers", "account inquire",
    "payment reconcile", "payment suspense", "payment held", "people households", "account open-file", "account opened", "account ask", "account pending",
    "cash uncollected", "staff reset-factor", "staff require-factor",
}  # fmt: skip


def _of_somebody() -> set[str]:
    return {
        command.name
        for command in COMMANDS
        if any("--as" in flags for flags, _ in (*command.arguments, *command.one_of))
    }


def test_every_command_in_somebodys_name_is_known_here() -> None:
    assert _of_somebody() == ARGUMENTS.keys() | OF_NO_AREA


def _contents() -> list[tuple]:
    """Return how many rows each table has, and a hash over them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
        tables = [name for (name,) in cursor.fetchall()]
        cursor.execute(
            " UNION ALL ".join(
                f"SELECT '{name}', count(*), coalesce(sum(hashtext((t)::text)), 0) FROM {name} AS t" for name in tables
            )
        )
        return cursor.fetchall()


def test_nobody_acts_outside_their_area_or_role(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scope_world.commune_b()
    marked = scope_world.commune_a(tmp_path)
    monkeypatch.setattr(settings, "HOME", str(tmp_path), raising=False)
    for role, area in (
        ("department_approver", "48"),
        ("department_officer", "48"),
        ("commune_officer", "19753"),
        ("auditor", "46"),
        ("leader", "46"),
    ):
        working(role, area)
    words = {
        "DRAFT": marked.draft_code, "RUN": marked.run_code, "PERSON": marked.person, "BATCH": marked.batch,
        "RECEIPT": marked.receipt, "CHECK": marked.check, "HOUSEHOLD": marked.household_code, "PAIR": marked.pair, "EVENT": marked.event, "PAYEE": marked.payee, "MOVEMENT": marked.movement, "STATEMENT": str(StatementMovement.objects.get().message_id), "CHANGE": marked.change,
        "PROPOSED": Reopening.objects.get().item.beneficiary_id,
    }  # fmt: skip
    FundsDocument.objects.create(
        kind="treasury-order", number="77", signed_on=datetime.date(2026, 11, 20), amount_dong=1, proposed_by="x",
        run_code=marked.run_code, proposed_at=datetime.datetime(2026, 11, 20, tzinfo=datetime.UTC),
    )  # fmt: skip
    before, refusals = _contents(), {}
    for user in ("department_approver.48", "department_officer.48", "commune_officer.19753", "auditor.46", "leader.46"):
        for name, given in ARGUMENTS.items():
            refusals[user, name] = _refusal(find(name).load(), _filled(given, words) | {"user": user})
            assert _contents() == before, f"{name} as {user} changed something"
    assert all(refusals.values()), [where for where, reason in refusals.items() if not reason]
    # The role alone does not refuse a colleague of another province: the area does.
    for name in (
        "payroll calculate",
        "payroll check",
        "payroll approve",
        "ledger refund",
        "ledger close-month",
        "ledger undo-appropriation",
        "ledger withdraw-document",
        "payment explain",
    ):
        assert refusals["department_approver.48", name] == "area_not_yours", name
    assert refusals["auditor.46", "payroll approve"] == "role_not_allowed"
    # Another commune's officer is told that the desk is not hers, and not that it is empty; of a receipt she hears the
    # same whether it is on that commune's list or nowhere.
    for name in ("cash list", "cash close"):
        assert refusals["commune_officer.19753", name] == "area_not_yours", name
    told = [
        _said("cash pay", _filled(ARGUMENTS["cash pay"], words) | {"code": code}) for code in (words["RECEIPT"], "AS0X")
    ]
    assert told[0].replace(words["RECEIPT"], "AS0X") == told[1]
    assert "ở địa bàn của bạn" in told[0]
    assert "không phụ trách" in _said("cash uncollected", {"area": A, "province": None})


def _said(name: str, given: dict[str, Any]) -> str:
    with pytest.raises(Refused) as refusal:
        find(name).load()(argparse.Namespace(**given, user="commune_officer.19753", lang="vi"))
    return refusal.value.vi


def _filled(given: dict[str, Any], words: dict[str, Any]) -> dict[str, Any]:
    def one(value: Any) -> Any:
        return (
            [one(part) for part in value]
            if isinstance(value, list)
            else words.get(value, value)
            if isinstance(value, str)
            else value
        )

    return {name: one(value) for name, value in given.items()}


def _refusal(work: Callable[[argparse.Namespace], Any], arguments: dict[str, Any]) -> str:
    """Return the reason of the refusal, "" when there was none; whatever was written is undone by the refusal alone."""
    reason = ""
    try:
        with transaction.atomic():
            work(argparse.Namespace(**arguments))
    except Refused as refusal:
        reason = refusal.reason
    put_on(everything("tests", protected=True))
    return reason
