"""The frames that fraud training and scoring read."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from catalog import TABLES
from catalog.errors import MissingTable
from jobs.progress import log
from lake import Lake

MOST_LABELLED = 200_000
"""Investigated claims that training collects at most; a sample by a hash of the claim beyond that."""
SAMPLED_CLAIMS = 60_000
"""Claims collected to learn what is usual among peers."""


def on_day(spark: SparkSession, lake: Lake, table: str, day: date) -> DataFrame:
    """The rows of a feature table as of a day. Raises MissingTable when that day was never built."""
    if str(day) not in lake.partitions(table):
        raise MissingTable(f"the lake {lake.root} has no {table} as of {day}; run `underwatch build-features` first")
    return lake.read(spark, table, partition=day)


def provider_frame(spark: SparkSession, lake: Lake, day: date) -> pd.DataFrame:
    """Every billing provider with its own and its neighbours' features, sorted by provider_id."""
    own = on_day(spark, lake, "provider_features", day).withColumn("paid_amount", F.col("paid_amount").cast("double"))
    around = on_day(spark, lake, "neighbour_features", day).select(
        "provider_id", *TABLES["neighbour_features"].feature_names
    )
    frame: pd.DataFrame = own.join(around, "provider_id", "left").toPandas()
    return frame.sort_values("provider_id", ignore_index=True)


def edge_frame(spark: SparkSession, lake: Lake, day: date) -> pd.DataFrame:
    """care_graph of a day: links, not claims."""
    wanted = on_day(spark, lake, "care_graph", day).select(
        "edge_type", "from_id", "to_id", "claim_count", "line_count", F.col("paid_amount").cast("double")
    )
    frame: pd.DataFrame = wanted.toPandas()
    return frame


def known_investigations(spark: SparkSession, lake: Lake, day: date, mature_days: int = 0) -> DataFrame:
    """Investigations decided by that day, and at least `mature_days` before it; none where a source has none."""
    decided = F.col("known_date") <= F.lit(day - timedelta(mature_days))
    return lake.read_or_empty(spark, "investigations").where(decided)


def labelled_claims(claims: DataFrame, labels: DataFrame) -> pd.DataFrame:
    """claim_features of investigated claims; `labels` is what labels_of makes."""
    joined = claims.join(F.broadcast(labels), F.col("claim_id") == F.col("target_id")).drop("target_id")
    return _collected(joined, "investigated claims", MOST_LABELLED)


def sampled_claims(claims: DataFrame) -> pd.DataFrame:
    """A sample of all claims, the same on every run."""
    return _collected(claims, "a sample of all claims", SAMPLED_CLAIMS)


def _collected(claims: DataFrame, what: str, most: int) -> pd.DataFrame:
    rows = claims.count()
    share = min(1.0, most / max(rows, 1))
    if share < 1.0:
        claims = claims.where(F.pmod(F.xxhash64("claim_id"), F.lit(1_000_000)) < F.lit(int(share * 1_000_000)))
    kept = claims.drop("claim_line_ids", "line_evidence").withColumn("paid_amount", F.col("paid_amount").cast("double"))
    frame: pd.DataFrame = kept.toPandas()
    log.info(f"collected {what}", rows=len(frame), of=rows)
    return frame.sort_values("claim_id", ignore_index=True)
