"""Which day a job looks from."""

from __future__ import annotations

from datetime import date

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from catalog.errors import MissingTable, UnderwatchError
from lake import Lake


class BadDate(UnderwatchError):
    """--as-of is not a date."""

    exit_code = 2


def given_day(text: str) -> date:
    """The day of an option --as-of. Raises BadDate."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadDate(f"--as-of {text!r} is not a date; write it as YYYY-MM-DD") from None


def resolve_as_of(spark: SparkSession, lake: Lake, text: str) -> date:
    """The day given as YYYY-MM-DD or, where empty, the last day on which the lake learned of a claim.

    Raises BadDate for anything else and MissingTable when the lake holds no claims.
    """
    if text:
        return given_day(text)
    known = [
        lake.read(spark, table).agg(F.max("known_date")).collect()[0][0]
        for table in ("claim_lines", "pharmacy_claims")
        if lake.exists(table)
    ]
    days = [day for day in known if day is not None]
    if not days:
        raise MissingTable(f"the lake {lake.root} holds no claims; run `underwatch ingest-claims` first")
    return max(days)
