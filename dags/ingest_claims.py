"""Airflow DAG: a delivery becomes checked canonical tables. Started by a person or by `underwatch run`."""

from airflow.sdk import DAG
from assets import CANONICAL_TABLES
from run_facts import ACCEPT_VOLUME, AS_OF, BATCH_ID, DELIVERY, ENGINE, LAKE, MACROS, RETRAIN_WHEN, SEED, SOURCE
from spark_job import DAG_DEFAULTS, spark_job

CHECKED = (
    "claim_lines,pharmacy_claims,members,eligibility,providers,investigations,exclusions,remittances,claim_submissions,"
    "code_findings"
)

with DAG(
    dag_id="ingest_claims",
    description="Read a delivery into the canonical tables and check them.",
    schedule=None,
    max_active_runs=1,
    params={
        "source": SOURCE,
        "delivery": DELIVERY,
        "lake": LAKE,
        "batch_id": BATCH_ID,
        "accept_volume": ACCEPT_VOLUME,
        "as_of": AS_OF,
        "retrain": RETRAIN_WHEN,
        "seed": SEED,
        "engine": ENGINE,
    },
    user_defined_macros=MACROS,
    default_args=DAG_DEFAULTS,
    tags=["underwatch"],
):
    ingest = spark_job(
        "ingest_claims",
        "ingest-claims",
        "--source={{ params.source }}",
        "--delivery={{ params.delivery }}",
        "--lake={{ fact('lake') }}",
        "--batch-id={{ fact('batch_id') }}",
    )
    check = spark_job(
        "check_canonical_tables",
        "check-tables",
        f"--tables={CHECKED}",
        "--lake={{ fact('lake') }}",
        "--batch-id={{ fact('batch_id') }}",
        "{{ '--accept-volume' if params.accept_volume else '--no-accept-volume' }}",
        updates=(CANONICAL_TABLES,),
    )
    ingest >> check
