"""Airflow DAG: one quote, asked for by the trigger form, then checked. A refused use fails the run and is kept."""

from airflow.sdk import DAG
from assets import UNDERWRITING_QUOTES
from run_facts import (
    AS_OF,
    GROUP_ID,
    JURISDICTION,
    LAKE,
    MACROS,
    MARKET,
    MEMBERS,
    PURPOSE,
    REQUEST_ID,
    REQUESTED_BY,
)
from spark_job import DAG_DEFAULTS, spark_job

REQUEST = "--request-id={{ fact('request_id') or run_id }}"

with DAG(
    dag_id="underwriting_requests",
    description="Quote a group or a list of members, where the law allows the use.",
    schedule=None,
    max_active_runs=1,
    params={
        "market": MARKET,
        "purpose": PURPOSE,
        "jurisdiction": JURISDICTION,
        "group_id": GROUP_ID,
        "members": MEMBERS,
        "as_of": AS_OF,
        "requested_by": REQUESTED_BY,
        "request_id": REQUEST_ID,
        "lake": LAKE,
    },
    user_defined_macros=MACROS,
    default_args=DAG_DEFAULTS,
    tags=["underwatch"],
):
    quote = spark_job(
        "quote",
        "quote",
        "--market={{ params.market }}",
        "--purpose={{ params.purpose }}",
        "--jurisdiction={{ params.jurisdiction }}",
        "--group={{ fact('group_id') }}",
        # An empty path would be a path: the option is left out by saying something true instead.
        "{{ '--members=' ~ fact('members') if fact('members') else '--seed=1' }}",
        "--as-of={{ fact('as_of') }}",
        "--requested-by={{ fact('requested_by') }}",
        REQUEST,
        "--lake={{ fact('lake') }}",
    )
    check = spark_job(
        "check_underwriting_quotes",
        "check-tables",
        "--tables=underwriting_quotes,underwriting_members",
        REQUEST,
        "--lake={{ fact('lake') }}",
        updates=(UNDERWRITING_QUOTES,),
    )
    quote >> check
