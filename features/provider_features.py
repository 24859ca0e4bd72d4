"""How a billing provider bills, and how its peers do: `catalog/provider_features.py` says what each column means."""

from __future__ import annotations

from datetime import date

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from features.care_graph import MEMBER_PROVIDER, PROVIDER_PHYSICIAN
from features.codes import HIGH_LEVEL
from features.exact_sums import exact_mean, exact_sum
from features.months import months_from
from features.peers import MIN_CLAIMS, held_units_ratio, ratio, with_peer_comparison, with_peer_group
from features.shaped import shaped

_RATIOS = {
    "paid_per_member_vs_peers": "paid_per_member",
    "paid_per_claim_vs_peers": "paid_per_claim",
    "claims_per_member_vs_peers": "claims_per_member",
}
_DEVIATIONS = {
    "paid_per_member_z": "ln(1 + greatest(paid_per_member, 0))",
    "visit_level_z": "mean_visit_level",
    "units_z": "units_vs_code",
}

_PAID_SHARES = {
    "inpatient_paid_share": "claim_type = 'inpatient'",
    "equipment_paid_share": "equipment",
    "laboratory_paid_share": "laboratory",
    "drug_paid_share": "drug",
}
"""Share of the paid amount -> the lines it counts."""


def provider_features(year: DataFrame, graph: DataFrame, providers: DataFrame, as_of: date) -> DataFrame:
    """One row per billing provider of `year` (what `look_back` makes); `graph` is its `care_graph`, `providers` the
    latest descriptions. Every part below has one row per provider, so no join multiplies rows."""
    recent = months_from(as_of, -3)
    parts = [
        _claims(year, recent),
        _months(year),
        _members(graph, recent),
        _physicians(graph),
        _codes(year),
        _days(year),
        _referrers(year),
    ]
    measured = _lines(year)
    for part in parts:
        measured = measured.join(part, "provider_id", "left")
    described = providers.select("provider_id", "provider_kind", "specialty", "state")
    unknown = F.lit("unknown")
    return (
        measured.join(described, "provider_id", "left")
        .withColumns(
            {
                "provider_kind": F.coalesce("provider_kind", unknown),
                "specialty": F.coalesce("specialty", unknown),
                "claim_volume": F.col("claim_count"),
                "total_paid": F.col("paid_amount").cast("double"),
                "paid_per_member": ratio(F.col("paid_amount"), F.col("member_volume")),
                "paid_per_claim": ratio(F.col("paid_amount"), F.col("claim_count")),
                "claims_per_member": ratio(F.col("claim_count"), F.col("member_volume")),
                "lines_per_claim": ratio(F.col("line_count"), F.col("claim_count")),
                "members_per_physician": ratio(F.col("member_volume"), F.col("physician_volume")),
                "physician_volume": F.coalesce("physician_volume", F.lit(0)),
                "top_code_share": ratio(F.col("top_code_lines"), F.col("line_count")),
                "growth": F.when(
                    F.col("claim_count") >= MIN_CLAIMS,
                    (F.col("recent_claims") / 3 + 0.5) / ((F.col("claim_count") - F.col("recent_claims")) / 9 + 0.5),
                ),
            }
        )
        .transform(with_peer_group)
        .transform(with_peer_comparison, _RATIOS, _DEVIATIONS)
        .transform(shaped, "provider_features", as_of)
    )


def _lines(year: DataFrame) -> DataFrame:
    """Sums over lines."""
    paid = F.col("paid_amount").cast("double")

    def paid_where(condition: str) -> Column:
        return exact_sum(F.when(F.expr(condition), paid).otherwise(0.0))

    def share(flag: str, name: str) -> Column:
        return F.avg(F.col(flag).cast("int")).alias(name)

    sums = year.groupBy("provider_id").agg(
        F.count("*").alias("line_count"),
        F.sum("paid_amount").alias("paid_amount"),
        share("weekend", "weekend_share"),
        F.avg("visit_level").alias("mean_visit_level"),
        F.avg((F.col("visit_level") >= HIGH_LEVEL).cast("int")).alias("high_level_visit_share"),
        exact_sum(F.when(F.col("usual_paid").isNotNull(), paid)).alias("_comparable_paid"),
        exact_sum(F.col("usual_paid")).alias("_usual_paid"),
        exact_mean(held_units_ratio()).alias("units_vs_code"),
        share("duplicate", "duplicate_line_share"),
        F.sum(F.col("after_death").cast("int")).alias("after_death_lines"),
        share("outside_coverage", "outside_coverage_share"),
        share("during_stay", "during_stay_share"),
        share("out_of_state", "out_of_state_share"),
        F.avg((F.col("paid_amount") == 0).cast("int")).alias("zero_paid_share"),
        *[paid_where(condition).alias(f"_{name}") for name, condition in _PAID_SHARES.items()],
    )
    return sums.withColumns(
        {
            "paid_vs_code": ratio(F.col("_comparable_paid"), F.col("_usual_paid")),
            **{name: ratio(F.col(f"_{name}"), F.col("paid_amount")) for name in _PAID_SHARES},
        }
    )


