"""The code stays tidy: hard rules hold, figures only improve (tools/tidy.py says which)."""

import json

from tools import tidy


def test_no_rule_is_broken() -> None:
    problems, _ = tidy.measure()
    assert not problems, "\n".join(str(problem) for problem in problems)


def test_figures_only_improve() -> None:
    _, figures = tidy.measure()
    assert figures.lines > 5_000, "tidy must see the code"
    allowed = json.loads(tidy.RATCHET.read_text(encoding="utf8"))
    worse = tidy.loosened(allowed, figures.ratchet())
    assert not worse, "\n".join(worse)


def test_the_ratchet_says_what_is_worse() -> None:
    assert tidy.loosened({"a": 3, "b": 1}, {"a": 3, "b": 2}) == ["b: 2 is worse than 1"]
    assert tidy.loosened({}, {"new": 1}) == ["new: 1 is worse than 0"]
