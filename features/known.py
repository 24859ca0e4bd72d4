"""What was known on a day: the final state of each claim, the latest description of everyone else.

A row exists from its `known_date` on. A claim's state on day D is the rows of its highest version among the rows
known by D; if that version is a void, the claim no longer counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

VOID = "8"
"""X12 CLM05-3: this version takes the claim back."""

NO_CODE = "none"
"""`code` of a line that names nothing it could be compared by."""


@dataclass(frozen=True)
class Known:
    """The book as of one day. `lines` has one row per final claim line or fill (columns of `line_frame`);
    `members`, `providers` and `eligibility` one row per key, as last described."""

    as_of: date
    lines: DataFrame
    members: DataFrame
    providers: DataFrame
    eligibility: DataFrame


@dataclass(frozen=True)
class History:
    """Everything ever delivered, from which any earlier day can be looked at. `lines` as `line_history` makes it."""

    lines: DataFrame
    members: DataFrame
    providers: DataFrame
    eligibility: DataFrame

    def known(self, as_of: date) -> Known:
        return Known(
            as_of,
            final_lines(self.lines, as_of),
            latest(self.members, ["member_id"], as_of),
            latest(self.providers, ["provider_id"], as_of),
            latest(self.eligibility, ["member_id", "enrollment_start_date"], as_of),
        )


def line_frame(claim_lines: DataFrame, pharmacy_claims: DataFrame) -> DataFrame:
    """One row per medical claim line or pharmacy fill per version, in one shape.

    `code` is what was billed: the DRG of an inpatient line, else the HCPCS code, else the revenue code, or the NDC of
    a fill. `units` are service units or the quantity dispensed. `cost` is the allowed amount, or the paid amount where
    the source does not say what was allowed.
    """
    drg = F.when(F.col("claim_type") == "inpatient", F.col("drg_code"))
    medical = claim_lines.withColumns(
        {
            "code": F.coalesce(drg, "hcpcs_code", "revenue_center_code", F.lit(NO_CODE)),
            "units": F.col("service_unit_quantity"),
            "days_supply": F.lit(None).cast("int"),
        }
    )
    absent = (
        "admission_date",
        "discharge_date",
        "referring_physician_id",
        "place_of_service_code",
        "revenue_center_code",
        "drg_code",
        "hcpcs_code",
        "hcpcs_modifier_1",
        "diagnosis_code_type",
        "diagnosis_codes",
    )
    fills = pharmacy_claims.withColumns(
        {
            "claim_type": F.lit("pharmacy"),
            "service_from": F.col("dispensing_date"),
            "service_through": F.col("dispensing_date"),
            "code": F.col("ndc_code"),
            "units": F.col("quantity"),
            **{name: F.lit(None).cast(claim_lines.schema[name].dataType) for name in absent},
        }
    )
    columns = [
        "claim_line_id",
        "claim_id",
        "claim_version",
        "claim_frequency_code",
        "claim_type",
        "member_id",
        "provider_id",
        "physician_id",
        "service_from",
        "service_through",
        "received_date",
        "known_date",
        "code",
        "units",
        "days_supply",
        *absent,
        "charge_amount",
        "allowed_amount",
        "paid_amount",
        "source",
        "batch_id",
        "file_name",
        "row_number",
    ]
    cost = F.coalesce("allowed_amount", "paid_amount").cast("double")
    return medical.select(columns).unionByName(fills.select(columns)).withColumn("cost", cost)


def line_history(lines: DataFrame) -> DataFrame:
    """Adds `superseded_date`: the first day on which a later version of the claim, or a later delivery of the same
    line, was known. Null while the row still stands. One pass serves every as-of date.

    Rows come back grouped by member, where most features want them.
    """
    # Few claims are ever corrected or delivered twice; only they are compared, and only by their narrow columns.
    versions = lines.groupBy("claim_id").agg(
        F.min("claim_version").alias("first_version"),
        F.max("claim_version").alias("last_version"),
        F.min(F.xxhash64("batch_id")).alias("one_batch"),
        F.max(F.xxhash64("batch_id")).alias("other_batch"),
    )
    changed = versions.where("first_version < last_version or one_batch < other_batch").select("claim_id")
    claim = Window.partitionBy("claim_id").orderBy("claim_version").rangeBetween(1, Window.unboundedFollowing)
    delivered = ["known_date", "batch_id", "file_name", "row_number"]
    line = Window.partitionBy("claim_id", "claim_line_id").orderBy(*delivered).rowsBetween(1, Window.unboundedFollowing)
    this_row = ["claim_line_id", "batch_id", "file_name", "row_number"]
    superseded = (
        lines.select("claim_id", "claim_version", "known_date", *this_row)
        .join(changed, "claim_id", "left_semi")
        .withColumn("superseded_date", F.min("known_date").over(claim))
        .withColumn("superseded_date", F.least("superseded_date", F.min("known_date").over(line)))
        .select(*this_row, "superseded_date")
        .dropDuplicates(this_row)
    )
    return lines.join(superseded, this_row, "left").drop("file_name", "row_number").repartition(F.col("member_id"))


def stands(as_of: date) -> Column:
    """True for rows of a `line_history` frame that make up the state of their claim on that day."""
    day = F.lit(as_of)
    return (
        (F.col("known_date") <= day)
        & F.coalesce(F.col("superseded_date") > day, F.lit(True))
        & (F.col("claim_frequency_code") != VOID)
    )


def final_lines(history: DataFrame, as_of: date) -> DataFrame:
    """Lines of the claims in force on that day; voided claims are gone."""
    return history.where(stands(as_of))


def not_denied() -> Column:
    """True for a line of which something was allowed or, where the source does not say what was, paid."""
    return F.coalesce(F.coalesce("allowed_amount", "paid_amount") > 0, F.lit(False))


def latest(rows: DataFrame, key: list[str], as_of: date) -> DataFrame:
    """One row per key: the last one known by that day, the higher batch id winning on the same day."""
    order = F.struct("known_date", "batch_id", "file_name", "row_number")
    last = F.max_by(F.struct(*rows.columns), order).alias("last")
    return rows.where(F.col("known_date") <= F.lit(as_of)).groupBy(*key).agg(last).select("last.*")
