"""Airflow DAG: what moved since the champions were trained and, where that is wanted, a person decides what follows.

UNDERWATCH_MONITOR_SCHEDULE (such as `0 6 * * 1`) says when; without it a person starts the DAG. UNDERWATCH_ON_BREACH
(`nothing`, or `ask_person`) is the form's default, and so what a scheduled run does.
"""

import os

from airflow.providers.standard.operators.python import ShortCircuitOperator
from airflow.sdk import DAG
from assets import MONITORING
from breach import ask, retrain, wanted
from run_facts import AS_OF, FAIL_ON_BREACH, LAKE, MACROS, ON_BREACH
from spark_job import DAG_DEFAULTS, spark_job

RETRAINED_BY = {"fraud": "train_fraud", "risk": "train_risk", "data": None}
"""Whose breaches a person is asked about, and the DAG that their yes starts: stale data is no matter of training."""

with DAG(
    dag_id="monitor",
    description="Hold data, features, scores and outcomes against what the champions were trained on.",
    schedule=os.environ.get("UNDERWATCH_MONITOR_SCHEDULE") or None,
    catchup=False,
    max_active_runs=1,
    params={"lake": LAKE, "as_of": AS_OF, "on_breach": ON_BREACH, "fail_on_breach": FAIL_ON_BREACH},
    user_defined_macros=MACROS,
    default_args=DAG_DEFAULTS,
    tags=["underwatch"],
) as dag:
    look = spark_job(
        "monitor",
        "monitor",
        "--lake={{ fact('lake') }}",
        "--as-of={{ fact('as_of') }}",
        "{{ '--fail-on-breach' if params.fail_on_breach else '--no-fail-on-breach' }}",
        updates=(MONITORING,),
    )
    someone_is_asked = ShortCircuitOperator(
        task_id="someone_is_asked",
        python_callable=wanted,
        op_args=["{{ params.on_breach }}"],
    )
    look >> someone_is_asked
    for about, dag_id in RETRAINED_BY.items():
        breaches = spark_job(
            f"breaches_of_{about}",
            "breaches",
            f"--about={about}",
            "--lake={{ fact('lake') }}",
            "--as-of={{ fact('as_of') }}",
        )
        asked = ask(about, breaches.task_id, dag_id)
        someone_is_asked >> breaches >> asked
        if dag_id:
            asked >> retrain(dag_id)
