"""A real Airflow runs the DAGs; only spark-submit is pretended (tests/dags/fake_bin)."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from urllib.parse import quote

import pytest

from jobs.local_airflow import HOME, AirflowUnavailable, local_airflow
from jobs.processes import ProcessFamily
from jobs.run import LAST
from jobs.watch import JobFailed, Watch

pytestmark = pytest.mark.slow

FAKE_BIN = HOME / "tests" / "dags" / "fake_bin"
AIRFLOW = Path(os.environ.get("UNDERWATCH_AIRFLOW", HOME / ".venv-airflow")) / "bin" / "airflow"
needs_airflow = pytest.mark.skipif(not AIRFLOW.exists(), reason="Airflow is not installed; run `make setup`")
FACTS = {
    "source": "desynpuf",
    "delivery": "/data/sample_1",
    "lake": "/data/lake",
    "batch_id": None,
    "as_of": "2010-12-31",
    "retrain": "always",
    "seed": 11,
    "engine": "sail",
}


def batch(folder: Path, say=print, database: str = "") -> list[list[str]]:
    """Run one batch and give the underwatch command lines that were submitted, in order."""
    with local_airflow(folder / "runs", "local[2]", FAKE_BIN, database=database) as airflow:
        airflow.api.trigger("ingest_claims", "batch-1", FACTS)
        Watch(airflow, LAST, say).until_done()
    return submitted(folder)


def submitted(folder: Path) -> list[list[str]]:
    lines = [json.loads(line) for line in (folder / "spark.log").read_text().splitlines()]
    return [line[next(i for i, word in enumerate(line) if word.endswith("underwatch-job.py")) + 1 :] for line in lines]


def living(folder: Path) -> list[str]:
    """Processes of any run under the folder."""
    found = subprocess.run(["ps", "-eo", "args", "eww"], capture_output=True, text=True, check=True).stdout
    return [line for line in found.splitlines() if f"{folder}/runs" in line]


@pytest.fixture
def spark_log(tmp_path, monkeypatch):
    monkeypatch.setenv("FAKE_SPARK_LOG", str(tmp_path / "spark.log"))


@needs_airflow
def test_assets_carry_a_batch_from_delivery_to_publishing(tmp_path, spark_log):
    said: list[str] = []
    commands = batch(tmp_path, said.append)
    assert sorted(command[0] for command in commands) == sorted(
        ["ingest-claims", "build-features", "train-fraud", "train-risk", "score-claims", "score-risk"]
        + ["check-tables"] * 4
        + ["publish"] * 2
    )
    assert commands[0] == [
        "ingest-claims",
        "--source=desynpuf",
        "--delivery=/data/sample_1",
        "--lake=/data/lake",
        "--batch-id=desynpuf-sample_1",
    ]
    assert all("--lake=/data/lake" in command for command in commands)
    assert all("--as-of=2010-12-31" in command for command in commands[2:])
    trained = [command for command in commands if command[0].startswith("train-")]
    assert all({"--retrain=always", "--seed=11"} <= set(command) for command in trained)
    assert [command for command in commands if "--engine=sail" in command] == [commands[2]]
    assert any("pretend ... rows=3" in line for line in said)
    assert living(tmp_path) == []


@needs_airflow
def test_a_batch_runs_the_same_on_postgresql(tmp_path, spark_log, database):
    password = quote(database.password, safe="")
    address = database.address.replace("@", f":{password}@").replace("postgresql:", "postgresql+psycopg2:")
    commands = batch(tmp_path, database=address)
    assert [command[0] for command in commands].count("publish") == 2
    ((runs,),) = database.ask("select count(*) from dag_run where state = 'success'")
    assert runs >= 6


@needs_airflow
def test_a_stopped_check_ends_the_batch_before_publishing_and_says_why(tmp_path, spark_log, monkeypatch):
    monkeypatch.setenv("FAKE_SPARK_FAIL", "check-tables:5")
    with pytest.raises(JobFailed, match="task check_canonical_tables of ingest_claims failed") as failure:
        batch(tmp_path)
    assert "\nBadDelivery: claim_lines.csv lacks column paid_amount" in str(failure.value)
    assert failure.value.exit_code == 5
    assert [command[0] for command in submitted(tmp_path)] == ["ingest-claims", "check-tables"]
    assert living(tmp_path) == []


@needs_airflow
def test_a_training_with_nothing_to_do_is_skipped_and_the_rest_published(tmp_path, spark_log, monkeypatch):
    monkeypatch.setenv("FAKE_SPARK_FAIL", "train-risk:9")
    said: list[str] = []
    commands = [command[0] for command in batch(tmp_path, said.append)]
    assert commands.count("publish") == 1
    assert {"train-risk", "score-claims"} <= set(commands)
    assert "score-risk" not in commands
    assert any("train_risk" in line and "skipped: " in line for line in said)


@needs_airflow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_nothing_outlives_a_killed_run(tmp_path, number):
    delivery = tmp_path / "delivery"
    delivery.mkdir()
    (delivery / "members.csv").write_text("member_id\n")
    command = [
        sys.executable,
        "-m",
        "jobs.cli",
        "run",
        f"--delivery={delivery}",
        f"--lake={tmp_path}/lake",
        f"--airflow-runs={tmp_path}/runs",
    ]
    running = subprocess.Popen(command, cwd=HOME, stdout=subprocess.PIPE, text=True)
    for line in running.stdout:
        if "started" in line:
            break
    running.send_signal(number)
    running.wait(timeout=60)
    if number == signal.SIGKILL:  # the next run's first act
        for folder in (tmp_path / "runs").iterdir():
            ProcessFamily(folder / "processes").stop()
    deadline = time.monotonic() + 20
    while living(tmp_path) and time.monotonic() < deadline:
        time.sleep(0.5)
    assert living(tmp_path) == []


def test_without_airflow_the_mend_is_named(tmp_path, monkeypatch):
    monkeypatch.setenv("UNDERWATCH_AIRFLOW", str(tmp_path))
    with pytest.raises(AirflowUnavailable, match="make setup"), local_airflow(tmp_path / "runs", "local[2]"):
        pass


def answer(airflow, dag: str, run: str, task: str, option: str, **filled_in: str) -> None:
    """Answer a task that asks a person, as a person does it on the page Required Actions."""
    # The scheduler has to hear first that the task waits; it takes an answer in the same second for a lost task.
    time.sleep(10)
    path = f"/api/v2/dags/{dag}/dagRuns/{run}/taskInstances/{task}/-1/hitlDetails"
    body = json.dumps({"chosen_options": [option], "params_input": filled_in}).encode()
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {airflow.api._sign_in()}"}
    request = urllib.request.Request(airflow.url + path, body, headers, method="PATCH")  # noqa: S310
    with airflow.api._opener.open(request, timeout=60) as answered:
        assert answered.status == 200


def until(airflow, dag: str, task: str, *states: str) -> str:
    """Wait until a task is in one of these states, and say in which."""
    deadline = time.monotonic() + 240
    while time.monotonic() < deadline:
        airflow.check()
        found = [one.state for one in airflow.api.tasks() if (one.dag, one.task) == (dag, task)]
        if found and found[-1] in states:
            return found[-1]
        assert "failed" not in found, task
        time.sleep(0.5)
    raise AssertionError(f"{task} is {found}")


@needs_airflow
def test_a_version_waits_for_two_persons_and_a_rejection_stops_it(tmp_path, spark_log):
    told = {"model": "risk_cost", "version": 3, "lake": "/data/lake"}
    with local_airflow(tmp_path / "runs", "local[2]", FAKE_BIN) as airflow:
        airflow.api.trigger("approve_risk", "r1", told)
        until(airflow, "approve_risk", "ask_first_person", "awaiting_input")
        assert submitted(tmp_path) == [["compare-models", "risk_cost", "3", "--lake=/data/lake"]]
        answer(airflow, "approve_risk", "r1", "ask_first_person", "Approve", reason="it's fine; go")
        until(airflow, "approve_risk", "ask_second_person", "awaiting_input")
        approved = ["approve", "risk_cost", "3", "--by=admin", "--reason=it's fine; go", "--lake=/data/lake"]
        assert submitted(tmp_path)[1:] == [approved]
        answer(airflow, "approve_risk", "r1", "ask_second_person", "Reject", reason="the level is off")
        assert until(airflow, "approve_risk", "approve_second", "skipped", "success") == "skipped"
        assert submitted(tmp_path)[1:] == [approved]
        assert not [run for run in airflow.api.runs() if run[0] == "score_risk"]


@needs_airflow
def test_a_breach_waits_for_a_person_whose_yes_starts_a_retraining(tmp_path, spark_log, monkeypatch):
    monkeypatch.setenv("FAKE_SPARK_FAIL", "--about=risk:9")  # no breach of the risk models
    told = {"lake": "/data/lake", "as_of": "2025-12-31", "on_breach": "ask_person"}
    with local_airflow(tmp_path / "runs", "local[2]", FAKE_BIN) as airflow:
        airflow.api.trigger("monitor", "m1", told)
        until(airflow, "monitor", "ask_about_fraud", "awaiting_input")
        assert until(airflow, "monitor", "start_train_risk", "skipped", "success") == "skipped"
        assert "train-fraud" not in {command for command, *_ in submitted(tmp_path)}
        answer(airflow, "monitor", "m1", "ask_about_fraud", "Approve", note="a new fee schedule")
        until(airflow, "train_fraud", "train_fraud", "success")
        (trained,) = [line for line in submitted(tmp_path) if line[0] == "train-fraud"]
    assert {"--lake=/data/lake", "--as-of=2025-12-31", "--retrain=always", "--approval=person"} <= set(trained)


@needs_airflow
def test_an_airflow_of_one_s_own_stays_open_until_it_is_told_to_end(tmp_path):
    refused = subprocess.run(
        [sys.executable, "-m", "jobs.cli", "airflow", "--account", "ada lovelace"],
        cwd=HOME,
        capture_output=True,
        text=True,
        check=False,
    )
    assert refused.returncode == 2 and "is no name for an account" in refused.stderr
    command = [sys.executable, "-m", "jobs.cli", "airflow", "--account", "ada", f"--airflow-runs={tmp_path}/runs"]
    process = subprocess.Popen(
        command, cwd=HOME, stdout=subprocess.PIPE, text=True, env=os.environ | {"PYTHONUNBUFFERED": "1"}
    )
    assert process.stdout is not None
    said = [process.stdout.readline() for _ in range(3)]
    assert said[1].startswith("Airflow is at http://127.0.0.1:") and said[1].endswith(", for admin, ada\n")
    (folder,) = (tmp_path / "runs").glob("*Z-*")
    passwords = json.loads((folder / "password.json").read_text())
    assert set(passwords) == {"admin", "ada"} and (folder / "password.json").stat().st_mode & 0o777 == 0o600
    url = said[1].split()[3].rstrip(",")
    token = json.dumps({"username": "ada", "password": passwords["ada"]}).encode()
    asked = urllib.request.Request(f"{url}/auth/token", token, {"Content-Type": "application/json"})  # noqa: S310
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(asked, timeout=60) as answer:
        assert "access_token" in json.load(answer)
    process.send_signal(signal.SIGINT)
    process.wait(timeout=60)
    assert living(tmp_path) == []
