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
    (("ledger", "appropriate", "--amount", "5", "--document=-7", "--month", "2026-11"), "document_number_impossible"),
    (("ledger", "appropriate", "--amount", "5", "--document", "9", "--month", "1900-01"), "month_implausible"),
    (
        (
            "payment",
            "reopen",
            "2026-11-46-01",
            "--channel",
            "cash",
            "--reason",
            "x",
            "--person",
            "9" * 23,
            "--as",
            "chuyenvien",
        ),
        "person_unknown",
    ),
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


def test_an_appropriation_leaves_books_that_hold(tmp_path: Path) -> None:
    home = reachable(tmp_path) / "home"
    ansinh(home, "ledger", "appropriate", "--amount", "5", "--document", "9", "--month", "2026-11")
    assert ansinh(home, "ledger", "verify")["ok"] is True


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
    """/dev/full fails every write with "no space left": the answer cannot be written, and the command says so, in a sentence."""
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


def test_an_answer_that_cannot_be_written_says_that_the_work_is_done(demo_home: Path) -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "ansinh.project.cli", "ledger", "verify", "--home", str(demo_home)],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            check=False,
        )
    assert done.returncode == 1
    assert "answer_not_written" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_closed_progress_stream_does_not_stop_the_work(tmp_path: Path) -> None:
    home = reachable(tmp_path) / "home"
    command = [
        sys.executable,
        "-m",
        "ansinh.project.cli",
        "seed",
        "--province",
        "46",
        "--beneficiaries",
        "60",
        "--seed",
        "5",
        "--home",
        str(home),
    ]
    started = subprocess.Popen(
        [*command, "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT
    )
    assert started.stderr is not None and started.stdout is not None
    started.stderr.close()
    with started.stdout as stream:
        answer = stream.read()
    assert started.wait(120) == 0
    assert '"beneficiaries": 60' in answer


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"socket": null}'], ids=["empty", "half", "list", "null"])
def test_a_damaged_note_of_a_server_counts_as_none(demo_home: Path, damage: str) -> None:
    (demo_home / "run.json").write_text(damage)
    (demo_home / "sandbox-bank" / "running.json").write_text(damage)
    assert ansinh(demo_home, "ledger", "verify")["ok"]
    assert ansinh(demo_home, "payment", "collect")["applied"] == 0


def test_an_empty_home_is_refused_and_nothing_is_made(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "ansinh.project.cli", "init", "--home", "", "--json"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=False,
    )
    assert done.returncode == 1
    assert '"home_missing"' in done.stdout
    assert list(tmp_path.iterdir()) == []
