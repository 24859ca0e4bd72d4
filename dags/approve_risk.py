"""Airflow DAG: two persons approve a version of a risk model, which then prices members."""

from airflow.sdk import DAG
from approval import approve, compare, person
from assets import RISK_MODEL
from run_facts import LAKE, MACROS, RISK_VERSION_OF, VERSION
from spark_job import DAG_DEFAULTS

with DAG(
    dag_id="approve_risk",
    description="Show a risk model's version beside the champion, wait for two persons, and let it score.",
    schedule=None,
    max_active_runs=1,
    params={"model": RISK_VERSION_OF, "version": VERSION, "lake": LAKE},
    user_defined_macros=MACROS,
    default_args=DAG_DEFAULTS,
    tags=["underwatch"],
):
    first = person("ask_first_person", "Approve {{ params.model }} version {{ params.version }}?")
    second = person(
        "ask_second_person", "Approve {{ params.model }} version {{ params.version }} as the second person?"
    )
    first_approval = approve("approve_first", "ask_first_person")
    second_approval = approve("approve_second", "ask_second_person", updates=(RISK_MODEL,))
    compare() >> first >> first_approval >> second >> second_approval
