"""Lists of providers: with `PotentialFraud` Yes or No one closed investigation each, without it those to be scored.

Nobody knows who decided, when and why: the decision is dated the end of 2009 and its selection is `unknown`.
"""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from sources.delivery import Delivery
from sources.fields import Field, failed, first_failure
from sources.provider_fraud.beneficiaries import YEAR_END

LABELLED = ("Provider", "PotentialFraud")
LISTED = ("Provider",)


def parse_labelled(rows: DataFrame, _delivery: Delivery) -> DataFrame:
    """Typed labels; see FileKind."""
    label = F.initcap("PotentialFraud")
    outcome = F.when(label == "Yes", "confirmed").when(label == "No", "unfounded")
    strange = F.when(outcome.isNull(), failed("bad_value", "PotentialFraud is neither Yes nor No"))
    return _parse(rows, strange).withColumn("outcome", outcome).drop("PotentialFraud")


def parse_listed(rows: DataFrame, _delivery: Delivery) -> DataFrame:
    """Providers to be scored; see FileKind."""
    return _parse(rows)


def investigations(rows: DataFrame) -> DataFrame:
    """One closed investigation per labelled provider."""
    day = F.lit(YEAR_END).cast("date")
    return rows.withColumns(
        {
            "investigation_id": F.concat(F.lit("label-"), F.col("provider_id")),
            "target_type": F.lit("provider"),
            "target_id": F.col("provider_id"),
            "selection": F.lit("unknown"),
            "opened_date": day,
            "decided_date": day,
            "known_date": day,
        }
    )


def with_listed(providers: DataFrame, listed: DataFrame) -> DataFrame:
    """`providers` as claims name them, and every listed one: found in its list, known at the end of the year if no
    claim names it before."""
    day = F.lit(YEAR_END).cast("date")
    named = providers.withColumnRenamed("file_name", "claim_file").withColumnRenamed("row_number", "claim_row")
    both = named.join(listed.select("provider_id", "file_name", "row_number"), "provider_id", "full")
    return both.withColumns(
        {
            "file_name": F.coalesce("file_name", "claim_file"),
            "row_number": F.coalesce("row_number", "claim_row"),
            "provider_kind": F.coalesce("provider_kind", F.lit("facility")),
            "specialty": F.coalesce("specialty", F.lit("unknown")),
            "known_date": F.coalesce("known_date", day),
        }
    ).drop("claim_file", "claim_row")


def _parse(rows: DataFrame, *more: Column) -> DataFrame:
    return rows.withColumns(
        {
            "failure": first_failure([Field("Provider", required=True)], *more),
            "key": F.col("Provider"),
            "member_id": F.lit(None).cast("string"),
            "preference": F.lit(0),
            **{f"{name}_amount": F.lit(None).cast("decimal(14,2)") for name in ("charge", "allowed", "paid")},
            "provider_id": F.col("Provider"),
        }
    ).drop("broken", "Provider")
