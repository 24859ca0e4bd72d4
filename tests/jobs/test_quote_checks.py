"""Readers see a quote once its checks passed, and nothing of one that a check stopped."""

from __future__ import annotations

import pytest
from pyspark.sql import SparkSession

from catalog.errors import CheckStopped
from jobs.checked import check_run, kept_results
from jobs.quote_answer import Answer
from jobs.quote_checks import publish_checked
from lake import Lake
from tests.expectations.rows import rows

TABLES = ("underwriting_members", "underwriting_quotes")


def answer(spark: SparkSession, **quote: str) -> Answer:
    """A plain quote of one member, but for what `quote` says in Spark SQL."""
    given = [rows(spark, table, changes) for table, changes in zip(TABLES, ({}, quote), strict=True)]
    member, told = (frame.collect()[0].asDict(recursive=True) for frame in given)
    return Answer(told, [member])


def test_a_quote_is_published_with_the_results_of_its_checks(spark: SparkSession, lake: Lake) -> None:
    made = answer(spark)
    publish_checked(spark, lake, made)
    for table in TABLES:
        assert lake.partitions(table) == [made.request_id]
        results = kept_results(lake, check_run(table, made.request_id, lake.staged(table, made.request_id)))
        assert results and "stopped" not in [status for _, status in results]


def test_a_quote_that_a_check_stops_is_seen_by_nobody(spark: SparkSession, lake: Lake) -> None:
    with pytest.raises(CheckStopped, match="the expected PMPM lies in its interval"):
        publish_checked(spark, lake, answer(spark, expected_pmpm="700.0D", upper="600.0D"))
    assert not any(map(lake.exists, TABLES))
