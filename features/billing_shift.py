"""When the way a provider bills changed: a scheme begins one day, a style does not.

For each sign the months of a provider are split where its mean rises most, in standard errors (the maximally selected
two-sample statistic of Hawkins 1977, "Testing a sequence of observations for a shift in location"). Source of the
sign itself: HHS OIG, OEI-04-10-00180 (2012), "Coding Trends of Medicare Evaluation and Management Services", which
looks at levels over time.
"""

from __future__ import annotations

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from features.billing_pattern import close_repeat, days_of_providers, month_of_service, visit_levels_of_providers
from features.exact_sums import RATIO_PLACES, exact_sum

MIN_EACH_SIDE = 15
"""Visits, repeats or claims that each side of a split must have."""

SIGNS = ("provider_visit_level_shift", "provider_close_repeat_shift", "provider_crowded_day_shift")


def with_billing_shift(claims: DataFrame, lines: DataFrame) -> DataFrame:
    """Adds SIGNS to one row per claim (provider_id, service_from): the rise, in standard errors, for a claim in or
    after the month in which it begins, 0 for an earlier claim and where nothing rose, null for a provider with too
    little to tell. `lines` are line_signals with `sooner_repeat_share`."""
    shifts = _shifts(_monthly(lines.where(F.col("provider_id").isNotNull())))
    wide = shifts.groupBy("provider_id").agg(
        *[F.first(F.when(F.col("sign") == sign, F.col("rise")), ignorenulls=True).alias(f"_{sign}") for sign in SIGNS]
    )
    after = {
        sign: F.when(
            F.col(f"_{sign}").isNotNull(),
            F.when(F.trunc("service_from", "month") >= F.col(f"_{sign}.since"), F.col(f"_{sign}.z")).otherwise(0.0),
        )
        for sign in SIGNS
    }
    return claims.join(wide, "provider_id", "left").withColumns(after)


def _monthly(lines: DataFrame) -> DataFrame:
    """One row per provider, month and sign: `total` over its `n` visits, repeats or claims."""
    levels = visit_levels_of_providers(lines).groupBy("provider_id", "month").agg(
        exact_sum(F.col("above"), RATIO_PLACES).alias("total"), F.sum("visits").alias("n")
    )  # fmt: skip
    repeats = lines.groupBy("provider_id", month_of_service().alias("month")).agg(
        F.sum(close_repeat()).alias("total"), F.count(close_repeat()).alias("n")
    )
    crowded = days_of_providers(lines).groupBy("provider_id", "month").agg(
        F.sum("crowded_claims").alias("total"), F.sum("claims").alias("n")
    )  # fmt: skip
    parts = [
        part.select("provider_id", "month", F.lit(sign).alias("sign"), F.col("total").cast("double"), "n")
        for sign, part in zip(SIGNS, (levels, repeats, crowded), strict=True)
    ]
    return parts[0].unionByName(parts[1]).unionByName(parts[2]).where(F.col("n") > 0)


def _shifts(months: DataFrame) -> DataFrame:
    """One row per provider and sign that can be split: `rise` (z, and since: the first month of the later side).

    The spread is one for all providers and does not order them: that of one visit is about one level, that of a share
    at most a half.
    """
    series = Window.partitionBy("provider_id", "sign")
    before = series.orderBy("month").rowsBetween(Window.unboundedPreceding, -1)
    n_before, n_after = F.col("n_before"), F.col("n_all") - F.col("n_before")
    gap = (F.col("all") - F.col("before")) / n_after - F.col("before") / n_before
    spread = F.when(F.col("sign") == SIGNS[0], 1.0).otherwise(0.5)
    z = gap / spread / F.sqrt(1 / n_before + 1 / n_after)
    return (
        months.withColumns(
            {
                "before": exact_sum(F.col("total"), RATIO_PLACES, before),
                "n_before": F.sum("n").over(before),
                "all": exact_sum(F.col("total"), RATIO_PLACES, series),
                "n_all": F.sum("n").over(series),
            }
        )
        .where((n_before >= MIN_EACH_SIDE) & (n_after >= MIN_EACH_SIDE))
        .groupBy("provider_id", "sign")
        .agg(F.max(F.struct(F.greatest(z, F.lit(0.0)).alias("z"), F.col("month").alias("since"))).alias("rise"))
    )
