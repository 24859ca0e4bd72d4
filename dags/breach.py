"""A person is asked what follows from a breach; their yes starts a training DAG, whose version waits for approval."""

from __future__ import annotations

from datetime import timedelta

from airflow.providers.standard.operators.hitl import ApprovalOperator
from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator
from airflow.sdk import Param
from approval import RESPONSE_DAYS

NOTE = Param(
    None,
    type=["null", "string"],
    maxLength=500,
    title="Note",
    description="What was found, in a sentence; Airflow keeps it with the answer.",
)
# Nothing is left to the defaults of the training's form: it is trained anew, and scores only once persons approved it.
CONF = """{"lake": {{ fact('lake') | tojson }}, "as_of": {{ (fact('as_of') or none) | tojson }},
 "retrain": "always", "approval": "person"}"""


def wanted(on_breach: str) -> bool:
    """Whether a person is asked at all; where not, all that follows is skipped."""
    return on_breach == "ask_person"


def ask(about: str, shown_by: str, dag_id: str | None) -> ApprovalOperator:
    """Waits for a person; no answer within UNDERWATCH_APPROVAL_DAYS (14) fails the run and starts nothing."""
    then = (
        f"Approve to start {dag_id}; what it trains waits for approval like any other version. Reject to leave it."
        if dag_id
        else "Retraining does not mend stale data: mend the delivery, then answer."
    )
    return ApprovalOperator(
        task_id=f"ask_about_{about}",
        subject=f"Monitoring found breaches of {about}: {'retrain?' if dag_id else 'who looks at the deliveries?'}",
        body=f"The log of {shown_by} lists them; the page with plots is in the lake's folder monitoring. {then}",
        params={"note": NOTE},
        response_timeout=timedelta(days=RESPONSE_DAYS),
    )


def retrain(dag_id: str) -> TriggerDagRunOperator:
    """Starts a training of the same lake and day, once however often the task is tried."""
    return TriggerDagRunOperator(
        task_id=f"start_{dag_id}",
        trigger_dag_id=dag_id,
        trigger_run_id="after_{{ run_id }}",
        conf=CONF,
        skip_when_already_exists=True,
        openlineage_inject_parent_info=False,
    )
