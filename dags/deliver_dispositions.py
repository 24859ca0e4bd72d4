"""Airflow DAG: verdicts that count in the workbench are delivered and read as labels; the next training learns them.

UNDERWATCH_DISPOSITIONS_SCHEDULE (such as `0 5 * * *`) says when; without it a person starts the DAG. The workbench's
folder and the delivery's are on a disk that the job's machine sees.
"""

import os

from airflow.sdk import DAG
from assets import LABELS
from run_facts import DISPOSITIONS, LAKE, MACROS, WORKBENCH
from spark_job import DAG_DEFAULTS, spark_job

# As `ingest-claims` names what lies in a folder `workbench`: a delivery by hand and this one replace each other.
BATCH = "dispositions-workbench"

with DAG(
    dag_id="deliver_dispositions",
    description="Deliver the verdicts of the workbench that count, read them as labels and check them.",
    schedule=os.environ.get("UNDERWATCH_DISPOSITIONS_SCHEDULE") or None,
    catchup=False,
    max_active_runs=1,
    params={"lake": LAKE, "delivery": DISPOSITIONS, "workbench": WORKBENCH},
    user_defined_macros=MACROS,
    default_args=DAG_DEFAULTS,
    tags=["underwatch"],
) as dag:
    deliver = spark_job(
        "deliver_dispositions",
        "deliver-dispositions",
        "--out={{ params.delivery }}",
        "--lake={{ fact('lake') }}",
        "--home={{ params.workbench or '' }}",
        "--by={{ started_by() }}",
    )
    ingest = spark_job(
        "ingest_dispositions",
        "ingest-claims",
        "--source=dispositions",
        "--delivery={{ params.delivery }}",
        "--lake={{ fact('lake') }}",
        f"--batch-id={BATCH}",
    )
    check = spark_job(
        "check_investigations",
        "check-tables",
        "--tables=investigations",
        "--lake={{ fact('lake') }}",
        f"--batch-id={BATCH}",
        updates=(LABELS,),
    )
    deliver >> ingest >> check
