"""A person approves a model version in Airflow, under the name that Airflow signed them in with.

Airflow keeps the task waiting without a worker and shows it under Required Actions. Whoever rejects skips what follows.
"""

from __future__ import annotations

import os
from datetime import timedelta

from airflow.providers.standard.operators.hitl import ApprovalOperator
from airflow.sdk import Asset, Param
from spark_job import SparkJob, spark_job

RESPONSE_DAYS = int(os.environ.get("UNDERWATCH_APPROVAL_DAYS", "14"))
ASKED = ("{{ params.model }}", "{{ params.version }}")
BODY = """The log of the task `compare_models` shows this version beside the champion, and each part of its gate.

Approving is refused when the gate refused the version, when you trained it, and when you have approved it already."""


def compare() -> SparkJob:
    """Prints into its log what a person should read before approving."""
    return spark_job("compare_models", "compare-models", *ASKED, "--lake={{ params.lake }}")


def person(task_id: str, subject: str) -> ApprovalOperator:
    """Waits for a person; fails after UNDERWATCH_APPROVAL_DAYS (14)."""
    reason = Param(
        None,  # must be a valid value until a person fills it; an empty reason is refused by the command
        type=["null", "string"],
        minLength=3,
        maxLength=500,
        title="Reason",
        description="Why, in a sentence; kept in the audit log.",
    )
    return ApprovalOperator(
        task_id=task_id,
        subject=subject,
        body=BODY,
        params={"reason": reason},
        response_timeout=timedelta(days=RESPONSE_DAYS),
    )


def approve(task_id: str, asked: str, updates: tuple[Asset, ...] = ()) -> SparkJob:
    """Hands the name and the reason of the person whom task `asked` waited for to `underwatch approve`."""
    answer = f"ti.xcom_pull(task_ids='{asked}')"
    return spark_job(
        task_id,
        "approve",
        *ASKED,
        f"--by={{{{ {answer}['responded_by_user']['name'] }}}}",
        f"--reason={{{{ {answer}['params_input']['reason'] or '' }}}}",
        "--lake={{ params.lake }}",
        updates=updates,
    )
