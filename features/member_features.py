"""What a member's history says about next year's cost: `catalog/member_features.py` says what each column means."""

from __future__ import annotations

from datetime import date
from functools import reduce
from operator import add

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from catalog import TABLES
from features.codes import is_emergency, is_office_visit
from features.conditions import CONDITIONS, has_condition
from features.coverage import covered_on, months_covered
from features.drug_classes import classes_filled, product_code
from features.episodes import after_discharge, inpatient_episodes
from features.exact_sums import MONEY_PLACES, exact_mean, exact_sum
from features.hcc import with_hcc
from features.hospital import stay_days
from features.known import Known
from features.months import months_from, within
from features.peers import ratio
from features.shaped import shaped

LOOK_BACK_MONTHS = 12
AGE_BANDS = ((18, "0-17"), (35, "18-34"), (45, "35-44"), (55, "45-54"), (65, "55-64"), (75, "65-74"), (85, "75-84"))


def member_features(known: Known, drug_classes: DataFrame | None = None) -> DataFrame:
    """One row per member covered on `known.as_of`; each join below adds one row per member at most.

    Without `drug_classes` (rows of that table) how many classes of drugs a member takes is unknown.
    """
    as_of = known.as_of
    ends = [months_from(as_of, -month) for month in range(LOOK_BACK_MONTHS)]
    year = known.lines.where(within("service_from", months_from(as_of, -LOOK_BACK_MONTHS), as_of))
    measured = (
        covered_on(known.eligibility, as_of)
        .join(months_covered(known.eligibility, ends, "months_observed"), "member_id", "left")
        .join(known.members.select("member_id", "birth_date", "gender", "state"), "member_id", "left")
        .join(_history(known), "member_id", "left")
        .join(_stays(year), "member_id", "left")
        .join(_panels(year), "member_id", "left")
        .transform(_with_drug_classes, year, drug_classes)
    )
    return measured.withColumns(_person(as_of)).transform(with_hcc, as_of).transform(_shaped, as_of)


def _history(known: Known) -> DataFrame:
    """One row per member with a line in the last 24 months."""
    as_of = known.as_of
    months = [within("service_from", months_from(as_of, -m - 1), months_from(as_of, -m)) for m in range(12)]
    year = within("service_from", months_from(as_of, -LOOK_BACK_MONTHS), as_of)
    cost = F.col("cost")

    def cost_where(condition: Column) -> Column:
        return exact_sum(F.when(condition, cost).otherwise(0.0))

    def distinct(condition: Column, what: Column) -> Column:
        return F.size(F.collect_set(F.when(year & condition, what)))

    def diagnoses(code_type: str) -> Column:
        of_type = year & (F.col("diagnosis_code_type") == code_type)
        return F.array_distinct(F.flatten(F.collect_set(F.when(of_type, F.col("diagnosis_codes")))))

    totals = (
        known.lines.where(within("service_from", months_from(as_of, -24), as_of))
        .join(_episodes(known), "member_id", "left")
        .groupBy("member_id")
        .agg(
            cost_where(~year).alias("cost_prior_year"),
            *[cost_where(month).alias(f"_month_{i}") for i, month in enumerate(months)],
            *[
                cost_where(year & (F.col("claim_type") == kind)).alias(f"cost_{kind}_12m")
                for kind in ("inpatient", "outpatient", "professional", "pharmacy")
            ],
            cost_where(year & after_discharge(F.col("episode_ends"))).alias("cost_post_acute_12m"),
            *[F.max(name).alias(name) for name in ("inpatient_episodes", "readmissions", "days_since_discharge")],
            distinct(is_emergency(), F.col("service_from")).alias("emergency_visits"),
            distinct(is_office_visit(), F.col("service_from")).alias("office_visits"),
            F.count_if(year & (F.col("claim_type") == "pharmacy")).alias("fills"),
            distinct(F.col("claim_type") == "pharmacy", product_code()).alias("drug_count"),
            distinct(F.lit(True), F.col("provider_id")).alias("provider_count"),
            diagnoses("icd-9-cm").alias("icd9"),
            diagnoses("icd-10-cm").alias("icd10"),
        )
    )
    last_year = [F.col(f"_month_{month}") for month in range(12)]
    year_cost = _total(last_year)
    flags = {flag: has_condition(flag, F.col("icd9"), F.col("icd10")) for flag in CONDITIONS}
    families = F.transform(F.concat("icd9", "icd10"), lambda code: F.substring(code, 1, 3))
    return totals.withColumns(
        {
            "cost_12m": year_cost,
            "cost_3m": _total(last_year[:3]),
            "cost_trend": F.log(_floored(_total(last_year[:6]))) - F.log(_floored(_total(last_year[6:]))),
            "top_month_share": F.when(year_cost > 0, ratio(F.greatest(*last_year), year_cost)),
            "active_months": _total([(month > 0).cast("int") for month in last_year]),
            "diagnosis_category_count": F.size(F.array_distinct(families)),
            **flags,
        }
    ).withColumn("condition_count", _total([F.col(flag) for flag in CONDITIONS]))


