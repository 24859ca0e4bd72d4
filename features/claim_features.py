"""What is odd about a claim: `catalog/claim_features.py` says what each column means."""

from __future__ import annotations

from datetime import date

from pyspark.sql import Column, DataFrame, Window, WindowSpec
from pyspark.sql import functions as F

from catalog import TABLES
from features.codes import code_family, lifts_bundling
from features.hospital import admitted, discharged
from features.peers import ratio

MAX_EVIDENCE = 20
"""Lines named per claim; the costliest are enough to open a claim."""


def claim_features(signals: DataFrame, as_of: date) -> DataFrame:
    """One row per claim of `signals` (what `line_signals` makes). Claims in equal claims out, and so do dollars."""
    claims = _claims(signals).transform(_same_day).transform(_against_peers)
    features = TABLES["claim_features"].feature_names
    casts = {name: F.col(name).cast("double") for name in features}
    return claims.withColumns(casts).withColumn("as_of", F.lit(as_of)).select(TABLES["claim_features"].column_names)


def _claims(lines: DataFrame) -> DataFrame:
    """Lines added up to claims."""
    evidence = F.struct(
        F.col("paid_amount").alias("paid"), "claim_line_id", "provider_id", "physician_id",
        code_family().alias("family"), "specialty", "provider_kind",
    )
    principal = F.substring(F.try_element_at("diagnosis_codes", F.lit(1)), 1, 3)
    claims = lines.groupBy("claim_id").agg(
        F.sort_array(F.collect_list(evidence), asc=False).alias("lines"),
        *[F.max(name).alias(name) for name in ("source", "batch_id", "claim_type", "member_id", "drg_code")],
        F.min("service_from").alias("service_from"),
        F.max("service_through").alias("service_through"),
        F.sum("paid_amount").alias("paid_amount"),
        F.count("*").alias("line_count"),
        F.max("paid_ratio").alias("paid_vs_code_max"),
        ratio(F.sum(F.when(F.col("usual_paid").isNotNull(), F.col("paid_amount"))), F.sum("usual_paid")).alias(
            "paid_vs_code_total"
        ),
        F.max("units_ratio").alias("units_vs_code_max"),
        ratio(F.sum("charge_amount"), F.sum("allowed_amount")).alias("charge_to_allowed"),
        F.avg(lifts_bundling().cast("int")).alias("unbundling_modifier_share"),
        F.min("code_share_in_specialty").alias("code_share_in_specialty"),
        F.max("visit_level").alias("visit_level"),
        F.datediff(F.max(discharged()), F.min(admitted())).alias("stay_days"),
        F.max("overlapping_stays").alias("overlapping_stays"),
        F.max(principal).alias("diagnosis_family"),
        F.size(F.array_distinct(F.flatten(F.collect_set("diagnosis_codes")))).alias("diagnosis_count"),
        F.max(F.datediff("received_date", "service_through")).alias("days_to_receive"),
        F.avg(F.col("weekend").cast("int")).alias("weekend_share"),
        _lines("duplicate", "duplicate_lines"),
        _lines("near_duplicate", "near_duplicate_lines"),
        _lines("during_stay", "lines_during_stay"),
        _lines("after_death", "lines_after_death"),
        _lines("outside_coverage", "lines_outside_coverage"),
        F.max("repeats_in_30_days").alias("repeats_in_30_days"),
        F.max(F.col("out_of_state").cast("int")).alias("out_of_state"),
        F.max("early_refill_days").alias("early_refill_days"),
        F.max("days_supply").alias("days_supply"),
        F.sum("timed_units").alias("timed_units"),
    )
    return claims.withColumns(
        {
            "claim_line_ids": F.slice(F.col("lines")["claim_line_id"], 1, MAX_EVIDENCE),
            "provider_id": _most_paid("provider_id"),
            "physician_id": _most_paid("physician_id"),
            "provider_kind": F.get("lines", F.lit(0))["provider_kind"],
            "specialty": F.get("lines", F.lit(0))["specialty"],
            "peer_group": F.concat_ws("/", "claim_type", F.get("lines", F.lit(0))["family"]),
            "total_paid": F.col("paid_amount"),
        }
    ).drop("lines")


def _same_day(claims: DataFrame) -> DataFrame:
    """What else was billed for the member, by the provider and under the physician that day."""

    def on_day(who: str) -> WindowSpec:
        return Window.partitionBy(who, "service_from")

    with_this_provider = Window.partitionBy("member_id", "provider_id").orderBy("service_from", "claim_id")
    known = {name: F.col(name).isNotNull() for name in ("provider_id", "physician_id")}
    members = F.size(F.collect_set("member_id").over(on_day("physician_id")))
    return (
        claims.repartition(F.col("member_id"))
        .withColumn("member_claims_same_day", F.count("*").over(on_day("member_id")))
        .withColumn("_nth", F.row_number().over(with_this_provider))
        .withColumn("first_claim_of_member", F.when(known["provider_id"], F.col("_nth") == 1).cast("int"))
        .withColumn("_provider", F.count("*").over(on_day("provider_id")))
        .withColumn("provider_claims_same_day", F.when(known["provider_id"], F.col("_provider")))
        .withColumn("_members", members)
        .withColumn("_units", F.sum("timed_units").over(on_day("physician_id")))
        .withColumn("physician_members_same_day", F.when(known["physician_id"], F.col("_members")))
        .withColumn("physician_units_same_day", F.when(known["physician_id"], F.coalesce("_units", F.lit(0.0))))
    )


def _against_peers(claims: DataFrame) -> DataFrame:
    """Visit level against specialty and diagnosis, stay against its DRG."""
    specialty = ["provider_kind", "specialty"]
    visits = claims.where(F.col("visit_level").isNotNull())
    by_specialty = visits.groupBy(*specialty).agg(F.avg("visit_level").alias("_specialty_level"))
    by_diagnosis = (
        visits.where(F.col("diagnosis_family").isNotNull())
        .groupBy("diagnosis_family")
        .agg(F.avg("visit_level").alias("_diagnosis_level"))
    )
    stays = claims.where((F.col("claim_type") == "inpatient") & F.col("drg_code").isNotNull())
    by_drg = stays.groupBy("drg_code").agg(F.median("stay_days").alias("_usual_stay"))
    is_stay = F.col("claim_type") == "inpatient"
    return (
        claims.join(F.broadcast(by_specialty), specialty, "left")
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


def _lines(flag: str, name: str) -> Column:
    """How many lines carry the flag; null where it is unknown on all of them."""
    return F.sum(F.col(flag).cast("int")).alias(name)


def _most_paid(who: str) -> Column:
    """The provider or physician with the most paid over the claim's lines; the higher id on a tie."""

    def paid_to(one: Column) -> Column:
        own = F.filter("lines", lambda line: line[who] == one)
        return F.aggregate(own, F.lit(0).cast("double"), lambda total, line: total + line["paid"].cast("double"))

    everyone = F.array_distinct(F.array_compact(F.col("lines")[who]))
    return F.array_max(F.transform(everyone, lambda one: F.struct(paid_to(one).alias("paid"), one.alias("id"))))["id"]
