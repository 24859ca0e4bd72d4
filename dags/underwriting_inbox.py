"""Airflow DAG: request files of an inbox folder are answered, each once; readers see an answer once its checks passed.

Where UNDERWATCH_INBOX names a folder it is looked into every five minutes; else the DAG runs when a person starts it.
"""

import os

from airflow.sdk import DAG
from assets import UNDERWRITING_QUOTES
from run_facts import INBOX, LAKE, MACROS
from spark_job import DAG_DEFAULTS, spark_job

with DAG(
    dag_id="underwriting_inbox",
    description="Answer the request files of the inbox, check the answers, move the files to done or failed.",
    schedule="*/5 * * * *" if os.environ.get("UNDERWATCH_INBOX") else None,
    catchup=False,
    max_active_runs=1,
    params={"inbox": INBOX, "lake": LAKE},
    user_defined_macros=MACROS,
    default_args=DAG_DEFAULTS,
    tags=["underwatch"],
) as dag:
    spark_job(
        "answer_requests",
        "answer-requests",
        "--inbox={{ params.inbox }}",
        "--lake={{ fact('lake') }}",
        updates=(UNDERWRITING_QUOTES,),
    )
