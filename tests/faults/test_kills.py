"""A month whose commands are killed in the middle and run again ends in the same books as an undisturbed month.

Each case starts from a copy of the home as it was before that command, asserts that the kill really happened (and where),
runs the command again and finishes the month.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT, ansinh, reachable

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
# (command, victim, stage, boundary): inside the open transaction wherever there is one, and on both sides of the upload.
KILLS = [
    ("calculate", "process", "entitle", "leave"),
    ("calculate", "backend", "calculate", "leave"),
    ("freeze", "process", "seal", "enter"),
    ("freeze", "backend", "seal", "enter"),
    ("submit", "process", "submit", "enter"),
    ("submit", "process", "render", "leave"),
    ("submit", "process", "upload", "enter"),
    ("submit", "process", "upload", "leave"),
    ("submit", "backend", "render", "enter"),
    ("collect", "process", "fetch", "leave"),
    ("collect", "process", "parse", "leave"),
    ("collect", "process", "apply", "leave"),
    ("collect", "backend", "apply", "leave"),
]


def _copy(home: Path, target: Path) -> Path:
    # The database's files belong to the account it runs as; a plain copy would lose that.
    subprocess.run(["cp", "-a", str(home), str(target)], check=True)
    return target


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Snapshots of a home before each command of an undisturbed month, and the books it ends in."""
    folder = reachable(tmp_path_factory.mktemp("kills"))
    home = folder / "home"
    ansinh(home, "seed", "--province", "46", "--beneficiaries", "300", "--seed", "7", "--month", MONTH)
    ansinh(home, "ledger", "appropriate", "--amount", "1000000000000", "--document", "1", "--month", MONTH)
    snapshots = {}
    for name, words in COMMANDS.items():
        snapshots[name] = _copy(home, folder / f"before-{name}")
        ansinh(home, *words)
    return {"snapshots": snapshots, "books": _books(home), "folder": folder}


def _books(home: Path) -> dict[str, Any]:
    """The books without numbers and clocks, which may differ: verified, and every transfer by accounts and amount."""
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


def _killed(home: Path, folder: Path, command: str, victim: str, stage: str, boundary: str, count: int) -> None:
    """Run one command, kill it at this boundary, and see that the kill happened."""
    note = folder / "note"
    note.unlink(missing_ok=True)
    done = subprocess.run(
        [
            sys.executable,
            str(ROOT / "tests/faults/kill_at.py"),
            victim,
            stage,
            boundary,
            str(count),
            "--",
            *COMMANDS[command],
            "--home",
            str(home),
            "--json",
        ],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, "KILL_NOTE": str(note), "PYTHONPATH": str(ROOT)},
        check=False,
    )
    assert note.exists(), f"the kill did not happen: {command} {victim} {stage} {boundary} {done.stdout} {done.stderr}"
    if victim == "process":
        assert done.returncode == -signal.SIGKILL
    else:
        assert done.returncode == 1, done.stderr
        assert json.loads(done.stdout)["refused"] == "database_unavailable"


@pytest.mark.parametrize(("command", "victim", "stage", "boundary"), KILLS, ids=["-".join(kill) for kill in KILLS])
def test_killed_command_converges(
    month: dict[str, Any], tmp_path: Path, command: str, victim: str, stage: str, boundary: str
) -> None:
    home = _copy(month["snapshots"][command], month["folder"] / f"{command}-{victim}-{stage}-{boundary}")
    _killed(home, tmp_path, command, victim, stage, boundary, 1)
    remaining = list(COMMANDS)[list(COMMANDS).index(command) :]
    for name in remaining:
        ansinh(home, *COMMANDS[name])
    assert _books(home) == month["books"]
    shutil.rmtree(home)


# In the order in which a run passes them, so that each kill lies behind what the one before it left; the number is which
# passing of the boundary kills.
IN_A_ROW = [
    ("submit", victim, stage, boundary, count)
    for stage, boundary, count in (
        ("submit", "enter", 1), ("submit", "leave", 1), ("render", "enter", 1), ("render", "leave", 1), ("upload", "enter", 1),
        ("upload", "leave", 1),
    )
    for victim in ("process", "backend")
] + [
    ("collect", victim, stage, boundary, count)
    for stage, boundary, count in (
        ("fetch", "enter", 1), ("fetch", "leave", 1), ("parse", "enter", 1), ("parse", "leave", 1), ("apply", "enter", 1),
        ("apply", "leave", 1),
    )
    for victim in ("process", "backend")
] + [
    # By now the first message has been applied: the second one is all that is left.
    ("collect", "process", "apply", "leave", 2),
    ("collect", "backend", "apply", "leave", 1),
]  # fmt: skip


def test_one_month_killed_more_than_twenty_times_ends_in_the_books_of_its_twin(
    month: dict[str, Any], tmp_path: Path
) -> None:
    """The same home, killed again and again at every step of submit and collect, process and backend in turn."""
    home = _copy(month["snapshots"]["submit"], month["folder"] / "in-a-row")
    for place, kill in enumerate(IN_A_ROW):
        if place and kill[0] != IN_A_ROW[place - 1][0]:
            ansinh(home, *COMMANDS["submit"])
        _killed(home, tmp_path, *kill)
    ansinh(home, *COMMANDS["collect"])
    assert len(IN_A_ROW) >= 20
    assert _books(home) == month["books"]
    shutil.rmtree(home)


@pytest.mark.parametrize("after", [("submit", "collect"), ("collect", "submit", "collect")], ids="-".join)
def test_a_restored_older_backup_converges(month: dict[str, Any], after: tuple[str, ...]) -> None:
    """The bank has carried the month out; the database and the archive are those from before it was sent."""
    home = _copy(month["snapshots"]["submit"], month["folder"] / f"restored-{len(after)}")
    for name in ("submit", "collect"):
        ansinh(home, *COMMANDS[name])
    assert _books(home) == month["books"]
    sent = sorted(path.name for path in (home / "sandbox-bank" / "sftp" / "in").iterdir())
    for name in ("db", "archive"):
        shutil.rmtree(home / name, ignore_errors=True)
        if (month["snapshots"]["submit"] / name).exists():
            _copy(month["snapshots"]["submit"] / name, home / name)
    assert ansinh(home, "ledger", "verify")["transfers"] < month["books"]["transfers"], "the backup is not older"
    for name in after:
        ansinh(home, *COMMANDS[name])
    assert _books(home) == month["books"]
    assert sorted(path.name for path in (home / "sandbox-bank" / "sftp" / "in").iterdir()) == sent
    shutil.rmtree(home)


def test_second_run_of_every_command_changes_nothing(month: dict[str, Any]) -> None:
    home = _copy(month["snapshots"]["calculate"], month["folder"] / "twice")
    for words in COMMANDS.values():
        first = ansinh(home, *words)
        second = ansinh(home, *words)
        if "sha256" in first:
            assert second == first
        else:
            assert (second["sent"], second["applied"]) == (0, 0)
    assert _books(home) == month["books"]
    for name in ("calculate", "check", "approve", "freeze", "submit", "collect"):
        ansinh(home, *COMMANDS[name])
    assert _books(home) == month["books"]
