"""Spark as an engine: the month's statement on several workers, from Parquet facts to a Parquet result.

For what outgrows one machine. The cluster lives in a process of its own (`spark_worker.py`) that ends with this one; it listens
on loopback only, keeps every file in one temporary folder and leaves nothing behind. An optional extra: `ansinh[spark]`.
"""

import contextlib
import datetime
import importlib.util
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import duckdb
from sqlglot import exp

from ansinh.base.months import Month
from ansinh.base.refusals import Refused
from ansinh.law import nodes
from ansinh.law.compiler import compile_month
from ansinh.law.engines import Due, Granted, People, duckdb_engine, dues_of
from ansinh.law.package import LawPackage
from ansinh.law.relations import child_columns, fact_columns, facts_rows

_SECONDS_TO_END = 60


def missing() -> str | None:
    """Return what this machine lacks to run Spark, or None."""
    if importlib.util.find_spec("pyspark") is None:
        return "pyspark"
    return None if _java() else "java"


def _java() -> str | None:
    home = os.environ.get("JAVA_HOME")
    return shutil.which("java") or (home and shutil.which("java", path=f"{home}/bin")) or None


class SparkEngine:
    """Computes months on a local cluster; use it in a `with` block, which starts and ends the cluster."""

    name = "spark"

    def __init__(self, workers: int = 2) -> None:
        self.workers = workers
        # How many workers took part in the last month.
        self.took_part = 0
        self.months = 0

    def __enter__(self) -> Self:
        lacking = missing()
        if lacking is not None:
            raise Refused(
                "spark_missing",
                vi=f"Máy này chưa có {lacking} nên không chạy được Spark. Hãy cài ansinh[spark] và Java 17.",
                en=f"Spark cannot run here: {lacking} is missing. Install ansinh[spark] and Java 17.",
                missing=lacking,
            )
        self.folder = Path(tempfile.mkdtemp(prefix="ansinh-spark-"))
        self._log = (self.folder / "log").open("w+", encoding="utf8")
        command = [sys.executable, "-m", "ansinh.law.spark_worker", str(self.folder), str(self.workers)]
        # A group of its own: should it not end when asked to, it is ended with all its workers.
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._log, text=True, cwd=self.folder,
            env=_environment(self.folder), start_new_session=True,
        )  # fmt: skip
        try:
            self._answer()
        except Refused:
            self._end()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def _end(self) -> None:
        assert self._process.stdin is not None and self._process.stdout is not None
        try:
            self._process.stdin.close()
            self._process.wait(_SECONDS_TO_END)
        except (BrokenPipeError, subprocess.TimeoutExpired):
            self._process.kill()
            self._process.wait()
        finally:
            # Whoever of the group is left has lost its head; normally nobody is.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.stdout.close()
            self._log.close()
            shutil.rmtree(self.folder)

    def _ask(self, job: dict[str, Any]) -> dict[str, Any]:
        assert self._process.stdin is not None
        print(json.dumps(job), file=self._process.stdin, flush=True)
        return self._answer()

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        answer = json.loads(line) if line else {"error": self._last_words()}
        if "error" in answer:
            raise Refused(
                "spark_failed",
                vi=f"Spark không tính được: {answer['error']}",
                en=f"Spark could not compute: {answer['error']}",
            )
        return answer

    def _last_words(self) -> str:
        self._log.seek(0)
        return self._log.read()[-2000:]

    def month(
        self, package: LawPackage, month: Month, known_on: datetime.date, people: People, granted: Granted = None
    ) -> list[Due]:
        """Return what each person is due, in the order given."""
        self.months += 1
        folder = self.folder / f"month-{self.months}"
        rows, child_rows = facts_rows(package, people, month, known_on, granted)
        statement = compile_month(package, month, known_on, "spark")
        with duckdb.connect() as connection:
            _write(connection, folder / "facts", fact_columns(package), rows, self.workers)
            _write(connection, folder / "children", child_columns(package), child_rows, self.workers)
            job = {name: str(folder / name) for name in ("facts", "children", "result")}
            self.took_part = self._ask({**job, "layers": layers(statement.result)})["workers"]
            found = connection.execute(f"SELECT * FROM read_parquet('{folder}/result/*.parquet')").fetchall()
        shutil.rmtree(folder)
        return dues_of(statement, found, len(people))


def layers(result: exp.Select) -> list[tuple[str, str]]:
    """Return the statement as its layers, each with its name, the innermost first; what Spark reads one after another.

    Spark would put the inner layers' expressions into every place that uses them, as PostgreSQL would without its fence, and
    then plan for minutes.
    """
    select, found, name = result.copy(), [], "result"
    while True:
        source = select.args["from_"].this
        is_layer = isinstance(source, exp.Subquery)
        inner = source.this if is_layer else None
        if is_layer:
            source.replace(nodes.table(source.alias, source.alias))
        found.append((name, select.sql(dialect="spark")))
        if inner is None:
            return found[::-1]
        select, name = inner, source.alias


def _write(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    columns: Sequence[tuple[str, str]],
    rows: Sequence[tuple[Any, ...]],
    files: int,
) -> None:
    """Write a relation as Parquet, in as many files as there are workers to read them."""
    folder.mkdir(parents=True)
    duckdb_engine(connection).relation(folder.name, columns, rows)
    for number in range(files):
        part = f"SELECT * FROM {folder.name} WHERE person_id % {files} = {number}"
        connection.execute(f"COPY ({part}) TO '{folder}/part-{number}.parquet' (FORMAT parquet)")


def _environment(folder: Path) -> dict[str, str]:
    """Return the variables of the cluster's process: loopback, and a home of its own so that nothing is written elsewhere."""
    spec = importlib.util.find_spec("pyspark")
    assert spec is not None and spec.origin is not None
    home = folder / "home"
    home.mkdir()
    # A worker keeps its files in a folder `work` beside the program, which belongs to somebody else: so the program is
    # linked into a folder of ours.
    for path in Path(spec.origin).parent.iterdir():
        (home / path.name).symlink_to(path)
    kept = {name: os.environ[name] for name in ("PATH", "JAVA_HOME", "LANG", "HOME") if name in os.environ}
    return {
        **kept,
        "PYTHONPATH": str(Path(__file__).resolve().parents[2]),
        "SPARK_HOME": str(home),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_LOCAL_HOSTNAME": "127.0.0.1",
        "TMPDIR": str(folder),
    }
