"""The language of conditions and of rules, as tables: what it says of a person, and what it refuses to read.

The tables are in `tests/spec/tables`; the manual is printed from the same rows, so that it cannot say what is not so.
"""

import dataclasses
import typing
from collections.abc import Iterator

import duckdb
import pytest

from ansinh.base.months import Month
from ansinh.law import language, tree
from ansinh.law.engines import Engine, OracleEngine, duckdb_engine
from tests.spec.tables import Gives, Group, Refuses, Says, running

ROWS = [row for group in running.GROUPS for row in group.rows]
SAID = [row for row in ROWS if isinstance(row, Says)]
GIVEN = [row for row in ROWS if isinstance(row, Gives)]
REFUSED = [row for row in ROWS if isinstance(row, Refuses)]


@pytest.fixture(scope="module")
def engines() -> Iterator[dict[str, Engine]]:
    """The engines that need no server; PostgreSQL is compared in tests/generative."""
    with duckdb.connect() as connection:
        yield {"oracle": OracleEngine(), "duckdb": duckdb_engine(connection)}


@pytest.mark.parametrize("row", SAID, ids=lambda row: f"{row.condition} · {row.given}"[:80])
def test_condition_says(row: Says) -> None:
    assert running.asked(row) == row.answer


@pytest.mark.parametrize("row", REFUSED, ids=lambda row: row.condition[:40] or "empty")
def test_condition_is_refused(row: Refuses) -> None:
    error = running.refused(row)
    assert error is not None, f"“{row.condition}” was read"
    assert row.reason in error.vi
    assert error.en


@pytest.mark.parametrize("row", GIVEN, ids=lambda row: f"{row.month} {dict(row.given)}"[:80])
def test_rule_gives(engines: dict[str, Engine], row: Gives) -> None:
    for name, engine in engines.items():
        due = running.given(row, engine)
        assert (due.paid, due.unknown) == (row.paid, frozenset(row.unknown)), name


@pytest.mark.parametrize("group", [g for g in running.GROUPS if isinstance(g.rows[0], Says)], ids=lambda g: g.title.en)
def test_every_condition_means_the_same_in_sql(engines: dict[str, Engine], group: Group) -> None:
    """Each condition of the tables becomes the only rule of a law; a database must decide the month as the oracle does."""
    law = running.sample_law()
    only = next(rule for rule in law.rules if rule.rule == "KT")
    rows = [row for row in group.rows if isinstance(row, Says)]
    people = [law.person({"birth_date": running.BORN, "area": "19777", **row.given}) for row in rows]
    for condition in dict.fromkeys(row.condition for row in rows):
        parsed = running.tree(condition)
        per_child = any(isinstance(atom, tree.CountChildren) for atom in tree.atoms(parsed))
        level = dataclasses.replace(only.levels[-1], when=None)
        rule = dataclasses.replace(only, condition=parsed, levels=(level,), per_child=per_child)
        asked = dataclasses.replace(law, rules=(rule,), _months={})
        dues = [engine.month(asked, Month(2026, 11), running.KNOWN_ON, people) for engine in engines.values()]
        assert dues[0] == dues[1], condition


def test_the_tables_hold_every_node_and_every_word_of_the_language() -> None:
    conditions = [running.tree(row.condition) for row in SAID]
    used: set[type] = set()
    for condition in conditions:
        stack: list[typing.Any] = [condition]
        while stack:
            part = stack.pop()
            used.add(type(part))
            stack += [
                *getattr(part, "parts", ()),
                *(getattr(part, n) for n in ("part", "condition") if hasattr(part, n)),
            ]
    assert used == set(typing.get_args(tree.Expression))
    words = " ".join(row.condition for row in SAID).replace("(", " ").split()
    assert set(words) >= language._KEYWORDS
