"""Sums that no order of rows changes. That no feature table does: tests/features/test_tables.py."""

from __future__ import annotations

from decimal import Decimal

import pytest
from pyspark.sql import DataFrame, SparkSession, Window
from pyspark.sql import functions as F

from features.exact_sums import MONEY_PLACES, exact_mean, exact_sum

AMOUNTS = [0.1, 0.2, 1e8 + 0.07, -33.33, 2500.33, 0.7] * 7


def dealt(frame: DataFrame, seed: int) -> DataFrame:
    """The same rows in another order and in other parts."""
    return frame.withColumn("_place", F.rand(seed)).orderBy("_place").repartition(2 + seed, "_place").drop("_place")


def test_a_sum_is_the_same_in_every_order_and_to_the_cent(spark: SparkSession) -> None:
    rows = spark.createDataFrame([(amount,) for amount in AMOUNTS], "amount double")
    sums = {dealt(rows, seed).agg(exact_sum(F.col("amount")).alias("sum")).first()["sum"] for seed in range(1, 5)}
    assert sums == {float(sum(Decimal(str(amount)) for amount in AMOUNTS))}


def test_unknown_values_are_left_out_and_nothing_known_is_null(spark: SparkSession) -> None:
    rows = spark.createDataFrame([("a", 0.5), ("a", None), ("a", 1.0), ("b", None)], "who string, value double")
    value = F.col("value")
    found = rows.groupBy("who").agg(exact_sum(value).alias("sum"), exact_mean(value).alias("mean")).orderBy("who")
    assert [tuple(row) for row in found.collect()] == [("a", 1.5, 0.75), ("b", None, None)]


def test_a_running_sum_is_exact_too(spark: SparkSession) -> None:
    rows = spark.createDataFrame([(1, 0.1), (2, 0.2), (3, 0.3)], "place int, value double")
    so_far = Window.orderBy("place").rowsBetween(Window.unboundedPreceding, 0)
    found = rows.withColumn("sum", exact_sum(F.col("value"), over=so_far)).orderBy("place")
    assert [row["sum"] for row in found.collect()] == [0.1, 0.3, 0.6]


def test_a_sum_beyond_its_places_fails_instead_of_lying(spark: SparkSession, request: pytest.FixtureRequest) -> None:
    if request.config.getoption("--engine") == "sail":
        pytest.skip("Sail does not notice that a whole number overflows")
    rows = spark.createDataFrame([(9.0 * 10 ** (18 - MONEY_PLACES),)] * 2, "value double")
    with pytest.raises(Exception, match=r"(?i)overflow"):
        rows.agg(exact_sum(F.col("value"))).collect()
