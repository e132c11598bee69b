"""A province's month end to end, as an outsider sees it: through commands and their JSON only."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT, ansinh


@pytest.fixture(scope="module")
def summary(demo_home: Path) -> dict[str, Any]:
    return json.loads((demo_home / "summary.json").read_text(encoding="utf8"))


def test_forty_communes_and_shares_that_add_up(summary: dict[str, Any]) -> None:
    assert len(summary["areas"]) == 40
    shares = [summary[name] for name in ("paid_by_account", "collected_not_yet_paid", "not_opened_or_cannot_open")]
    assert sum(int(share["percent"].replace(".", "")) for share in shares) == 10_000
    assert sum(share["count"] for share in shares) == summary["payees"]
    # 52 % of the payees, to the nearest person.
    assert abs(shares[0]["count"] - summary["payees"] * 52 // 100) <= 1
    assert sum(shares[2]["reasons"].values()) <= shares[2]["count"]


def test_every_dong_of_the_run_is_somewhere(summary: dict[str, Any]) -> None:
    run = summary["run"]
    assert run["paid_dong"] + run["held_dong"] + run["returned_dong"] + run["unpaid_dong"] == run["due_dong"]
    assert run["paid_dong"] > 0
    assert run["cash_dong"] > 0


def test_books_hold_and_are_sealed(demo_home: Path) -> None:
    verified = ansinh(demo_home, "ledger", "verify")
    assert verified["ok"], verified
    assert all(verified["checks"].values())
    assert len(verified["seal"]) == 64


def test_demo_again_changes_nothing(demo_home: Path, summary: dict[str, Any]) -> None:
    before = ansinh(demo_home, "ledger", "verify")
    again = ansinh(demo_home, "demo", "--no-serve", "--beneficiaries", "1200")
    assert again["run"] == summary["run"]
    assert again["paid_by_account"] == summary["paid_by_account"]
    assert ansinh(demo_home, "ledger", "verify") == before


def _export(home: Path, program: str, target: Path) -> Path:
    text = subprocess.run(
        [sys.executable, "-m", "ansinh.project.cli", "ledger", "export", "--format", program, "--home", str(home)],
        capture_output=True,
        check=True,
        cwd=ROOT,
    ).stdout
    target.write_bytes(text)
    return target


def test_hledger_accepts_the_books(demo_home: Path, tmp_path: Path) -> None:
    if shutil.which("hledger") is None:
        pytest.skip("hledger is not installed; .ci/run installs it")
    journal = _export(demo_home, "hledger", tmp_path / "books.journal")
    done = subprocess.run(
        ["hledger", "-f", str(journal), "check", "--strict"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    # A changed amount must not pass: otherwise the acceptance above would mean nothing.
    text = journal.read_text(encoding="utf8")
    broken = tmp_path / "broken.journal"
    broken.write_text(_raise_first_posting(text), encoding="utf8")
    assert (
        subprocess.run(["hledger", "-f", str(broken), "check", "--strict"], capture_output=True, check=False).returncode
        != 0
    )


def test_beancount_accepts_the_books(demo_home: Path, tmp_path: Path) -> None:
    program = Path(sys.executable).parent / "bean-check"
    books = _export(demo_home, "beancount", tmp_path / "books.beancount")
    done = subprocess.run([program, str(books)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    broken = tmp_path / "broken.beancount"
    broken.write_text(_raise_first_posting(books.read_text(encoding="utf8")), encoding="utf8")
    assert subprocess.run([program, str(broken)], capture_output=True, check=False).returncode != 0


def _raise_first_posting(text: str) -> str:
    """Return the books with one đồng more on the first debit."""
    lines = text.splitlines()
    place = next(i for i, line in enumerate(lines) if line.startswith("  ") and not line.strip().startswith(";"))
    words = lines[place].split()
    words[-2] = str(int(words[-2]) + 1)
    lines[place] = "  " + "  ".join([words[0], " ".join(words[1:])])
    return "\n".join(lines)


def test_a_severely_disabled_adult_gets_the_raise_and_four_months_of_arrears(tmp_path: Path) -> None:
    facts, settled = tmp_path / "facts.json", tmp_path / "settled.json"
    facts.write_text(
        json.dumps(
            {
                "id": "p1",
                "birth_date": "1986-05-02",
                "sex": "female",
                "area": "19777",
                "disability": "severe",
                "decision_signed_on": "2024-02-20",
            }
        ),
        encoding="utf8",
    )
    settled.write_text(
        json.dumps(
            [{"benefit": "K6", "for_month": f"2026-{month:02d}", "amount_dong": 750_000} for month in range(7, 11)]
        ),
        encoding="utf8",
    )
    answer = ansinh(
        tmp_path,
        "law",
        "explain",
        str(facts),
        "--month",
        "2026-11",
        "--known-on",
        "2026-11-22",
        "--settled",
        str(settled),
    )
    assert [(line["kind"], line["amount_dong"]) for line in answer["lines"]] == [("regular", 810_000)] + [
        ("arrears", 60_000)
    ] * 4
    assert answer["total_dong"] == 1_050_000
    assert answer["lines"][0]["clause"] == "NĐ 335/2026/NĐ-CP, Điều 6 khoản 1 điểm e"
    assert {line["clause"] for line in answer["lines"][1:]} == {"NĐ 335/2026/NĐ-CP, Điều 32 khoản 3"}
