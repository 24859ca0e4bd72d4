"""A provider's habits, as its claims are judged beside them."""

from __future__ import annotations

import pytest
from pyspark.sql import Row, SparkSession

from features.billing_pattern import billing_pattern

_DDL = (
    "provider_id string, claim_id string, day int, refill_interval_ratio double, repeat_interval_days int, "
    "sooner_repeat_share double, days_to_receive int, lifts_bundling boolean, units_ratio double, visit_level int, "
    "diagnosis_family string"
)
_LINE = {"refill_interval_ratio": None, "repeat_interval_days": None, "sooner_repeat_share": None}
_LINE |= {"days_to_receive": 5, "lifts_bundling": False, "units_ratio": 1.0, "visit_level": None}


def lines(spark: SparkSession, *given: dict[str, object]) -> dict[str, Row]:
    names = [column.split()[0] for column in _DDL.split(", ")]
    filled = [{"claim_id": f"c{number}", "day": number} | _LINE | line for number, line in enumerate(given)]
    frame = spark.createDataFrame([tuple(line.get(name) for name in names) for line in filled], _DDL)
    return {row["provider_id"]: row for row in billing_pattern(frame).collect()}


def test_shares_are_of_the_lines_they_can_be_taken_of(spark: SparkSession) -> None:
    found = lines(
        spark,
        {"provider_id": "pharmacy", "refill_interval_ratio": 0.2, "days_to_receive": 31},
        {"provider_id": "pharmacy", "refill_interval_ratio": 1.0},
        {"provider_id": "pharmacy"},
        {"provider_id": "clinic", "repeat_interval_days": 1, "sooner_repeat_share": 0.05, "lifts_bundling": True},
        {"provider_id": "clinic", "repeat_interval_days": 300, "units_ratio": 900.0},
        {"provider_id": None, "refill_interval_ratio": 0.2},
    )
    pharmacy, clinic = found["pharmacy"], found["clinic"]
    assert set(found) == {"pharmacy", "clinic"}
    assert (pharmacy["provider_early_refill_share"], clinic["provider_early_refill_share"]) == (0.5, None)
    assert (pharmacy["provider_close_repeat_share"], clinic["provider_close_repeat_share"]) == (None, 0.5)
    assert pharmacy["provider_late_share"] == pytest.approx(1 / 3)
    assert clinic["provider_modifier_share"] == 0.5
    assert clinic["provider_units_vs_code"] == pytest.approx((1 + 10) / 2)  # a mistyped quantity counts as ten


def test_days_far_busier_than_the_average_day(spark: SparkSession) -> None:
    quiet = [{"provider_id": "p", "day": day} for day in range(9)]
    rush = [{"provider_id": "p", "day": 9} for _ in range(11)]
    found = lines(spark, *quiet, *rush)["p"]
    assert (found["provider_claims_per_day"], found["provider_crowded_day_share"]) == (2.0, 11 / 20)


def test_visit_levels_against_those_for_the_same_diagnosis(spark: SparkSession) -> None:
    given = [("high", 5, "I10"), ("high", 5, "I10"), ("usual", 3, "I10"), ("usual", 3, "I10"), ("usual", 2, "Z00")]
    found = lines(spark, *[{"provider_id": p, "visit_level": v, "diagnosis_family": d} for p, v, d in given])
    assert found["high"]["provider_visit_level_vs_diagnosis"] == 1.0
    assert found["usual"]["provider_visit_level_vs_diagnosis"] == pytest.approx(-2 / 3)
