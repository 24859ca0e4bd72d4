from __future__ import annotations

import json
from pathlib import Path

from jobs.airflow_api import TaskState
from jobs.task_log import TaskLog

HOOK = "airflow.task.hooks.airflow.providers.apache.spark.hooks.spark_submit.SparkSubmitHook"
TASK = TaskState("ingest_claims", "batch-1", "ingest_claims", "running", 1, 0.0)


def written(folder: Path, *lines: tuple[str, str]) -> TaskLog:
    log = TaskLog(folder, TASK)
    log.path.parent.mkdir(parents=True, exist_ok=True)
    with log.path.open("a") as stream:
        stream.writelines(json.dumps({"logger": logger, "event": event}) + "\n" for logger, event in lines)
    return log


def test_progress_is_what_the_job_said_without_clock_and_level(tmp_path):
    log = written(
        tmp_path,
        ("task", "12:00:00 [info     ] not from the job"),
        (HOOK, "Spark-Submit cmd: spark-submit 12:00:00 [info     ] x"),
        (HOOK, "12:00:01 [info     ] read delivery ...    files=6"),
        (HOOK, "WARNING: Using incubator modules"),
    )
    assert log.progress() == ["read delivery ... files=6"]
    assert log.progress() == []
    written(tmp_path, (HOOK, "12:00:02 [warning  ] read delivery done"))
    assert log.progress() == ["read delivery done"]


def test_a_line_still_being_written_waits(tmp_path):
    log = written(tmp_path)
    whole = json.dumps({"logger": HOOK, "event": "12:00:01 [info     ] publish ..."})
    log.path.write_text(whole[:20])
    assert log.progress() == []
    log.path.write_text(whole + "\n")
    assert log.progress() == ["publish ..."]


def test_failure_is_the_error_line_and_the_exit_code(tmp_path):
    log = written(
        tmp_path,
        (HOOK, "12:00:01 [info     ] read delivery ..."),
        (HOOK, "BadDelivery: claim_lines.csv lacks column paid_amount"),
        (HOOK, "deliver the file again"),
        ("task", "Cannot execute: spark-submit ... Error code is: 3."),
    )
    assert log.failure() == (3, "BadDelivery: claim_lines.csv lacks column paid_amount\ndeliver the file again")


def test_a_task_without_a_log_has_failed_all_the_same(tmp_path):
    assert TaskLog(tmp_path, TASK).failure() == (1, "")
