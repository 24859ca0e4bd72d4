"""Airflow DAG: a person approves a version of a fraud model, which then scores."""

from airflow.sdk import DAG
from approval import approve, compare, person
from assets import FRAUD_MODEL
from run_facts import FRAUD_VERSION_OF, LAKE, MACROS, VERSION
from spark_job import DAG_DEFAULTS

with DAG(
    dag_id="approve_fraud",
    description="Show a fraud model's version beside the champion, wait for a person, and let it score.",
    schedule=None,
    max_active_runs=1,
    params={"model": FRAUD_VERSION_OF, "version": VERSION, "lake": LAKE},
    user_defined_macros=MACROS,
    default_args=DAG_DEFAULTS,
    tags=["underwatch"],
):
    asked = person("ask_person", "Approve {{ params.model }} version {{ params.version }}?")
    compare() >> asked >> approve("approve", "ask_person", updates=(FRAUD_MODEL,))
