"""Airflow DAG: the fraud models are trained, measured out of sample and registered."""

from airflow.sdk import DAG
from assets import FEATURE_TABLES, FRAUD_MODEL
from run_facts import APPROVAL, AS_OF, CAPACITY, LABEL_MATURITY, LAKE, MACROS, RETRAIN_WHEN, SEARCH_BUDGET, SEED
from spark_job import DAG_DEFAULTS, spark_job

with DAG(
    dag_id="train_fraud",
    description="Train, measure and register the fraud models, or keep the newest where nothing changed.",
    schedule=FEATURE_TABLES,
    max_active_runs=1,
    params={
        "lake": LAKE,
        "as_of": AS_OF,
        "retrain": RETRAIN_WHEN,
        "seed": SEED,
        "capacity": CAPACITY,
        "label_maturity": LABEL_MATURITY,
        "search_budget": SEARCH_BUDGET,
        "approval": APPROVAL,
    },
    user_defined_macros=MACROS,
    default_args=DAG_DEFAULTS,
    tags=["underwatch"],
):
    spark_job(
        "train_fraud",
        "train-fraud",
        "--lake={{ fact('lake') }}",
        "--as-of={{ fact('as_of') }}",
        "--retrain={{ fact('retrain') }}",
        "--seed={{ fact('seed') }}",
        "--capacity={{ fact('capacity') }}",
        "--label-maturity={{ params.label_maturity }}",
        "--search-budget={{ params.search_budget }}",
        "--approval={{ params.approval }}",
        "--trained-by={{ started_by() }}",
        updates=(FRAUD_MODEL,),
    )
