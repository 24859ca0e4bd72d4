"""What is odd about a claim: `catalog/claim_features.py` says what each column means."""

from __future__ import annotations

from datetime import date

from pyspark.sql import Column, DataFrame, Window, WindowSpec
from pyspark.sql import functions as F

from features.billing_pattern import billing_pattern
from features.billing_shift import with_billing_shift
from features.claim_findings import Policies, with_findings
from features.daily_quantity import with_daily_quantity
from features.exact_sums import exact_mean, exact_sum
from features.line_evidence import MAX_EVIDENCE, SIGNALS, evidence_of, of_each
from features.peers import ratio, with_code_share
from features.repeat_intervals import with_repeat_share
from features.shaped import shaped

_SPECIALTY = ["provider_kind", "specialty"]


def claim_features(signals: DataFrame, as_of: date, policies: Policies) -> DataFrame:
    """One row per claim of `signals` (what `line_signals` makes). Claims in equal claims out, and so do dollars."""
    lines = signals.transform(with_repeat_share)
    claims = lines.transform(with_code_share).transform(with_daily_quantity).transform(_claims)
    measured = (
        claims.join(_same_day(signals), "claim_id", "left")
        .transform(_against_peers, signals)
        .transform(with_findings, signals, policies)
        .join(billing_pattern(lines), "provider_id", "left")
        .transform(with_billing_shift, lines)
        .withColumn("provider_day_vs_usual", ratio(F.col("provider_claims_same_day"), F.col("provider_claims_per_day")))
    )
    return measured.transform(shaped, "claim_features", as_of)


def _claims(lines: DataFrame) -> DataFrame:
    """Lines added up to claims. Who, what and when come from the costliest line, the sums from all.

    One window per claim instead of a group-by: Spark sorts once, and neither strings nor lists go through its slow
    aggregation path.
    """
    claim = Window.partitionBy("claim_id")
    costliest_first = claim.orderBy(F.desc("paid_amount"), "claim_line_id")
    whole = costliest_first.rowsBetween(Window.unboundedPreceding, Window.unboundedFollowing)
    paid = F.col("paid_amount").cast("double").alias("paid")
    line = F.struct("claim_line_id", paid, "provider_id", "physician_id", *SIGNALS)
    totals = {
        "claim_from": F.min("service_from"),
        "claim_through": F.max("service_through"),
        "claim_paid": F.sum("paid_amount"),
        "line_count": F.count("*"),
        "paid_vs_code_max": F.max("paid_ratio"),
        "_comparable_paid": F.sum(F.when(F.col("usual_paid").isNotNull(), F.col("paid_amount"))),
        "_usual_paid": F.sum("usual_paid"),
        "units_vs_code_max": F.max("units_ratio"),
        "_charged": F.sum("charge_amount"),
        "_allowed": F.sum("allowed_amount"),
        "unbundling_modifier_share": F.avg(F.col("lifts_bundling").cast("int")),
        "_code_share": F.min("code_share_in_specialty"),
        "_visit_level": F.max("visit_level"),
        "_admitted": F.min("admitted"),
        "_discharged": F.max("discharged"),
        "_overlapping_stays": F.max("overlapping_stays"),
        "_diagnosis_count": F.max("diagnosis_count"),
        "_days_to_receive": F.max("days_to_receive"),
        "weekend_share": F.avg(F.col("weekend").cast("int")),
        "duplicate_lines": _lines("duplicate"),
        "near_duplicate_lines": _lines("near_duplicate"),
        "lines_during_stay": _lines("during_stay"),
        "lines_after_death": _lines("after_death"),
        "lines_outside_coverage": _lines("outside_coverage"),
        "_repeats": F.max("repeats_in_30_days"),
        "_repeat_interval_days": F.min("repeat_interval_days"),
        "_sooner_repeat_share": F.min("sooner_repeat_share"),
        "_refill_interval_ratio": F.min("refill_interval_ratio"),
        "_out_of_state": F.max(F.col("out_of_state").cast("int")),
        "_early_refill_days": F.max("early_refill_days"),
        "_days_supply": F.max("days_supply"),
        "daily_quantity_vs_drug": F.max("daily_quantity_ratio"),
        "_met_in_state": F.max(F.col("in_person") & F.col("provider_state").isNotNull()),
    }
    return (
        lines.withColumn("_nth", F.row_number().over(costliest_first))
        .withColumn("lines", F.collect_list(line).over(whole))
        .withColumns({name: total.over(claim) for name, total in totals.items()})
        .where(F.col("_nth") == 1)
        .withColumns(
            {
                "claim_line_ids": F.slice(of_each("lines", "claim_line_id"), 1, MAX_EVIDENCE),
                "line_evidence": evidence_of("lines"),
                "provider_id": _most_paid("provider_id"),
                "physician_id": _most_paid("physician_id"),
                "peer_group": F.concat_ws("/", "claim_type", "code_family"),
                "service_from": F.col("claim_from"),
                "service_through": F.col("claim_through"),
                "paid_amount": F.col("claim_paid"),
                "total_paid": F.col("claim_paid"),
                "paid_vs_code_total": ratio(F.col("_comparable_paid"), F.col("_usual_paid")),
                "charge_to_allowed": ratio(F.col("_charged"), F.col("_allowed")),
                "code_share_in_specialty": F.col("_code_share"),
                "visit_level": F.col("_visit_level"),
                "stay_days": F.datediff("_discharged", "_admitted"),
                "overlapping_stays": F.col("_overlapping_stays"),
                "diagnosis_count": F.col("_diagnosis_count"),
                "days_to_receive": F.col("_days_to_receive"),
                "repeats_in_30_days": F.col("_repeats"),
                "repeat_interval_days": F.col("_repeat_interval_days"),
                "sooner_repeat_share": F.col("_sooner_repeat_share"),
                "refill_interval_ratio": F.col("_refill_interval_ratio"),
                "out_of_state": F.col("_out_of_state"),
                "early_refill_days": F.col("_early_refill_days"),
                "days_supply": F.col("_days_supply"),
            }
        )
        .drop("lines")
    )


