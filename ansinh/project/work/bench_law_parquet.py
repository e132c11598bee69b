"""The part of the law's benchmark that runs beside the register: its relations as Parquet files, and DuckDB over them.

PostgreSQL writes CSV, DuckDB turns it into Parquet with the types that the law names: no further dependency, and both
ends are programs that are here anyway. It only reads; nothing of it is ever paid.
"""

import json
import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import sqlglot
from django.db import connection
from sqlglot import exp

from ansinh.base.months import Month
from ansinh.entitlement import month as entitlement
from ansinh.law.affected import changed_benefits
from ansinh.law.compiler import CompiledStatement, compile_month
from ansinh.law.package import LawPackage
from ansinh.law.relations import benefit_mask, child_columns, fact_columns
from ansinh.project import usage

# The change of which the benchmark asks: the base standard, raised for twelve months back.
BASE, OLD_DONG, NEW_DONG, MONTHS_BACK = "base_standard", 540_000, 600_000, 12


@dataclass(frozen=True)
class Spent:
    """What a piece of work took, in seconds of this process (all threads) and of the clock."""

    cpu_s: float
    wall_s: float


class Clock:
    """Measures a block of work in this process."""

    def __enter__(self) -> "Clock":
        self._cpu, self._wall = usage.own_cpu_ms(), time.perf_counter()
        return self

    def __exit__(self, *_: object) -> None:
        self.spent = Spent(
            round((usage.own_cpu_ms() - self._cpu) / 1000, 3), round(time.perf_counter() - self._wall, 3)
        )


def files(folder: Path, month: Month) -> tuple[Path, Path]:
    """Return the Parquet files of the month's facts and children."""
    return folder / f"facts-{month}.parquet", folder / f"children-{month}.parquet"


def export(package: LawPackage, question: entitlement.Question, folder: Path) -> None:
    """This will write the month's two relations, everybody and every fact, as Parquet files; the transaction is the caller's."""
    entitlement.gather_facts(package, question)
    relations = (("facts", fact_columns(package)), ("children", child_columns(package)))
    for (name, columns), path in zip(relations, files(folder, question.month), strict=True):
        names = ", ".join(column for column, _ in columns)
        listed = path.with_suffix(".csv")
        copy = f"COPY (SELECT {names} FROM {name} ORDER BY person_id) TO STDOUT (FORMAT csv)"
        with connection.cursor() as cursor, open(listed, "wb") as file, cursor.copy(copy) as rows:
            for piece in rows:
                file.write(piece)
        types = ", ".join(f"'{column}': '{kind}'" for column, kind in columns)
        duckdb.sql(
            f"COPY (SELECT * FROM read_csv('{listed}', header = false, columns = {{{types}}})) TO '{path}' (FORMAT parquet)"
        )
        listed.unlink()


def see(database: duckdb.DuckDBPyConnection, folder: Path, month: Month, only: int | None = None) -> None:
    """Let the connection see the month's relations, or only the people with a decision in a mask of benefits."""
    facts, children = files(folder, month)
    where = "" if only is None else f" WHERE granted & {only} <> 0"
    database.execute(f"CREATE OR REPLACE VIEW facts AS SELECT * FROM read_parquet('{facts}'){where}")
    database.execute(f"CREATE OR REPLACE VIEW children AS SELECT * FROM read_parquet('{children}')")


def totals(compiled: CompiledStatement, table: str) -> str:
    """Return SQL for seven figures of a result that two engines can only share by agreeing on every row."""
    slots = range(compiled.slots)
    amounts = " + ".join(f"s{n}_amount_dong" for n in slots)
    numbers = " + ".join(f"coalesce(s{n}_rule_no, 0) * ({n} + 1)" for n in slots)
    weighed = f"(({amounts}) % 1000003) * (person_id % 1009)"
    return (
        f"SELECT count(*), sum({amounts})::bigint, sum({numbers})::bigint, sum(fired)::bigint, sum(unknown)::bigint,"
        f" sum((fired % 1000003) * (person_id % 1013))::bigint, sum({weighed})::bigint FROM {table}"
    )


def one_month(folder: Path, package: LawPackage, question: entitlement.Question) -> tuple[Spent, tuple[Any, ...]]:
    """Return what the month took in DuckDB, from Parquet to a table with masks, and the figures of its result."""
    compiled = compile_month(package, question.month, question.known_on, "duckdb")
    database = duckdb.connect()
    see(database, folder, question.month)
    with Clock() as clock:
        database.execute(f"CREATE TABLE outcome AS {compiled.result_sql}")
    figures = database.execute(totals(compiled, "outcome")).fetchone()
    database.close()
    assert figures is not None
    return clock.spent, figures


def changed_laws(laws: Path, folder: Path) -> Path:
    """Return a copy of the laws in which the base standard is raised, and was so for the months compared."""
    changed = folder / "laws"
    shutil.copytree(laws, changed)
    path = changed / f"vn/social-assistance/nd-335-2026/parameters/{BASE}.yaml"
    text = path.read_text(encoding="utf8")
    assert text.count(f"value_dong: {OLD_DONG}") == text.count("applies_from: 2026-07") == 1, path
    raised = text.replace(f"value_dong: {OLD_DONG}", f"value_dong: {NEW_DONG}")
    path.write_text(raised.replace("applies_from: 2026-07", "applies_from: 2025-12"), encoding="utf8")
    return changed


Delta = tuple[int, int, int]


