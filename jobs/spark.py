"""The Spark session of a job, and the engine behind it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from tempfile import TemporaryDirectory

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.utils import is_remote

from jobs.options import Engine
from jobs.shared_spark import joined, shared
from jobs.spark_classes import use_class_archive

# What a small machine wants. A cluster's own spark-defaults or spark-submit --conf overrides them.
SMALL_MACHINE = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.driver.memory": os.environ.get("UNDERWATCH_DRIVER_MEMORY", "2g"),
    # Spark's own choice here, 32 MB, is what every broadcast of however few rows takes and keeps of the heap.
    "spark.buffer.pageSize": "2m",
    # Jobs of minutes end before most of what the second compiler makes has paid: only the hottest code goes there.
    "spark.driver.extraJavaOptions": (
        "-XX:+UseSerialGC -XX:Tier4InvocationThreshold=100000 -XX:Tier4MinInvocationThreshold=12000 "
        "-XX:Tier4CompileThreshold=300000 -XX:Tier4BackEdgeThreshold=800000"
    ),
    "spark.sql.shuffle.partitions": "8",
    # A task for every 4 MB of a shuffle: enough not to leave a core idle over a book of some hundred thousand lines.
    "spark.sql.adaptive.coalescePartitions.parallelismFirst": "false",
    "spark.sql.adaptive.advisoryPartitionSizeInBytes": "4m",
    "spark.sql.execution.arrow.pyspark.enabled": "true",
    "spark.log.level": "WARN",
}

# What results depend on: never left to a cluster's defaults.
_ALWAYS = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "true",
}


@contextmanager
def spark_session(app: str, master: str) -> Iterator[SparkSession]:
    """A session named `app`, stopped when the block ends.

    Under `spark-submit` the submitted master and configuration win over `master`, and so does a JVM to be shared.
    """
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    if file := shared():
        with joined(file) as spark:
            for key, value in _ALWAYS.items():
                spark.conf.set(key, value)
            yield spark
        return
    use_class_archive()
    builder = SparkSession.builder.appName(f"underwatch {app}")
    if "PYSPARK_GATEWAY_PORT" not in os.environ:  # set by spark-submit, which has its own master and configuration
        builder = builder.master(master)
        for key, value in SMALL_MACHINE.items():
            builder = builder.config(key, value)
    for key, value in _ALWAYS.items():
        builder = builder.config(key, value)
    spark = builder.getOrCreate()
    try:
        yield spark
    finally:
        spark.stop()


@contextmanager
def sail_session(app: str) -> Iterator[SparkSession]:
    """A session of Sail, an engine in Rust that speaks Spark's own protocol, within this process and on loopback.

    It runs DataFrame code alone (no RDDs, no MLlib, no xgboost.spark). From here on the functions of pyspark make
    Spark Connect's columns: one process has one engine.
    """
    from pysail.spark import SparkConnectServer

    with TemporaryDirectory(prefix="underwatch-sail-") as checkpoints:
        os.environ["SAIL_EXECUTION__CHECKPOINT__PATH"] = checkpoints
        os.environ.setdefault("RUST_LOG", "warn")
        server = SparkConnectServer()
        server.start(background=True)
        host, port = server.listening_address or ("127.0.0.1", 0)
        spark = SparkSession.builder.appName(f"underwatch {app}").remote(f"sc://{host}:{port}").getOrCreate()
        for key, value in _ALWAYS.items():
            spark.conf.set(key, value)
        try:
            yield spark
        finally:
            spark.stop()
            server.stop()


def engine_session(app: str, master: str, engine: Engine) -> AbstractContextManager[SparkSession]:
    """The session of a job that either engine can run; `master` is Apache Spark's."""
    return sail_session(app) if engine is Engine.sail else spark_session(app, master)


def settled(frame: DataFrame) -> DataFrame:
    """The frame, computed once and held in memory or on disk, with none of the plan that made it.

    A plain `persist` would keep the whole plan behind every later join; the driver then spends longer planning than
    the executors spend working, and runs out of memory on the self-joins of the graph.
    """
    return frame.localCheckpoint()


def settled_as_it_lies(frame: DataFrame) -> DataFrame:
    """The frame, computed once, and known to lie grouped as it was: a checkpoint would forget that and shuffle again.

    Sail has no such cache, and is quick to shuffle."""
    return settled(frame) if is_remote() else frame.persist()
