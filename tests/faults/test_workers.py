"""Two workers do what one does: the same files under the same names, the same answers taken in, the same books."""

import re
from pathlib import Path
from typing import Any

from tests.faults.kills import books, shared
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
    # Collecting: the second home by a process that reads beside the one that applies; the first reads in a thread.
    taken = [shared(home, tmp_path, "collect", "apply", 1 + at)[0] for at, home in enumerate(homes)]
    assert taken[0] == taken[1]
    assert taken[0]["applied"] > 0
    assert books(homes[0]) == books(homes[1]) == month["books"]
