"""One row per final claim line or fill, with what is odd about it. claim_features and provider_features add these up.

All joins are onto tables of one row per member, provider or code, so no line is ever multiplied.
"""

from __future__ import annotations

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from features.codes import (
    code_family,
    is_drug,
    is_equipment,
    is_home_or_office,
    is_in_person,
    is_laboratory,
    is_timed_service,
    lifts_bundling,
    repeats_by_intent,
    visit_level,
)
from features.hospital import admitted, discharged
from features.known import NO_CODE, Known, not_denied
from features.peers import ratio, usual_by_code

_KEPT = [
    "claim_line_id",
    "claim_id",
    "source",
    "batch_id",
    "claim_type",
    "member_id",
    "provider_id",
    "physician_id",
    "referring_physician_id",
    "service_from",
    "service_through",
    "known_date",
    "code",
    "drg_code",
    "hcpcs_modifier_1",
    "days_supply",
    "charge_amount",
    "allowed_amount",
    "paid_amount",
    "units",
]
_SERVICE = ["service_key", "member_id", "claim_type", "code"]


def line_signals(known: Known) -> DataFrame:
    """Identifiers, dates and amounts of `known.lines` with the signals below; rows in equal rows out.

    From the line itself: `day` (days since 1970), `code_family`, `visit_level` 1..5, `timed_units`, `admitted`,
    `discharged`, `days_to_receive`, `diagnosis_count`, `diagnosis_family`, booleans `weekend`, `lifts_bundling`,
    `equipment`, `laboratory`, `drug`, `in_person`.
    Against the member: booleans `after_death`, `outside_coverage` (null: coverage unknown), `during_stay`;
    `overlapping_stays`.
    Against other lines: booleans `duplicate`, `near_duplicate`; `repeats_in_30_days`, `repeat_interval_days`,
    `early_refill_days`, `refill_interval_ratio`.
    Against other providers: `usual_paid` and `usual_units` of the code, `paid_ratio`, `units_ratio`; `provider_kind`,
    `specialty`, `provider_state`, `out_of_state` (null: a state unknown).
    """
    return (
        known.lines.transform(_by_itself)
        .join(_member_facts(known), "member_id", "left")
        .transform(_against_member)
        .transform(_against_earlier_lines)
        .join(F.broadcast(usual_by_code(known.lines)), ["claim_type", "code"], "left")
        .withColumns(
            {
                "paid_ratio": ratio(F.col("paid_amount"), F.col("usual_paid")),
                "units_ratio": ratio(F.col("units"), F.col("usual_units")),
            }
        )
        .transform(_against_provider, known.providers)
    )


