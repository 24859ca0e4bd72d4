"""Quotes that readers see once their checks passed: the same suites as for every published table."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache

from pyspark.sql import SparkSession

from jobs.check_tables import check
from jobs.quote_answer import Answer, Publish
from jobs.spark import spark_session
from lake import Lake


@contextmanager
def checked_quotes(master: str) -> Iterator[Publish]:
    """What `answer_request` publishes by. Spark starts with the first answer and ends with the block."""
    with ExitStack() as stack:

        @cache
        def session() -> SparkSession:
            return stack.enter_context(spark_session("check-quotes", master))

        yield lambda lake, answer: publish_checked(session(), lake, answer)


def publish_checked(spark: SparkSession, lake: Lake, answer: Answer) -> None:
    """Raises CheckStopped, and readers see nothing of the answer then."""
    staged = [lake.stage_rows(rows, table, answer.request_id) for table, rows in answer.tables.items()]
    check(spark, lake, list(answer.tables), answer.request_id, staged=True)
    for each in staged:
        lake.commit(each, run="quote")
