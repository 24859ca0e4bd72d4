"""One JVM that several jobs join, each a process of its own, as in a run on one machine."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from jobs.shared_spark import VARIABLE

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parent.parent.parent
# Keeps a thousand rows in memory, says what it sees of the other job, waits for a word, and counts its rows again.
JOB = """
import json, sys
from jobs.spark import settled, spark_session
with spark_session("a job", "local[1]") as spark:
    rows = settled(spark.range(1000).repartition(2))
    views = [view.name for view in spark.catalog.listTables()]
    rows.createOrReplaceTempView("mine")
    context = spark.sparkContext
    print(json.dumps([context.applicationId, views, len(context._jsc.getPersistentRDDs())]), flush=True)
    sys.stdin.readline()
    print(rows.count(), flush=True)
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    file = tmp_path_factory.mktemp("shared") / "spark.json"
    with (file.parent / "spark.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "jobs.shared_spark", "local[2]", str(file)], cwd=ROOT, stdout=log, stderr=log
        )
    deadline = time.monotonic() + 120
    while not file.exists():
        assert process.poll() is None and time.monotonic() < deadline, (file.parent / "spark.log").read_text()
        time.sleep(0.2)
    yield process, file
    process.terminate()
    process.wait(timeout=60)


class Job:
    def __init__(self, file: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", JOB],
            cwd=ROOT,
            env={**os.environ, VARIABLE: str(file)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.application, self.views, self.kept = json.loads(self._line())

    def _line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline()

    def rows(self) -> int:
        assert self.process.stdin is not None
        self.process.stdin.write("go on\n")
        self.process.stdin.flush()
        counted = int(self._line())
        assert self.process.wait(timeout=60) == 0
        return counted


def test_jobs_share_a_context_and_nothing_else(server: tuple[subprocess.Popen[bytes], Path]) -> None:
    _, file = server
    assert file.stat().st_mode & 0o777 == 0o600, "it holds the JVM's secret"
    one, other = Job(file), Job(file)
    assert one.application == other.application
    assert (one.views, other.views) == ([], []), "each has a session of its own"
    assert (one.kept, other.kept) == (1, 2)
    assert one.rows() == 1000
    assert other.rows() == 1000, "what it kept outlived the job that ended first"
    assert Job(file).kept == 1, "the last job out cleared up"


def test_spark_submit_joins_and_hands_on_the_exit_code(server: tuple[subprocess.Popen[bytes], Path]) -> None:
    _, file = server
    command = [str(ROOT / "bin" / "spark-submit"), "--master", "local[2]", "--conf", "spark.ui.enabled=false"]
    job = [str(ROOT / "bin" / "underwatch-job.py"), "build-features", f"--lake={file.parent / 'lake'}"]
    environment = {**os.environ, VARIABLE: str(file), "PYSPARK_PYTHON": sys.executable}
    done = subprocess.run([*command, *job], env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert "ingest-claims" in done.stderr, "the error names the mend"
    assert done.returncode == 6, done.stderr


def test_when_the_jvm_is_gone_so_is_the_file(server: tuple[subprocess.Popen[bytes], Path]) -> None:
    process, file = server
    for child in psutil.Process(process.pid).children(recursive=True):
        if "java" in child.name():
            child.send_signal(signal.SIGKILL)
    process.wait(timeout=60)
    assert not file.exists(), "the next job starts a JVM of its own"
