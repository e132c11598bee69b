"""Two workers do what one does: the same files under the same names, the same answers taken in, the same books."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.conftest import ROOT, ansinh
from tests.faults.kills import COMMANDS, RUN, books, killed, shared
from tests.homes import copied

# The moment of making stands in the file; everything else in it is the batch's.
_MOMENT = re.compile(rb"<CreDtTm>[^<]*</CreDtTm>")


def _sent(home: Path) -> dict[str, bytes]:
    """Return what the bank got, by name."""
    return {path.name: _MOMENT.sub(b"", path.read_bytes()) for path in (home / "sandbox-bank/sftp/in").iterdir()}


def test_two_workers_send_the_files_of_one_and_end_in_the_same_books(month: dict[str, Any], tmp_path: Path) -> None:
    homes = [copied(month["snapshots"]["submit"], month["folder"] / f"workers-{workers}") for workers in (1, 2)]
    by_one, alone = shared(homes[0], tmp_path, "submit", "upload", 1)
    by_two, together = shared(homes[1], tmp_path, "submit", "upload", 2)
    files = [_sent(home) for home in homes]
    assert (len(set(alone)), len(set(together))) == (1, 2), "one process did all, and two shared"
    assert len(alone) == len(together) == len(files[0]) >= 4, "each file was handed over once"
    assert files[0] == files[1]
    assert by_one == by_two
    torn = copied(homes[1], month["folder"] / "workers-torn")
    # Collecting: the second home by two lanes, each reading and applying; the first reads in a thread and applies
    # alone.
    (taken, alone), (in_lanes, together) = (
        shared(home, tmp_path, "collect", "apply", 1 + at) for at, home in enumerate(homes)
    )
    assert taken == in_lanes
    assert len(set(alone)) == 1
    assert len(set(together)) == 3, "two lanes applied, and the command waited for them"
    assert taken["applied"] > 0
    assert books(homes[0]) == books(homes[1]) == month["books"]
    # A lane loses its database with a message half applied, while the other goes on with its own; the next call ends the work.
    killed(torn, tmp_path, "collect", "worker_backend", "apply", "leave", 1)
    ansinh(torn, *COMMANDS["collect"])
    assert books(torn) == month["books"]


def test_a_month_shared_by_two_is_there_or_not_at_all(month: dict[str, Any], tmp_path: Path) -> None:
    """Calculating and freezing are killed between two commits; the next call ends the work."""
    home = copied(month["snapshots"]["calculate"], month["folder"] / "shared-month")
    killed(home, tmp_path, "calculate", "parent", "share", "leave", 1)
    # Every share is kept, and the run is not there: nobody sees it, and the next calculation clears it away.
    killed(home, tmp_path, "calculate", "sharer", "keep", "leave", 1)
    assert ansinh(home, "ledger", "verify")["ok"]
    _, shares = shared(home, tmp_path, "calculate", "share", 2)
    assert len(set(shares)) == 2
    for command in ("check", "approve"):
        ansinh(home, *COMMANDS[command])
    # The run is frozen, and not one of its items is there.
    killed(home, tmp_path, "freeze", "sharer", "open", "enter", 1)
    for command in ("submit", "collect"):
        ansinh(home, *COMMANDS[command])
    assert books(home) == month["books"]


def test_two_workers_read_the_figures_of_one(month: dict[str, Any]) -> None:
    """The hash of a run and the root of the books are the same, however many processes read their leaves."""
    home = copied(month["snapshots"]["collect"], month["folder"] / "read-shared")
    done = subprocess.run(
        [sys.executable, str(ROOT / "tests/faults/read_shared.py"), str(home), RUN],
        capture_output=True, text=True, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    alone, by_two, by_three = json.loads(done.stdout)
    assert alone == by_two == by_three
    control, roots = alone
    assert control["lines"] > 100
    assert [root["first"] for root in roots] == [1, 1, 71]
    assert len({root["root"] for root in roots}) == 2
