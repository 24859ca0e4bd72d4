"""How the billing provider of a claim bills as a whole, in the signs that single claims show.

An early refill is chance at most pharmacies and a scheme where it is the habit: a claim is judged with its provider's
habit beside it. Shares and means only, nothing that names the provider.
Sources: HHS OIG, OEI-02-09-00600 (2012), for refills; CMS, "Medicare Claims Processing Manual", chapter 1, for
repeats; HHS OIG, OEI-04-10-00180 (2012), for visit levels; NHCAA, "The Challenge of Health Care Fraud", for crowded
days.
"""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from features.repeat_intervals import CLOSE_SHARE

EARLY_REFILL = 0.5
"""A refill is early when less than this share of the last fill's days has gone."""

LATE_DAYS = 30
"""A claim received later than this after the service is late; most arrive within two weeks."""

CROWDED_DAY = 2.2
"""A day is crowded when the provider's claims on it exceed its average day by this factor."""

MAX_UNITS_RATIO = 10.0
"""One mistyped quantity must not make a provider's mean."""


def billing_pattern(lines: DataFrame) -> DataFrame:
    """One row per billing provider of `lines` (line_signals with `sooner_repeat_share`): `provider_*` as the catalog
    says in claim_features. Null where the provider has no line the share could be taken of."""
    known = lines.where(F.col("provider_id").isNotNull())
    units = F.when(F.col("units_ratio").isNotNull(), F.least("units_ratio", F.lit(MAX_UNITS_RATIO)))
    habits = known.groupBy("provider_id").agg(
        F.avg((F.col("refill_interval_ratio") < EARLY_REFILL).cast("int")).alias("provider_early_refill_share"),
        F.avg(
            F.when(
                F.col("repeat_interval_days").isNotNull(),
                F.coalesce(F.col("sooner_repeat_share") <= CLOSE_SHARE, F.lit(False)).cast("int"),
            )
        ).alias("provider_close_repeat_share"),
        F.avg((F.col("days_to_receive") > LATE_DAYS).cast("int")).alias("provider_late_share"),
        F.avg(F.col("lifts_bundling").cast("int")).alias("provider_modifier_share"),
        F.avg(units).alias("provider_units_vs_code"),
    )
    return habits.join(_days(known), "provider_id", "left").join(_levels(known), "provider_id", "left")


def _days(lines: DataFrame) -> DataFrame:
    """One row per provider: its average day, and the share of its claims on crowded days."""
    days = lines.groupBy("provider_id", "day").agg(F.countDistinct("claim_id").alias("claims"))
    average = days.groupBy("provider_id").agg(F.avg("claims").alias("claims_per_day"))
    crowded = F.col("claims") > CROWDED_DAY * F.col("claims_per_day")
    return (
        days.join(average, "provider_id")
        .groupBy("provider_id")
        .agg(
            F.first("claims_per_day").alias("provider_claims_per_day"),
            (F.sum(F.when(crowded, F.col("claims")).otherwise(0)) / F.sum("claims")).alias(
                "provider_crowded_day_share"
            ),
        )
    )


def _levels(lines: DataFrame) -> DataFrame:
    """One row per provider with visits: the mean of their level less that of all visits for the same diagnosis."""
    visits = lines.where(F.col("visit_level").isNotNull() & F.col("diagnosis_family").isNotNull())
    billed = visits.groupBy("provider_id", "diagnosis_family").agg(
        F.count("*").alias("visits"), F.sum("visit_level").alias("levels")
    )
    usual = billed.groupBy("diagnosis_family").agg((F.sum("levels") / F.sum("visits")).alias("usual"))
    above = F.sum(F.col("levels") - F.col("visits") * F.col("usual")) / F.sum("visits")
    return (
        billed.join(usual, "diagnosis_family")
        .groupBy("provider_id")
        .agg(above.alias("provider_visit_level_vs_diagnosis"))
    )
