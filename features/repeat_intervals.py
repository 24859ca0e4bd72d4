"""How soon a service comes again: the same code, member and provider, against what is usual for the code.

Source: CMS, "Medicare Claims Processing Manual", chapter 1, "Detection of Duplicate Claims": suspect duplicates agree
in patient, provider and service and differ in the day or a modifier. What is suspect for a yearly test is the rule for
a course of therapy, so an interval is read against the code's own.
"""

from __future__ import annotations

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

LONGEST_DAYS = 60
"""A repeat after more days than these counts as none."""

MIN_REPEATS = 20
"""A code repeated less often has no usual interval."""

CLOSE_SHARE = 0.05
"""A repeat is close when at most this share of the code's repeats come as soon."""

_CODE = ["claim_type", "code"]


def with_repeat_share(signals: DataFrame) -> DataFrame:
    """Adds `sooner_repeat_share`: of the repeats of the line's code, the share that come as soon or sooner.

    Null where the line is no repeat within 60 days, or its code is repeated fewer than 20 times in the book.
    """
    upto = Window.partitionBy(*_CODE).orderBy("repeat_interval_days")
    repeats = signals.where(F.col("repeat_interval_days").isNotNull())
    usual = (
        repeats.withColumn("repeat_interval_days", F.least("repeat_interval_days", F.lit(LONGEST_DAYS + 1)))
        .groupBy(*_CODE, "repeat_interval_days")
        .agg(F.count("*").alias("n"))
        .withColumn("all", F.sum("n").over(Window.partitionBy(*_CODE)))
        .withColumn("sooner_repeat_share", F.sum("n").over(upto) / F.col("all"))
        .where((F.col("repeat_interval_days") <= LONGEST_DAYS) & (F.col("all") >= MIN_REPEATS))
        .drop("n", "all")
    )
    return signals.join(F.broadcast(usual), [*_CODE, "repeat_interval_days"], "left")
