"""kill -9 in the middle of publishing: readers see the whole old or the whole new version, and a retry completes."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from dataclasses import asdict
from pathlib import Path

import duckdb
import pytest
from pyspark.sql import SparkSession

from jobs.checked import check_run
from jobs.publish import publish
from lake import Lake, Staged
from tests.expectations.rows import AS_OF, rows
from tests.faults.ledger import Ledger
from tests.lake.tables import members

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parent.parent.parent
KILLS = 20
ROWS = 40
# Commits what is staged, without Spark, and says when it begins and how long it took.
PUBLISHER = """
import json, sys, time
from lake import Lake, Staged
lake, staged = Lake(sys.argv[1]), Staged(**json.loads(sys.argv[2]))
print("begins", flush=True)
began = time.monotonic()
lake.commit(staged)
print(time.monotonic() - began, flush=True)
"""


def _publishing(lake: Lake, staged: Staged) -> subprocess.Popen[str]:
    """A process that begins to commit."""
    command = [sys.executable, "-c", PUBLISHER, lake.root, json.dumps(asdict(staged))]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None and process.stdout.readline() == "begins\n"
    return process


def _seen(lake: Lake) -> list[str]:
    """Members that readers see, without Spark; a doubled row shows twice."""
    if not lake.exists("members"):
        return []
    return sorted(one for (one,) in duckdb.read_parquet(lake.files("members")).project("member_id").fetchall())


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    return Lake(str(tmp_path_factory.mktemp("killed") / "lake"))


@pytest.fixture(scope="module")
def contents(spark: SparkSession, lake: Lake) -> list[tuple[Staged, list[str]]]:
    """Two contents of one partition, several files each, staged; and the rows that readers should see of them."""
    made = []
    for name in ("a", "b"):
        ids = sorted(f"{name}{number}" for number in range(ROWS))
        made.append((lake.stage(members(spark, "june", *ids).repartition(4), "members", "june"), ids))
    return made


@pytest.mark.parametrize("first_commit", [True, False], ids=["the very first commit", "a replaced partition"])
def test_killed_at_any_moment(
    lake: Lake, contents: list[tuple[Staged, list[str]]], tmp_path: Path, ledger: Ledger, first_commit: bool
) -> None:
    log = Path(lake.path("members"), "_delta_log")
    rehearsal, _ = _publishing(lake, contents[0][0]).communicate(timeout=60)
    dice, fates = random.Random(7), []
    for attempt, moment in enumerate([0.0, *(dice.uniform(0, float(rehearsal)) for _ in range(KILLS - 1))]):
        if first_commit:
            log.rename(tmp_path / f"log-{attempt}")
        before = _seen(lake)
        staged, after = contents[(attempt + 1) % 2]
        process = _publishing(lake, staged)
        time.sleep(moment)
        process.kill()
        process.communicate(timeout=60)
        left = _seen(lake)
        assert left in (before, after)
        fates.append("new" if left == after else "old")
        lake.commit(staged)  # the retry
        ledger.note("kill -9 while publishing", "commit again", after, _seen(lake))
    assert "old" in fates  # else every kill came too late to mean anything


def test_the_command_killed_between_two_tables(spark: SparkSession, lake: Lake) -> None:
    tables = ("scored_claims", "scored_providers")
    for content in ("old", "new"):
        for table in tables:
            staged = lake.stage(rows(spark, table, {"run_id": f"'{content}'"}), table, AS_OF)
            run = check_run(table, AS_OF, staged)
            passed = rows(spark, "check_results", {"check_run": f"'{run}'", "status": "'passed'"})
            lake.overwrite(passed, "check_results", run)
        if content == "old":
            publish(",".join(tables), lake.root, AS_OF)
    command = [str(Path(sys.executable).with_name("underwatch")), "publish"]
    options = ["--tables", ",".join(tables), "--lake", lake.root, "--as-of", AS_OF]
    process = subprocess.Popen(
        [*command, *options], stderr=subprocess.PIPE, text=True, env=os.environ | {"PYTHONUNBUFFERED": "1"}
    )
    assert process.stderr is not None
    while "publishing scored_claims done" not in (line := process.stderr.readline()):
        assert line, "the command ended before it published"
    process.kill()
    process.communicate(timeout=60)

    def seen(table: str) -> list[tuple[str]]:
        return duckdb.read_parquet(lake.files(table)).project("run_id").fetchall()

    assert seen("scored_claims") == [("new",)]
    assert seen("scored_providers") in ([("old",)], [("new",)])
    done = subprocess.run([*command, *options], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    assert [seen(table) for table in tables] == [[("new",)], [("new",)]]
