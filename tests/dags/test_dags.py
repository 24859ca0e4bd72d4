"""What holds for every DAG."""

from __future__ import annotations

import jsonschema
import pytest

pytestmark = pytest.mark.airflow

IDS = {"ingest_claims", "build_features", "train_fraud", "train_risk", "score_claims", "score_risk"}


def test_every_file_is_read_without_error_and_holds_the_dag_of_its_name(bag):
    assert bag.import_errors == {}
    assert {dag_id: dag.fileloc.rsplit("/", 1)[-1] for dag_id, dag in bag.dags.items()} == {
        dag_id: f"{dag_id}.py" for dag_id in IDS
    }


def test_tasks_form_no_cycle(dag):
    dag.check_cycle()


def test_each_dag_is_started_by_the_asset_of_the_one_before(bag):
    starts = {asset.name: dag_id for dag_id, dag in bag.dags.items() for task in dag.tasks for asset in task.outlets}
    waits = {
        dag_id: starts[dag.timetable.asset_condition.name]
        for dag_id, dag in bag.dags.items()
        if dag_id != "ingest_claims"
    }
    assert waits == {
        "build_features": "ingest_claims",
        "train_fraud": "build_features",
        "train_risk": "build_features",
        "score_claims": "train_fraud",
        "score_risk": "train_risk",
    }


def test_chains_that_score_check_what_they_staged_and_end_by_publishing_it(bag):
    for dag_id in ("score_claims", "score_risk"):
        score, check, publish = bag.dags[dag_id].topological_sort()
        commands = [task.application_args[0] for task in (score, check, publish)]
        assert commands == [dag_id.replace("_", "-"), "check-tables", "publish"]
        checked, published = (set(task.application_args[1:]) for task in (check, publish))
        assert checked - published == {"--staged"}
        assert [task.task_id for task in bag.dags[dag_id].leaves] == [publish.task_id]


def test_only_the_last_task_of_a_dag_starts_the_next(dag):
    assert [task.task_id for task in dag.tasks if task.outlets] == [task.task_id for task in dag.leaves]


def test_one_run_at_a_time(dag):
    assert dag.max_active_runs == 1


def test_every_spark_task_says_how_much_memory_it_takes(dag):
    for task in dag.tasks:
        assert (task._driver_memory, task._executor_memory) == ("2g", "2g"), task.task_id


def test_the_trigger_form_explains_every_parameter(dag):
    for name in dag.params:
        parameter = dag.params.get_param(name)
        assert parameter.description.endswith("."), name
        assert parameter.schema["title"] and parameter.schema["type"], name


def test_defaults_are_valid(dag):
    dag.params.validate()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("lake", "var/lake; rm -rf /"),
        ("lake", ""),
        ("delivery", "$(id)"),
        ("source", "spreadsheet"),
        ("batch_id", "../other"),
        ("as_of", 20240630),
        ("retrain", "maybe"),
        ("seed", -1),
    ],
)
def test_the_trigger_form_refuses(bag, name, value):
    schema = bag.dags["ingest_claims"].params.get_param(name).schema
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(value, schema)
