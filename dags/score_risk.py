"""Airflow DAG: every member's cost is predicted, the predictions checked, then published."""

from airflow.sdk import DAG
from assets import RISK_MODEL, RISK_PREDICTIONS
from run_facts import AS_OF, LAKE, MACROS
from spark_job import DAG_DEFAULTS, spark_job

PUBLISHED = "risk_predictions"

with DAG(
    dag_id="score_risk",
    description="Predict every member's cost with the champion risk model and publish the result.",
    schedule=RISK_MODEL,
    max_active_runs=1,
    params={"lake": LAKE, "as_of": AS_OF},
    user_defined_macros=MACROS,
    default_args=DAG_DEFAULTS,
    tags=["underwatch"],
):
    score = spark_job("score_risk", "score-risk", "--lake={{ fact('lake') }}", "--as-of={{ fact('as_of') }}")
    check = spark_job(
        "check_risk_predictions",
        "check-tables",
        f"--tables={PUBLISHED}",
        "--staged",
        "--lake={{ fact('lake') }}",
        "--as-of={{ fact('as_of') }}",
    )
    # Readers see the scores only after their checks passed.
    publish = spark_job(
        "publish_risk_predictions",
        "publish",
        f"--tables={PUBLISHED}",
        "--lake={{ fact('lake') }}",
        "--as-of={{ fact('as_of') }}",
        updates=(RISK_PREDICTIONS,),
    )
    score >> check >> publish
