"""Two people, or two schedules, start the same command at the same moment: one does the work, and the books show it once."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT, ansinh, reachable
from tests.faults.kills import COMMANDS, MONTH


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = reachable(tmp_path_factory.mktemp("at-once"))
    ansinh(folder, "seed", "--province", "46", "--beneficiaries", "300", "--seed", "7", "--month", MONTH)
    ansinh(folder, "ledger", "appropriate", "--amount", "1000000000000", "--document", "1", "--month", MONTH)
    return folder


def _twice(home: Path, words: tuple[str, ...]) -> list[dict[str, Any]]:
    started = [
        subprocess.Popen(
            [sys.executable, "-m", "ansinh.project.cli", *words, "--home", str(home), "--json"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        for _ in range(2)
    ]
    answers = []
    for command in started:
        out, err = command.communicate(timeout=300)
        assert "Traceback" not in err
        assert command.returncode == 0, out + err
        answers.append(json.loads(out))
    return answers


def test_every_command_of_the_month_twice_at_once(home: Path) -> None:
    sent = applied = 0
    for words in COMMANDS.values():
        first, second = _twice(home, words)
        if "sha256" in first:
            assert first["sha256"] == second["sha256"]
        else:
            sent += first["sent"] + second["sent"]
            applied += first["applied"] + second["applied"]
    verified = ansinh(home, "ledger", "verify")
    assert verified["ok"], verified
    report = ansinh(home, "report", "coverage", "--month", MONTH)
    # Every instruction went out once: as many as there are items paid by account.
    books = subprocess.run(
        [sys.executable, "-m", "ansinh.project.cli", "ledger", "export", "--format", "hledger", "--home", str(home)],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    ).stdout
    assert sent == books.count(") RESERVE ") > 0
    assert applied > sent
    assert report["run"]["paid_dong"] > 0
    assert ansinh(home, "payment", "submit", f"{MONTH}-46-01")["sent"] == 0
