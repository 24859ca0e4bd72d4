"""Versions of claims numbered within a delivery and on from those of other batches."""

from __future__ import annotations

import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from sources.claim_versions import with_versions

pytestmark = pytest.mark.slow

_ROW = "claim_id string, frequency string, day string, record string"
_TOLD = "claim_id string, claim_version int, claim_frequency_code string, day string"


def test_versions_go_on_after_those_of_other_batches(spark: SparkSession) -> None:
    told = [
        *[("newer", 1, "1", "2024-01-01"), ("newer", 2, "7", "2024-02-01")],
        ("again", 2, "7", "2024-02-01"),
        *[("reread", 1, "1", "2024-01-01"), ("reread", 3, "8", "2024-03-01")],
        ("late", 1, "1", "2024-02-01"),
        ("same day", 1, "1", "2024-02-01"),
    ]
    delivered = [
        *[("newer", "7", "2024-03-01", "c"), ("newer", "7", "2024-03-01", "c"), ("newer", "8", "2024-04-01", "d")],
        *[("again", "7", "2024-02-01", "b"), ("again", "1", "2024-02-15", "c")],
        ("reread", "7", "2024-02-01", "b"),
        ("late", "1", "2024-01-01", "a"),
        ("same day", "8", "2024-02-01", "b"),
        *[("alone", "7", "2024-02-01", "b"), ("alone", "8", "2024-02-01", "a")],
    ]
    known = F.col("day").cast("date")
    rows = spark.createDataFrame(delivered, _ROW).withColumns(
        {"known_date": known, "failure": F.lit(None).cast("struct<reason:string,detail:string>")}
    )
    earlier = spark.createDataFrame(told, _TOLD).withColumn("known_date", known)
    numbered = with_versions(rows, "record", earlier=[earlier]).collect()
    found = sorted(
        (row["claim_id"], row["claim_version"], row["claim_frequency_code"], (row["failure"] or [None])[0])
        for row in numbered
    )
    assert found == [
        ("again", 2, "7", None),  # the number it has: its lines are delivered twice
        ("again", 3, "7", None),
        ("alone", 2, "7", None),
        ("alone", 3, "8", None),
        ("late", 1, "1", "out_of_order"),
        ("newer", 3, "7", None),
        ("newer", 3, "7", None),
        ("newer", 4, "8", None),
        ("reread", 2, "7", None),  # other batches hold what came before and after
        ("same day", 2, "8", None),
    ]
