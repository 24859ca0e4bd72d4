"""Who treats whom: `catalog/care_graph.py` says what each column means."""

from __future__ import annotations

from datetime import date

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from features.shaped import shaped

MEMBER_PROVIDER = "member_provider"
PROVIDER_PHYSICIAN = "provider_physician"


def care_graph(year: DataFrame, as_of: date) -> DataFrame:
    """One row per edge of the lines in `year` (what `look_back` makes)."""
    treated = _edges(year, MEMBER_PROVIDER, "member_id", "provider_id")
    staffed = _edges(year, PROVIDER_PHYSICIAN, "provider_id", "physician_id")
    return treated.unionByName(staffed).transform(shaped, "care_graph", as_of)


def _edges(lines: DataFrame, edge_type: str, start: str, end: str) -> DataFrame:
    # Claims first, then edges: a two-level count is cheaper than a distinct count beside other sums.
    claims = (
        lines.where(F.col(end).isNotNull())
        .groupBy(start, end, "claim_id")
        .agg(
            F.count("*").alias("line_count"),
            F.sum("paid_amount").alias("paid_amount"),
            F.min("service_from").alias("first_service"),
            F.max("service_from").alias("last_service"),
        )
    )
    return (
        claims.groupBy(F.col(start).alias("from_id"), F.col(end).alias("to_id"))
        .agg(
            F.count("*").alias("claim_count"),
            F.sum("line_count").alias("line_count"),
            F.sum("paid_amount").alias("paid_amount"),
            F.min("first_service").alias("first_service"),
            F.max("last_service").alias("last_service"),
        )
        .withColumn("edge_type", F.lit(edge_type))
    )
