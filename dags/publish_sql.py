"""Airflow DAG: what was published goes to PostgreSQL, for the tools that readers have.

Where UNDERWATCH_POSTGRES holds an address (postgresql://USER@HOST:5432/DATABASE) every publishing starts it; else a
person starts it, and it is skipped. The password is the job's affair: PGPASSWORD or ~/.pgpass on the worker.
"""

import os

from airflow.sdk import DAG
from assets import RISK_PREDICTIONS, SCORED_CLAIMS, SQL_TABLES, UNDERWRITING_QUOTES
from run_facts import LAKE, MACROS, SQL_SCHEMA
from spark_job import DAG_DEFAULTS, spark_job

PUBLISHED = SCORED_CLAIMS | RISK_PREDICTIONS | UNDERWRITING_QUOTES

with DAG(
    dag_id="publish_sql",
    description="Copy published tables to PostgreSQL; versions that are there already are skipped.",
    schedule=PUBLISHED if os.environ.get("UNDERWATCH_POSTGRES") else None,
    max_active_runs=1,
    params={"lake": LAKE, "schema": SQL_SCHEMA},
    user_defined_macros=MACROS,
    default_args=DAG_DEFAULTS,
    tags=["underwatch"],
) as dag:
    # The variable's name and not its address, which may hold a password: command lines are seen by whoever lists them.
    spark_job(
        "publish_sql",
        "publish",
        "--to=UNDERWATCH_POSTGRES",
        "--schema={{ params.schema }}",
        "--lake={{ fact('lake') }}",
        updates=(SQL_TABLES,),
    )
