"""What members went on to cost: `catalog/member_outcomes.py` says what each column means."""

from __future__ import annotations

from datetime import date

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from features.coverage import covered_on, months_covered
from features.exact_sums import exact_sum
from features.known import History, Known
from features.months import months_from, within
from features.shaped import shaped

HORIZON_MONTHS = 12
CATEGORIES = ("inpatient", "outpatient", "professional", "pharmacy")
"""Claim types: every line is of one of them."""


def member_outcomes(history: History, then: Known, known_by: date) -> DataFrame:
    """One row per member covered on `then.as_of`, with the cost of the following 12 months as known on `known_by`."""
    as_of = then.as_of
    end = months_from(as_of, HORIZON_MONTHS)
    now = history.known(known_by)
    cost = (
        now.lines.where(within("service_from", as_of, end))
        .groupBy("member_id")
        .agg(
            exact_sum(F.col("cost")).alias("allowed_amount"),
            *[_of(kind).alias(f"allowed_{kind}") for kind in CATEGORIES],
        )
    )
    ends = [months_from(as_of, month) for month in range(1, HORIZON_MONTHS + 1)]
    return (
        covered_on(then.eligibility, as_of)
        .select("member_id")
        .join(months_covered(now.eligibility, ends, "months_covered"), "member_id", "left")
        .join(cost, "member_id", "left")
        .select(
            "member_id",
            F.lit(known_by).alias("known_by"),
            F.lit(HORIZON_MONTHS).alias("horizon_months"),
            F.coalesce("months_covered", F.lit(0)).alias("months_covered"),
            F.coalesce("allowed_amount", F.lit(0.0)).alias("allowed_amount"),
            *[F.coalesce(f"allowed_{kind}", F.lit(0.0)).alias(f"allowed_{kind}") for kind in CATEGORIES],
            F.lit(end <= known_by).alias("complete"),
        )
        .transform(shaped, "member_outcomes", as_of)
    )


def _of(kind: str) -> Column:
    return exact_sum(F.when(F.col("claim_type") == kind, F.col("cost")).otherwise(0.0))