def _stays(year: DataFrame) -> DataFrame:
    """One row per member with a stay. Nights belong to the claim, not to each of its lines."""
    claims = year.where(F.col("claim_type") == "inpatient").groupBy("member_id", "claim_id")
    return (
        claims.agg(stay_days().alias("nights"))
        .groupBy("member_id")
        .agg(F.count("*").alias("admissions"), F.sum("nights").alias("inpatient_days"))
    )


def _episodes(known: Known) -> DataFrame:
    """One row per member with an episode."""
    as_of = known.as_of
    # A month more, for the discharges whose 30 days reach into the look-back.
    recent = within("service_from", months_from(as_of, -LOOK_BACK_MONTHS - 1), as_of)
    begun = within("episode_start", months_from(as_of, -LOOK_BACK_MONTHS), as_of)
    ended = within("episode_end", months_from(as_of, -LOOK_BACK_MONTHS), as_of)
    return (
        inpatient_episodes(known.lines.where(recent))
        .groupBy("member_id")
        .agg(
            F.count_if(begun).alias("inpatient_episodes"),
            F.count_if(begun & F.col("readmission")).alias("readmissions"),
            F.datediff(F.lit(as_of), F.max(F.when(ended, F.col("episode_end")))).alias("days_since_discharge"),
            F.collect_set("episode_end").alias("episode_ends"),
        )
    )


def _with_drug_classes(measured: DataFrame, year: DataFrame, drug_classes: DataFrame | None) -> DataFrame:
    """Unknown, too, for members who take drugs of which the directory knows none."""
    if drug_classes is None:
        return measured.withColumn("drug_class_count", F.lit(None).cast("double"))
    filled = classes_filled(year.where(F.col("claim_type") == "pharmacy"), drug_classes)
    none = F.when(F.coalesce("fills", F.lit(0)) == 0, F.lit(0))
    return measured.join(filled, "member_id", "left").withColumn(
        "drug_class_count", F.coalesce("drug_class_count", none)
    )


def _panels(year: DataFrame) -> DataFrame:
    """One row per member: what the other members of its providers cost, so that its own cost stays out."""
    costs = year.groupBy("member_id").agg(exact_sum(F.col("cost")).alias("own"))
    seen = year.where(F.col("provider_id").isNotNull()).select("member_id", "provider_id").distinct()
    seen = seen.join(costs, "member_id")
    panels = seen.groupBy("provider_id").agg(exact_sum(F.col("own")).alias("panel"), F.count("*").alias("members"))
    others = (F.col("panel") - F.col("own")) / F.nullif(F.col("members") - 1, F.lit(0))
    return (
        seen.join(panels, "provider_id")
        .groupBy("member_id")
        .agg(exact_mean(others, MONEY_PLACES).alias("panel_mean_cost"))
    )


def _person(as_of: date) -> dict[str, Column]:
    years = F.floor(F.months_between(F.lit(as_of), F.col("birth_date")) / 12)
    band = F.when(years.isNull(), F.lit("unknown"))
    for below, name in AGE_BANDS:
        band = band.when(years < below, F.lit(name))
    sex = F.when(F.col("gender") == "male", 1.0).when(F.col("gender") == "female", 0.0)
    return {
        # In whole months: a finer age would give the birthday away.
        "age": F.floor(F.months_between(F.lit(as_of), F.col("birth_date"))) / 12,
        "age_band": band.otherwise(F.lit("85+")),
        "sex_male": sex,
        "months_observed": F.coalesce("months_observed", F.lit(0)),
        "observed_months": F.coalesce("months_observed", F.lit(0)),
    }


_UNKNOWN_WITHOUT_HISTORY = {
    *("age", "sex_male", "top_month_share", "days_since_discharge"),
    *("drug_class_count", "panel_mean_cost", "hcc_disease_score", "hcc_count"),
}


def _shaped(measured: DataFrame, as_of: date) -> DataFrame:
    """Members without a line cost nothing and did nothing: zero, not unknown."""
    counted = [name for name in TABLES["member_features"].feature_names if name not in _UNKNOWN_WITHOUT_HISTORY]
    zeros = {name: F.coalesce(F.col(name).cast("double"), F.lit(0.0)) for name in counted}
    return measured.withColumns(zeros).transform(shaped, "member_features", as_of)


def _total(columns: list[Column]) -> Column:
    return reduce(add, columns)


def _floored(cost: Column) -> Column:
    """Cost plus 100 USD, so that the trend of small amounts is small; refunds do not go below it."""
    return F.greatest(cost, F.lit(0.0)) + 100
