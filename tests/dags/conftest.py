"""The DAGs as Airflow reads them, and what each task would hand to spark-submit."""

from __future__ import annotations

import json
import os
import shlex
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

import pytest

HOME = Path(__file__).parents[2]
DAGS = HOME / "dags"
FAKE_BIN = Path(__file__).parent / "fake_bin"
IDS = ["ingest_claims", "build_features", "train_fraud", "train_risk", "score_claims", "score_risk"]
IDS += [
    "underwriting_requests",
    "underwriting_inbox",
    "approve_fraud",
    "approve_risk",
    "monitor",
    "publish_sql",
    "deliver_dispositions",
]

# Airflow reads its settings when it is first imported.
os.environ["AIRFLOW_HOME"] = tempfile.mkdtemp(prefix="underwatch-airflow-")
os.environ["AIRFLOW__CORE__LOAD_EXAMPLES"] = "False"
os.environ["AIRFLOW__CORE__UNIT_TEST_MODE"] = "False"
SETTINGS = "DRIVER_MEMORY EXECUTOR_MEMORY SPARK_CONF RETRIES INBOX MONITOR_SCHEDULE ON_BREACH POSTGRES POSTGRES_SCHEMA "
SETTINGS += "DISPOSITIONS DISPOSITIONS_SCHEDULE WORKBENCH"
for setting in SETTINGS.split():
    os.environ.pop(f"UNDERWATCH_{setting}", None)
sys.path.insert(0, str(DAGS))


@pytest.fixture(scope="session")
def bag():
    dagbag = pytest.importorskip("airflow.dag_processing.dagbag", reason="needs the Airflow environment")
    return dagbag.DagBag(str(DAGS))


@pytest.fixture(params=IDS)
def dag(request, bag):
    return bag.dags[request.param]


class Answers:
    """What persons answered to the tasks that asked them."""

    def xcom_pull(self, task_ids):
        return {
            "responded_by_user": {"id": "7", "name": f"who {task_ids}"},
            "params_input": {"reason": "it's fine; go"},
        }


@pytest.fixture
def submit(monkeypatch, tmp_path):
    """Execute a task against a pretended spark-submit; gives its command line and the extra of its asset events."""
    log = tmp_path / "spark.log"
    monkeypatch.setenv("PATH", f"{FAKE_BIN}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("FAKE_SPARK_LOG", str(log))
    monkeypatch.setenv("AIRFLOW_CONN_SPARK_DEFAULT", '{"conn_type": "spark", "host": "local[*]"}')

    def run(task, params=None, events=(), more=None):
        from types import SimpleNamespace

        told = defaultdict(lambda: SimpleNamespace(extra={}))
        context = {
            "params": {**task.dag.params.dump(), **(params or {})},
            "triggering_asset_events": {"asset": list(events)} if events else {},
            "outlet_events": told,
            "ti": Answers(),
            "run_id": "manual__2024-01-01T00:00:00+00:00",
            **(more or {}),
        }
        ready = task.prepare_for_execution()
        ready.render_template_fields(context)
        ready.execute(context)
        arguments = json.loads(log.read_text().splitlines()[-1])
        command = shlex.join(["spark-submit", *arguments]).replace(str(HOME), "$UNDERWATCH_HOME")
        return command, {asset.name: event.extra for asset, event in told.items()}

    return run
