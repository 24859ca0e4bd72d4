"""One row per final claim line or fill, with what is odd about it. claim_features and provider_features add these up.

All joins are onto tables of one row per member, provider or code, so no line is ever multiplied. Lines are brought
together by member once; the windows below then need no further shuffle.
"""

from __future__ import annotations

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from features.codes import is_home_or_office, is_timed_service, repeats_by_intent, visit_level
from features.hospital import admitted, discharged
from features.known import Known
from features.peers import ratio, usual_by_code

MIN_SPECIALTY_PROVIDERS = 5
"""A specialty with fewer providers does not tell which codes are rare in it."""

_MEMBER_CODE = ["member_id", "claim_type", "code"]


def line_signals(known: Known) -> DataFrame:
    """The columns of `known.lines` and the signals below; rows in equal rows out.

    `day` days since 1970; `usual_paid`, `usual_units` medians of the code; `paid_ratio`, `units_ratio` against them;
    `visit_level` 1..5; `timed_units`; booleans `weekend`, `duplicate`, `near_duplicate`, `after_death`,
    `outside_coverage` (null: coverage unknown), `during_stay`, `out_of_state` (null: a state unknown);
    `overlapping_stays`; `repeats_in_30_days`; `early_refill_days`; `provider_kind`, `specialty`;
    `code_share_in_specialty`.
    """
    lines = known.lines.repartition(F.col("member_id"))
    return (
        lines.withColumns({"day": F.unix_date("service_from"), "visit_level": visit_level()})
        .join(_member_facts(known), "member_id", "left")
        .transform(_against_member)
        .transform(_against_earlier_lines)
        .join(F.broadcast(usual_by_code(known.lines)), ["claim_type", "code"], "left")
        .withColumns(
            {
                "paid_ratio": ratio(F.col("paid_amount"), F.col("usual_paid")),
                "units_ratio": ratio(F.col("units"), F.col("usual_units")),
                "timed_units": F.when(is_timed_service(), F.coalesce("units", F.lit(1.0))),
                "weekend": F.dayofweek("service_from").isin(1, 7),
            }
        )
        .transform(_against_provider, known.providers)
    )


def _member_facts(known: Known) -> DataFrame:
    """One row per member: death, state, spans of coverage, stays in hospital."""
    described = known.members.select(
        "member_id",
        # A death after the day looked from is not known on that day, whatever the row's own date says.
        F.when(F.col("death_date") <= F.lit(known.as_of), F.col("death_date")).alias("death_date"),
        F.col("state").alias("member_state"),
    )
    span = F.struct(
        F.col("enrollment_start_date").alias("start"), F.col("enrollment_end_date").alias("end"),
        F.col("medical_coverage").alias("medical"), F.col("pharmacy_coverage").alias("pharmacy"),
    )
    spans = known.eligibility.groupBy("member_id").agg(F.collect_list(span).alias("spans"))
    stays = (
        known.lines.where(F.col("claim_type") == "inpatient")
        .groupBy("member_id", "claim_id")
        .agg(
            F.min(admitted()).alias("start"),
            F.max(discharged()).alias("end"),
        )
        .groupBy("member_id")
        .agg(F.collect_list(F.struct("claim_id", "start", "end")).alias("stays"))
    )
    return described.join(spans, "member_id", "full").join(stays, "member_id", "full")


def _against_member(lines: DataFrame) -> DataFrame:
    """Death, coverage and stays in hospital."""
    is_fill = F.col("claim_type") == "pharmacy"

    def covers(span: Column) -> Column:
        right_kind = F.when(is_fill, span["pharmacy"]).otherwise(span["medical"])
        return right_kind & F.col("service_from").between(span["start"], span["end"])

    def surrounds(stay: Column) -> Column:
        return (stay["start"] < F.col("service_from")) & (F.col("service_through") < stay["end"])

    def shares_a_night(stay: Column) -> Column:
        return (stay["claim_id"] != F.col("claim_id")) & (stay["start"] < discharged()) & (stay["end"] > admitted())

    inpatient = F.col("claim_type") == "inpatient"
    home = F.col("claim_type").isin("professional", "outpatient") & is_home_or_office()
    in_hospital = F.coalesce(F.exists("stays", surrounds), F.lit(False))
    return lines.withColumns(
        {
            "after_death": F.coalesce(F.col("service_from") > F.col("death_date"), F.lit(False)),
            "outside_coverage": ~F.exists("spans", covers),
            "during_stay": home & in_hospital,
            "overlapping_stays": F.when(inpatient, F.size(F.filter("stays", shares_a_night))),
        }
    ).drop("death_date", "spans", "stays")


def _against_earlier_lines(lines: DataFrame) -> DataFrame:
    """Repeats of a service already billed, and drugs refilled early.

    The copy that became known later is flagged, not the one before it. Only final versions are compared, so a
    corrected claim never repeats the version it replaces.
    """
    claim = F.struct("known_date", "claim_id", "provider_id")
    same_provider = Window.partitionBy(*_MEMBER_CODE, "provider_id", "day")
    recent = Window.partitionBy(*_MEMBER_CODE, "provider_id").orderBy("day").rangeBetween(-30, 0)
    any_provider = Window.partitionBy(*_MEMBER_CODE, "day")
    before = Window.partitionBy(*_MEMBER_CODE).orderBy("day").rangeBetween(Window.unboundedPreceding, -1)
    return (
        lines.withColumn("_first", F.min(claim).over(same_provider))
        .withColumn("repeats_in_30_days", F.count("*").over(recent))
        .withColumn("_first_any", F.min(claim).over(any_provider))
        .withColumn("_held_until", F.max(F.col("day") + F.col("days_supply")).over(before))
        .withColumn("duplicate", (F.col("claim_id") != F.col("_first.claim_id")) & ~repeats_by_intent())
        .withColumn(
            "near_duplicate",
            F.coalesce(F.col("provider_id") != F.col("_first_any.provider_id"), F.lit(False)) & ~repeats_by_intent(),
        )
        .withColumn(
            "early_refill_days",
            F.when(
                F.col("claim_type") == "pharmacy",
                F.greatest(F.coalesce(F.col("_held_until") - F.col("day"), F.lit(0)), F.lit(0)),
            ),
        )
        .drop("_first", "_first_any", "_held_until")
    )


def _against_provider(lines: DataFrame, providers: DataFrame) -> DataFrame:
    """Kind, specialty and state of the billing provider, and how common the code is in its specialty."""
    described = providers.select("provider_id", "provider_kind", "specialty", F.col("state").alias("provider_state"))
    placed = (
        lines.join(described, "provider_id", "left")
        .withColumns(
            {
                "provider_kind": F.coalesce("provider_kind", F.lit("unknown")),
                "specialty": F.coalesce("specialty", F.lit("unknown")),
                "out_of_state": F.col("provider_state") != F.col("member_state"),
            }
        )
        .drop("provider_state", "member_state")
    )
    specialty = ["provider_kind", "specialty"]
    medical = placed.where((F.col("claim_type") != "pharmacy") & (F.col("specialty") != "unknown"))
    size = medical.groupBy(*specialty).agg(F.countDistinct("provider_id").alias("providers"))
    share = (
        medical.groupBy(*specialty, "code")
        .agg(F.countDistinct("provider_id").alias("billing"))
        .join(F.broadcast(size.where(F.col("providers") >= MIN_SPECIALTY_PROVIDERS)), specialty)
        .select(*specialty, "code", ratio(F.col("billing"), F.col("providers")).alias("code_share_in_specialty"))
    )
    return placed.join(F.broadcast(share), [*specialty, "code"], "left")
