"""Services billed or rendered by someone who was excluded from federal programs on the day of service.

Payment for such a service is barred whoever bills it (42 CFR 1001.1901). A match is by NPI, where the list gives one.
"""

from __future__ import annotations

from datetime import date

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

ROLES = ("provider_id", "physician_id", "referring_physician_id")
"""Columns of a claim line that may name an excluded provider, by its NPI."""


def exclusion_spans(exclusions: DataFrame, as_of: date) -> DataFrame:
    """One row per NPI and exclusion known by `as_of`: npi, exclusion_type, excluded_from, excluded_until (not included;
    null while it lasts). A reinstatement that became known later has not ended it yet."""
    known = exclusions.where((F.col("known_date") <= F.lit(as_of)) & (F.col("match_basis") == "npi"))
    return known.groupBy("npi", F.col("exclusion_date").alias("excluded_from")).agg(
        F.min("exclusion_type").alias("exclusion_type"), F.max("reinstatement_date").alias("excluded_until")
    )


def excluded_services(lines: DataFrame, exclusions: DataFrame, as_of: date) -> DataFrame:
    """One row per claim line and role whose provider was excluded on the day of service, as known by `as_of`:
    claim_line_id, role, npi, exclusion_type, match_confidence (share 0..1; 1 for a match by NPI)."""
    spans = exclusion_spans(exclusions, as_of)
    named = lines.select(
        "claim_line_id",
        "service_from",
        F.explode(F.array(*[F.struct(F.lit(role).alias("role"), F.col(role).alias("npi")) for role in ROLES])).alias(
            "who"
        ),
    ).select("claim_line_id", "service_from", "who.role", "who.npi")
    lasts = F.col("excluded_until").isNull() | (F.col("service_from") < F.col("excluded_until"))
    return (
        named.join(F.broadcast(spans), "npi")
        .where((F.col("service_from") >= F.col("excluded_from")) & lasts)
        .groupBy("claim_line_id", "role", "npi")
        .agg(F.min("exclusion_type").alias("exclusion_type"))
        .withColumn("match_confidence", F.lit(1.0))
    )
