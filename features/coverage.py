"""Who is covered, and for how many months."""

from __future__ import annotations

from datetime import date

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F


def covers(day: date) -> Column:
    return F.lit(day).between(F.col("enrollment_start_date"), F.col("enrollment_end_date"))


def covered_on(eligibility: DataFrame, day: date) -> DataFrame:
    """One row per member covered that day: market and group of the span begun last."""
    order = F.struct("enrollment_start_date", "batch_id", "market")
    last = F.max_by(F.struct("market", "group_id"), order).alias("span")
    return eligibility.where(covers(day)).groupBy("member_id").agg(last).select("member_id", "span.*")


def months_covered(eligibility: DataFrame, month_ends: list[date], name: str) -> DataFrame:
    """One row per member: on how many of these days a span gives medical coverage and its claims are delivered.

    A month counts when it is covered on its last day: months a member joins in count, months it leaves in do not.
    """
    usable = F.col("medical_coverage") & F.col("claims_complete")
    on_day = [F.max((usable & covers(day)).cast("int")).alias(f"_{i}") for i, day in enumerate(month_ends)]
    total = F.aggregate(
        F.array(*[F.col(f"_{i}") for i in range(len(month_ends))]), F.lit(0), lambda count, one: count + one
    )
    return eligibility.groupBy("member_id").agg(*on_day).select("member_id", total.alias(name))
