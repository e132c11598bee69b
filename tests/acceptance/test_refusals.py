"""Whatever goes wrong, an officer gets one sentence and a named reason; nothing is half-applied and no traceback appears."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT, ansinh, reachable

CASES = [
    (("payroll", "calculate", "--month", "2026-13", "--province", "46"), "month_invalid"),
    (("payroll", "calculate", "--month", "11/2026", "--province", "46"), "month_invalid"),
    (("payroll", "calculate", "--month", "2026-11"), "selection_missing"),
    (("payroll", "calculate", "--month", "2026-11", "--province", "99"), "area_unknown"),
    (("payroll", "calculate", "--month", "2026-11", "--area", "00000"), "area_unknown"),
    (("payroll", "calculate", "--month", "2026-11", "--area", "00004"), "empty_selection"),
    (("payroll", "approve", "2026-11-46-01", "--as", "khongco"), "staff_unknown"),
    (("payroll", "approve", "2026-11-46-01", "--as", "chuyenvien"), "role_not_allowed"),
    (("payroll", "freeze", "khong-co", "--as", "chuyenvien"), "run_unknown"),
    (("payment", "submit", "khong-co"), "run_unknown"),
    (("report", "coverage", "--month", "2031-01"), "no_frozen_run"),
    (("ledger", "appropriate", "--amount", "-5", "--document", "9", "--month", "2026-11"), "amount_not_positive"),
    (("people", "import", "/khong/co.xlsx", "--area", "19777"), None),
    (("payment", "read", "/khong/co.xml"), None),
    (("law", "explain", "/khong/co.json", "--month", "2026-11"), None),
    (("seed", "--province", "46", "--beneficiaries", "99", "--seed", "1"), "already_seeded"),
]


@pytest.mark.parametrize(("words", "reason"), CASES, ids=[" ".join(words)[:60] for words, _ in CASES])
def test_refusals_are_named_and_change_nothing(demo_home: Path, words: tuple[str, ...], reason: str | None) -> None:
    answer = ansinh(demo_home, *words, expect=1)
    assert reason is None or answer["refused"] == reason
    assert answer["message"].endswith((".", ")", "?"))
    assert any(c in answer["message"] for c in "ăâđêôơưáàảãạéèíìóòúùýỳ"), "the sentence is Vietnamese"
    english = ansinh(demo_home, *words, "--lang", "en", expect=1)
    assert english["refused"] == answer["refused"]
    assert english["message"] != answer["message"]


def test_wrong_use_exits_with_two(demo_home: Path) -> None:
    for words in ((), ("payroll",), ("payroll", "calculate"), ("khong-co",), ("bench", "month", "--people", "x")):
        done = subprocess.run(
            [sys.executable, "-m", "ansinh.project.cli", *words], capture_output=True, text=True, cwd=ROOT, check=False
        )
        assert done.returncode == 2
        assert "Traceback" not in done.stderr


def test_a_port_in_use_is_named_before_any_work(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        answer = ansinh(
            reachable(tmp_path) / "home",
            "demo",
            "--port",
            str(taken.getsockname()[1]),
            "--beneficiaries",
            "60",
            expect=1,
        )
    assert answer["refused"] == "port_in_use"


def test_a_home_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    assert ansinh(blocked / "home", "init", expect=1)["refused"] == "home_unusable"


def test_a_full_disk_is_named_and_nothing_is_kept(demo_home: Path) -> None:
    """/dev/full fails every write with "no space left": the answer cannot be written, and the command says so."""
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [
                sys.executable,
                "-m",
                "ansinh.project.cli",
                "ledger",
                "export",
                "--format",
                "hledger",
                "--home",
                str(demo_home),
            ],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env=os.environ,
            check=False,
        )
    assert done.returncode == 1
    assert "disk_full" in done.stderr
    assert "Traceback" not in done.stderr
