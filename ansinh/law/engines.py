"""The engines that must agree to the đồng: the oracle, and any SQL engine that can run two statements.

The law room knows no driver: whoever has a connection hands over a function that runs SQL. DuckDB needs no server, so
it is here.
"""

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import duckdb

from ansinh.base.months import Month
from ansinh.law.compiler import CompiledStatement, Dialect, compile_month
from ansinh.law.facts import PersonFacts
from ansinh.law.oracle import evaluate
from ansinh.law.package import LawPackage
from ansinh.law.relations import child_columns, fact_columns, facts_rows

Run = Callable[[str], Sequence[tuple[Any, ...]]]
People = Sequence[PersonFacts]
# The rows of `facts` and of `children`.
Relations = tuple[Sequence[tuple[Any, ...]], Sequence[tuple[Any, ...]]]
# For each person the benefits with a decision in force; None, for a person or for all, restricts nothing.
Granted = Sequence[frozenset[str] | None] | None


@dataclass(frozen=True)
class Due:
    """What an engine says of one person's month: đồng by benefit, and the benefits to verify."""

    paid: dict[str, int]
    unknown: frozenset[str]


class Engine(Protocol):
    """Computes one month, as known on one day, for some people."""

    name: str

    def month(
        self, package: LawPackage, month: Month, known_on: datetime.date, people: People, granted: Granted = None
    ) -> list[Due]:
        """Return what each person is due, in the order given."""
        ...


class OracleEngine:
    """The plain Python evaluation, one person after another."""

    name = "oracle"

    def month(
        self, package: LawPackage, month: Month, known_on: datetime.date, people: People, granted: Granted = None
    ) -> list[Due]:
        """Return what each person is due, in the order given."""
        results = [
            evaluate(package, f, month, known_on, granted and granted[number]) for number, f in enumerate(people)
        ]
        return [Due(result.due, result.unknown) for result in results]


def literal(value: Any) -> str:
    """Return a value of a fact as SQL: NULL, a boolean, a whole number, a day, or a word of a closed list."""
    if value is None:
        return "NULL"
    # Before the numbers, because True is one of them in Python.
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, datetime.date):
        return f"DATE '{value.isoformat()}'"
    # Only members of closed lists arrive here; anything that could end a quoted text is a fault of ours.
    assert isinstance(value, str) and value.isidentifier(), value
    return f"'{value}'"


def dues_of(statement: CompiledStatement, rows: Sequence[tuple[Any, ...]], people: int) -> list[Due]:
    """Return what the rows of a statement's result say of so many people, who are numbered from 0."""
    # Whoever is owed nothing and leaves nothing open has no row; the list is filled beforehand so that each has an answer.
    answers = [Due({}, frozenset()) for _ in range(people)]
    for row in rows:
        person_id, unknown, slots = row[0], row[2], row[3:]
        paid = {
            statement.benefits[number]: amount_dong
            for number, amount_dong in zip(slots[0::3], slots[2::3], strict=True)
            if amount_dong
        }
        codes = frozenset(code for number, code in enumerate(statement.benefits) if unknown >> number & 1)
        answers[person_id] = Due(paid, codes)
    return answers


class SqlEngine:
    """The compiled statement on a database: temporary relations in, one pass, one row per person out."""

    def __init__(self, name: str, dialect: Dialect, run: Run) -> None:
        self.name = name
        self.dialect = dialect
        self.run = run

    def relation(self, name: str, columns: Sequence[tuple[str, str]], rows: Sequence[tuple[Any, ...]]) -> None:
        """Make a temporary table of these rows."""
        described = ", ".join(f"{column} {kind}" for column, kind in columns)
        # Temporary: no other session sees it, and a broken-off check leaves nothing behind in a real database.
        self.run(f"CREATE TEMPORARY TABLE {name} ({described})")
        # A few hundred rows a statement: small enough to parse quickly, large enough to be few.
        for start in range(0, len(rows), 500):
            values = ", ".join(f"({', '.join(map(literal, row))})" for row in rows[start : start + 500])
            self.run(f"INSERT INTO {name} VALUES {values}")

    def month(
        self, package: LawPackage, month: Month, known_on: datetime.date, people: People, granted: Granted = None
    ) -> list[Due]:
        """Return what each person is due, in the order given."""
        return self.answer(package, month, known_on, len(people), facts_rows(package, people, month, known_on, granted))

    def answer(
        self, package: LawPackage, month: Month, known_on: datetime.date, people: int, relations: Relations
    ) -> list[Due]:
        """Return what so many people are due whose facts are rows already: whoever asks two engines makes them once."""
        rows, child_rows = relations
        statement = compile_month(package, month, known_on, self.dialect, "law_facts", "law_children")
        # The relations are dropped whatever happens, so that one wrong case cannot poison the next batch.
        try:
            self.relation("law_facts", fact_columns(package), rows)
            self.relation("law_children", child_columns(package), child_rows)
            return dues_of(statement, self.run(statement.result_sql), people)
        finally:
            self.run("DROP TABLE IF EXISTS law_facts")
            self.run("DROP TABLE IF EXISTS law_children")


def duckdb_engine(connection: duckdb.DuckDBPyConnection) -> SqlEngine:
    """Return the engine on a DuckDB connection."""

    def run(sql: str) -> Sequence[tuple[Any, ...]]:
        return connection.execute(sql).fetchall()

    return SqlEngine("duckdb", "duckdb", run)
