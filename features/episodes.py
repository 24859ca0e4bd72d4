"""Episodes of inpatient care, and readmissions.

As in CMS's Hospital-Wide All-Cause Unplanned Readmission measure (CBE 1789 and 3656; Yale CORE): a readmission begins
within 30 days of a discharge, and hospitals that hand a patient on give one episode of care, of which the last
discharge counts. There a transfer may also begin the day after, if in another hospital, and planned readmissions do not
count; here a stay joins the one before if it begins by the day of its discharge, in whichever hospital, and planned
readmissions count, since they cost as much. The 30 days after discharge are those of CMS's Medicare Spending Per
Beneficiary measure.
"""

from __future__ import annotations

from functools import partial

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from features.hospital import admitted, discharged

AFTER_DISCHARGE_DAYS = 30
"""An episode that begins 1 to 30 days after the last one ended is a readmission; the same days are post-acute."""


def inpatient_episodes(lines: DataFrame) -> DataFrame:
    """One row per member and episode: member_id, episode_start, episode_end (dates), readmission (true or false).

    `lines` are those of a line frame; claims that overlap, or begin by the day on which the last one ended, are one
    episode. Whether the first episode is a readmission is not known to lines that begin with it: it is told as none.
    """
    stays = (
        lines.where(F.col("claim_type") == "inpatient")
        .groupBy("member_id", "claim_id")
        .agg(
            F.min(admitted()).alias("first_day"),
            F.max(F.greatest(admitted(), discharged())).alias("last_day"),
        )
    )
    # Windows, since a claim joins whatever ended last before it, which may be several claims back.
    in_order = Window.partitionBy("member_id").orderBy("first_day", "last_day", "claim_id")
    ended = F.max("last_day").over(in_order.rowsBetween(Window.unboundedPreceding, -1))
    since = F.datediff("first_day", ended)
    begins = F.coalesce(since > 0, F.lit(True))
    number = F.sum(F.col("begins").cast("int")).over(in_order.rowsBetween(Window.unboundedPreceding, 0))
    readmitted = F.coalesce(since.between(1, AFTER_DISCHARGE_DAYS), F.lit(False))
    return (
        stays.withColumns({"begins": begins, "readmitted": readmitted})
        .withColumn("number", number)
        .groupBy("member_id", "number")
        .agg(
            F.min("first_day").alias("episode_start"),
            F.max("last_day").alias("episode_end"),
            F.max("readmitted").alias("readmission"),
        )
        .drop("number")
    )


def after_discharge(ends: Column) -> Column:
    """True for a line whose service begins 1 to 30 days after one of `ends` (an array of dates; null where none)."""
    days = partial(F.datediff, F.col("service_from"))
    return F.coalesce(F.exists(ends, lambda end: days(end).between(1, AFTER_DISCHARGE_DAYS)), F.lit(False))
