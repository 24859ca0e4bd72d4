"""The same drug from several prescribers and pharmacies.

Source: HHS OIG, "Opioids in Medicare Part D: Concerns about Extreme Use and Questionable Prescribing", OEI-02-17-00250
(2017), which counts prescribers and pharmacies of one beneficiary; CDC and state monitoring programs count over 90 or
180 days. They look at controlled substances only. An NDC says labeler and product, not the ingredient, and no list that
tells controlled drugs may be taken for granted here: so every drug counts, and the same drug means the same labeler and
product (first nine digits). A generic of another labeler is another drug.
"""

from __future__ import annotations

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

DAYS = 90
_LONGEST_SUPPLY = 365


def drug_from_several(signals: DataFrame) -> DataFrame:
    """One row per fill of a drug that the member ever had from several: `prescribers_in_90_days` and
    `pharmacies_in_90_days` ending on the day of the fill, and `overlapping_fills_elsewhere`: earlier fills by another
    prescriber whose supply lasts beyond that day. Of one day, the fill known later is the later one."""
    drug = ["member_id", "product"]
    fills = signals.where(F.col("claim_type") == "pharmacy").select(
        "claim_id",
        "member_id",
        F.substring("code", 1, 9).alias("product"),
        "day",
        F.unix_date("known_date").alias("known"),
        F.col("physician_id").alias("prescriber"),
        F.col("provider_id").alias("pharmacy"),
        F.least(F.coalesce("days_supply", F.lit(0)), F.lit(_LONGEST_SUPPLY)).alias("supply"),
    )
    ends = fills.groupBy(*drug).agg(
        *[end(who).alias(f"{which}_{who}") for who in ("prescriber", "pharmacy")
          for which, end in (("first", F.min), ("last", F.max))]
    )  # fmt: skip
    several = ends.where("first_prescriber < last_prescriber or first_pharmacy < last_pharmacy").select(*drug)
    in_order = Window.partitionBy(*drug).orderBy("day")
    recent, held = in_order.rangeBetween(1 - DAYS, 0), in_order.rangeBetween(-_LONGEST_SUPPLY, 0)
    fill = F.struct("prescriber", "day", "known", "claim_id", "supply")

    def overlaps(other: Column) -> Column:
        earlier = F.struct(other["day"], other["known"], other["claim_id"]) < F.struct("day", "known", "claim_id")
        lasts = other["day"] + other["supply"] > F.col("day")
        return earlier & lasts & F.coalesce(other["prescriber"] != F.col("prescriber"), F.lit(False))

    return (
        fills.join(several, drug, "left_semi")
        .withColumn("prescribers_in_90_days", F.size(F.collect_set("prescriber").over(recent)))
        .withColumn("pharmacies_in_90_days", F.size(F.collect_set("pharmacy").over(recent)))
        .withColumn("overlapping_fills_elsewhere", F.size(F.filter(F.collect_list(fill).over(held), overlaps)))
        .select("claim_id", "prescribers_in_90_days", "pharmacies_in_90_days", "overlapping_fills_elsewhere")
    )
