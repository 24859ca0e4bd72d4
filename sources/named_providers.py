"""Providers that only claims name: no file of the delivery describes them."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F


def named_providers(
    claim_lines: DataFrame, state: Column | None = None, npi: bool = False, bills: Column | None = None
) -> DataFrame:
    """One row per provider that bills or treats in `claim_lines`, known from the first claim that names it.

    Who bills is what `bills` says; without it, of institutional claims a facility, of professional ones a practice. Who
    only treats is a physician.
    `state` is computed of provider_id and provider_kind; `npi` says that identifiers of ten digits are NPIs.
    """
    if bills is None:
        bills = F.when(F.col("claim_type") == "professional", "practice").otherwise("facility")
    # Of one who bills and treats, billing says more: it sorts first.
    named = (
        _named(claim_lines, "provider_id", F.lit(0), bills)
        .union(_named(claim_lines, "physician_id", F.lit(1), F.lit("physician")))
        .union(_named(claim_lines, "referring_physician_id", F.lit(1), F.lit("physician")))
    )
    described = named.groupBy("provider_id").agg(
        F.min(F.struct("order", "provider_kind")).alias("first"),
        F.min("service_from").alias("effective_date"),
        F.min("known_date").alias("known_date"),
        F.min(F.struct("file_name", "row_number")).alias("where"),
    )
    rows = described.select(
        "provider_id",
        "effective_date",
        "known_date",
        "where.*",
        F.col("first.provider_kind").alias("provider_kind"),
        F.lit("unknown").alias("specialty"),
    )
    is_npi = F.col("provider_id").rlike("^[12][0-9]{9}$") if npi else F.lit(False)
    return rows.withColumns(
        {
            "state": F.lit(None).cast("string") if state is None else state,
            "npi": F.when(is_npi, F.col("provider_id")),
        }
    )


def _named(claim_lines: DataFrame, column: str, order: Column, kind: Column) -> DataFrame:
    where = ("service_from", "known_date", "file_name", "row_number")
    return claim_lines.where(F.col(column).isNotNull()).select(
        F.col(column).alias("provider_id"), order.alias("order"), kind.alias("provider_kind"), *where
    )
