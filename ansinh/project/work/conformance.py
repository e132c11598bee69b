"""`ansinh payment conformance`: the kit against our own sandboxes, or against the one that a bank describes.

It needs neither database nor home, moves no money, and leaves nothing behind.
"""

import argparse
import tempfile
from pathlib import Path
from typing import Any

from ansinh.base.refusals import Refused
from ansinh.payment.conformance import run as kit
from ansinh.payment.conformance.sandbox import Sandbox
from ansinh.project import conformance_sandboxes as sandboxes
from ansinh.project.operator import say


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    """Return the table adapters × scenarios.

    Raises:
        Refused: `gateway_unknown`, `scenario_unknown`, `sandbox_description_invalid`, `provider_not_conformant` when a
            scenario failed; the table is in its details.
    """
    codes = _known(arguments.scenario or [], [one.code for one in kit.scenarios()], "scenario_unknown", "tình huống")
    table: dict[str, list[kit.Outcome]] = {}
    with tempfile.TemporaryDirectory(prefix="ansinh-kit-") as folder:
        if arguments.sandbox:
            sandbox = sandboxes.described(Path(arguments.sandbox), Path(folder))
            table[sandbox.kind] = _played(sandbox, codes)
        else:
            for kind in _known(arguments.gateway or [], sandboxes.KINDS, "gateway_unknown", "cổng") or sandboxes.KINDS:
                with sandboxes.ours(kind, Path(folder) / kind) as sandbox:
                    table[kind] = _played(sandbox, codes)
    answer = _answer(table)
    if answer["failed"]:
        failed = [f"{kind} {code}" for kind, codes in answer["failed"].items() for code in codes]
        raise Refused(
            "provider_not_conformant",
            vi=f"Chưa đạt {len(failed)} tình huống: {', '.join(failed[:10])}. Xem chi tiết trong bảng.",
            en=f"{len(failed)} scenarios failed: {', '.join(failed[:10])}. See the table.",
            **answer,
        )
    return answer


def _played(sandbox: Sandbox, codes: list[str]) -> list[kit.Outcome]:
    titles = {one.code: one.vi for one in kit.scenarios()}
    words = {kit.PASSED: "đạt", kit.FAILED: "CHƯA ĐẠT", kit.NOT_APPLICABLE: "không áp dụng"}

    def tell(outcome: kit.Outcome) -> None:
        """Say what came of a scenario as soon as it is known."""
        why = f" ({outcome.said})" if outcome.said else ""
        say(f"{sandbox.kind} {outcome.code} {words[outcome.result]}: {titles[outcome.code]}{why}")

    return kit.run(sandbox, codes, tell)


def _answer(table: dict[str, list[kit.Outcome]]) -> dict[str, Any]:
    rows = []
    for scenario in kit.scenarios():
        found = {kind: one for kind, outcomes in table.items() for one in outcomes if one.code == scenario.code}
        if found:
            rows.append(
                {"code": scenario.code, "title": scenario.vi, **{kind: one.result for kind, one in found.items()}}
            )
    counts = {
        kind: {
            word: sum(one.result == word for one in outcomes) for word in (kit.PASSED, kit.FAILED, kit.NOT_APPLICABLE)
        }
        for kind, outcomes in table.items()
    }
    failed = {
        kind: {one.code: one.said for one in outcomes if one.result == kit.FAILED}
        for kind, outcomes in table.items()
        if any(one.result == kit.FAILED for one in outcomes)
    }
    return {"adapters": list(table), "scenarios": len(rows), "counts": counts, "failed": failed, "table": rows}


def _known(asked: list[str], known: Any, reason: str, word: str) -> list[str]:
    strange = [one for one in asked if one not in known]
    if strange:
        raise Refused(
            reason,
            vi=f"Không có {word} “{strange[0]}”. Hãy chọn trong: {', '.join(known)}.",
            en=f"There is no “{strange[0]}”. Choose from: {', '.join(known)}.",
        )
    return asked
