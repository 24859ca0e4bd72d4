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
    tasks = [f"{task.task_id}:\n{_does(task, submit)}\n" for task in dag.topological_sort()]
    found = "\n".join(tasks).replace(" --", " \\\n    --")  # one option a line, for a readable difference
    golden = GOLDEN / f"{dag.dag_id}.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(found)
    assert found == golden.read_text()


def _does(task, submit):
    """What a task hands to spark-submit, or what it asks a person."""
    if task.task_type == "ApprovalOperator":
        return f"asks a person: {task.subject}\n{task.body}"
    if task.task_type == "ShortCircuitOperator":
        return f"skips what follows unless {task.python_callable.__name__}({', '.join(task.op_args)})"
    if task.task_type == "TriggerDagRunOperator":
        return f"starts {task.trigger_dag_id} as {task.trigger_run_id} with {task.conf}"
    return submit(task)[0]


def test_a_person_s_name_and_reason_reach_the_approval_whole(bag, submit):
    told = {"model": "risk_cost", "version": 7, "lake": "/data/lake"}
    command = submit(bag.dags["approve_risk"].get_task("approve_second"), told)[0]
    assert "approve risk_cost 7 '--by=who ask_second_person'" in command
    assert """'--reason=it'"'"'s fine; go' --lake=/data/lake""" in command


def test_who_started_a_training_by_hand_is_named(bag, submit):
    task = bag.dags["train_risk"].get_task("train_risk")
    assert "--approval=automatic --trained-by=" in submit(task)[0]
    by_hand = {"dag_run": SimpleNamespace(triggering_user_name="tom")}
    assert submit(task, {"approval": "person"}, more=by_hand)[0].endswith("--approval=person --trained-by=tom")


def test_a_run_started_by_an_asset_works_on_the_lake_and_day_it_was_told(bag, submit):
    event = SimpleNamespace(timestamp=datetime(2024, 1, 1), extra=TOLD)  # noqa: DTZ001 - only compared
    command, extra = submit(bag.dags["train_fraud"].get_task("train_fraud"), events=[event])
    told = "--lake=s3://insurer/lake --as-of=2010-12-31 --retrain=always --seed=11"
    chosen = "--capacity=0.05 --label-maturity=0 --search-budget=0 --approval=automatic --trained-by="
    assert command.endswith(f"train-fraud {told} {chosen}")
    assert extra == {"fraud_model": {**TOLD, "capacity": "0.05"}}


def test_of_several_events_the_newest_counts(bag, submit):
    events = [
        SimpleNamespace(timestamp=datetime(2024, 1, day), extra={**TOLD, "as_of": f"2010-12-0{day}"})  # noqa: DTZ001
        for day in (1, 3, 2)
    ]
    command, _ = submit(bag.dags["build_features"].get_task("build_features"), events=events)
    assert command.endswith("--as-of=2010-12-03 --engine=spark")


def test_an_event_that_tells_nothing_leaves_the_form_s_defaults(bag, submit):
    event = SimpleNamespace(timestamp=datetime(2024, 1, 1), extra={})  # noqa: DTZ001
    command, _ = submit(bag.dags["build_features"].get_task("build_features"), events=[event])
    assert command.endswith("build-features --lake=var/lake --as-of= --engine=spark")


def test_a_batch_without_a_name_is_named_for_its_source_and_folder(bag, submit):
    task = bag.dags["ingest_claims"].get_task("check_canonical_tables")
    command, extra = submit(task, {"source": "desynpuf", "delivery": "/data/sample 1/"})
    assert "'--batch-id=desynpuf-sample 1'" in command
    assert extra["canonical_tables"]["batch_id"] == "desynpuf-sample 1"


def test_a_list_of_members_and_a_request_s_name_reach_the_quote_and_its_check(bag, submit):
    told = {"members": "/data/new group.csv", "request_id": "r-17", "purpose": "stop_loss"}
    quote, check = bag.dags["underwriting_requests"].topological_sort()
    command = submit(quote, told)[0]
    assert "'--members=/data/new group.csv'" in command and "--group= " in command and "--request-id=r-17" in command
    assert "--request-id=r-17" in submit(check, told)[0]


def test_verdicts_are_read_from_the_folder_they_were_delivered_to(bag, submit):
    told = {"lake": "/data/lake", "delivery": "/data/reviews/workbench", "workbench": "/data/workbench"}
    by_hand = {"dag_run": SimpleNamespace(triggering_user_name="ada")}
    order = bag.dags["deliver_dispositions"].topological_sort()
    deliver, ingest, check = (submit(task, told, more=by_hand)[0] for task in order)
    assert "--out=/data/reviews/workbench --lake=/data/lake --home=/data/workbench --by=ada" in deliver
    assert "ingest-claims --source=dispositions --delivery=/data/reviews/workbench --lake=/data/lake" in ingest
    assert ingest.endswith("--batch-id=dispositions-workbench") and check.endswith("--batch-id=dispositions-workbench")


@pytest.mark.parametrize(
    ("code", "error"),
    [
        (3, "AirflowFailException"),
        (5, "AirflowFailException"),
        (11, "AirflowFailException"),
        (15, "AirflowFailException"),
        (9, "AirflowSkipException"),
        (12, "AirflowSkipException"),
        (1, "AirflowException"),
    ],
)
def test_bad_data_is_not_tried_again(bag, submit, monkeypatch, code, error):
    monkeypatch.setenv("FAKE_SPARK_FAIL", f"ingest-claims:{code}")
    with pytest.raises(Exception, match=f"Error code is: {code}") as failure:
        submit(bag.dags["ingest_claims"].get_task("ingest_claims"))
    assert type(failure.value).__name__ == error
