"""A month whose commands can be killed: its commands, copies of its home, and the books that it ends in."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.conftest import ROOT, ansinh

MONTH = "2026-11"
RUN = f"{MONTH}-46-01"
COMMANDS: dict[str, tuple[str, ...]] = {
    "calculate": ("payroll", "calculate", "--month", MONTH, "--province", "46"),
    "check": ("payroll", "check", RUN),
    "approve": ("payroll", "approve", RUN, "--as", "pheduyet"),
    "freeze": ("payroll", "freeze", RUN, "--as", "chuyenvien"),
    "submit": ("payment", "submit", RUN),
    "collect": ("payment", "collect"),
}


def books(home: Path) -> dict[str, Any]:
    """Return the books without numbers and clocks, which may differ: verified, and every transfer by accounts and amount."""
    verified = ansinh(home, "ledger", "verify")
    assert verified["ok"], verified
    text = subprocess.run(
        [sys.executable, "-m", "ansinh.project.cli", "ledger", "export", "--format", "hledger", "--home", str(home)],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    ).stdout
    postings = sorted(
        line.strip() for line in text.splitlines() if line.startswith("  ") and not line.strip().startswith(";")
    )
    report = ansinh(home, "report", "coverage", "--month", MONTH)
    return {"transfers": verified["transfers"], "postings": postings, "report": report}


def _started(
    home: Path, note: Path, command: str, at: tuple[str, str, str, int], workers: int
) -> subprocess.CompletedProcess[str]:
    note.unlink(missing_ok=True)
    program = [sys.executable, str(ROOT / "tests/faults/kill_at.py"), *map(str, at)]
    return subprocess.run(
        [*program, "--", *COMMANDS[command], "--home", str(home), "--json"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, "KILL_NOTE": str(note), "PYTHONPATH": str(ROOT), "ANSINH_WORKERS": str(workers)},
        check=False,
    )


def killed(home: Path, folder: Path, command: str, victim: str, stage: str, boundary: str, count: int) -> None:
    """Run one command, kill it at this boundary, and see that the kill happened."""
    note = folder / "note"
    done = _started(home, note, command, (victim, stage, boundary, count), 2)
    assert note.exists(), f"the kill did not happen: {command} {victim} {stage} {boundary} {done.stdout} {done.stderr}"
    if victim in {"process", "parent", "sharer"}:
        assert done.returncode == -signal.SIGKILL
    else:
        assert done.returncode == 1, done.stderr
        expected = "worker_ended" if victim == "worker" else "database_unavailable"
        assert json.loads(done.stdout)["refused"] == expected


def shared(home: Path, folder: Path, command: str, stage: str, workers: int) -> tuple[dict[str, Any], list[int]]:
    """Run one command with so many workers, however little there is to do; return its answer and who did that stage."""
    note = folder / "note"
    done = _started(home, note, command, ("nobody", stage, "leave", 1), workers)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout), [int(line) for line in note.read_text(encoding="ascii").splitlines()]
