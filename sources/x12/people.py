"""Members, coverage and providers that 834 and 837 files describe."""

from __future__ import annotations

from functools import reduce

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from sources.csv_rows import Rows
from sources.delivery import DeliveredFile, Delivery
from sources.fields import no_failure
from sources.named_providers import named_providers
from sources.records import read_records
from sources.x12.records import read_enrolments

COLUMNS = (
    "subscriber_id string, member_id string, birth_date string, gender string, member_state string, "
    "known_date string, group_id string, market string, "
    "spans array<struct<first:string,last:string,medical:string,pharmacy:string>>"
)
_AMOUNTS = ("charge_amount", "allowed_amount", "paid_amount")
_DESCRIBED = ("member_id", "birth_date", "gender", "member_state", "known_date", "file_name", "row_number")


def read(spark: SparkSession, files: list[DeliveredFile]) -> Rows:
    """Enrolments of the files, one row per INS."""
    return read_records(spark, files, COLUMNS, read_enrolments)


def parse(rows: DataFrame, _delivery: Delivery) -> DataFrame:
    """Typed enrolments; see FileKind. The same one of the same day twice is a duplicate."""
    return rows.withColumns(
        {
            "failure": F.coalesce(F.col("broken"), no_failure()),
            "key": F.concat_ws("-", "member_id", "known_date", F.hex(F.xxhash64("spans", "market", "group_id"))),
            "preference": F.lit(0),
            "birth_date": F.col("birth_date").cast("date"),
            "known_date": F.col("known_date").cast("date"),
            **{name: F.lit(None).cast("decimal(14,2)") for name in _AMOUNTS},
        }
    ).drop("broken")


def members(enrolments: DataFrame | None, claims: DataFrame | None) -> DataFrame:
    """One row per member: the latest enrolment describes, and what it leaves open the latest claim."""
    parts = []
    if enrolments is not None:
        parts.append(enrolments.select(*_DESCRIBED, F.lit(1).alias("says_more")))
    if claims is not None:
        known = F.coalesce("received_date", "last_day").alias("known_date")
        parts.append(claims.withColumn("known_date", known).select(*_DESCRIBED, F.lit(0).alias("says_more")))
    order = F.struct("says_more", "known_date", "file_name", "row_number")
    by_member = reduce(DataFrame.union, parts).groupBy("member_id").agg(
        _last("birth_date", F.col("birth_date").isNotNull(), order),
        _last("gender", F.col("gender") != "unknown", order),
        _last("member_state", F.col("member_state").isNotNull(), order).alias("state"),
        F.min("known_date").alias("known_date"),
        F.max_by(F.struct("file_name", "row_number"), order).alias("where"),
    )  # fmt: skip
    # A birth after the day the person was known is a slip of the pen, and no date of birth.
    return by_member.select("*", "where.*").withColumns(
        {
            "birth_date": F.when(F.col("birth_date") <= F.col("known_date"), F.col("birth_date")),
            "gender": F.coalesce("gender", F.lit("unknown")),
        }
    )


def _last(name: str, says: Column, order: Column) -> Column:
    return F.max_by(name, F.when(says, order)).alias(name)


def eligibility(enrolments: DataFrame) -> DataFrame:
    """One row per member and span. Of spans with the same first day the one made last counts: it ends or reopens the
    other. The claims of insured people are taken to be delivered too, if not in this delivery."""
    each = enrolments.select("*", F.explode("spans").alias("span")).select(
        "member_id",
        F.col("span.first").cast("date").alias("enrollment_start_date"),
        F.struct(
            F.col("span.last").cast("date").alias("enrollment_end_date"),
            "market",
            "group_id",
            (F.col("span.medical") == "true").alias("medical_coverage"),
            (F.col("span.pharmacy") == "true").alias("pharmacy_coverage"),
            "known_date",
            "file_name",
            "row_number",
        ).alias("told"),
    )
    last = F.max_by("told", F.struct("told.known_date", "told.file_name", "told.row_number"))
    spans = each.groupBy("member_id", "enrollment_start_date").agg(last.alias("told"))
    return spans.select("member_id", "enrollment_start_date", "told.*", F.lit(True).alias("claims_complete"))


def providers(claims: DataFrame, claim_lines: DataFrame) -> DataFrame:
    """One row per provider that bills, treats or refers; who bills is described by loop 2010AA of the last claim."""
    described = claims.groupBy("provider_id").agg(
        F.max_by(
            F.struct(
                F.col("provider_state").alias("state"),
                F.col("provider_tax_id").alias("tax_id"),
                "provider_name",
                F.col("provider_zip").alias("zip_code"),
            ),
            F.struct("last_day", "file_name", "row_number"),
        ).alias("told")
    )
    return (
        named_providers(claim_lines, npi=True)
        .drop("state")
        .join(described, "provider_id", "left")
        .select("*", "told.*")
    )
