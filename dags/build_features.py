"""Airflow DAG: canonical tables become checked feature tables, as of one day."""

from airflow.sdk import DAG
from assets import CANONICAL_TABLES, FEATURE_TABLES
from run_facts import AS_OF, ENGINE, LAKE, MACROS
from spark_job import DAG_DEFAULTS, spark_job

CHECKED = "claim_features,provider_features,neighbour_features,care_graph,member_features,member_outcomes,lag_triangle"

with DAG(
    dag_id="build_features",
    description="Build the feature tables as of a day and check them.",
    schedule=CANONICAL_TABLES,
    max_active_runs=1,
    params={"lake": LAKE, "as_of": AS_OF, "engine": ENGINE},
    user_defined_macros=MACROS,
    default_args=DAG_DEFAULTS,
    tags=["underwatch"],
):
    build = spark_job(
        "build_features",
        "build-features",
        "--lake={{ fact('lake') }}",
        "--as-of={{ fact('as_of') }}",
        "--engine={{ fact('engine') }}",
    )
    check = spark_job(
        "check_feature_tables",
        "check-tables",
        f"--tables={CHECKED}",
        "--lake={{ fact('lake') }}",
        "--as-of={{ fact('as_of') }}",
        updates=(FEATURE_TABLES,),
    )
    build >> check
