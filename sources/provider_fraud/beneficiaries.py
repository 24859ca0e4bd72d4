"""Beneficiaries: one row per person per delivery (train, test) -> members and eligibility of 2009.

The counts of covered months are those of 2009, taken to run from January without a gap. A person in both deliveries
is one member. Claims are split between the deliveries by provider, so that a person's claims are never all there:
claims_complete is false. Chronic conditions and yearly totals are not taken.
"""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from sources.delivery import Delivery
from sources.desynpuf.ssa_states import BENEFICIARY_STATES, state_of
from sources.fields import Field, failed, first_failure

COLUMNS = ("BeneID", "DOB", "DOD", "Gender", "State", "NoOfMonths_PartACov", "NoOfMonths_PartBCov")
YEAR_END = "2009-12-31"
"""Everything is known at the end of the year that the files describe."""


def parse(rows: DataFrame, _delivery: Delivery) -> DataFrame:
    """Typed persons; see FileKind."""
    birth, death = Field("DOB", "date", required=True), Field("DOD", "date")
    months = [Field(name, "int", required=True) for name in COLUMNS[5:]]
    return rows.select(
        "file_name",
        "row_number",
        first_failure(
            [Field("BeneID", required=True), birth, death, *months],
            *[F.when(~m.value.between(0, 12), failed("bad_number", f"{m.name} is not 0 to 12 months")) for m in months],
            F.when(death.value < birth.value, failed("bad_date", "DOD lies before DOB")),
        ).alias("failure"),
        # The same person stands in the train and in the test file: not a row that came twice.
        F.concat_ws("|", "BeneID", "file_name").alias("key"),
        F.col("BeneID").alias("member_id"),
        F.lit(0).alias("preference"),
        *[F.lit(None).cast("decimal(14,2)").alias(f"{name}_amount") for name in ("charge", "allowed", "paid")],
        birth.value.alias("birth_date"),
        death.value.alias("death_date"),
        _gender().alias("gender"),
        state_of(F.lpad("State", 2, "0"), BENEFICIARY_STATES).alias("state"),
        F.greatest(*[m.value for m in months]).alias("months"),
    )


def members(rows: DataFrame) -> DataFrame:
    """One row per person, as the last file describes it."""
    described = F.struct("birth_date", "death_date", "gender", "state", "file_name", "row_number")
    return (
        rows.groupBy("member_id")
        .agg(F.max_by(described, F.struct("file_name", "row_number")).alias("last"))
        .select("member_id", "last.*", F.lit(YEAR_END).cast("date").alias("known_date"))
    )


def eligibility(rows: DataFrame) -> DataFrame:
    """One row per covered person: the covered months of 2009."""
    first = F.lit("2009-01-01").cast("date")
    spans = rows.where("months > 0").groupBy("member_id")
    return spans.agg(
        F.max("months").alias("months"),
        F.max("death_date").alias("death_date"),
        F.max(F.struct("file_name", "row_number")).alias("where"),
    ).select(
        "member_id",
        "where.*",
        first.alias("enrollment_start_date"),
        F.least(F.date_sub(F.add_months(first, F.col("months")), 1), F.last_day("death_date")).alias(
            "enrollment_end_date"
        ),
        F.lit("medicare").alias("market"),
        F.lit(True).alias("medical_coverage"),
        F.lit(False).alias("pharmacy_coverage"),
        F.lit(False).alias("claims_complete"),
        F.lit(YEAR_END).cast("date").alias("known_date"),
    )


def _gender() -> Column:
    return F.when(F.col("Gender") == "1", "male").when(F.col("Gender") == "2", "female").otherwise("unknown")
