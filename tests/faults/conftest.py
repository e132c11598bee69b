"""One undisturbed month a worker: every test of a kill starts from a copy of it."""

from typing import Any

import pytest

from tests.conftest import ansinh, reachable
from tests.faults.kills import COMMANDS, MONTH, books, copy


@pytest.fixture(scope="session")
def month(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Snapshots of a home before each command of an undisturbed month, and the books it ends in."""
    folder = reachable(tmp_path_factory.mktemp("kills"))
    home = folder / "home"
    ansinh(home, "seed", "--province", "46", "--beneficiaries", "300", "--seed", "7", "--month", MONTH)
    ansinh(home, "ledger", "appropriate", "--amount", "1000000000000", "--document", "1", "--month", MONTH)
    snapshots = {}
    for name, words in COMMANDS.items():
        snapshots[name] = copy(home, folder / f"before-{name}")
        ansinh(home, *words)
    return {"snapshots": snapshots, "books": books(home), "folder": folder}
