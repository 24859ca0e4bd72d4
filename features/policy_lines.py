"""Claim lines as edits and limits look at them."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from features.known import not_denied

SETTINGS = ("practitioner", "outpatient_hospital", "dme")


def policy_lines(signals: DataFrame) -> DataFrame:
    """One narrow row per professional or outpatient line with a known provider that was not denied.

    `setting` is the CMS table that speaks of it: outpatient_hospital, dme (equipment on a professional claim) or
    practitioner. `visit` names member, provider and day.
    """
    medical = F.col("claim_type").isin("professional", "outpatient") & F.col("provider_id").isNotNull()
    setting = (
        F.when(F.col("claim_type") == "outpatient", "outpatient_hospital")
        .when(F.col("equipment"), "dme")
        .otherwise("practitioner")
    )
    return signals.where(medical & not_denied()).select(
        "claim_id",
        "claim_line_id",
        "known_date",
        # Two hashes stand for three strings: the chance that any two visits of a billion share both is nil.
        F.struct(
            F.xxhash64("member_id", "provider_id", "service_from").alias("one"),
            F.xxhash64("service_from", "provider_id", "member_id").alias("other"),
        ).alias("visit"),
        setting.alias("setting"),
        "code",
        "hcpcs_modifier_1",
        F.col("service_from").alias("day"),
        "units",
        (F.datediff("service_through", "service_from") + 1).alias("days"),
    )
