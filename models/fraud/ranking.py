"""Ranks of a table of any size, without sorting it in one place."""

from __future__ import annotations

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

_STEPS = 64
"""Buckets per unit of the margin: fine enough that no bucket holds a large part of the table."""


def ranked(scored: DataFrame, margin: str, key: str, rank: str = "fraud_rank") -> DataFrame:
    """Adds `rank` (bigint, 1 = highest margin, unique; equal margins in order of `key`).

    A row's rank is the number of rows in higher buckets of the margin plus its place within its bucket: only the
    few bucket counts are ordered as a whole.
    """
    bucketed = scored.withColumn("_bucket", F.floor(F.col(margin) * _STEPS))
    counts = bucketed.groupBy("_bucket").agg(F.count("*").alias("_rows"))
    above = Window.orderBy(F.col("_bucket").desc()).rowsBetween(Window.unboundedPreceding, -1)
    before = counts.select("_bucket", F.coalesce(F.sum("_rows").over(above), F.lit(0)).alias("_before"))
    inside = Window.partitionBy("_bucket").orderBy(F.col(margin).desc(), F.col(key))
    return (
        bucketed.join(F.broadcast(before), "_bucket")
        .withColumn(rank, F.col("_before") + F.row_number().over(inside))
        .drop("_bucket", "_before")
    )
