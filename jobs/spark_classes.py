"""An archive of the classes that Spark loads: a JVM that maps it starts quicker.

    python -m jobs.spark_classes

Finding, checking and linking more than twenty thousand classes is a third of a short job, and the outcome is always
the same. Java can keep it in a file (class data sharing), which lies in the environment that it is
of. A JVM that the file does not fit, of another Java or Spark, says nothing and loads its classes as ever.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import MutableMapping
from pathlib import Path

ARCHIVE = Path(sys.prefix) / "spark-classes.jsa"
_QUIET = "-Xshare:auto -Xlog:cds*=error"
_FILL = "-XX:ArchiveClassesAtExit"
OPTIONS = "SPARK_SUBMIT_OPTS"
"""Environment variable with options of the JVM in which a driver runs (bin/spark-submit of Spark)."""


def use_class_archive() -> None:
    """Have the drivers started from here use the archive, where there is one. One that fills an archive uses none."""
    if ARCHIVE.is_file() and _FILL not in os.environ.get(OPTIONS, ""):
        add_driver_options(os.environ, f'-XX:SharedArchiveFile="{ARCHIVE}" {_QUIET}')


def add_driver_options(environment: MutableMapping[str, str], options: str) -> None:
    """Options of the JVM of drivers started with this environment: once, and beside what a user has set."""
    if options not in environment.get(OPTIONS, ""):
        environment[OPTIONS] = f"{environment.get(OPTIONS, '')} {options}".strip()


def make_archive() -> bool:
    """Run a small job of what jobs do, in a JVM that leaves its classes in the archive. False where Java cannot."""
    draft = ARCHIVE.with_suffix(".draft")
    environment = dict(os.environ)
    add_driver_options(environment, f'{_FILL}="{draft}" -XX:TieredStopAtLevel=1 {_QUIET}')
    command = [sys.executable, "-m", "jobs.spark_classes", "small-job"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if not draft.is_file():
        print(f"no archive of Spark's classes: its start stays slow. Java said: {done.stderr[-500:]}", file=sys.stderr)
        return False
    draft.replace(ARCHIVE)
    return True


def small_job() -> None:
    """Reads, joins, sorts, windows and sums, through Python and back: what most jobs load classes for."""
    from tempfile import TemporaryDirectory

    from pyspark.sql import Window
    from pyspark.sql import functions as F

    from jobs.spark import spark_session

    with TemporaryDirectory() as folder, spark_session("classes", "local[2]") as spark:
        lines = spark.range(2_000).select(
            F.col("id").cast("string").alias("line"),
            (F.col("id") % 50).cast("string").alias("claim"),
            F.expr("date_add(date'2025-01-01', cast(id % 365 as int))").alias("day"),
            F.expr("cast(id as decimal(12,2)) / 7").alias("paid"),
        )
        lines.write.option("header", True).csv(f"{folder}/csv")
        read = spark.read.schema(lines.schema).option("header", True).csv(f"{folder}/csv")
        in_claim = Window.partitionBy("claim").orderBy("day", "line")
        ordered = read.withColumns({"number": F.row_number().over(in_claim), "before": F.lag("day").over(in_claim)})
        claims = ordered.groupBy("claim").agg(
            F.sum("paid").alias("paid"),
            F.countDistinct("day").alias("days"),
            F.sort_array(F.collect_set("line")).alias("lines"),
            F.expr("percentile_approx(paid, 0.5)").alias("middle"),
        )
        claims.write.partitionBy("days").parquet(f"{folder}/claims")
        kept = spark.read.parquet(f"{folder}/claims").localCheckpoint()
        joined = ordered.join(kept.drop("paid"), "claim", "left").where(F.array_contains("lines", F.col("line")))
        through = joined.select("claim", "line").mapInPandas(lambda batches: batches, "claim string, line string")
        through.join(F.broadcast(kept), "claim").orderBy("line").toPandas()
        told = kept.select(F.to_json(F.struct("claim", "lines")).alias("said"), F.xxhash64("claim").alias("hash"))
        told.union(told).distinct().withColumn("one", F.explode(F.split("said", ","))).agg(F.count("*")).collect()


if __name__ == "__main__":
    if sys.argv[1:] == ["small-job"]:
        small_job()
    else:
        make_archive()
