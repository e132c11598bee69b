"""The README is true: every console block runs as written, in order, on a home of its own."""

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import reachable

ROOT = Path(__file__).resolve().parents[2]
_BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def _commands() -> Iterator[str]:
    for block in _BLOCK.findall((ROOT / "README.md").read_text(encoding="utf8")):
        for line in block.splitlines():
            assert line.startswith("$ "), f"a console block holds only commands: {line!r}"
            yield line.removeprefix("$ ")


def _run(command: str, home: Path) -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ,
        "ANSINH_HOME": str(home),
        "PATH": f"{ROOT / '.venv' / 'bin'}{os.pathsep}{os.environ['PATH']}",
    }
    environment.pop("DATABASE_URL", None)
    return subprocess.run(
        ["bash", "-c", command], cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=1800
    )


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A new folder, open to the account that runs the database."""
    return reachable(tmp_path) / "thu muc"


def test_the_month_of_the_readme_runs_as_written(home: Path) -> None:
    answers = {}
    for command in _commands():
        done = _run(command, home)
        assert done.returncode == 0, f"{command}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
        assert "Traceback" not in done.stderr
        answers[command] = done.stdout
    assert len(answers) >= 14, "the README shows the whole month"
    explained = next(text for command, text in answers.items() if "law explain" in command)
    # 810,000 for November and 60,000 for each month from July to October (NĐ 335/2026, Điều 32 khoản 3).
    assert "1.050.000 đồng" in explained
    books = next(text for command, text in answers.items() if "ledger export" in command)
    assert books.startswith("commodity") and "Expenses:Paid" in books
