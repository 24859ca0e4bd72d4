"""What became known of each service month, and when: `catalog/lag_triangle.py` says what each column means."""

from __future__ import annotations

from datetime import date

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from features.known import VOID, History
from features.months import months_from, within
from features.shaped import shaped

MONTHS = 36
"""Service months looked back on. Three years show each of the first 24 lags at least a dozen times."""


def lag_triangle(history: History, as_of: date) -> DataFrame:
    """Changes of the known allowed amount by claim type, service month and lag, as known on `as_of`.

    A line counts from the day it is known until a later version of its claim takes its place; the cells of a service
    month sum to the amount of its final lines.
    """
    ends = [months_from(as_of, -month) for month in range(MONTHS)]
    kept = history.lines.where(
        within("service_from", months_from(as_of, -MONTHS), as_of)
        & (F.col("known_date") <= F.lit(as_of))
        & (F.col("claim_frequency_code") != VOID)
        # A version that arrived after the one that replaces it was never in force.
        & F.coalesce(F.col("superseded_date") > F.col("known_date"), F.lit(True))
    )
    came = kept.select("claim_type", "service_from", F.col("known_date").alias("day"), "cost")
    went = kept.where(F.col("superseded_date") <= F.lit(as_of)).select(
        "claim_type", "service_from", F.col("superseded_date").alias("day"), (-F.col("cost")).alias("cost")
    )
    # Days first: months are then told of a few thousand rows, not of every line.
    daily = came.unionByName(went).groupBy("claim_type", "service_from", "day").agg(F.sum("cost").alias("cost"))
    months_ago = _months_before(ends, "service_from")
    cells = (
        daily.select(
            "claim_type",
            F.element_at(F.array(*map(F.lit, ends)), months_ago + 1).alias("service_month_end"),
            F.greatest(months_ago - _months_before(ends, "day"), F.lit(0)).alias("lag_months"),
            "cost",
        )
        .groupBy("claim_type", "service_month_end", "lag_months")
        .agg(F.round(F.sum("cost"), 2).cast("decimal(14,2)").alias("allowed_amount"))
    )
    so_far = Window.partitionBy("claim_type", "service_month_end").orderBy("lag_months")
    known = F.sum("allowed_amount").over(so_far.rowsBetween(Window.unboundedPreceding, Window.currentRow))
    return cells.withColumn("cumulative_amount", known).transform(shaped, "lag_triangle", as_of)


def _months_before(ends: list[date], column: str) -> Column:
    """How many whole months before the last of `ends` (latest first) a day lies; 0 in its month."""
    earlier = F.array(*map(F.lit, ends[1:]))
    return F.size(F.filter(earlier, lambda end: F.col(column) <= end))
