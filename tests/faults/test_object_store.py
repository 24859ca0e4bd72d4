"""A lake in an object store, a real S3 server on this machine: versions, features, kills, two runs at once."""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pyarrow.fs as arrow_fs
import pytest
from pyspark.sql import SparkSession

from lake import Lake
from tests.faults.kill import ROOT, begun, ends, kill
from tests.faults.ledger import Ledger, tries
from tests.faults.test_kill_writing import PREPARE, ROWS, TABLE, WRITE
from tests.faults.test_two_runs import at_once
from tests.jobs.books import ingested_lake
from tests.lake.plain import read, rows_of, seen, stage_many
from tests.object_store import ObjectStore, running_store

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def store() -> Iterator[ObjectStore]:
    with running_store() as store, pytest.MonkeyPatch.context() as patch:
        for name, value in store.environment.items():
            patch.setenv(name, value)
        yield store


def test_each_commit_is_a_version_and_earlier_ones_stay(store: ObjectStore) -> None:
    lake = Lake(f"{store.url}/versions")
    for run in ("first", "second"):
        lake.commit(stage_many(lake, TABLE, run, ROWS))
    assert lake.version(TABLE) == 1
    assert seen(lake, TABLE) == rows_of(TABLE, "second", ROWS)
    assert seen(Lake(lake.root, at={TABLE: 0}), TABLE) == rows_of(TABLE, "first", ROWS)


def test_killed_while_staging_or_committing(store: ObjectStore, ledger: Ledger) -> None:
    lake = Lake(f"{store.url}/killed")
    lasts, dice = ends(begun(PREPARE, WRITE, lake.root, "run 0")), random.Random(11)
    for attempt in range(1, 1 + tries(3, 20)):
        before, after = seen(lake, TABLE), rows_of(TABLE, f"run {attempt}", ROWS)
        kill(begun(PREPARE, WRITE, lake.root, f"run {attempt}"), dice.uniform(0, lasts))
        assert seen(lake, TABLE) in (before, after)
        lake.commit(stage_many(lake, TABLE, f"run {attempt}", ROWS))
        ledger.note("kill -9 while writing to an object store", "stage and commit again", after, seen(lake, TABLE))


def test_two_runs_of_one_batch(store: ObjectStore, ledger: Ledger) -> None:
    lake = Lake(f"{store.url}/two")
    lake.commit(stage_many(lake, TABLE, "before", ROWS))
    at_once(lake, ledger, "two runs of one batch at once, in an object store", tries(1, 10))


def test_features_of_a_lake_in_an_object_store(store: ObjectStore, spark: SparkSession, tmp_path: Path) -> None:
    """A lake is moved there by copying its files: paths in its logs are relative. Sail reads and writes it."""
    here, there = ingested_lake(spark, tmp_path, members=100, months=12), Lake(f"{store.url}/book")
    arrow_fs.copy_files(here.root, there.root)
    command = [sys.executable, "-m", "jobs.cli", "build-features", "--engine=sail", f"--lake={there.root}"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=400, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    lines = [read(here, table, ["claim_id", "claim_frequency_code"]) for table in ("claim_lines", "pharmacy_claims")]
    voided = {row["claim_id"] for part in lines for row in part.to_pylist() if row["claim_frequency_code"] == "8"}
    claims = {row["claim_id"] for part in lines for row in part.to_pylist()} - voided
    found = read(there, "claim_features", ["claim_id"])["claim_id"].to_pylist()
    assert sorted(found) == sorted(claims)
    assert len(read(there, "provider_features", ["provider_id"])) > 10
    assert len(read(there, "member_features", ["member_id"])) > 10
