"""What the DE-SynPUF files have in common: dates as YYYYMMDD, diagnoses in numbered columns, claims paid once."""

from __future__ import annotations

from pyspark.sql import Column
from pyspark.sql import functions as F

from sources.desynpuf.layout import slots
from sources.fields import Field

COMMON = ("file_name", "row_number", "failure", "key", "member_id", "preference")
AMOUNTS = ("charge_amount", "allowed_amount", "paid_amount")


def day(name: str, required: bool = False) -> Field:
    return Field(name, "date", required, date_format="yyyyMMdd")


def diagnoses(count: int) -> Column:
    """Diagnoses of the claim in order. CMS writes OTHER for a code too rare to show, which is no code."""
    codes = F.array(*[F.col(name) for name in slots("ICD9_DGNS_CD", count)])
    return F.filter(codes, lambda code: code.isNotNull() & (code != "OTHER"))


def no_amount() -> Column:
    return F.lit(None).cast("decimal(14,2)")


def dollars(name: str) -> Column:
    """An amount, 0 where the file gives none."""
    return F.coalesce(Field(name, "money").value, F.lit(0).cast("decimal(14,2)"))


def paid_once() -> dict[str, Column]:
    """DE-SynPUF gives each claim once, as finally settled: version 1, no received or paid date. Known from the last
    day of service, the only date there is, so that no run-out lag can be learned from this source."""
    return {
        "claim_version": F.lit(1),
        "claim_frequency_code": F.lit("1"),
        "received_date": F.lit(None).cast("date"),
        "paid_date": F.lit(None).cast("date"),
    }
