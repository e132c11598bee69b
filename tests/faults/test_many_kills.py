"""One month killed at every step of submit and collect, again and again, ends in the books of its undisturbed twin."""

import shutil
from pathlib import Path
from typing import Any

from tests.conftest import ansinh
from tests.faults.kills import COMMANDS, books, killed
from tests.homes import copied

# In the order in which a run passes them, so that each kill lies behind what the one before it left; the number is which
# passing of the boundary kills.
IN_A_ROW = [
    ("submit", victim, stage, boundary, count)
    for stage, boundary, count in (
        ("submit", "enter", 1), ("submit", "leave", 1), ("render", "enter", 1), ("render", "leave", 1), ("upload", "enter", 1),
        ("upload", "leave", 1),
    )
    for victim in ("process", "backend")
] + [
    ("collect", victim, stage, boundary, count)
    for stage, boundary, count in (
        ("fetch", "enter", 1), ("fetch", "leave", 1), ("parse", "enter", 1), ("parse", "leave", 1), ("apply", "enter", 1),
        ("apply", "leave", 1),
    )
    for victim in ("process", "backend")
] + [
    # By now the first message has been applied: the second one is all that is left.
    ("collect", "process", "apply", "leave", 2),
    ("collect", "backend", "apply", "leave", 1),
]  # fmt: skip


def test_one_month_killed_more_than_twenty_times_ends_in_the_books_of_its_twin(
    month: dict[str, Any], tmp_path: Path
) -> None:
    """The same home, killed again and again at every step of submit and collect, process and backend in turn."""
    home = copied(month["snapshots"]["submit"], month["folder"] / "in-a-row")
    for place, kill in enumerate(IN_A_ROW):
        if place and kill[0] != IN_A_ROW[place - 1][0]:
            ansinh(home, *COMMANDS["submit"])
        killed(home, tmp_path, *kill)
    ansinh(home, *COMMANDS["collect"])
    assert len(IN_A_ROW) >= 20
    assert books(home) == month["books"]
    shutil.rmtree(home)
