"""kill -9 of Airflow's scheduler while a task works: the task ends, and the next scheduler starts what comes after."""

from __future__ import annotations

import random
import time
from pathlib import Path

import duckdb
import pytest

from jobs.generate import generate
from jobs.local_airflow import HOME, LocalAirflow, local_airflow
from lake import Lake
from tests.faults.ledger import Ledger, tries
from tests.jobs.test_local_airflow import needs_airflow

pytestmark = pytest.mark.slow
DAG = "ingest_claims"
SECONDS = 400
MOST_SECONDS_INTO_A_TASK = 25.0


def wait_for(airflow: LocalAirflow, run: str, task: str, *states: str) -> None:
    """Until the task of the DAG run is in one of these states; fails where it failed or nothing comes of it."""
    deadline = time.monotonic() + SECONDS
    while True:
        now = {one.task: one.state for one in airflow.api.tasks() if (one.dag, one.run) == (DAG, run)}.get(task)
        if now in states:
            return
        assert now != "failed" and time.monotonic() < deadline, f"{task} is {now} after {SECONDS} s"
        time.sleep(0.5)


def lines_of(relation: duckdb.DuckDBPyRelation) -> list[tuple[str]]:
    return relation.project("claim_line_id").fetchall()


@needs_airflow
def test_a_scheduler_killed_while_a_task_works(tmp_path: Path, ledger: Ledger) -> None:
    delivery, lake = tmp_path / "delivery", Lake(str(tmp_path / "lake"))
    generate(members=100, months=12, seed=3, out=delivery)
    expected = lines_of(duckdb.read_csv(str(delivery / "claim_lines.csv"), all_varchar=True))
    dice = random.Random(11)
    with local_airflow(tmp_path / "runs", "local[2]", HOME / "bin", share_spark=True) as airflow:
        for attempt in range(tries(1, 5)):
            run = f"killed-{attempt}"
            told = {"source": "synthetic", "delivery": str(delivery), "lake": lake.root, "batch_id": "b"}
            airflow.api.trigger(DAG, run, told)
            wait_for(airflow, run, DAG, "running")
            time.sleep(dice.uniform(0, MOST_SECONDS_INTO_A_TASK))
            airflow.components["scheduler"].kill()
            airflow.components["scheduler"].wait(timeout=30)
            airflow.start("scheduler")
            wait_for(airflow, run, DAG, "success")
            wait_for(airflow, run, "check_canonical_tables", "running", "success")
            seen = lines_of(duckdb.read_parquet(lake.files("claim_lines")))
            ledger.note("kill -9 of Airflow's scheduler", "the next one goes on", expected, seen)