def _difference(compiled: Sequence[CompiledStatement], month: Month) -> str:
    # Compared slot by slot: the same sum from another benefit is a difference too.
    slots = range(max(statement.slots for statement in compiled))
    before, after = (" + ".join(f"coalesce({t}.s{n}_amount_dong, 0)" for n in slots) for t in ("b", "a"))
    differs = " OR ".join(
        f"b.s{n}_{name} IS DISTINCT FROM a.s{n}_{name}" for n in slots for name in ("benefit_no", "amount_dong")
    )
    return (
        f"SELECT coalesce(a.person_id, b.person_id) AS person_id, DATE '{month.first_day}' AS for_month, ({after}) - ({before}) AS amount"
        f" FROM before_law AS b FULL JOIN after_law AS a ON a.person_id = b.person_id WHERE {differs}"
    )


def months_back(
    folder: Path, before: LawPackage, after: LawPackage, questions: Sequence[entitlement.Question], *, pruned: bool
) -> tuple[Spent, Delta]:
    """Return what recomputing all months under both laws took, and the difference: rows, people, đồng.

    Pruned asks only months whose law differs, and of these only people with a decision in a benefit that changed.
    """
    database = duckdb.connect()
    database.execute("CREATE TABLE delta (person_id bigint, for_month date, amount bigint)")
    with Clock() as clock:
        for question in questions:
            laws = [package.month_law(question.month, question.known_on) for package in (before, after)]
            codes = changed_benefits(laws[0], laws[1])
            if pruned and not codes:
                continue
            see(database, folder, question.month, benefit_mask(after, frozenset(codes)) if pruned else None)
            compiled = [compile_month(p, question.month, question.known_on, "duckdb") for p in (before, after)]
            for name, statement in zip(("before_law", "after_law"), compiled, strict=True):
                database.execute(f"CREATE OR REPLACE TABLE {name} AS {statement.result_sql}")
            database.execute(f"INSERT INTO delta {_difference(compiled, question.month)}")
    total = database.execute("SELECT count(*), count(DISTINCT person_id), sum(amount)::bigint FROM delta").fetchone()
    database.close()
    assert total is not None
    return clock.spent, total


def hand_over(folder: Path, package: LawPackage, question: entitlement.Question) -> None:
    """This will write what another engine needs to compute the month: one flat row a person, the statement's layers, the results.

    Children are counted and days of death looked up beforehand: OpenFisca would do it by its own means, which is not what
    is compared.
    """
    compiled = compile_month(package, question.month, question.known_on, "duckdb")
    layers: list[exp.Select] = []
    select: exp.Expression = compiled.result
    while isinstance(select, exp.Select):
        layers.insert(0, select.copy())
        select = select.args["from_"].this.this
    source, columns = _flat(layers[0])
    codes = {
        f"f__{name}": {member: place for place, member in enumerate(sorted({*kind.members, str(kind.missing)}), 1)}
        for kind in package.facts.values()
        if kind.type == "enum"
        for name in (kind.name, f"{kind.name}__prev")
    }
    database = duckdb.connect()
    see(database, folder, question.month)
    database.execute(f"CREATE TABLE flat AS {source}")
    kinds = dict(database.execute("SELECT column_name, data_type FROM information_schema.columns WHERE table_name = 'flat'").fetchall())  # fmt: skip
    shown = ["person_id", *(_as_number(name, kinds[name], codes.get(name, {})) for name in columns)]
    flat = database.execute(f"SELECT {', '.join(shown)} FROM flat ORDER BY person_id").fetchnumpy()
    database.execute(f"CREATE TABLE outcome AS {compiled.result_sql}")
    outcome = database.execute("SELECT * FROM outcome ORDER BY person_id").fetchnumpy()
    database.close()
    _keep(folder / "flat.npz", flat)
    _keep(folder / "outcome.npz", outcome)
    plan = {
        "layers": [
            # The person's number is carried along by SQL; columns of numpy keep their order.
            [
                [column.alias_or_name.removeprefix("f__"), _text(column)]
                for column in layer.expressions
                if "person_id" not in column.alias_or_name
            ]
            for layer in layers
        ],
        "codes": codes,
        "month": str(question.month),
    }
    (folder / "plan.json").write_text(json.dumps(plan), encoding="utf8")


def _text(column: exp.Expression) -> str:
    return (column.this if isinstance(column, exp.Alias) else column).sql(dialect="duckdb")


def _flat(lowest: exp.Select) -> tuple[str, list[str]]:
    """Return SQL for one row a person with every column that the lowest layer reads, and those columns' names."""
    read = {(column.table, column.name) for part in lowest.expressions for column in part.find_all(exp.Column)}
    read.discard(("f", "person_id"))
    columns = [f"{table}.{name} AS {table}__{name}" for table, name in sorted(read)]
    rows = lowest.copy()
    for part in lowest.expressions:
        for column in part.find_all(exp.Column):
            column.replace(exp.column(f"{column.table}__{column.name}"))
    rows.set(
        "expressions", [exp.column("person_id", table="f"), *(sqlglot.parse_one(c, read="duckdb") for c in columns)]
    )
    return rows.sql(dialect="duckdb"), [f"{table}__{name}" for table, name in sorted(read)]


def _as_number(name: str, kind: str, codes: dict[str, int]) -> str:
    if kind == "DATE":
        return f"({name} - DATE '1970-01-01')::bigint AS {name}"
    if kind == "VARCHAR":
        return f"CASE {name} {' '.join(f'WHEN {chr(39)}{m}{chr(39)} THEN {n}' for m, n in codes.items())} END AS {name}"
    return f"{name}"


def _keep(path: Path, columns: dict[str, Any]) -> None:
    plain: dict[str, Any] = {}
    for name, column in columns.items():
        masked = np.ma.getmaskarray(column)
        plain[name] = np.ma.getdata(column)
        if masked.any():
            plain[f"{name}__null"] = masked
    np.savez(path, **plain)
