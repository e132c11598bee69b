"""The code stays tidy: hard rules hold, figures only improve (tools/tidy.py says which)."""

import json

import pytest

from tools import tidy

Measured = tuple[list[tidy.Problem], tidy.Figures]


@pytest.fixture(scope="module")
def measured() -> Measured:
    """What was found in all the code, looked through once."""
    return tidy.measure()


def test_no_rule_is_broken(measured: Measured) -> None:
    problems, _ = measured
    assert not problems, "\n".join(str(problem) for problem in problems)


def test_figures_only_improve(measured: Measured) -> None:
    _, figures = measured
    assert figures.lines > 5_000, "tidy must see the code"
    allowed = json.loads(tidy.RATCHET.read_text(encoding="utf8"))
    worse = tidy.loosened(allowed, figures.ratchet())
    assert not worse, "\n".join(worse)


def test_the_ratchet_says_what_is_worse() -> None:
    assert tidy.loosened({"a": 3, "b": 1}, {"a": 3, "b": 2}) == ["b: 2 is worse than 1"]
    assert tidy.loosened({}, {"new": 1}) == ["new: 1 is worse than 0"]
