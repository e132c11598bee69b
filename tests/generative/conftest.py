"""The engines that are compared: the oracle first, then the two databases."""

import os
from collections.abc import Iterator

import duckdb
import psycopg
import pytest

from ansinh.law.engines import Engine, OracleEngine, duckdb_engine
from ansinh.project.work.law import postgresql_engine

# How many persons × months each generative test compares; `make test-generative` asks for more.
EXAMPLES = int(os.environ.get("EXAMPLES", "10000"))


@pytest.fixture(scope="session")
def examples() -> int:
    """How many persons × months each test compares at least."""
    return EXAMPLES


@pytest.fixture
def law_engines(law_postgres: psycopg.Connection) -> Iterator[dict[str, Engine]]:
    """The oracle, DuckDB and PostgreSQL."""
    with duckdb.connect() as connection:
        yield {
            "oracle": OracleEngine(),
            "duckdb": duckdb_engine(connection),
            "postgresql": postgresql_engine(law_postgres),
        }
    law_postgres.rollback()
