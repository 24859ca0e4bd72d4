"""One task = one `underwatch` command, submitted to Spark.

Where the jobs run is the Airflow connection `spark_default`; environment variables tune the rest:
UNDERWATCH_DRIVER_MEMORY and UNDERWATCH_EXECUTOR_MEMORY (2g each), UNDERWATCH_SPARK_CONF (a JSON object that
overrides or extends CONF) and UNDERWATCH_RETRIES (0).
"""

from __future__ import annotations

import json
import os
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

from airflow.providers.apache.spark.operators.spark_submit import SparkSubmitOperator
from airflow.sdk import Asset
from airflow.sdk.exceptions import AirflowException, AirflowFailException, AirflowSkipException
from run_facts import carried

HOME = Path(__file__).resolve().parent.parent

CONF = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.buffer.pageSize": "2m",
    "spark.driver.extraJavaOptions": (
        "-XX:+UseSerialGC -XX:Tier4InvocationThreshold=100000 -XX:Tier4MinInvocationThreshold=12000 "
        "-XX:Tier4CompileThreshold=300000 -XX:Tier4BackEdgeThreshold=800000"
    ),
    "spark.sql.shuffle.partitions": "8",
    "spark.sql.adaptive.coalescePartitions.parallelismFirst": "false",
    "spark.sql.adaptive.advisoryPartitionSizeInBytes": "4m",
    "spark.sql.execution.arrow.pyspark.enabled": "true",
    "spark.log.level": "WARN",
    **json.loads(os.environ.get("UNDERWATCH_SPARK_CONF", "{}")),
}
"""What a small machine wants."""

NOT_CURED_BY_RETRYING = (*range(2, 8), 11, 13, 15, 16, 17)
"""Exit codes (catalog/errors.py) of failures in data, checks, command line or audit log, of what policy refuses."""

NOTHING_TO_DO = (9, 12)
"""Exit codes of a job that the data or an unpromoted model leaves nothing to do: what follows is skipped."""

DAG_DEFAULTS: dict[str, Any] = {
    "retries": int(os.environ.get("UNDERWATCH_RETRIES", "0")),
    "retry_delay": timedelta(seconds=30),
}


class SparkJob(SparkSubmitOperator):
    """A SparkSubmitOperator that tells the next DAG what this run is about, and does not retry bad data."""

    def execute(self, context: Any) -> None:
        try:
            super().execute(context)
        except AirflowException as failure:
            found = re.search(r"Error code is: (\d+)\.", str(failure))
            code = int(found[1]) if found else 1
            if code in NOTHING_TO_DO:
                raise AirflowSkipException(str(failure)) from None
            if code in NOT_CURED_BY_RETRYING:
                raise AirflowFailException(str(failure)) from None
            raise
        for asset in self.outlets:
            context["outlet_events"][asset].extra.update(carried(context))


def spark_job(task_id: str, command: str, *options: str, updates: tuple[Asset, ...] = ()) -> SparkJob:
    """The task that runs `underwatch <command> <options>` on Spark and then announces `updates`."""
    return SparkJob(
        task_id=task_id,
        application=str(HOME / "bin" / "underwatch-job.py"),
        application_args=[command, *options],
        name=f"underwatch {command}",
        conf=CONF,
        driver_memory=os.environ.get("UNDERWATCH_DRIVER_MEMORY", "2g"),
        executor_memory=os.environ.get("UNDERWATCH_EXECUTOR_MEMORY", "2g"),
        outlets=list(updates),
    )
