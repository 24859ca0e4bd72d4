"""Airflow DAG: the risk models are trained, measured out of time and registered."""

from airflow.sdk import DAG
from assets import FEATURE_TABLES, RISK_MODEL
from run_facts import ANNUAL_TREND, APPROVAL, AS_OF, LAKE, MACROS, RETRAIN_WHEN, SEED
from spark_job import DAG_DEFAULTS, spark_job

with DAG(
    dag_id="train_risk",
    description="Train, measure and register the risk models, or keep the newest where nothing changed.",
    schedule=FEATURE_TABLES,
    max_active_runs=1,
    params={
        "lake": LAKE,
        "as_of": AS_OF,
        "retrain": RETRAIN_WHEN,
        "seed": SEED,
        "annual_trend": ANNUAL_TREND,
        "approval": APPROVAL,
    },
    user_defined_macros=MACROS,
    default_args=DAG_DEFAULTS,
    tags=["underwatch"],
):
    spark_job(
        "train_risk",
        "train-risk",
        "--lake={{ fact('lake') }}",
        "--as-of={{ fact('as_of') }}",
        "--retrain={{ fact('retrain') }}",
        "--seed={{ fact('seed') }}",
        "--annual-trend={{ params.annual_trend }}",
        "--approval={{ params.approval }}",
        "--trained-by={{ started_by() }}",
        updates=(RISK_MODEL,),
    )
