"""Which day a job looks from."""

from __future__ import annotations

from datetime import date

import pytest
from pyspark.sql import SparkSession

from catalog.errors import MissingTable
from jobs.as_of import BadDate, resolve_as_of
from lake import Lake
from tests.expectations.rows import rows


def test_a_day_given_is_taken(spark: SparkSession, lake: Lake) -> None:
    assert resolve_as_of(spark, lake, "2024-02-29") == date(2024, 2, 29)


@pytest.mark.parametrize("text", ["2023-02-29", "31.12.2025", "today"])
def test_anything_else_is_refused(spark: SparkSession, lake: Lake, text: str) -> None:
    with pytest.raises(BadDate, match="is not a date; write it as YYYY-MM-DD"):
        resolve_as_of(spark, lake, text)


def test_no_day_is_the_last_on_which_a_claim_became_known(spark: SparkSession, lake: Lake) -> None:
    with pytest.raises(MissingTable, match="holds no claims; run `underwatch ingest-claims` first"):
        resolve_as_of(spark, lake, "")
    lake.overwrite(rows(spark, "claim_lines", {"known_date": "date'2025-03-01'"}, {}), "claim_lines", "june")
    assert resolve_as_of(spark, lake, "") == date(2025, 6, 20)
    lake.overwrite(rows(spark, "pharmacy_claims", {"known_date": "date'2025-07-01'"}), "pharmacy_claims", "june")
    assert resolve_as_of(spark, lake, "") == date(2025, 7, 1)


def test_a_lake_of_empty_claim_tables_holds_no_claims(spark: SparkSession, lake: Lake) -> None:
    lake.overwrite(rows(spark, "claim_lines"), "claim_lines", "june")
    with pytest.raises(MissingTable, match="holds no claims"):
        resolve_as_of(spark, lake, "")
