"""Two people, or two schedules, start the same command at the same moment: one does the work, and the books show it once."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import psycopg
import pytest

from ansinh.project import database
from ansinh.project.home import open_home
from tests.conftest import ROOT, ansinh
from tests.faults.kills import COMMANDS, MONTH
from tests.homes import copied, reachable


@pytest.fixture(scope="module")
def home(month: dict[str, Any]) -> Path:
    return copied(month["snapshots"]["calculate"], month["folder"] / "at-once")


def _twice(home: Path, words: tuple[str, ...], times: int = 2) -> list[dict[str, Any]]:
    started = [
        subprocess.Popen(
            [sys.executable, "-m", "ansinh.project.cli", *words, "--home", str(home), "--json"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        for _ in range(times)
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


def test_the_very_first_commands_at_once_make_one_system(tmp_path: Path) -> None:
    # Each finds no secret, no role, no database and no table; one makes them, the others wait.
    new = reachable(tmp_path) / "home"
    assert _twice(new, ("ledger", "closings"), times=4) == [{"months": []}] * 4


def _children(process: int) -> list[int]:
    return [int(one) for one in Path(f"/proc/{process}/task/{process}/children").read_text().split()]


def _wake(processes: list[int]) -> None:
    for process in processes:
        # Some end by themselves while the others sleep.
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, signal.SIGCONT)


def test_what_is_left_of_a_killed_server_is_waited_for(tmp_path: Path) -> None:
    """A server killed while it ends leaves processes that hold its memory; the next start failed on them."""
    opened = open_home(reachable(tmp_path) / "home")
    with contextlib.ExitStack() as first:
        first.enter_context(database.embedded(opened))
        server = json.loads((opened.path / "run.json").read_text())["pid"]
        rest = _children(server)
        for process in rest:
            os.kill(process, signal.SIGSTOP)
        os.kill(server, signal.SIGKILL)
    awake = threading.Timer(1.5, _wake, [rest])
    awake.start()
    with database.embedded(opened) as found, psycopg.connect(**found.application) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    awake.join()
    assert "still in use" in (opened.logs / "postgresql.log").read_text("utf8"), "the fault fired"


def test_a_note_whose_number_is_another_home_s_server_by_now_is_no_server(tmp_path: Path) -> None:
    other, mine = (open_home(reachable(tmp_path) / name) for name in ("other", "mine"))
    with database.embedded(other):
        pid = json.loads((other.path / "run.json").read_text())["pid"]
        (mine.path / "run.json").write_text(json.dumps({"pid": pid, "socket": "/tmp/ansinh-gone"}))
        begun = time.monotonic()
        with database.embedded(mine) as found, psycopg.connect(**found.application) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
        assert time.monotonic() - begun < 30
