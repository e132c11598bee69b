"""The process in which Spark runs: it starts a cluster of several workers, computes one statement a line, and ends with its caller.

It is started by `spark.py` and by nobody else; a line of JSON comes in for each month, a line goes out. Needs `ansinh[spark]`
and Java 17.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

from py4j.protocol import Py4JError
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession

_MEGABYTES = 1024


def start(folder: Path, workers: int) -> SparkSession:
    """Return a session on a cluster of so many one-core workers, each a process of its own; all files lie in the folder."""
    java = f"-Djava.io.tmpdir={folder} -XX:-UsePerfData -XX:TieredStopAtLevel=1 -Duser.timezone=Asia/Ho_Chi_Minh"
    options = {
        "spark.master": f"local-cluster[{workers},1,{_MEGABYTES}]",
        "spark.executor.memory": f"{_MEGABYTES}m",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        # Sums that leave their type, and words that are no dates, end in an error and never in a NULL.
        "spark.sql.ansi.enabled": "true",
        "spark.sql.session.timeZone": "Asia/Ho_Chi_Minh",
        "spark.sql.catalogImplementation": "in-memory",
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
        "spark.sql.shuffle.partitions": str(2 * workers),
        # The statement is a few thousand nodes wide and its layers are to stay apart: deducing more filters from them, merging
        # them, or writing Java for them takes minutes and saves nothing.
        "spark.sql.constraintPropagation.enabled": "false",
        "spark.sql.optimizer.excludedRules": "org.apache.spark.sql.catalyst.optimizer.CollapseProject",
        "spark.sql.codegen.wholeStage": "false",
        "spark.sql.codegen.factoryMode": "NO_CODEGEN",
        # Each plan would otherwise be printed for an interface that is switched off, date by date.
        "spark.sql.debug.maxToStringFields": "1",
        "spark.sql.ui.explainMode": "simple",
        # The class path of the workers' processes is the one of this Spark; nothing is sent to them.
        "spark.driver.extraJavaOptions": java,
        "spark.executor.extraJavaOptions": java,
    }
    builder = SparkSession.builder.appName("ansinh")
    for name, value in options.items():
        builder = builder.config(name, value)
    return builder.getOrCreate()


def compute(spark: SparkSession, job: dict[str, Any]) -> dict[str, Any]:
    """Run one statement, layer by layer, over the Parquet files of `facts` and `children`; the result is a folder of Parquet files."""
    try:
        for name in ("facts", "children"):
            spark.read.parquet(job[name]).createOrReplaceTempView(name)
        for name, sql in job["layers"][:-1]:
            # Lazy: nothing is computed yet, but what is planned of a layer stays its own.
            spark.sql(sql).localCheckpoint(eager=False).createOrReplaceTempView(name)
        spark.sql(job["layers"][-1][1]).write.parquet(job["result"])
    except (PySparkException, Py4JError) as error:
        return {"error": str(error)[:2000]}
    # The driver's own store is among them.
    stores = spark.sparkContext._jsc.sc().getExecutorMemoryStatus().size()  # type: ignore[union-attr]
    return {"workers": stores - 1}


def _stop(spark: SparkSession) -> None:
    """End the cluster and wait for Java itself, which is still clearing its files when the session has stopped."""
    gateway: Any = spark.sparkContext._gateway
    spark.stop()
    gateway.shutdown()
    gateway.proc.stdin.close()
    gateway.proc.wait()


def main() -> int:
    """Answer each line of the standard input with one line."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf8")
    # Whatever Java prints must not stand among the answers.
    os.dup2(2, 1)
    spark = start(Path(sys.argv[1]), int(sys.argv[2]))
    try:
        print(json.dumps({"spark": spark.version}), file=answers, flush=True)
        for line in sys.stdin:
            print(json.dumps(compute(spark, json.loads(line))), file=answers, flush=True)
    finally:
        _stop(spark)
    return 0


if __name__ == "__main__":
    sys.exit(main())
