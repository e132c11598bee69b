"""Nothing outlives the command that started it: neither after Ctrl-C, nor after kill -9, and the next start works."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT, ansinh
from tests.homes import copied, reachable


def _descendants(process: int) -> set[int]:
    """Every process below this one, by what the kernel says now."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if entry.name.isdigit():
                parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(") ")[2].split()[1])
    found, fresh = set(), {process}
    while fresh:
        fresh = {child for child, parent in parents.items() if parent in fresh} - found
        found |= fresh
    return found


def _alive(processes: set[int]) -> set[int]:
    alive = set()
    for process in processes:
        with contextlib.suppress(OSError):
            if Path(f"/proc/{process}/stat").read_text().rpartition(") ")[2].split()[0] != "Z":
                alive.add(process)
    return alive


def _gone(processes: set[int], patience_s: int = 20) -> bool:
    deadline = time.monotonic() + patience_s
    while _alive(processes):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


@pytest.fixture(scope="module")
def home(empty_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = copied(empty_home, reachable(tmp_path_factory.mktemp("serving")) / "home")
    ansinh(folder, "demo", "--no-serve", "--beneficiaries", "60")
    return folder


@pytest.fixture(autouse=True)
def ctrl_c_means_something() -> Iterator[None]:
    """A shell's background job ignores Ctrl-C, and so would every program that it starts: here a handler is set, which they do not keep."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def _serve(home: Path) -> tuple[subprocess.Popen[str], str]:
    """Start the demonstration on a free port and return it with its address, once the page answers."""
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "ansinh.project.cli",
            "demo",
            "--port",
            "0",
            "--beneficiaries",
            "60",
            "--home",
            str(home),
        ],
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
        cwd=ROOT,
        start_new_session=True,
    )
    assert process.stderr is not None
    for line in process.stderr:
        if "http://127.0.0.1:" in line:
            address = line.split()[2]
            with urllib.request.urlopen(f"{address}cong-khai/", timeout=30) as page:
                assert page.status == 200
            return process, address
    raise AssertionError("the demonstration did not serve")


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL], ids=["ctrl-c", "term", "kill-9"])
def test_no_child_outlives_the_demonstration(home: Path, ending: signal.Signals) -> None:
    process, _ = _serve(home)
    children = _descendants(process.pid)
    # PostgreSQL with its workers, the web server with its workers, the sandbox bank.
    assert len(children) >= 6
    os.kill(process.pid, ending)
    assert process.stderr is not None
    process.stderr.close()
    process.wait(30)
    assert _gone(children), _alive(children)
    assert ansinh(home, "ledger", "verify")["ok"]


def test_two_commands_share_one_server_and_the_last_one_out_ends_it(home: Path) -> None:
    commands = [
        subprocess.Popen(
            [sys.executable, "-m", "ansinh.project.cli", "ledger", "verify", "--home", str(home), "--json"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        for _ in range(3)
    ]
    answers = [command.communicate(timeout=120) for command in commands]
    assert [command.returncode for command in commands] == [0, 0, 0], answers
    assert not (home / "run.json").exists()


@pytest.mark.skipif(os.getuid() != 0, reason="only root's database runs as another account")
def test_a_closed_home_keeps_its_database_when_its_permissions_change(tmp_path: Path) -> None:
    """As root in a folder closed to others, the database lies elsewhere; opening the folder later must not make it seem empty."""
    reachable(tmp_path)
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    home = closed / "home"
    try:
        first = ansinh(home, "init")
        assert (home / "db.location").exists()
        closed.chmod(0o755)
        assert ansinh(home, "init") == {name: value for name, value in first.items() if name != "administrator"}
        copy = closed / "copy"
        subprocess.run(["cp", "-a", str(home), str(copy)], check=True)
        assert ansinh(copy, "init", expect=1)["refused"] == "home_was_copied"
    finally:
        if (home / "db.location").exists():
            shutil.rmtree((home / "db.location").read_text(encoding="utf8").splitlines()[0])
