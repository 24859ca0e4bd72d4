"""What a batch of a delivered table must bring: rows, if its source always does, and about as many as usual."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from expectations.check import Check
from expectations.volume import usual_mix, usual_volume
from lake import Lake
from sources import source_named

MIX = {"claim_lines": "claim_type", "members": "gender", "eligibility": "market", "pharmacy_claims": ""}
"""Tables whose volume is held against earlier deliveries, and the column whose mix is."""


def always_filled(spark: SparkSession, lake: Lake, batch: str) -> set[str] | None:
    """Tables that the batch's source fills with every delivery; None where the lake does not know the source."""
    source = _source(spark, lake, batch)
    if source is None:
        return None
    kinds = [kind for kind in source_named(source).kinds if kind.required and not kind.may_be_empty]
    return {kind.table for kind in kinds}


def volume_checks(spark: SparkSession, lake: Lake, table: str, batch: str, accepted: bool = False) -> tuple[Check, ...]:
    """Volume and mix of `batch` against earlier batches of its source; none for the first of them."""
    source = _source(spark, lake, batch) if table in MIX and lake.exists(table) else None
    if source is None:
        return ()
    times = _ingested_at(spark, lake, source)
    before = [name for name, at in times.items() if at < times[batch]]
    if not before:
        return ()
    mix = MIX[table]
    rows = lake.read(spark, table).where(F.col("batch_id").isin([*before, batch]))
    kinds = rows.groupBy("batch_id", (F.col(mix) if mix else F.lit("")).alias("kind")).count().collect()
    counts = {name: Counter({row["kind"]: row["count"] for row in kinds if row["batch_id"] == name}) for name in times}
    checks = (usual_volume([counts[name].total() for name in before], accepted),)
    if not mix:
        return checks
    return (*checks, usual_mix(mix, counts[batch], sum((counts[name] for name in before), Counter())))


def _ingested_at(spark: SparkSession, lake: Lake, source: str) -> dict[str, datetime]:
    """Every batch of a source and when it was ingested."""
    audit = _audit(spark, lake).where(F.col("source") == source)
    return {row[0]: row[1] for row in audit.groupBy("batch_id").agg(F.min("ingested_at")).collect()}


def _source(spark: SparkSession, lake: Lake, batch: str) -> str | None:
    row = _audit(spark, lake).where(F.col("batch_id") == batch).select("source").first()
    return None if row is None else row["source"]


def _audit(spark: SparkSession, lake: Lake) -> DataFrame:
    return lake.read_or_empty(spark, "delivery_audit")
