"""Runs the sandbox bank beside us: another program with its own books, reached over SFTP like any bank.

It promises one bank a home: a command joins the bank that already runs, or starts one that ends with the command.
"""

import contextlib
import json
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from ansinh.base.refusals import Refused
from ansinh.project import children
from ansinh.project.home import Home
from ansinh.project.sharing import shared
from ansinh.standards.file_signature import SUFFIX

_PROGRAM = [sys.executable, "-m", "ansinh_sandbox.bank"]


def _answers(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=2):
        return True
    return False


def _unavailable() -> Refused:
    return Refused(
        "sandbox_bank_unavailable",
        vi="Ngân hàng thử nghiệm không trả lời (xem log/sandbox-bank.log trong thư mục dữ liệu).",
        en="The sandbox bank does not answer (see log/sandbox-bank.log in the data folder).",
    )


def _make_keys(folder: Path) -> None:
    if not (folder / "authorized_keys").exists():
        subprocess.run([*_PROGRAM, "keys", "--folder", str(folder)], check=True, stdout=subprocess.DEVNULL)


def _start(home: Home) -> tuple[subprocess.Popen[bytes], dict[str, Any]]:
    process = children.start(
        [*_PROGRAM, "--folder", home.sandbox], log=home.logs / "sandbox-bank.log", pipe_output=True
    )
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        children.stop(process)
        raise _unavailable()
    return process, json.loads(line)


@contextlib.contextmanager
def running(home: Home) -> Iterator[dict[str, Any]]:
    """Keep the sandbox bank running for the block; yields how to reach it: `port`, `host_key`, `client_key`."""
    home.sandbox.mkdir(mode=0o700, parents=True, exist_ok=True)
    note = home.sandbox / "running.json"
    bank: dict[str, Any] = {}

    def join_or_start() -> Callable[[], None] | None:
        """Join the bank that answers at the noted port, or start it and say how to end it."""
        _make_keys(home.sandbox)
        with contextlib.suppress(OSError, ValueError, TypeError):
            # A damaged note counts as none: the bank is then started, and notes itself anew.
            bank.update(json.loads(note.read_text(encoding="utf8")))
        if isinstance(bank.get("port"), int) and _answers(bank["port"]):
            return None
        process, found = _start(home)
        bank.update(found)
        note.write_text(json.dumps(bank), encoding="utf8")

        def end() -> None:
            """End the bank and take its note away."""
            children.stop(process)
            note.unlink(missing_ok=True)

        return end

    with shared(home.sandbox, join_or_start):
        yield {"port": bank["port"], "host_key": bank["host_key"], "client_key": str(home.sandbox / "client_key")}


def tick(home: Home) -> None:
    """Let the bank's time go on: answers that it had put off are now given."""
    subprocess.run([*_PROGRAM, "tick", "--folder", str(home.sandbox)], check=True, stdout=subprocess.DEVNULL)


def close_day(home: Home, *, credits: Sequence[tuple[int, str]], fees: Sequence[int]) -> None:
    """Let the bank book money that came in and its own fees, and write the statement of the day."""
    told = [f"--credit={amount}:{words}" for amount, words in credits] + [f"--fee={amount}" for amount in fees]
    subprocess.run(
        [*_PROGRAM, "statement", "--folder", str(home.sandbox), *told], check=True, stdout=subprocess.DEVNULL
    )


def wait_until_idle(home: Home, *, patience_s: int = 600) -> None:
    """Return when the bank has worked through every file that it was given.

    Raises:
        Refused: `sandbox_bank_unavailable` when it does not within the patience.
    """
    log, folder = home.sandbox / "processed.log", home.sandbox / "sftp" / "in"
    deadline = time.monotonic() + patience_s
    while True:
        given = (
            {path.name for path in folder.glob("*") if path.suffix != ".part" and not path.name.endswith(SUFFIX)}
            if folder.exists()
            else set()
        )
        done = (
            {json.loads(line)["file"] for line in log.read_text(encoding="utf8").splitlines()}
            if log.exists()
            else set()
        )
        if given <= done:
            return
        if time.monotonic() > deadline:
            raise _unavailable()
        time.sleep(0.05)
