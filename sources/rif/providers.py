"""Providers named by the claims; no file describes them.

A facility is a PRVDR_NUM, a practice or supplier a tax number, a pharmacy the number in SRVC_PRVDR_ID, a physician
an NPI.
"""

from __future__ import annotations

from functools import reduce

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from sources.named_providers import named_providers

BILLS = {
    "inpatient": "facility",
    "snf": "facility",
    "hospice": "facility",
    "hha": "facility",
    "outpatient": "facility",
    "carrier": "practice",
    "dme": "supplier",
    "pde": "pharmacy",
}
"""Kind of file -> provider_kind of who bills."""

_NAMED = {
    "provider_id": "provider_id",
    "physician_id": "physician_id",
    "referring_physician_id": "referring_physician_id",
    "service_from": "coalesce(service_from, dispensing_date)",
    "known_date": "known_date",
    "file_name": "file_name",
    "row_number": "row_number",
    "npi": "provider_npi",
    "tax_id": "provider_tax_id",
    "state": "provider_state",
}
_DATES = ("service_from", "dispensing_date", "known_date")
_PLACE = ("npi", "tax_id", "state")


def providers(claims: dict[str, DataFrame]) -> DataFrame:
    """One row per provider of accepted claims by kind of file, with the NPI, tax number and state the claims give."""
    rows = reduce(DataFrame.unionByName, [_narrow(frame, BILLS[kind]) for kind, frame in claims.items()])
    named = named_providers(rows, bills=F.col("bills")).drop(*_PLACE)
    told = rows.where(F.col("provider_id").isNotNull()).groupBy("provider_id")
    return named.join(told.agg(*[F.min(name).alias(name) for name in _PLACE]), "provider_id", "left").withColumn(
        "npi", F.coalesce("npi", F.when(F.col("provider_id").rlike("^[0-9]{10}$"), F.col("provider_id")))
    )


def _narrow(rows: DataFrame, bills: str) -> DataFrame:
    absent = {
        name: F.lit(None).cast("date" if name in _DATES else "string")
        for name in ("service_from", "dispensing_date", "referring_physician_id", *[f"provider_{n}" for n in _PLACE])
        if name not in rows.columns
    }
    return rows.withColumns(absent).select(
        *[F.expr(text).alias(name) for name, text in _NAMED.items()], F.lit(bills).alias("bills")
    )
