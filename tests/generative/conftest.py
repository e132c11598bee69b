"""The engines that are compared: the oracle first, then the two databases."""

import os
from collections.abc import Iterator

import duckdb
import psycopg
import pytest

from ansinh.law.engines import Engine, OracleEngine, duckdb_engine
from ansinh.project.work.law import postgresql_engine

# How many persons × months are compared in all, each in two databases; `make test-generative` asks for more.
EXAMPLES = int(os.environ.get("EXAMPLES", "10000"))
# The law in force has the larger share; it is what is paid.
IN_FORCE_PERCENT = 60


@pytest.fixture(scope="session")
def examples_in_force() -> int:
    """How many persons × months are compared at least under the law of the repository."""
    return EXAMPLES * IN_FORCE_PERCENT // 100


@pytest.fixture(scope="session")
def examples_of_laws() -> int:
    """How many persons × months are compared at least under generated laws."""
    return EXAMPLES - EXAMPLES * IN_FORCE_PERCENT // 100


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
