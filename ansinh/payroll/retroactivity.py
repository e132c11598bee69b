"""Which months and people a run must ask about again, because law or facts changed since the last frozen run of its area.

A month is kept when the last frozen run asked it with the same statements of law and of facts; in a kept month only those
are asked again whose facts were written after that run looked, or whom it left open. Anything that cannot be shown to be
the same is asked in full. `--whole` asks everything, and must give the same lines.
"""

import datetime
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from ansinh.base.months import Month
from ansinh.base.statements import statement
from ansinh.entitlement import month as entitlement
from ansinh.entitlement.month import Question
from ansinh.law.package import LawBook, LawPackage
from ansinh.payroll.models import PayrollRun
from ansinh.payroll.selection import Selection

# Looking people up one by one is cheaper than reading everybody as long as they are few.
_A_FEW = 5
_FIRST_FILL = "payroll first fill"


@dataclass(frozen=True)
class Basis:
    """What a run was computed from: the database's snapshot, the communes, and each month's statements by name."""

    snapshot: str
    cluster: str
    communes: str
    months: Mapping[str, str] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return it as it is kept with the run."""
        return {
            "snapshot": self.snapshot,
            "cluster": self.cluster,
            "communes": self.communes,
            "months": dict(self.months),
        }


@dataclass(frozen=True)
class Scope:
    """The months to ask in full, and those in which only the people in the temporary table `touched` are asked.

    `since` says of what they must be touched: by what the run named there could not see.
    """

    full: tuple[Month, ...]
    kept: tuple[Month, ...]
    touched: int
    since: Mapping[str, Any] | None = None


def begin_first_fill() -> None:
    """This will keep the first fill of an empty register out of the journal, until the transaction ends.

    With a run in the register it does nothing: then every change is somebody's.
    """
    with connection.cursor() as cursor:
        # A calculation waits for us and we for it: it must not look between our first row and our last.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [_FIRST_FILL])
        if not PayrollRun.objects.exists():
            cursor.execute("SELECT set_config('ansinh.first_fill', 'on', true)")


def look(selection: Selection) -> Basis:
    """Return the snapshot from which the calculation starts: whatever it cannot see will be asked about next time."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(hashtextextended(%s, 0))", [_FIRST_FILL])
        cursor.execute("SELECT pg_current_snapshot()::text, (SELECT system_identifier::text FROM pg_control_system())")
        snapshot, cluster = cursor.fetchone()
    communes = ",".join(map(str, sorted(selection.communes)))
    return Basis(snapshot, cluster, hashlib.sha256(communes.encode("ascii")).hexdigest())


def look_up_again() -> dict[str, str]:
    """Return the snapshot at the end of the calculation and our own transaction: what was written in between is uncertain.

    A change that was told before the run's instant and became visible only later, or the other way round, is news for the
    next run and no fault of this one.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_snapshot()::text, pg_current_xact_id()::text")
        snapshot, xid = cursor.fetchone()
    return {"end": snapshot, "xid": xid}


def fingerprints(law: LawBook | LawPackage, questions: Sequence[Question]) -> dict[str, str]:
    """Return for each month and domain one hash over all that decides the month except the facts themselves."""
    # Who is asked again is part of it: what an older way of choosing left out is asked about once more.
    settling = "\n".join(statement("payroll", name) for name in ("differences", "holds", "touched"))
    found = {}
    for question in questions:
        for domain in entitlement.domains_with_decisions(law, question):
            text = f"{settling}\n{entitlement.wording(domain, question)}"
            found[f"{question.month} {domain.name}"] = hashlib.sha256(text.encode("utf8")).hexdigest()
    return found


def _base(selection: Selection, now: Basis) -> PayrollRun | None:
    """Return the last frozen run of the same area from which this database can count on, or None."""
    last = PayrollRun.objects.filter(area_id=selection.area_id, state="FROZEN").order_by("-id").first()
    if last is None or not last.basis:
        return None
    # Another database counts transactions anew, and another list of communes was never asked about.
    same = (last.basis["cluster"], last.basis["communes"]) == (now.cluster, now.communes)
    return last if same else None


def _unseen_by(run: PayrollRun) -> dict[str, Any]:
    """Return what tells the writings a run could not see: its snapshot, and the transaction it was calculated in.

    A snapshot does not list the transaction that takes it: as soon as somebody who began later has ended, what we note
    of ourselves would look like something we had seen, and whoever the run left open would never be asked about again.
    """
    return {"snapshot": run.basis["snapshot"], "own": run.basis.get("xid", "0")}


def scope_of(selection: Selection, now: Basis, months: Sequence[Month], *, whole: bool) -> Scope:
    """Return which months are asked in full, and fill `touched` with whom the others are asked about."""
    base = None if whole else _base(selection, now)
    since = None if base is None else {**_unseen_by(base), "base": base.id}
    touched = fill_touched(since)
    if base is None or since is None:
        return Scope(tuple(months), (), 0)
    with connection.cursor() as cursor:
        cursor.execute(statement("payroll", "too_much_touched"), {**since, "touched": touched * _A_FEW})
        (is_too_much,) = cursor.fetchone()
    if is_too_much:
        return Scope(tuple(months), (), touched, since)
    kept = tuple(
        month for month in months if _of_month(base.basis["months"], month) == _of_month(now.months, month) != {}
    )
    return Scope(tuple(month for month in months if month not in kept), kept, touched, since)


def fill_touched(since: Mapping[str, Any] | None) -> int:
    """Make the temporary table `touched` of everybody touched by what that run could not see, and return how many."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS touched")
        if since is None:
            cursor.execute("CREATE TEMPORARY TABLE touched (person_id bigint) ON COMMIT DROP")
            return 0
        cursor.execute(statement("payroll", "touched"), since)
        touched = cursor.rowcount
        cursor.execute("ANALYZE touched")
    return touched


def _of_month(hashes: Mapping[str, str], month: Month) -> dict[str, str]:
    return {name: sha256 for name, sha256 in hashes.items() if name.startswith(f"{month} ")}


def leave_open(run_id: int) -> None:
    """This will note whom the run leaves open, held or undecided, so that the next one asks about them again."""
    # Whatever our own transaction notes counts as written after the run looked.
    with connection.cursor() as cursor:
        cursor.execute(statement("payroll", "leave_open"), {"run": run_id})


def note_ahead(known_at: datetime.datetime) -> None:
    """This will note whoever has something on record from a clock ahead of the run's own."""
    with connection.cursor() as cursor:
        cursor.execute(statement("payroll", "ahead"), {"known_at": known_at})


def note_frozen(run_id: int) -> None:
    """This will note that the run moved what is settled for the people of its lines: other areas' runs must ask again."""
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO payroll_touch (subject, subject_id) VALUES ('r', %s)", [run_id])


def note_taken_over() -> None:
    """This will note that settlements were taken over from elsewhere: nothing settled before can be counted on."""
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO payroll_touch (subject, subject_id) VALUES ('s', 0)")
