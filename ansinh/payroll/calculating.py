"""The lines of one run, computed for everybody in this transaction or for shares of the people in several side by side.

What is due to a person hangs on nobody else's line, so a run can be shared out by person numbers. The shares are
committed just before the run itself: until then, and after a crash in between, they are rows of a run that is not
there, which nobody reads and the next calculation clears away (ADR 0019).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise

from django.db import connection
from django.utils import timezone

from ansinh.base.stages import stage
from ansinh.base.statements import statement
from ansinh.entitlement import month as entitlement
from ansinh.law.package import LawBook, LawPackage
from ansinh.office.security import everything, put_on
from ansinh.office.together import Together
from ansinh.payroll import queries, retroactivity
from ansinh.payroll.models import PayrollRun
from ansinh.payroll.queries import EVERYBODY, Leaf, People
from ansinh.payroll.selection import Selection
from ansinh.people.remembering import as_known_where_changed

# Fewer decisions are computed before other processes have begun.
WORTH_SHARING_DECISIONS = 50_000
_LOCK = 7313


@dataclass(frozen=True)
class Told:
    """What a share tells of itself: each statement's hash, then its leaves of the control figures and its holds."""

    statements: Mapping[str, str]
    leaves: tuple[Leaf, ...] = ()
    holds: int = 0


@dataclass(frozen=True)
class Plan:
    """What every share of a run is computed from; the run has its number, and none but the caller sees it yet."""

    law: LawBook | LawPackage
    run: PayrollRun
    selection: Selection
    scope: retroactivity.Scope
    questions: Sequence[entitlement.Question]
    by: str

    def __post_init__(self) -> None:
        """Hold what the statements rely on."""
        assert self.run.id is not None


def shares(selection: Selection, workers: int) -> list[People]:
    """Return a range of people for each of the workers, with about as many decisions in each; one when they are few."""
    if workers < 2:
        return [EVERYBODY]
    with connection.cursor() as cursor:
        cursor.execute(statement("payroll", "spread"), {"areas": list(selection.communes), "leaf": queries.LEAF})
        spread = cursor.fetchall()
    total, share = sum(count for _, count in spread), min(workers, len(spread))
    if total < WORTH_SHARING_DECISIONS or share < 2:
        return [EVERYBODY]
    # Whole leaves, so that each share can tell its part of the control figures by itself.
    cuts, seen = [], 0
    for leaf, count in spread[:-1]:
        seen += count
        if seen * share >= total * (len(cuts) + 1):
            cuts.append((leaf + 1) * queries.LEAF)
    edges = [EVERYBODY[0], *cuts, EVERYBODY[1] + 1]
    return [(first, after - 1) for first, after in pairwise(edges)]


def together(plan: Plan, people: list[People]) -> Together[Told]:
    """This will compute the shares in two steps: what is due to everybody, then lines, holds and payees."""
    run_id = plan.run.id
    if len(people) > 1:
        _hold(run_id)
    return Together(partial(_share, plan), people, before=partial(_note, run_id))


def _share(plan: Plan, people: People) -> Iterator[Told]:
    is_all, touched = people == EVERYBODY, plan.scope.touched
    if not is_all:
        # A connection of its own has no scope; what the caller may see was looked at by the caller.
        put_on(everything(plan.by, protected=True))
        _hold(plan.run.id)
        # Somebody may have written since the caller looked: whom our lines compare, we must have asked about.
        touched = retroactivity.fill_touched(plan.scope.since)
    told = Told(_entitle(plan, None if is_all else people, touched))
    yield told
    with stage("share"):
        holds = _write_lines(plan, people)
    yield replace(told, leaves=tuple(queries.leaves_of(plan.run.id, people)), holds=holds)


def _entitle(plan: Plan, people: People | None, touched: int) -> dict[str, str]:
    """Compute what is due in each month, as known at the run's instant, and return each statement's hash.

    Kept months are asked about whoever stands in this transaction's `touched`, where so many do.
    """
    run, scope = plan.run, plan.scope
    entitlement.make_result_tables()
    hashes: dict[str, str] = {}
    # Somebody may have told of a change between the run's instant and now: it is the next run's news, not this one's.
    with as_known_where_changed(run.facts_known_at):
        for question in plan.questions:
            is_kept = question.month in scope.kept
            # Nobody to ask is nothing to run; the statements are pinned all the same, because they are the month's law.
            ask = entitlement.evaluate_month if touched or not is_kept else entitlement.statements_of
            found = ask(plan.law, replace(question, only_touched=is_kept, people=people))
            hashes |= {f"{question.month} {name}": sha256 for name, sha256 in found.items()}
    return hashes


def _write_lines(plan: Plan, people: People) -> int:
    """Write lines, holds and payees of the people, and return how many are held."""
    run, scope = plan.run, plan.scope
    parameters = {
        "run": run.id,
        "month": run.month,
        "areas": list(plan.selection.communes),
        "cut_off": timezone.localdate(run.facts_known_at),
        "full": [month.first_day for month in scope.full],
        "kept": [month.first_day for month in scope.kept],
        "first": people[0],
        "last": people[1],
    }
    with connection.cursor() as cursor:
        # Temporary tables have no statistics until somebody takes them; without, the next join is planned for a handful
        # of rows.
        cursor.execute("ANALYZE entitled; ANALYZE undecided")
        for name in ("differences", "holds", "undecided_holds", "payees"):
            cursor.execute(statement("payroll", name), parameters)
        cursor.execute("SELECT count(*) FROM payroll_payrollhold WHERE run_id = %s", [run.id])
        (holds,) = cursor.fetchone()
    retroactivity.leave_open(run.id)
    return holds


def _hold(run_id: int) -> None:
    """Say until the transaction ends that somebody works on this run."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s, %s::int)", [_LOCK, run_id])


def _note(run_id: int) -> None:
    """Note, for whoever comes after a crash, that rows of this run may be there without it."""
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO payroll_unfinishedrun (run_id) VALUES (%s) ON CONFLICT DO NOTHING", [run_id])


def note_finished(run_id: int) -> None:
    """This will forget the note about the run, in the transaction that makes the run visible."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM payroll_unfinishedrun WHERE run_id = %s", [run_id])


def clear_away() -> int:
    """This will delete what a calculation that never ended left behind, and return of how many runs.

    A run on which somebody still works, or whose server process has not yet noticed that nobody does, is left alone.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT run_id FROM (SELECT run_id FROM payroll_unfinishedrun ORDER BY run_id OFFSET 0) AS noted"
            " WHERE pg_try_advisory_xact_lock(%s, run_id::int)",
            [_LOCK],
        )
        left = [run_id for (run_id,) in cursor.fetchall()]
        for table in ("payrollline", "payrollpayee", "payrollhold", "unfinishedrun") if left else ():
            cursor.execute(f"DELETE FROM payroll_{table} WHERE run_id = ANY (%s)", [left])
    return len(left)
