"""A month whose commands are killed in the middle and run again ends in the same books as an undisturbed month.

Each case starts from a copy of the home as it was before that command, asserts that the kill really happened (and where),
runs the command again and finishes the month.
"""

import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ansinh
from tests.faults.kills import COMMANDS, books, killed
from tests.homes import copied

# (command, victim, stage, boundary): inside the open transaction wherever there is one, and on both sides of the upload.
KILLS = [
    ("calculate", "process", "entitle", "leave"),
    ("calculate", "backend", "calculate", "leave"),
    ("freeze", "process", "seal", "enter"),
    ("freeze", "backend", "seal", "enter"),
    # Every other step of these two is killed in `test_many_kills.py`, one after the other.
    ("submit", "process", "upload", "leave"),
    ("collect", "backend", "apply", "leave"),
    ("submit", "worker", "upload", "enter"),
    ("submit", "worker", "upload", "leave"),
    ("submit", "worker_backend", "upload", "leave"),
    ("submit", "parent", "upload", "leave"),
    ("collect", "worker", "read", "leave"),
]


@pytest.mark.parametrize(("command", "victim", "stage", "boundary"), KILLS, ids=["-".join(kill) for kill in KILLS])
def test_killed_command_converges(
    month: dict[str, Any], tmp_path: Path, command: str, victim: str, stage: str, boundary: str
) -> None:
    home = copied(month["snapshots"][command], month["folder"] / f"{command}-{victim}-{stage}-{boundary}")
    killed(home, tmp_path, command, victim, stage, boundary, 1)
    remaining = list(COMMANDS)[list(COMMANDS).index(command) :]
    for name in remaining:
        ansinh(home, *COMMANDS[name])
    assert books(home) == month["books"]
    shutil.rmtree(home)


def test_second_run_of_every_command_changes_nothing(month: dict[str, Any]) -> None:
    home = copied(month["snapshots"]["calculate"], month["folder"] / "twice")
    for words in COMMANDS.values():
        first = ansinh(home, *words)
        second = ansinh(home, *words)
        if "sha256" in first:
            assert second == first
        else:
            assert (second["sent"], second["applied"]) == (0, 0)
    assert books(home) == month["books"]
    for name in ("calculate", "check", "approve", "freeze", "submit", "collect"):
        ansinh(home, *COMMANDS[name])
    assert books(home) == month["books"]