def _by_itself(lines: DataFrame) -> DataFrame:
    """What one line says. Code columns and diagnoses stay behind here: narrow rows sort and travel faster."""
    return lines.select(
        *_KEPT,
        F.unix_date("service_from").alias("day"),
        # One number stands before the strings in every sort below; the strings behind it keep it exact.
        F.xxhash64("member_id", "claim_type", "code").alias("service_key"),
        admitted().alias("admitted"),
        discharged().alias("discharged"),
        F.datediff("received_date", "service_through").alias("days_to_receive"),
        F.size(F.array_distinct("diagnosis_codes")).alias("diagnosis_count"),
        F.substring(F.try_element_at("diagnosis_codes", F.lit(1)), 1, 3).alias("diagnosis_family"),
        F.dayofweek("service_from").isin(1, 7).alias("weekend"),
        visit_level().alias("visit_level"),
        F.when(is_timed_service(), F.coalesce("units", F.lit(1.0))).alias("timed_units"),
        code_family().alias("code_family"),
        is_equipment().alias("equipment"),
        is_laboratory().alias("laboratory"),
        is_drug().alias("drug"),
        is_home_or_office().alias("home_or_office"),
        is_in_person().alias("in_person"),
        lifts_bundling().alias("lifts_bundling"),
        (repeats_by_intent() | (F.col("code") == NO_CODE)).alias("may_repeat"),
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
        F.col("enrollment_start_date").alias("start"),
        F.col("enrollment_end_date").alias("end"),
        F.col("medical_coverage").alias("medical"),
        F.col("pharmacy_coverage").alias("pharmacy"),
    )
    spans = known.eligibility.groupBy("member_id").agg(F.collect_list(span).alias("spans"))
    stays = (
        known.lines.where(F.col("claim_type") == "inpatient")
        .groupBy("member_id", "claim_id")
        .agg(F.min(admitted()).alias("start"), F.max(discharged()).alias("end"))
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
        other = stay["claim_id"] != F.col("claim_id")
        return other & (stay["start"] < F.col("discharged")) & (stay["end"] > F.col("admitted"))

    home = F.col("claim_type").isin("professional", "outpatient") & F.col("home_or_office")
    in_hospital = F.coalesce(F.exists("stays", surrounds), F.lit(False))
    inpatient = F.col("claim_type") == "inpatient"
    return lines.withColumns(
        {
            "after_death": F.coalesce(F.col("service_from") > F.col("death_date"), F.lit(False)),
            "outside_coverage": ~F.exists("spans", covers),
            "during_stay": home & in_hospital,
            "overlapping_stays": F.when(inpatient, F.size(F.filter("stays", shares_a_night))),
        }
    ).drop("death_date", "spans", "stays", "home_or_office")


def _against_earlier_lines(lines: DataFrame) -> DataFrame:
    """Repeats of a service already billed, and drugs refilled early.

    The copy that became known later is flagged, not the one before it. Only final versions are compared, so a
    corrected claim never repeats the version it replaces; and what was denied was not billed twice when it is sent
    again, so a service is repeated only where the earlier line was allowed.
    """
    claim = F.struct("known_date", "claim_id", "provider_id")
    same_provider = Window.partitionBy(*_SERVICE, "provider_id", "day")
    recent = Window.partitionBy(*_SERVICE, "provider_id").orderBy("day").rangeBetween(-29, 0)
    any_provider = Window.partitionBy(*_SERVICE, "day")
    before = Window.partitionBy(*_SERVICE).orderBy("day").rangeBetween(Window.unboundedPreceding, -1)
    named = F.col("code") != NO_CODE
    overlap = F.greatest(F.coalesce(F.col("_held_until") - F.col("day"), F.lit(0)), F.lit(0))
    elsewhere = F.coalesce(F.col("provider_id") != F.col("_first_any.provider_id"), F.lit(False))
    fill, repeatable = F.col("claim_type") == "pharmacy", named & ~F.col("may_repeat")
    earlier = Window.partitionBy(*_SERVICE, "provider_id").orderBy("day").rangeBetween(Window.unboundedPreceding, -1)
    another = F.col("claim_id") != F.col("_first.claim_id")
    since_fill = ratio(F.col("day") - F.col("_last_fill.day"), F.col("_last_fill.days_supply"))
    apart = F.when(F.col("duplicate"), 0).otherwise(F.col("day") - F.col("_last_day"))
    visible = repeatable & F.col("claim_type").isin("professional", "outpatient")
    return (
        lines.withColumn("_first", F.min(F.when(not_denied(), claim)).over(same_provider))
        .withColumn("repeats_in_30_days", F.when(named, F.count("*").over(recent)))
        .withColumn("_last_day", F.max(F.when(not_denied(), F.col("day"))).over(earlier))
        .withColumn("_first_any", F.min(claim).over(any_provider))
        .withColumn("_held_until", F.max(F.col("day") + F.col("days_supply")).over(before))
        .withColumn("_last_fill", F.max(F.struct("day", "days_supply")).over(before))
        .withColumn("duplicate", F.coalesce(claim > F.col("_first"), F.lit(False)) & another & repeatable)
        .withColumn("near_duplicate", elsewhere & ~F.col("may_repeat"))
        .withColumn("repeat_interval_days", F.when(visible, apart))
        .withColumn("early_refill_days", F.when(fill, overlap))
        .withColumn("refill_interval_ratio", F.when(fill, since_fill))
        .drop("_first", "_first_any", "_held_until", "_last_day", "_last_fill", "service_key", "may_repeat")
    )


def _against_provider(lines: DataFrame, providers: DataFrame) -> DataFrame:
    """Kind, specialty and state of the billing provider, and how common the code is in its specialty."""
    described = providers.select("provider_id", "provider_kind", "specialty", F.col("state").alias("provider_state"))
    placed = lines.join(described, "provider_id", "left").withColumns(
        {
            "provider_kind": F.coalesce("provider_kind", F.lit("unknown")),
            "specialty": F.coalesce("specialty", F.lit("unknown")),
            "out_of_state": F.col("provider_state") != F.col("member_state"),
        }
    )
    return placed.drop("member_state")
