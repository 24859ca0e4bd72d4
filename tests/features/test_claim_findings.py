"""States of a day, drugs from several hands and quantities, as features of claims."""

from __future__ import annotations

from datetime import date

import pytest
from pyspark.sql import Row, SparkSession

from features.claim_features import claim_features
from features.line_signals import line_signals
from tests.features.spec import by_key, history
from tests.features.tables import interpreted, shipped_policies

LINES = """
claim    member provider physician day        code  place
home     m1     oh       d1        2024-03-04 99213 11
away     m1     ny       d2        2024-03-04 99213 11
next     m1     oh       d1        2024-03-05 99213 11
video    m1     ny       d3        2024-03-05 99213 02
tube     m1     ny       d3        2024-03-05 80053 11
d1_ny    m2     ny       d1        2024-03-04 99213 11
unplaced m3     nowhere  d4        2024-03-04 99213 11

claim    line member provider day        code  units
panel    1    m4     oh       2024-03-04 80053 1
panel    2    m4     oh       2024-03-04 82947 1
panel    3    m4     oh       2024-03-04 97110 10
"""
FILLS = """
claim member provider physician day        ndc         units supply
a1    s1     rx1      d1        2024-01-01 00001000101 30    30
a2    s1     rx2      d2        2024-01-11 00001000102 30    30
a3    s1     rx1      d1        2024-01-21 00001000101 30    30
a4    s1     rx3      d3        2024-06-01 00001000101 30    30
other s1     rx4      d4        2024-01-11 00009000101 30    30
b1    s2     rx1      d1        2024-01-01 00001000101 120   30
b2    s2     rx1      d1        2024-01-05 00001000101 30    30
b3    s2     rx1      -         2024-02-05 00001000101 30    30
"""
PROVIDERS = """
provider state
oh       OH
ny       NY
"""


@pytest.fixture(scope="module")
def claims(spark: SparkSession) -> dict[str, Row]:
    known = history(spark, LINES, FILLS, providers=PROVIDERS).known(date(2024, 12, 31))
    with interpreted(spark):
        signals = line_signals(known).localCheckpoint()
        return by_key(claim_features(signals, date(2024, 12, 31), shipped_policies(spark)), "claim_id")


def values(claims: dict[str, Row], name: str, of: str) -> list[float | None]:
    return [claims[claim][name] for claim in of.split()]


def test_a_member_seen_in_two_states_on_one_day(claims: dict[str, Row]) -> None:
    states = values(claims, "member_states_same_day", "home away next video tube unplaced a1")
    assert states == [2, 2, 1, None, None, None, None]


def test_a_physician_at_work_in_two_states_on_one_day(claims: dict[str, Row]) -> None:
    assert values(claims, "physician_states_same_day", "home d1_ny away next video") == [2, 2, 1, 1, None]


def test_prescribers_and_pharmacies_of_the_same_product_within_90_days(claims: dict[str, Row]) -> None:
    fills = "a1 a2 a3 a4 other b1 b3 home"
    assert values(claims, "prescribers_in_90_days", fills) == [1, 2, 2, 1, 1, 1, None, None]
    assert values(claims, "pharmacies_in_90_days", fills) == [1, 2, 2, 1, 1, 1, 1, None]


def test_fills_of_another_prescriber_that_still_last(claims: dict[str, Row]) -> None:
    overlaps = values(claims, "overlapping_fills_elsewhere", "a1 a2 a3 a4 b2 b3 home")
    assert overlaps == [0, 1, 1, 0, 0, None, None]


def test_quantity_a_day_against_the_same_drug(claims: dict[str, Row]) -> None:
    assert values(claims, "daily_quantity_vs_drug", "b1 b2 other home") == [4, 1, None, None]


def test_edits_and_limits_that_are_shipped_work_at_once(claims: dict[str, Row]) -> None:
    assert values(claims, "bundled_lines", "panel home a1") == [1, 0, None]
    assert values(claims, "bundled_by_modifier_lines", "panel a1") == [0, None]
    assert values(claims, "units_above_limit", "panel home a1") == [2, 0, None]
