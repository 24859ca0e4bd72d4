"""What confirmed investigations known on a day brought back, beside what was at stake."""

from __future__ import annotations

from datetime import date

import pandas as pd
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from jobs.fraud_tables import MOST_LABELLED, known_investigations
from lake import Lake
from models.fraud.recovery import Recovery, learn_recovery


def claim_recovery(spark: SparkSession, lake: Lake, day: date, claims: DataFrame) -> Recovery:
    """By claim type, from confirmed claims that `claims` (claim_features) still hold."""
    stakes = claims.select("claim_id", F.col("claim_type").alias("kind"), F.col("paid_amount").cast("double"))
    found = _recovered(spark, lake, day, "claim").join(stakes, F.col("target_id") == F.col("claim_id"))
    return learn_recovery(found.limit(MOST_LABELLED).toPandas())


def provider_recovery(spark: SparkSession, lake: Lake, day: date, providers: pd.DataFrame) -> Recovery:
    """By kind of provider, from confirmed providers among `providers` (provider_features)."""
    found: pd.DataFrame = _recovered(spark, lake, day, "provider").toPandas()
    stakes = providers[["provider_id", "provider_kind", "paid_amount"]].rename(columns={"provider_kind": "kind"})
    return learn_recovery(found.merge(stakes, left_on="target_id", right_on="provider_id"))


def _recovered(spark: SparkSession, lake: Lake, day: date, target: str) -> DataFrame:
    """target_id and recovered_amount (USD; null where no investigation says it) of confirmed targets."""
    confirmed = known_investigations(spark, lake, day).where(
        (F.col("target_type") == target) & (F.col("outcome") == "confirmed")
    )
    return confirmed.groupBy("target_id").agg(F.sum(F.col("recovered_amount").cast("double")).alias("recovered_amount"))
