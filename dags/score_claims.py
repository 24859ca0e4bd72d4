"""Airflow DAG: claims and providers are scored, rings drawn into cases, all of it checked, then published."""

from airflow.sdk import DAG
from assets import FRAUD_MODEL, SCORED_CLAIMS
from run_facts import AS_OF, CAPACITY, LAKE, MACROS
from spark_job import DAG_DEFAULTS, spark_job

PUBLISHED = "scored_claims,scored_providers,cases"

with DAG(
    dag_id="score_claims",
    description="Score claims and providers with the champion fraud models, find cases, and publish the result.",
    schedule=FRAUD_MODEL,
    max_active_runs=1,
    params={"lake": LAKE, "as_of": AS_OF, "capacity": CAPACITY},
    user_defined_macros=MACROS,
    default_args=DAG_DEFAULTS,
    tags=["underwatch"],
):
    score = spark_job(
        "score_claims",
        "score-claims",
        "--lake={{ fact('lake') }}",
        "--as-of={{ fact('as_of') }}",
        "--capacity={{ fact('capacity') }}",
    )
    check = spark_job(
        "check_scored_claims",
        "check-tables",
        f"--tables={PUBLISHED}",
        "--staged",
        "--lake={{ fact('lake') }}",
        "--as-of={{ fact('as_of') }}",
    )
    # Readers see the scores only after their checks passed.
    publish = spark_job(
        "publish_scored_claims",
        "publish",
        f"--tables={PUBLISHED}",
        "--lake={{ fact('lake') }}",
        "--as-of={{ fact('as_of') }}",
        updates=(SCORED_CLAIMS,),
    )
    score >> check >> publish
