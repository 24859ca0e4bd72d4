"""How much of a drug a fill gives for a day, against what is usual for that drug.

Source: the dose and quantity edits of Medicare Part D drug utilisation review (42 CFR 423.153) and HHS OIG,
OEI-02-17-00250. The usual quantity is the book's own: no licensed dose table is used. Whether a drug fits a diagnosis
is not judged: no mapping that may be shipped says so.
"""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from features.peers import MIN_CODE_LINES, ratio


def with_daily_quantity(signals: DataFrame) -> DataFrame:
    """Adds `daily_quantity_ratio`: quantity a day of supply over the median of fills of the same NDC; null for other
    claim types and drugs of fewer than five fills."""
    daily = ratio(F.col("units"), F.col("days_supply"))
    usual = (
        signals.where((F.col("claim_type") == "pharmacy") & (daily > 0))
        .groupBy("claim_type", "code")
        .agg(F.median(daily).alias("_usual_daily"), F.count("*").alias("_fills"))
        .where(F.col("_fills") >= MIN_CODE_LINES)
        .drop("_fills")
    )
    return signals.join(F.broadcast(usual), ["claim_type", "code"], "left").withColumn(
        "daily_quantity_ratio", ratio(daily, F.col("_usual_daily"))
    )
