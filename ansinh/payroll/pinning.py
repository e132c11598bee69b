"""What a run is pinned to: the law it used, the statements that law became, and the compiler that made them.

With the law out of its archive the statements can be made again; the same compiler must then give the same hash.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

from ansinh.base.months import Month
from ansinh.entitlement import month as entitlement
from ansinh.entitlement import releases
from ansinh.law.compiler import COMPILER_VERSION
from ansinh.law.package import LawBook
from ansinh.payroll import queries
from ansinh.payroll.models import PayrollRun


@dataclass(frozen=True)
class Verification:
    """What was found about a run: `verdict` is same, other_compiler, differs, law_not_archived or statements_not_recorded.

    `differing` names the statements (month and domain) that come out otherwise. `is_sound` is whether nothing contradicts
    the run: its statements can be made again and its lines are those counted.
    """

    run_code: str
    law_hash: str
    law_label: str
    law_state: str
    statement_hash: str
    statements: int
    differing: tuple[str, ...]
    compiler_version: str
    present_compiler_version: str
    are_lines_unchanged: bool
    verdict: str
    is_sound: bool


def statement_hash(hashes: Mapping[str, str]) -> str:
    """Return one hash over the statements of all months and domains, by name (`2026-11 social-assistance`)."""
    return hashlib.sha256(json.dumps(dict(hashes), sort_keys=True).encode("ascii")).hexdigest()


def verify(code: str) -> Verification:
    """Return whether a run's statements can be made again from the law it used, and whether its lines are unchanged.

    The caller's scope must cover the whole run.

    Raises:
        Refused: `run_unknown`, `law_archive_damaged`, `law_invalid`.
    """
    run = PayrollRun.objects.get(pk=queries.run(code).id)
    law, release = releases.law_used(run.law_hash, run.area_id), releases.release_of(run.law_hash)
    made_again = {} if law is None else _recompile(law, run)
    differing = tuple(name for name, sha256 in run.statements.items() if made_again.get(name) != sha256)
    control = queries.control_of(run.id)
    are_unchanged = (control.lines, control.total_dong, control.sha256) == (
        run.lines,
        run.control_total_dong,
        run.sha256,
    )
    verdict = _verdict(run, is_archived=law is not None, differing=differing)
    return Verification(
        run_code=run.code,
        law_hash=run.law_hash,
        law_label=release.label if release else "",
        law_state=release.state if release else "",
        statement_hash=run.statement_hash,
        statements=len(run.statements),
        differing=differing,
        compiler_version=run.compiler_version,
        present_compiler_version=COMPILER_VERSION,
        are_lines_unchanged=are_unchanged,
        verdict=verdict,
        is_sound=are_unchanged and verdict in {"same", "other_compiler"},
    )


def _recompile(law: LawBook, run: PayrollRun) -> dict[str, str]:
    """Return the hashes of the statements that the law becomes for the run's months, without running any."""
    domains = {domain.name: domain for domain in law.packages}
    hashes = {}
    for name in run.statements:
        month, _, domain = name.partition(" ")
        # Areas and facts do not enter a statement: it is the same for everybody.
        question = entitlement.Question(
            month=Month.parse(month), known_on=run.known_on, known_at=run.facts_known_at, areas=()
        )
        if domain in domains:
            hashes[name] = entitlement.compile_for(domains[domain], question).hash
    return hashes


def _verdict(run: PayrollRun, *, is_archived: bool, differing: tuple[str, ...]) -> str:
    if not is_archived:
        return "law_not_archived"
    if not run.statements:
        return "statements_not_recorded"
    # The list must be the one that was sealed at calculation, or agreeing with it would mean nothing.
    if not differing and statement_hash(run.statements) == run.statement_hash:
        return "same"
    # Another compiler may write the same law differently; the same one never may.
    return "other_compiler" if run.compiler_version != COMPILER_VERSION else "differs"
