"""Every table that needs a suite has one, and a plain row passes it."""

from __future__ import annotations

from functools import partial

import pytest
from pyspark.sql import DataFrame, SparkSession

from catalog import TABLES
from expectations import suite
from expectations.run import run_suite
from tests.expectations.rows import rows

# check_results is what the suites write: checking it would need results about itself.
CHECKED = sorted(set(TABLES) - {"check_results"})
RELATED = {"providers": [{}, {"provider_id": "'p2'"}]}
"""Rows of other tables that a plain row speaks of, where one plain row is not all."""


@pytest.mark.parametrize("table", CHECKED)
def test_a_table_has_a_suite_that_can_stop(table: str) -> None:
    checks = suite(table)
    names = [check.name for check in checks]
    assert len(set(names)) == len(names)  # check_results and Data Docs tell checks apart by name
    assert f"{', '.join(TABLES[table].key)} names one row" in names
    assert {f"{c.name} is filled" for c in TABLES[table].columns if not c.nullable} <= set(names)
    assert any(check.on_fail == "STOP" for check in checks)


def test_only_what_a_source_may_lack_may_be_empty() -> None:
    may_be_empty = {name for name in CHECKED if "the table has rows" not in [check.name for check in suite(name)]}
    assert may_be_empty == {
        "pharmacy_claims",
        "providers",
        "investigations",
        "member_outcomes",
        "lag_triangle",
        "rejected_rows",
        "delivery_changes",
        "remittances",
        "provider_links",
        "claim_submissions",
        "code_findings",
        "cases",
        "underwriting_members",
    }


@pytest.mark.slow
@pytest.mark.parametrize("table", CHECKED)
def test_a_plain_row_passes(spark: SparkSession, table: str) -> None:
    related = partial(_related, spark)
    report = run_suite(table, rows(spark, table, {}), suite(table), related)
    assert [outcome for outcome in report.outcomes if outcome.status != "passed"] == []
    assert report.left_out == ()


def _related(spark: SparkSession, table: str) -> DataFrame:
    return rows(spark, table, *RELATED.get(table, [{}]))
