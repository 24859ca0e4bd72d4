"""One JVM for all Spark jobs of a run on one machine: python -m jobs.shared_spark MASTER FILE

A JVM costs seconds to start and runs its first minute at half its speed; a dozen short jobs in a row pay that a dozen
times. The process started here holds one SparkContext open and writes to FILE where it listens. `bin/spark-submit` then
runs a job as a process of its own that joins this context, each job in a session of its own (docs/adr/0012).
"""

from __future__ import annotations

import fcntl
import gc
import json
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from py4j.protocol import Py4JError
from pyspark import SparkConf, SparkContext
from pyspark.java_gateway import launch_gateway
from pyspark.sql import SparkSession

from jobs.spark_classes import use_class_archive

VARIABLE = "UNDERWATCH_SHARED_SPARK"
"""Environment variable that names FILE. The file is there as long as the JVM is."""


def serve(file: Path, conf: dict[str, str]) -> None:
    """Hold a context open until the JVM or this process is ended. FILE may be read by this user alone: it has the
    secret without which the JVM answers nobody."""
    os.environ.update({"PYSPARK_PYTHON": sys.executable, "SPARK_LOCAL_IP": "127.0.0.1"})
    use_class_archive()
    settings = SparkConf(loadDefaults=False).setAll([*conf.items(), ("spark.app.name", "underwatch")])
    gateway = launch_gateway(settings)
    SparkContext(conf=settings, gateway=gateway)
    told = {"port": gateway.gateway_parameters.port, "secret": gateway.gateway_parameters.auth_token}
    draft = file.with_name(f".{file.name}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT, 0o600), "w") as stream:
        json.dump(told, stream)
    draft.replace(file)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        gateway.proc.wait()
    finally:
        file.unlink(missing_ok=True)


def shared() -> Path | None:
    """The file of the JVM to join, where there is one."""
    file = Path(os.environ.get(VARIABLE, "") or "/nonexistent")
    return file if file.is_file() else None


@contextmanager
def joined(file: Path) -> Iterator[SparkSession]:
    """A session of one's own in the shared JVM, which runs on when the block ends.

    What the job kept in memory goes with it, unless another job is at work: the last of them clears up for all.
    """
    told = json.loads(file.read_text())
    os.environ.update({"PYSPARK_GATEWAY_PORT": str(told["port"]), "PYSPARK_GATEWAY_SECRET": told["secret"]})
    with file.open() as lock:
        fcntl.flock(lock, fcntl.LOCK_SH)
        gateway = launch_gateway()
        jvm = gateway.jvm
        java = jvm.JavaSparkContext.fromSparkContext(jvm.org.apache.spark.SparkContext.getOrCreate())
        context = SparkContext(conf=SparkConf(_jconf=java.getConf()), gateway=gateway, jsc=java)
        context.setLocalProperty("spark.scheduler.pool", f"job {os.getpid()}")  # turns are taken between pools
        try:
            yield SparkSession(context).newSession()
        finally:
            with suppress(Py4JError, OSError):  # the JVM is gone: the job's own error has said so
                gc.collect()
                _leave(lock, context)
                jvm.System.gc()


def main() -> None:
    """Serve with the settings of a small machine; two jobs at once take turns at the cores."""
    from jobs.spark import SMALL_MACHINE

    master, file = sys.argv[1:]
    more = json.loads(os.environ.get("UNDERWATCH_SPARK_CONF", "{}"))
    serve(Path(file), {"spark.master": master, "spark.scheduler.mode": "FAIR", **SMALL_MACHINE, **more})


def _leave(lock: IO[str], context: SparkContext) -> None:
    with suppress(BlockingIOError):
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        SparkSession(context).catalog.clearCache()
        for rdd in context._jsc.getPersistentRDDs().values():
            rdd.unpersist(False)


if __name__ == "__main__":
    main()