def _claims(year: DataFrame, recent: date) -> DataFrame:
    claims = year.groupBy("provider_id", "claim_id").agg(
        F.min("service_from").alias("service_from"),
        F.max("diagnosis_count").alias("diagnoses"),
        F.sum("paid_amount").cast("double").alias("paid"),
        F.max(F.when(F.col("claim_type") == "inpatient", F.datediff("discharged", "admitted"))).alias("stay_days"),
    )
    return claims.groupBy("provider_id").agg(
        F.count("*").alias("claim_count"),
        F.count_if(F.col("service_from") > F.lit(recent)).alias("recent_claims"),
        F.avg(F.when(F.col("diagnoses") > 0, F.col("diagnoses"))).alias("mean_diagnosis_count"),
        F.avg("stay_days").alias("mean_stay_days"),
        F.max("stay_days").alias("longest_stay_days"),
        F.percentile("stay_days", F.lit(0.9)).alias("stay_days_p90"),
        F.sum("stay_days").alias("inpatient_days"),
        F.median("paid").alias("claim_paid_median"),
        F.percentile("paid", F.lit(0.9)).alias("claim_paid_p90"),
        F.max("paid").alias("largest_claim_paid"),
    )


def _months(year: DataFrame) -> DataFrame:
    months = year.groupBy("provider_id", F.trunc("service_from", "month").alias("month")).agg(
        F.countDistinct("claim_id").alias("claims")
    )
    return months.groupBy("provider_id").agg(
        F.max("claims").alias("busiest_month_claims"), F.count("*").alias("active_months")
    )


def _members(graph: DataFrame, recent: date) -> DataFrame:
    paid = F.col("paid_amount").cast("double")
    return (
        graph.where(F.col("edge_type") == MEMBER_PROVIDER)
        .groupBy(F.col("to_id").alias("provider_id"))
        .agg(
            F.count("*").alias("member_volume"),
            ratio(F.max(paid), exact_sum(paid)).alias("top_member_paid_share"),
            F.avg((F.col("claim_count") == 1).cast("int")).alias("single_claim_member_share"),
            F.avg((F.col("first_service") > F.lit(recent)).cast("int")).alias("new_member_share"),
        )
    )


def _physicians(graph: DataFrame) -> DataFrame:
    staffed = graph.where(F.col("edge_type") == PROVIDER_PHYSICIAN)
    return staffed.groupBy(F.col("from_id").alias("provider_id")).agg(F.count("*").alias("physician_volume"))


def _codes(year: DataFrame) -> DataFrame:
    codes = year.groupBy("provider_id", "code").agg(F.count("*").alias("lines"))
    return codes.groupBy("provider_id").agg(F.count("*").alias("code_count"), F.max("lines").alias("top_code_lines"))


def _days(year: DataFrame) -> DataFrame:
    """The provider's fullest day, in members, and its fullest day of one physician, in units."""
    days = (
        year.groupBy("provider_id", "day", "physician_id", "member_id")
        .agg(exact_sum(F.col("timed_units")).alias("units"))
        .groupBy("provider_id", "day", "physician_id")
        .agg(exact_sum(F.col("units")).alias("units"), F.collect_set("member_id").alias("members"))
        .groupBy("provider_id", "day")
        .agg(
            F.max(F.when(F.col("physician_id").isNotNull(), F.col("units"))).alias("units"),
            F.size(F.array_distinct(F.flatten(F.collect_list("members")))).alias("members"),
        )
    )
    return days.groupBy("provider_id").agg(
        F.max("members").alias("max_members_in_day"), F.max("units").alias("max_physician_units_in_day")
    )


def _referrers(year: DataFrame) -> DataFrame:
    referred = year.where(F.col("referring_physician_id").isNotNull())
    lines = referred.groupBy("provider_id", "referring_physician_id").agg(F.count("*").alias("lines"))
    return lines.groupBy("provider_id").agg(ratio(F.max("lines"), F.sum("lines")).alias("top_referrer_share"))
