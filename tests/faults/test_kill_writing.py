"""kill -9 of a driver while it stages, commits or ingests: the former version stays, and a retry completes."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from pyspark.sql import SparkSession

from catalog import TABLES
from jobs.ingest_claims import ingest
from lake import Lake
from sources import source_named
from sources.delivery import open_delivery
from tests.faults.kill import ROOT, begun, ends, kill
from tests.faults.ledger import Ledger, tries
from tests.jobs.books import KEY
from tests.lake.plain import rows_of, seen, stage_many
from tests.sources.book import write_book

pytestmark = pytest.mark.slow
TABLE, ROWS = "scored_claims", 4000
PREPARE = "from lake import Lake; from tests.lake.plain import stage_many; lake, run = Lake(sys.argv[1]), sys.argv[2]"
WRITE = f"lake.commit(stage_many(lake, '{TABLE}', run, {ROWS}))"


def test_killed_while_staging(lake: Lake, ledger: Ledger) -> None:
    lasts, dice, fates = ends(begun(PREPARE, WRITE, lake.root, "run 0")), random.Random(11), set()
    for attempt in range(1, 1 + tries(8, 40)):
        before, after = seen(lake, TABLE), rows_of(TABLE, f"run {attempt}", ROWS)
        kill(begun(PREPARE, WRITE, lake.root, f"run {attempt}"), dice.uniform(0, lasts))
        left = seen(lake, TABLE)
        assert left in (before, after)
        fates.add(left == before)
        lake.commit(stage_many(lake, TABLE, f"run {attempt}", ROWS))
        ledger.note("kill -9 while staging", "stage and commit again", after, seen(lake, TABLE))
    assert True in fates  # else every kill came too late to mean anything
    assert lake.vacuum_orphans(TABLE, older_than_hours=0) > 0
    assert seen(lake, TABLE) == after


# What the command says on its way, the last ones being of interest: tables are committed one after another.
STEPS = ["read delivery ...", "stage members ...", "stage claim_lines ...", "reconcile ...", "commit ..."]


def test_driver_killed_while_ingesting(spark: SparkSession, tmp_path: Path, ledger: Ledger) -> None:
    """The whole command with its JVM; each try begins from what the one before left."""
    delivery, lake, dice = write_book(tmp_path / "june"), Lake(str(tmp_path / "lake")), random.Random(13)
    for step in ["commit ...", *dice.choices(STEPS, k=tries(0, 4))]:
        _kill_ingest_at(step, dice.uniform(0, 0.15), delivery, lake)
        for table, keys in EXPECTED.items():
            assert _keys(lake, table) in ([], keys)
        format_, folder = source_named("canonical"), tmp_path / f"scratch-{dice.random()}"
        folder.mkdir()
        ingest(spark, lake, open_delivery(format_, [], delivery, "canonical-june", folder), KEY)
        found = [(table, key) for table in EXPECTED for key in _keys(lake, table)]
        expected = [(table, key) for table, keys in EXPECTED.items() for key in keys]
        ledger.note("kill -9 of the driver while ingesting", "ingest-claims again", expected, found)


EXPECTED = {
    "claim_lines": ["c1-1-1", "c2-1-1", "c3-1-1"],
    "pharmacy_claims": ["f1-1-1"],
    "providers": ["P1", "P2"],
    "investigations": ["I1"],
}


def _keys(lake: Lake, table: str) -> list[str]:
    """What readers see of a table; a doubled row shows twice."""
    if not lake.exists(table) or not (files := lake.files(table)):
        return []
    key, *_ = TABLES[table].key
    return sorted(one for (one,) in duckdb.read_parquet(files).project(key).fetchall())


def _kill_ingest_at(step: str, after: float, delivery: Path, lake: Lake) -> None:
    options = ["--source=canonical", f"--delivery={delivery}", f"--lake={lake.root}", "--master=local[2]", "--reread"]
    process = subprocess.Popen(
        [sys.executable, "-m", "jobs.cli", "ingest-claims", *options],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "UNDERWATCH_TOKEN_KEY": KEY.text},
        start_new_session=True,
    )
    assert process.stderr is not None
    said = ""
    while step not in (line := process.stderr.readline()):
        said += line
        assert line, f"the command ended before it came to {step}: {said[-2000:]}"
    kill(process, after)
