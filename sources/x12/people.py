"""Members, coverage and providers that 834 and 837 files describe."""

from __future__ import annotations

from functools import reduce

from pyspark.sql import Column, DataFrame, SparkSession, Window
from pyspark.sql import functions as F

from sources.csv_rows import Rows
from sources.delivery import DeliveredFile, Delivery
from sources.fields import failed, no_failure
from sources.named_providers import named_providers
from sources.records import read_records
from sources.x12.party import IDENTITY
from sources.x12.records import read_enrolments

COLUMNS = (
    f"{', '.join(f'{name} string' for name in IDENTITY)}, "
    "subscriber_id string, member_id string, birth_date string, gender string, member_state string, "
    "known_date string, group_id string, policy_number string, market string, "
    "spans array<struct<first:string,last:string,medical:string,pharmacy:string>>, "
    "endings array<struct<last:string,medical:string,pharmacy:string>>"
)
_AMOUNTS = ("charge_amount", "allowed_amount", "paid_amount")
_KINDS = ("medical", "pharmacy")
_ORDER = ("known_date", "file_name", "row_number")
"""Which of two enrolments was made later."""

_DESCRIBED = ("member_id", "birth_date", "gender", "member_state", "known_date", "file_name", "row_number")


def read(spark: SparkSession, files: list[DeliveredFile]) -> Rows:
    """Enrolments of the files, one row per INS."""
    return read_records(spark, files, COLUMNS, read_enrolments)


def parse(rows: DataFrame, _delivery: Delivery) -> DataFrame:
    """Typed enrolments; see FileKind. The same one of the same day twice is a duplicate. An ending of coverage that no
    file of the delivery tells is rejected: there is nothing to end, and nobody should believe that it was."""
    told = F.max(F.size("spans") > 0).over(Window.partitionBy("member_id"))
    ends_nothing = (F.size("endings") > 0) & ~told
    unknown = failed("unknown_coverage", "the coverage it ends is not in the delivery; tell its start, too")
    grouped = rows.withColumn("group_id", F.coalesce("policy_number", "group_id")).drop("policy_number")
    content = F.hex(F.xxhash64("spans", "endings", "market", "group_id"))
    return grouped.withColumns(
        {
            "failure": F.coalesce(F.col("broken"), F.when(ends_nothing, unknown), no_failure()),
            "key": F.concat_ws("-", "member_id", "known_date", content),
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
    other. It is known from the day that the first of them was made: a member told again every month was covered, as far
    as anyone knew, from the first file on. The claims of insured people are taken to be delivered too, if not in this
    delivery."""
    each = enrolments.select("*", F.explode("spans").alias("span")).select(
        "member_id",
        F.col("span.first").cast("date").alias("enrollment_start_date"),
        F.col("span.last").cast("date").alias("last"),
        *[(F.col(f"span.{kind}") == "true").alias(kind) for kind in _KINDS],
        F.struct(*_ORDER).alias("order"),
        F.struct("market", "group_id", "file_name", "row_number").alias("told"),
    )
    latest = [F.max_by(name, "order").alias(name) for name in ("last", *_KINDS, "told")]
    spans = each.groupBy("member_id", "enrollment_start_date").agg(
        *latest, F.max("order").alias("order"), F.min("order.known_date").alias("known_date")
    )
    pieces = _ended(spans, enrolments).select(
        "member_id", "piece.*", "known_date", "told.*", F.lit(True).alias("claims_complete")
    )
    # What an ending leaves of a span may begin with another span.
    columns = [name for name in pieces.columns if name not in ("member_id", "enrollment_start_date")]
    kept = pieces.groupBy("member_id", "enrollment_start_date").agg(
        F.max_by(F.struct(*columns), F.struct("enrollment_end_date", "file_name", "row_number")).alias("kept")
    )
    return kept.select("member_id", "enrollment_start_date", "kept.*")


def _ended(spans: DataFrame, enrolments: DataFrame) -> DataFrame:
    """Adds `piece`: what is left of a span after the endings told later than it. Two pieces where medical and pharmacy
    coverage end on different days, none where it ended before it began."""
    told = enrolments.select("member_id", F.struct(*_ORDER).alias("order"), F.explode("endings").alias("ending"))
    ends = told.groupBy("member_id").agg(
        F.collect_list(
            F.struct("order", F.col("ending.last").cast("date").alias("last"), "ending.medical", "ending.pharmacy")
        ).alias("ends")
    )

    def until(kind: str) -> Column:
        later = F.filter("ends", lambda end: (end["order"] > F.col("order")) & (end[kind] == "true"))
        return F.when(F.col(kind), F.least("last", F.array_min(F.transform(later, lambda end: end["last"]))))

    def piece(first: Column, last: Column, *covered: Column) -> Column:
        named = [cover.alias(f"{kind}_coverage") for kind, cover in zip(_KINDS, covered, strict=True)]
        return F.struct(first.alias("enrollment_start_date"), last.alias("enrollment_end_date"), *named)

    start = F.col("enrollment_start_date")
    known = spans.join(ends, "member_id", "left").withColumns({f"{kind}_until": until(kind) for kind in _KINDS})
    lasts = [F.col(f"{kind}_until") for kind in _KINDS]
    shorter, longer = F.least(*lasts), F.greatest(*lasts)
    goes_on = [F.coalesce(last == longer, F.lit(False)) for last in lasts]
    after = F.greatest(start, F.date_add(shorter, 1))
    pieces = F.array(piece(start, shorter, *[F.col(kind) for kind in _KINDS]), piece(after, longer, *goes_on))
    whole = F.filter(pieces, lambda each: each["enrollment_start_date"] <= each["enrollment_end_date"])
    return known.withColumn("piece", F.explode(whole))


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
