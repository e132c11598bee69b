"""One undisturbed month for all workers: every test of a kill starts from a copy of it."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ansinh
from tests.faults.kills import COMMANDS, MONTH, books
from tests.homes import copied, made_once, reachable


def _undisturbed(empty_home: Path, folder: Path) -> None:
    home = copied(empty_home, folder / "home")
    ansinh(home, "seed", "--province", "46", "--beneficiaries", "300", "--seed", "7", "--month", MONTH)
    ansinh(home, "ledger", "appropriate", "--amount", "1000000000000", "--document", "1", "--month", MONTH)
    for name, words in COMMANDS.items():
        copied(home, folder / f"before-{name}")
        ansinh(home, *words)
    (folder / "books.json").write_text(json.dumps(books(home)), encoding="utf8")


@pytest.fixture(scope="session")
def month(empty_home: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Snapshots of a home before each command of an undisturbed month, the books it ends in, and a folder for copies."""
    made = made_once(tmp_path_factory, "month", lambda folder: _undisturbed(empty_home, folder))
    return {
        "snapshots": {name: made / f"before-{name}" for name in COMMANDS},
        "books": json.loads((made / "books.json").read_text(encoding="utf8")),
        "folder": reachable(tmp_path_factory.mktemp("kills")),
    }
