"""Providers that only claims name: no file of the delivery describes them."""

from __future__ import annotations

from collections.abc import Mapping

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

_TREATS = ("physician_id", "referring_physician_id")


def named_providers(
    claim_lines: DataFrame,
    state: Column | None = None,
    npi: bool = False,
    bills: Column | None = None,
    told: Mapping[str, str] | None = None,
) -> DataFrame:
    """One row per provider that bills or treats in `claim_lines`, known from the first claim that names it.

    Who bills is what `bills` says; without it, of institutional claims a facility, of professional ones a practice. Who
    only treats is a physician.
    `state` is computed of provider_id and provider_kind; `npi` says that identifiers of ten digits are NPIs; `told`
    maps columns of providers to columns of `claim_lines` that say it of who bills.
    """
    if bills is None:
        bills = F.when(F.col("claim_type") == "professional", "practice").otherwise("facility")
    told = told or {}
    described = (
        _named(claim_lines, bills, told)
        .groupBy("provider_id")
        .agg(
            # Of one who bills and treats, billing says more: it sorts first.
            F.min(F.struct("order", "provider_kind")).alias("first"),
            F.min("service_from").alias("effective_date"),
            F.min("known_date").alias("known_date"),
            F.min(F.struct("file_name", "row_number")).alias("where"),
            *[F.min(F.when(F.col("order") == 0, F.col(name))).alias(name) for name in told],
        )
    )
    rows = described.select(
        "provider_id",
        "effective_date",
        "known_date",
        "where.*",
        F.col("first.provider_kind").alias("provider_kind"),
        F.lit("unknown").alias("specialty"),
        *told,
    )
    is_npi = F.col("provider_id").rlike("^[12][0-9]{9}$") if npi else F.lit(False)
    own = F.when(is_npi, F.col("provider_id"))
    computed = {"npi": F.coalesce("npi", own) if "npi" in told else own}
    if "state" not in told:
        computed["state"] = F.lit(None).cast("string") if state is None else state
    return rows.withColumns(computed)


def _named(claim_lines: DataFrame, bills: Column, told: Mapping[str, str]) -> DataFrame:
    """One row per claim line and role somebody has in it. Lines are read once for all roles: a plan per role would
    repeat how they came about."""
    treats = [name for name in _TREATS if name in claim_lines.columns]
    roles = [_role("provider_id", 0, bills), *[_role(name, 1, F.lit("physician")) for name in treats]]
    each = claim_lines.select(
        F.explode(F.array(*roles)).alias("named"),
        *("service_from", "known_date", "file_name", "row_number"),
        *[F.col(column).alias(name) for name, column in told.items()],
    )
    return each.select("named.*", *each.columns[1:]).where(F.col("provider_id").isNotNull())


def _role(column: str, order: int, kind: Column) -> Column:
    return F.struct(F.col(column).alias("provider_id"), F.lit(order).alias("order"), kind.alias("provider_kind"))
