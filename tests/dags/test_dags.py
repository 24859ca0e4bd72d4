"""What holds for every DAG."""

from __future__ import annotations

import runpy
import sys

import jsonschema
import pytest

pytestmark = pytest.mark.airflow

IDS = {"ingest_claims", "build_features", "train_fraud", "train_risk", "score_claims", "score_risk"}
APPROVALS = {"approve_fraud": ("fraud_model", 1), "approve_risk": ("risk_model", 2)}
"""What each updates, and how many persons it asks."""
ON_REQUEST = {
    "underwriting_requests",
    "underwriting_inbox",
    "monitor",
    "publish_sql",
    "deliver_dispositions",
    *APPROVALS,
}
"""Started by a person, or where a site says so: by the clock, or by what was published."""
WITHOUT_SPARK = ("ApprovalOperator", "ShortCircuitOperator", "TriggerDagRunOperator")


def test_every_file_is_read_without_error_and_holds_the_dag_of_its_name(bag):
    assert bag.import_errors == {}
    assert {dag_id: dag.fileloc.rsplit("/", 1)[-1] for dag_id, dag in bag.dags.items()} == {
        dag_id: f"{dag_id}.py" for dag_id in IDS | ON_REQUEST
    }


def test_only_a_site_that_names_an_inbox_has_it_watched(bag, monkeypatch):
    assert not any(bag.dags[dag_id].timetable.can_be_scheduled for dag_id in ON_REQUEST)
    monkeypatch.setenv("UNDERWATCH_INBOX", "/data/inbox")
    file = bag.dags["underwriting_inbox"].fileloc
    watched = runpy.run_path(file)["dag"]
    assert watched.timetable.can_be_scheduled and not watched.catchup


def test_only_a_site_that_names_a_database_has_published_tables_brought_there(bag, monkeypatch):
    monkeypatch.setenv("UNDERWATCH_POSTGRES", "postgresql://publisher:hunter2@db.example/claims")
    watched = runpy.run_path(bag.dags["publish_sql"].fileloc)["dag"]
    started_by = watched.timetable.asset_condition
    assert type(started_by).__name__ == "AssetAny"
    assert {asset.name for asset in started_by.objects} == {"scored_claims", "risk_predictions", "underwriting_quotes"}
    assert "hunter2" not in " ".join(watched.get_task("publish_sql").application_args)


@pytest.mark.parametrize(("dag_id", "about"), [("monitor", "MONITOR"), ("deliver_dispositions", "DISPOSITIONS")])
def test_what_the_clock_starts_keeps_the_hours_that_a_site_names(bag, monkeypatch, dag_id, about):
    monkeypatch.setenv(f"UNDERWATCH_{about}_SCHEDULE", "0 6 * * 1")
    watched = runpy.run_path(bag.dags[dag_id].fileloc)["dag"]
    assert watched.timetable.can_be_scheduled and not watched.catchup


def test_a_breach_asks_nobody_unless_a_site_or_a_person_says_so(bag, monkeypatch):
    dag = bag.dags["monitor"]
    gate = dag.get_task("someone_is_asked")
    assert dag.params["on_breach"] == "nothing"
    assert [gate.python_callable(said) for said in ("nothing", "ask_person", "")] == [False, True, False]
    assert {task.task_id for task in dag.tasks} - {"monitor", gate.task_id} == gate.get_flat_relative_ids()
    monkeypatch.setenv("UNDERWATCH_ON_BREACH", "ask_person")
    for module in ("run_facts", "breach", "spark_job", "approval"):
        monkeypatch.delitem(sys.modules, module, raising=False)
    assert runpy.run_path(dag.fileloc)["dag"].params["on_breach"] == "ask_person"


def test_only_a_person_s_yes_starts_a_retraining_that_waits_for_approval(bag):
    dag = bag.dags["monitor"]
    for task in dag.tasks:
        if task.task_type == "TriggerDagRunOperator":
            about = {"train_fraud": "fraud", "train_risk": "risk"}[task.trigger_dag_id]
            assert task.upstream_task_ids == {f"ask_about_{about}"} and task.trigger_rule == "all_success"
            assert '"approval": "person"' in task.conf and '"retrain": "always"' in task.conf
    assert dag.get_task("ask_about_data").downstream_task_ids == set()
    for about in ("fraud", "risk", "data"):
        asked = dag.get_task(f"ask_about_{about}")
        assert asked.upstream_task_ids == {f"breaches_of_{about}"}
        assert asked.defaults is None and asked.response_timeout.days == 14


def test_tasks_form_no_cycle(dag):
    dag.check_cycle()


def test_each_dag_is_started_by_the_asset_of_the_one_before(bag):
    dags = {dag_id: dag for dag_id, dag in bag.dags.items() if dag_id not in APPROVALS}
    starts = {asset.name: dag_id for dag_id, dag in dags.items() for task in dag.tasks for asset in task.outlets}
    waits = {
        dag_id: starts[dag.timetable.asset_condition.name]
        for dag_id, dag in bag.dags.items()
        if dag_id not in ON_REQUEST | {"ingest_claims"}
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


@pytest.mark.parametrize("dag_id", APPROVALS)
def test_a_version_scores_only_after_persons_were_asked(bag, dag_id):
    asset, persons = APPROVALS[dag_id]
    order = bag.dags[dag_id].topological_sort()
    assert [task.task_type for task in order] == ["SparkJob", *["ApprovalOperator", "SparkJob"] * persons]
    assert [one.name for one in order[-1].outlets] == [asset]
    for asked, then in zip(order[1::2], order[2::2], strict=True):
        assert then.upstream_task_ids == {asked.task_id} and then.trigger_rule == "all_success"
        assert f"xcom_pull(task_ids='{asked.task_id}')" in " ".join(then.application_args)
        assert asked.defaults is None and asked.response_timeout.days == 14  # silence approves nothing
        assert asked.serialized_params["reason"]["schema"]["minLength"] == 3


def test_only_the_last_task_of_a_dag_starts_the_next(dag):
    if dag.dag_id == "monitor":  # what was looked at stands before anybody is asked about it
        assert [task.task_id for task in dag.tasks if task.outlets] == [task.task_id for task in dag.roots]
        return
    assert [task.task_id for task in dag.tasks if task.outlets] == [task.task_id for task in dag.leaves]


def test_one_run_at_a_time(dag):
    assert dag.max_active_runs == 1


def test_every_spark_task_says_how_much_memory_it_takes(dag):
    for task in dag.tasks:
        if task.task_type not in ("SparkJob", *WITHOUT_SPARK):
            raise AssertionError(f"{task.task_id} is a {task.task_type}: does it run on Spark?")
        if task.task_type in WITHOUT_SPARK:
            continue
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
