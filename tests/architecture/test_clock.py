"""The day is Vietnam's: between midnight and seven in the morning the world's clock still shows yesterday."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_WORLDS_NOW = re.compile(r"timezone\.now\(|datetime\.now\(\)|utcnow\(|(?<![\w.])now\(\)\.date\(\)")
# What the database gives back is in the world's time: its day is asked by `timezone.localdate`.
_STORED = re.compile(r"\b(?:\w+\.)+\w+_at\.date\(\)|\bbooked_at\.date\(\)")


def test_no_day_is_taken_from_the_worlds_clock() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in sorted((ROOT / "ansinh").rglob("*.py"))
        for number, line in enumerate(path.read_text(encoding="utf8").splitlines(), 1)
        if _WORLDS_NOW.search(line) or _STORED.search(line)
    ]
    assert not found, "\n".join(found)


def test_the_rule_sees_what_it_forbids() -> None:
    for line in ("at=timezone.now(),", "day = row.recorded_at.date()", "datetime.now()"):
        assert _WORLDS_NOW.search(line) or _STORED.search(line), line
