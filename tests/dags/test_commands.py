"""The command line of every task, compared with tests/golden/dags/<dag>.txt.

A changed command is read by a person: run with UPDATE_GOLDEN=1 and look at the difference.
"""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace

import pytest

pytestmark = pytest.mark.airflow

GOLDEN = Path(__file__).parents[1] / "golden" / "dags"
TOLD = {
    "lake": "s3://insurer/lake",
    "batch_id": "desynpuf-2010",
    "as_of": "2010-12-31",
    "retrain": "always",
    "seed": "11",
}


def test_commands_are_as_in_the_golden_file(dag, submit):
    tasks = [f"{task.task_id}:\n{submit(task)[0]}\n" for task in dag.topological_sort()]
    found = "\n".join(tasks).replace(" --", " \\\n    --")  # one option a line, for a readable difference
    golden = GOLDEN / f"{dag.dag_id}.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(found)
    assert found == golden.read_text()


def test_a_run_started_by_an_asset_works_on_the_lake_and_day_it_was_told(bag, submit):
    event = SimpleNamespace(timestamp=datetime(2024, 1, 1), extra=TOLD)  # noqa: DTZ001 - only compared
    command, extra = submit(bag.dags["train_fraud"].get_task("train_fraud"), events=[event])
    told = "--lake=s3://insurer/lake --as-of=2010-12-31 --retrain=always --seed=11"
    assert command.endswith(f"train-fraud {told} --search-budget=0")
    assert extra == {"fraud_model": TOLD}


def test_of_several_events_the_newest_counts(bag, submit):
    events = [
        SimpleNamespace(timestamp=datetime(2024, 1, day), extra={**TOLD, "as_of": f"2010-12-0{day}"})  # noqa: DTZ001
        for day in (1, 3, 2)
    ]
    command, _ = submit(bag.dags["build_features"].get_task("build_features"), events=events)
    assert command.endswith("--as-of=2010-12-03")


def test_an_event_that_tells_nothing_leaves_the_form_s_defaults(bag, submit):
    event = SimpleNamespace(timestamp=datetime(2024, 1, 1), extra={})  # noqa: DTZ001
    command, _ = submit(bag.dags["build_features"].get_task("build_features"), events=[event])
    assert command.endswith("build-features --lake=var/lake --as-of=")


def test_a_batch_without_a_name_is_named_for_its_source_and_folder(bag, submit):
    task = bag.dags["ingest_claims"].get_task("check_canonical_tables")
    command, extra = submit(task, {"source": "desynpuf", "delivery": "/data/sample 1/"})
    assert "'--batch-id=desynpuf-sample 1'" in command
    assert extra["canonical_tables"]["batch_id"] == "desynpuf-sample 1"


@pytest.mark.parametrize(
    ("code", "error"),
    [
        (3, "AirflowFailException"),
        (5, "AirflowFailException"),
        (9, "AirflowSkipException"),
        (1, "AirflowException"),
    ],
)
def test_bad_data_is_not_tried_again(bag, submit, monkeypatch, code, error):
    monkeypatch.setenv("FAKE_SPARK_FAIL", f"ingest-claims:{code}")
    with pytest.raises(Exception, match=f"Error code is: {code}") as failure:
        submit(bag.dags["ingest_claims"].get_task("ingest_claims"))
    assert type(failure.value).__name__ == error
