"""The commands of a law's release: an author submits a folder, a legal reviewer accepts or refuses it, everybody sees which.

What is checked is what is archived: the cases run on a copy written out of the very files that are submitted.
"""

import argparse
import datetime
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from ansinh.entitlement import operations, releases
from ansinh.entitlement.operations import CheckedCases
from ansinh.entitlement.releases import ReleaseRow
from ansinh.law.archive import read_files, unpacked
from ansinh.law.changes import Change
from ansinh.law.package import default_laws
from ansinh.project.operator import say
from ansinh.project.work import law

_CHANGES_SHOWN = 200


def _answer(row: ReleaseRow) -> dict[str, Any]:
    return {
        "hash": row.hash,
        "label": row.label,
        "state": row.state,
        "cases": row.cases,
        "summary": row.summary,
        "submitted_by": row.submitted_by,
        "submitted_at": _instant(row.submitted_at),
        "reviewed_by": row.reviewed_by,
        "reviewed_at": _instant(row.reviewed_at) if row.reviewed_at else None,
        "reason": row.reason,
    }


def _instant(moment: datetime.datetime) -> str:
    return timezone.localtime(moment).isoformat(timespec="seconds")


def _change(change: Change) -> dict[str, str]:
    return {
        "subject": change.subject,
        "path": change.path,
        "what": change.what,
        "old": change.old,
        "new": change.new,
    }


def submit(arguments: argparse.Namespace) -> dict[str, Any]:
    """This will run every case of a folder of laws and submit it for review in its author's name.

    Raises:
        Refused: `law_folder_not_found`, `law_archive_invalid`, `law_invalid`, `law_cases_fail`, `role_not_allowed`, `staff_unknown`.
    """
    files = read_files(Path(arguments.path) if arguments.path else default_laws())
    say("Đang chạy mọi trường hợp mẫu của luật…")
    connection.ensure_connection()
    # The engine makes temporary tables; they go with the transaction.
    with transaction.atomic(), unpacked(files) as folder:
        report = law.check(argparse.Namespace(path=str(folder)), connection.connection)
    checked = CheckedCases(cases=report["cases"], failed=len(report["failed"]), engines=tuple(report["engines"]))
    row = operations.submit_law(
        files=files, report=checked, note=arguments.note, by=arguments.user, at=timezone.localtime()
    )
    return _answer(row) | _compared(row)


def review(arguments: argparse.Namespace) -> dict[str, Any]:
    """This will accept or refuse a submitted law in the name of its legal reviewer.

    Raises:
        Refused: `law_release_unknown`, `role_not_allowed`, `second_person_required`, `law_not_submitted`, `law_not_ready`.
    """
    row = operations.review_law(
        law=arguments.hash,
        is_accepted=arguments.accept,
        reason=arguments.reason,
        by=arguments.user,
        at=timezone.localtime(),
    )
    return _answer(row)


def list_releases(arguments: argparse.Namespace) -> dict[str, Any]:
    """This will list every law this system knows, and what one of them changes when it is named."""
    current = releases.in_force()
    answer: dict[str, Any] = {"in_force": current.hash if current else None}
    if arguments.hash:
        row = releases.release(arguments.hash)
        return answer | {"release": _answer(row)} | _compared(row)
    return answer | {"releases": [_answer(row) for row in releases.releases()]}


def _compared(row: ReleaseRow) -> dict[str, Any]:
    """Return what the law changes against the one in force before it; cases are counted, the rest is listed."""
    before = releases.predecessor(row)
    if before is None:
        return {"compared_with": None, "changes": []}
    found = releases.changes_between(before.hash, row.hash)
    told = [change for change in found if change.subject != "case"]
    return {
        "compared_with": before.hash,
        "changes": [_change(change) for change in told[:_CHANGES_SHOWN]],
        "changes_not_listed": max(0, len(told) - _CHANGES_SHOWN),
        "case_changes": len(found) - len(told),
    }
