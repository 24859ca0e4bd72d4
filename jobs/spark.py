"""The Spark session of a job."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from pyspark.sql import SparkSession

# What a small machine wants. A cluster's own spark-defaults or spark-submit --conf overrides them.
_SMALL_MACHINE = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.driver.memory": os.environ.get("UNDERWATCH_DRIVER_MEMORY", "2g"),
    # Spark's own choice here, 32 MB, is what every broadcast of however few rows takes and keeps of the heap.
    "spark.buffer.pageSize": "2m",
    "spark.sql.shuffle.partitions": "8",
    "spark.sql.adaptive.coalescePartitions.parallelismFirst": "false",
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

    Under `spark-submit` the submitted master and configuration win over `master`.
    """
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    builder = SparkSession.builder.appName(f"underwatch {app}")
    if "PYSPARK_GATEWAY_PORT" not in os.environ:  # set by spark-submit, which has its own master and configuration
        builder = builder.master(master)
        for key, value in _SMALL_MACHINE.items():
            builder = builder.config(key, value)
    for key, value in _ALWAYS.items():
        builder = builder.config(key, value)
    spark = builder.getOrCreate()
    try:
        yield spark
    finally:
        spark.stop()