def _same_day(signals: DataFrame) -> DataFrame:
    """One row per claim: what else was billed for the member, by the provider and under the physician on its first
    day. It carries few columns because it is sorted several ways."""
    whole = Window.partitionBy("claim_id")
    claims = (
        signals.select("claim_id", "member_id", "provider_id", "physician_id", "claim_line_id", "paid_amount", "day")
        .withColumn("_nth", F.row_number().over(whole.orderBy(F.desc("paid_amount"), "claim_line_id")))
        .withColumn("day", F.min("day").over(whole))
        .where(F.col("_nth") == 1)
    )

    def on_day(who: str) -> WindowSpec:
        return Window.partitionBy(who, "day")

    seen_before = Window.partitionBy("member_id", "provider_id").orderBy("day")
    provider = F.col("provider_id").isNotNull()
    return (
        claims.repartition(F.col("member_id"))
        .withColumn("member_claims_same_day", F.count("*").over(on_day("member_id")))
        .withColumn("first_claim_of_member", F.when(provider, F.rank().over(seen_before) == 1).cast("int"))
        .withColumn("provider_claims_same_day", F.when(provider, F.count("*").over(on_day("provider_id"))))
        .join(_physician_days(signals), ["physician_id", "day"], "left")
        .drop("member_id", "provider_id", "physician_id", "claim_line_id", "paid_amount", "day", "_nth")
    )


def _physician_days(signals: DataFrame) -> DataFrame:
    """One row per physician and day. Lines, not claims: a course of treatment billed at once fills several days."""
    own = Window.partitionBy("physician_id")
    members, units = F.col("physician_members_same_day"), F.col("physician_units_same_day")
    return (
        signals.where(F.col("physician_id").isNotNull())
        .groupBy("physician_id", "day", "member_id")
        .agg(exact_sum(F.col("timed_units")).alias("units"))
        .groupBy("physician_id", "day")
        .agg(
            F.count("*").alias("physician_members_same_day"),
            F.coalesce(exact_sum(F.col("units")), F.lit(0.0)).alias("physician_units_same_day"),
        )
        .withColumn("physician_day_vs_usual", ratio(members, F.avg(members).over(own)))
        .withColumn("physician_units_vs_usual", ratio(units, exact_mean(units, over=own)))
    )


def _against_peers(claims: DataFrame, signals: DataFrame) -> DataFrame:
    """Visit level against specialty and diagnosis, stay against its DRG."""
    visits = signals.where(F.col("visit_level").isNotNull())
    by_specialty = visits.groupBy(*_SPECIALTY).agg(F.avg("visit_level").alias("_specialty_level"))
    by_diagnosis = (
        visits.where(F.col("diagnosis_family").isNotNull())
        .groupBy("diagnosis_family")
        .agg(F.avg("visit_level").alias("_diagnosis_level"))
    )
    is_stay = F.col("claim_type") == "inpatient"
    by_drg = (
        signals.where(is_stay & F.col("drg_code").isNotNull())
        .groupBy("drg_code", "claim_id")
        .agg(F.datediff(F.max("discharged"), F.min("admitted")).alias("stay_days"))
        .groupBy("drg_code")
        .agg(F.median("stay_days").alias("_usual_stay"))
    )
    return (
        claims.join(F.broadcast(by_specialty), _SPECIALTY, "left")
        .join(F.broadcast(by_diagnosis), "diagnosis_family", "left")
        .join(F.broadcast(by_drg), "drg_code", "left")
        .withColumns(
            {
                "visit_level_vs_specialty": F.col("visit_level") - F.col("_specialty_level"),
                "visit_level_vs_diagnosis": F.col("visit_level") - F.col("_diagnosis_level"),
                "stay_vs_drg": F.when(is_stay, ratio(F.col("stay_days"), F.col("_usual_stay"))),
            }
        )
    )


def _lines(flag: str) -> Column:
    """How many lines carry the flag; null where it is unknown on all of them."""
    return F.sum(F.col(flag).cast("int"))


def _most_paid(who: str) -> Column:
    """The provider or physician with the most paid over the claim's lines; the higher id on a tie."""

    def paid_to(one: Column) -> Column:
        own = F.filter("lines", lambda line: line[who] == one)
        return F.aggregate(own, F.lit(0.0), lambda total, line: total + line["paid"])

    everyone = F.array_distinct(F.array_compact(of_each("lines", who)))
    most = F.array_max(F.transform(everyone, lambda one: F.struct(paid_to(one).alias("paid"), one.alias("id"))))["id"]
    # Nearly every claim names one; adding up per line is for the others.
    return F.when(F.size(everyone) > 1, most).otherwise(F.get(everyone, F.lit(0)))
