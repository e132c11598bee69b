"""Spark on several workers says what the oracle says, row by row, from Parquet to Parquet.

Where Java or pyspark is missing this is skipped loudly; where CI is set it fails, because a build without it proves less.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ansinh.base.months import Month
from ansinh.base.refusals import Refused
from ansinh.law import spark
from ansinh.law.engines import OracleEngine
from tests.generative.agreement import Comparison, Keeper
from tests.generative.people import LARGEST, neighbours
from tests.spec.tables import Gives, running

KNOWN_ON = running.KNOWN_ON


@pytest.fixture(scope="module")
def engine() -> Iterator[spark.SparkEngine]:
    """A cluster of two workers."""
    lacking = spark.missing()
    if lacking is not None:
        said = (
            f"{lacking} is missing (apt-get install openjdk-17-jre-headless; make setup-spark); Spark was NOT compared"
        )
        if os.environ.get("CI"):
            pytest.fail(said)
        pytest.skip(said)
    with spark.SparkEngine(workers=2) as started:
        yield started
        folder, process = started.folder, started._process
    # Nothing is left: no process, no file.
    assert process.returncode == 0
    assert not folder.exists()


def people(month: Month) -> list[dict[str, Any]]:
    """Return everybody of the manual's tables, with their neighbours, the largest sums and 29 February among them."""
    rows = [row for group in running.GROUPS for row in group.rows if isinstance(row, Gives)]
    lives = [{"area": "19777", **row.given} for row in rows]
    lives += [{**life, "monthly_pension_dong": LARGEST} for life in lives[:10]]
    return [one for life in lives for one in neighbours(life, month)]


@pytest.mark.parametrize("month", [Month(2026, 11), Month(2028, 2)], ids=str)
def test_spark_agrees_with_the_oracle(engine: spark.SparkEngine, month: Month, tmp_path: Path) -> None:
    comparison = Comparison({"oracle": OracleEngine(), "spark": engine}, Keeper(tmp_path))
    contents = people(month)
    decided = frozenset({"KT", "DT"})
    granted = [decided if number % 3 == 2 else None for number in range(len(contents))]
    comparison.months(running.sample_law(), month, KNOWN_ON, contents, granted)
    assert comparison.rows > 900
    assert comparison.paid > 200
    assert comparison.unsure > 100
    assert engine.took_part == 2


def test_nothing_listens_beyond_loopback(engine: spark.SparkEngine) -> None:
    group = os.getpgid(engine._process.pid)
    pids = [path.name for path in Path("/proc").iterdir() if path.name.isdigit() and _group(path) == group]
    inodes = {_socket(link) for pid in pids for link in Path(f"/proc/{pid}/fd").iterdir()}
    listening = [
        fields[1]
        for name in ("tcp", "tcp6")
        for fields in (line.split() for line in Path(f"/proc/net/{name}").read_text().splitlines()[1:])
        if fields[3] == "0A" and fields[9] in inodes
    ]
    assert len(pids) >= 4, "the worker's Python, the driver, and an executor for each worker"
    assert listening, "the test must see the cluster's ports"
    # 127.0.0.1, also as it is written for IPv6.
    assert {address.split(":")[0] for address in listening} <= {"0100007F", "0000000000000000FFFF00000100007F"}


def _group(path: Path) -> int | None:
    try:
        return os.getpgid(int(path.name))
    except ProcessLookupError:
        return None


def _socket(link: Path) -> str:
    try:
        return os.readlink(link).removeprefix("socket:[").removesuffix("]")
    except OSError:
        return ""


def test_a_statement_that_fails_is_refused_by_name(engine: spark.SparkEngine) -> None:
    with pytest.raises(Refused) as refused:
        engine._ask({"facts": "/nowhere", "children": "/nowhere", "result": "/nowhere", "layers": []})
    assert refused.value.reason == "spark_failed"
    assert "/nowhere" in refused.value.vi
