"""A restored backup that is older than the files at the bank converges: what the bank holds and says is read again."""

import shutil
from typing import Any

import pytest

from tests.conftest import ansinh
from tests.faults.kills import COMMANDS, books
from tests.homes import copied


@pytest.mark.parametrize("after", [("submit", "collect"), ("collect", "submit", "collect")], ids="-".join)
def test_a_restored_older_backup_converges(month: dict[str, Any], after: tuple[str, ...]) -> None:
    """The bank has carried the month out; the database and the archive are those from before it was sent."""
    home = copied(month["snapshots"]["submit"], month["folder"] / f"restored-{len(after)}")
    for name in ("submit", "collect"):
        ansinh(home, *COMMANDS[name])
    assert books(home) == month["books"]
    sent = sorted(path.name for path in (home / "sandbox-bank" / "sftp" / "in").iterdir())
    for name in ("db", "archive"):
        shutil.rmtree(home / name, ignore_errors=True)
        if (month["snapshots"]["submit"] / name).exists():
            copied(month["snapshots"]["submit"] / name, home / name)
    assert ansinh(home, "ledger", "verify")["transfers"] < month["books"]["transfers"], "the backup is not older"
    for name in after:
        ansinh(home, *COMMANDS[name])
    assert books(home) == month["books"]
    assert sorted(path.name for path in (home / "sandbox-bank" / "sftp" / "in").iterdir()) == sent
    shutil.rmtree(home)
