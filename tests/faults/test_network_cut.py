"""A host's cable is pulled in the middle of a shuffle: the features come out the same, to the last bit."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest
from pyspark.sql import SparkSession

from benchmarks.feature_speed.engine import SPARK, TABLES
from benchmarks.feature_speed.made_up_lines import LINES as LINES_FILE
from benchmarks.feature_speed.made_up_lines import PROVIDERS, made_up_lines
from benchmarks.feature_speed.portable_features import features
from benchmarks.host_network import can_make_hosts, hosts
from benchmarks.standalone_cluster import Cluster, standalone_cluster
from tests.faults.kill import ROOT
from tests.faults.ledger import Ledger, tries

pytestmark = pytest.mark.slow
LINES = 40_000
SECONDS = 300
OUTAGE_SECONDS = 8.0
LATEST_SECONDS_INTO_THE_SHUFFLES = 4.0


def making_features(lines: Path, out: Path, cluster: Cluster) -> subprocess.Popen[bytes]:
    """A process that makes the care graph and the provider features of the lines on the cluster."""
    command = [sys.executable, "-m", "benchmarks.feature_speed.engine", SPARK, str(lines), str(out)]
    with (lines / f"{out.name}.log").open("wb") as log:
        return subprocess.Popen(
            [*command, "--rounds=1", f"--master={cluster.master}"],
            cwd=ROOT,
            env=cluster.environment,
            stdout=log,
            stderr=log,
        )


def rows(out: Path) -> list[tuple[object, ...]]:
    """All rows of both tables."""
    return [
        (table, *row)
        for table in TABLES
        for row in duckdb.read_parquet(f"{out}/{table}.parquet/*.parquet").order("all").fetchall()
    ]


@pytest.mark.skipif(not can_make_hosts(), reason="making hosts needs root and the program ip (Debian: iproute2)")
def test_a_cable_pulled_mid_shuffle(spark: SparkSession, tmp_path: Path, ledger: Ledger) -> None:
    lines, here = tmp_path / "lines", tmp_path / "here"
    made_up_lines(lines, LINES, hub=True)
    features(spark, lines / LINES_FILE, lines / PROVIDERS, *(here / f"{table}.parquet" for table in TABLES))
    expected = rows(here)
    dice = random.Random(5)
    with hosts(2) as (home, others), standalone_cluster(tmp_path / "cluster", home, others) as cluster:
        wanted, done, latest = tries(1, 6), 0, LATEST_SECONDS_INTO_THE_SHUFFLES
        for attempt in range(4 * wanted):
            out = tmp_path / f"cut-{attempt}"
            log = lines / f"{out.name}.log"
            before = cluster.shuffle_files(2)
            process = making_features(lines, out, cluster)
            while process.poll() is None and not cluster.shuffle_files(2) - before:
                time.sleep(0.1)
            time.sleep(dice.uniform(0, latest))
            if process.poll() is not None:  # done before the cut: this machine is quicker
                assert process.returncode == 0, log.read_text()[-3000:]
                latest /= 2
                continue
            others[1].cut()
            time.sleep(OUTAGE_SECONDS)
            others[1].mend()
            assert process.wait(SECONDS) == 0, log.read_text()[-3000:]
            ledger.note("network of a worker cut mid-shuffle", "Spark, on the other worker", expected, rows(out))
            done += 1
            if done == wanted:
                break
        assert done == wanted, "too many cuts came too late to mean anything"
