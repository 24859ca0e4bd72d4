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

_TOLD = {"npi": "provider_npi", "tax_id": "provider_tax_id", "state": "provider_state"}
_DAYS = ("service_from", "dispensing_date")
_TEXTS = ("provider_id", "physician_id", "referring_physician_id", *_TOLD.values())


def providers(claims: dict[str, DataFrame]) -> DataFrame:
    """One row per provider of accepted claims by kind of file, with the NPI, tax number and state the claims give."""
    rows = reduce(DataFrame.unionByName, [_narrow(frame, BILLS[kind]) for kind, frame in claims.items()])
    named = named_providers(rows, bills=F.col("bills"), told=_TOLD)
    own = F.when(F.col("provider_id").rlike("^[0-9]{10}$"), F.col("provider_id"))
    return named.withColumn("npi", F.coalesce("npi", own))


def _narrow(rows: DataFrame, bills: str) -> DataFrame:
    texts = [(F.col(n) if n in rows.columns else F.lit(None).cast("string")).alias(n) for n in _TEXTS]
    day = next(name for name in _DAYS if name in rows.columns)
    where = (F.col(day).alias("service_from"), "known_date", "file_name", "row_number")
    return rows.select(*texts, *where, F.lit(bills).alias("bills"))
