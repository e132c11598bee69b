"""The comparison can fail: an engine that rounds, compares or forgets what is unknown in its own way is noticed, and the example kept.

Each fault is put into the compiler's maker of nodes, so the statement is wrong while the oracle is not.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest
from sqlglot import exp

from ansinh.base.months import Month
from ansinh.law import compiler, conditions, nodes
from ansinh.law.engines import OracleEngine, duckdb_engine
from ansinh.law.package import load_package
from tests.generative.agreement import Comparison, Keeper, read_example
from tests.generative.people import neighbours
from tests.spec.tables import running

KNOWN_ON = running.KNOWN_ON
_LIVES: list[dict[str, Any]] = [
    {"birth_date": "1990-01-01", "wound_percent": 61, "area": "1"},
    {"birth_date": "1990-01-01", "disability": "severe", "martyrs": 1, "veteran": True, "area": "19777"},
    {"birth_date": "1951-11-30", "area": "19777"},
    {"birth_date": "2012-02-29", "household_poverty": "poor", "hiv": "unknown", "area": "19777"},
]


def _rounds_to_thousands(packed: exp.Expression) -> exp.Expression:
    shifted = exp.BitwiseRightShift(this=packed.copy(), expression=nodes.number(compiler._SHIFT))
    rest = exp.Mod(this=nodes.paren(shifted), expression=nodes.number(10_000))
    return nodes.paren(exp.Sub(this=nodes.paren(shifted.copy()), expression=nodes.paren(rest)))


def _rounding(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(compiler, "_amount", _rounds_to_thousands)


def _comparison(patch: pytest.MonkeyPatch) -> None:
    patch.setitem(conditions._OPERATORS, "<=", "LT")


def _unknown(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(nodes, "is_null", lambda expression: exp.false())


def _leap_day(patch: pytest.MonkeyPatch) -> None:
    right = conditions.birth_cutoff
    patch.setattr(
        conditions, "birth_cutoff", lambda day, months: right(day, months).replace(day=min(28, right(day, months).day))
    )


def _and_is_or(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(nodes, "all_of", nodes.any_of)


FAULTS = [_rounding, _comparison, _unknown, _leap_day, _and_is_or]


def _compare(folder: Path) -> None:
    # A law of its own, since statements are kept with the law they were made from.
    law = load_package(running.ROOT)
    with duckdb.connect() as connection:
        comparison = Comparison({"oracle": OracleEngine(), "duckdb": duckdb_engine(connection)}, Keeper(folder))
        for month in (Month(2026, 11), Month(2028, 2)):
            people = [{**one, "area": "19777"} for life in _LIVES for one in neighbours(life, month)]
            comparison.months(law, month, KNOWN_ON, people, [None] * len(people))


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__.strip("_"))
def test_a_broken_engine_is_noticed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, fault: Callable[[pytest.MonkeyPatch], None]
) -> None:
    with monkeypatch.context() as patch:
        fault(patch)
        with pytest.raises(AssertionError, match="kept as"):
            _compare(tmp_path)
    (kept,) = tmp_path.glob("*.json")
    # Simplified: nothing is left that does not make the difference.
    assert len(read_example(kept).facts) <= 5


def test_without_a_fault_the_same_people_agree(tmp_path: Path) -> None:
    _compare(tmp_path)
    assert not list(tmp_path.iterdir())
