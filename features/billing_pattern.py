"""How the billing provider of a claim bills as a whole, in the signs that single claims show.

An early refill is chance at most pharmacies and a scheme where it is the habit: a claim is judged with its provider's
habit beside it. Shares and means only, nothing that names the provider.
Sources: HHS OIG, OEI-02-09-00600 (2012), for refills; CMS, "Medicare Claims Processing Manual", chapter 1, for
repeats; HHS OIG, OEI-04-10-00180 (2012), for visit levels; NHCAA, "The Challenge of Health Care Fraud", for crowded
days.
"""

from __future__ import annotations

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from features.exact_sums import RATIO_PLACES, exact_mean, exact_sum
from features.peers import held_units_ratio
from features.repeat_intervals import CLOSE_SHARE

EARLY_REFILL = 0.5
"""A refill is early when less than this share of the last fill's days has gone."""

LATE_DAYS = 30
"""A claim received later than this after the service is late; most arrive within two weeks."""

CROWDED_DAY = 2.2
"""A day is crowded when the provider's claims on it exceed its average day by this factor."""


def billing_pattern(lines: DataFrame) -> DataFrame:
    """One row per billing provider of `lines` (line_signals with `sooner_repeat_share`): `provider_*` as the catalog
    says in claim_features. Null where the provider has no line the share could be taken of."""
    known = lines.where(F.col("provider_id").isNotNull())
    habits = known.groupBy("provider_id").agg(
        F.avg((F.col("refill_interval_ratio") < EARLY_REFILL).cast("int")).alias("provider_early_refill_share"),
        F.avg(close_repeat()).alias("provider_close_repeat_share"),
        F.avg((F.col("days_to_receive") > LATE_DAYS).cast("int")).alias("provider_late_share"),
        F.avg(F.col("lifts_bundling").cast("int")).alias("provider_modifier_share"),
        exact_mean(held_units_ratio()).alias("provider_units_vs_code"),
    )
    days = (
        days_of_providers(known)
        .groupBy("provider_id")
        .agg(
            F.first("claims_per_day").alias("provider_claims_per_day"),
            (F.sum("crowded_claims") / F.sum("claims")).alias("provider_crowded_day_share"),
        )
    )
    levels = (
        visit_levels_of_providers(known)
        .groupBy("provider_id")
        .agg((exact_sum(F.col("above"), RATIO_PLACES) / F.sum("visits")).alias("provider_visit_level_vs_diagnosis"))
    )
    return habits.join(days, "provider_id", "left").join(levels, "provider_id", "left")


def close_repeat() -> Column:
    """1 for a repeat among the soonest twentieth of its code, 0 for another repeat, null for what is none."""
    close = F.coalesce(F.col("sooner_repeat_share") <= CLOSE_SHARE, F.lit(False)).cast("int")
    return F.when(F.col("repeat_interval_days").isNotNull(), close)


def month_of_service() -> Column:
    """First day of the month of a line's first day of service."""
    return F.trunc(F.date_from_unix_date("day"), "month")


def days_of_providers(lines: DataFrame) -> DataFrame:
    """One row per provider and day with services: `month`, `claims`, `claims_per_day` (the provider's mean over such
    days), and `crowded_claims`: the day's claims where they exceed that mean by CROWDED_DAY, else 0."""
    days = lines.groupBy("provider_id", "day").agg(F.countDistinct("claim_id").alias("claims"))
    crowded = F.col("claims") > CROWDED_DAY * F.col("claims_per_day")
    return (
        days.withColumn("claims_per_day", F.avg("claims").over(Window.partitionBy("provider_id")))
        .withColumn("crowded_claims", F.when(crowded, F.col("claims")).otherwise(0))
        .withColumn("month", month_of_service())
    )


def visit_levels_of_providers(lines: DataFrame) -> DataFrame:
    """One row per provider, diagnosis family and month: `visits`, and `above`: the sum of their levels less the mean
    level of all visits for the same diagnosis family."""
    visits = lines.where(F.col("visit_level").isNotNull() & F.col("diagnosis_family").isNotNull())
    billed = visits.groupBy("provider_id", "diagnosis_family", month_of_service().alias("month")).agg(
        F.count("*").alias("visits"), F.sum("visit_level").alias("levels")
    )
    usual = billed.groupBy("diagnosis_family").agg((F.sum("levels") / F.sum("visits")).alias("usual"))
    return billed.join(usual, "diagnosis_family").withColumn(
        "above", F.col("levels") - F.col("visits") * F.col("usual")
    )
