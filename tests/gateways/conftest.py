"""A sandbox bank in a process of its own for each test that asks for one: free port, real SFTP, its own folder.

The bank ends with its test, and must end cleanly.
"""

import csv
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ansinh.project import children
from ansinh_sandbox.bank import make_keys
from tests.gateways.bank import BEHAVIOURS, Bank


@pytest.fixture
def bank(tmp_path: Path) -> Iterator[Bank]:
    """A running bank whose accounts behave in every way it knows."""
    folder = tmp_path / "bank"
    keys = make_keys(folder)
    with open(folder / "accounts.csv", "w", encoding="utf8", newline="") as file:
        table = csv.writer(file)
        table.writerow(["bin", "number", "holder_name", "behaviour"])
        for behaviour, numbers in BEHAVIOURS.items():
            table.writerows(["970415", number, "H'NHI E BAN", behaviour] for number in numbers)
    process = children.start([sys.executable, "-m", "ansinh_sandbox.bank", "--folder", folder], pipe_output=True)
    assert process.stdout is not None
    with process.stdout:
        ready = json.loads(process.stdout.readline())
        yield Bank(folder, ready["port"], ready["host_key"], Path(keys["client_key"]), process)
        children.stop(process)
        assert process.returncode == 0, "the bank must end cleanly on SIGTERM"
