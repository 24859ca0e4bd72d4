"""Units above what is likely, by worked examples. Each case has a member of its own."""

from __future__ import annotations

from datetime import date

import pytest
from pyspark.sql import SparkSession

from catalog import TABLES
from features.line_signals import line_signals
from features.unit_limits import units_above_limit
from tests.features.spec import column, history
from tests.features.tables import interpreted

LINES = """
claim     line member day        through    known      code  units paid
by_line   1    m1     2024-03-04 2024-03-04 2024-03-04 X0001 5     10
by_line   2    m1     2024-03-04 2024-03-04 2024-03-04 X0001 1     10
two_lines 1    m2     2024-03-04 2024-03-04 2024-03-04 X0002 3     10
two_lines 2    m2     2024-03-04 2024-03-04 2024-03-04 X0002 2     10
first     1    m3     2024-03-04 2024-03-04 2024-03-04 X0002 4     10
later     1    m3     2024-03-04 2024-03-04 2024-05-04 X0002 2     10
last      1    m3     2024-03-04 2024-03-04 2024-06-04 X0002 3     10
at_limit  1    m4     2024-03-04 2024-03-04 2024-03-04 X0002 4     10
span      1    m5     2024-03-04 2024-03-07 2024-03-08 X0002 16    10
too_early 1    m6     2023-12-31 2023-12-31 2024-03-04 X0002 99    10
new_rule  1    m7     2024-07-01 2024-07-01 2024-07-02 X0002 4     10
denied    1    m8     2024-03-04 2024-03-04 2024-03-04 X0002 4     0
resent    1    m8     2024-03-04 2024-03-04 2024-04-04 X0002 4     10

claim    type       member day        code  units
facility outpatient m9     2024-03-04 X0002 99
"""
LIMITS = [
    ("e1", "practitioner", "X0001", date(2024, 1, 1), None, 2, "1"),
    ("e1", "practitioner", "X0002", date(2024, 1, 1), None, 4, "3"),
    ("e2", "practitioner", "X0002", date(2024, 7, 1), date(2024, 9, 30), 3, "2"),
]


@pytest.fixture(scope="module")
def above(spark: SparkSession) -> dict[str, float]:
    signals = line_signals(history(spark, LINES).known(date(2024, 12, 31)))
    with interpreted(spark):
        found = units_above_limit(signals, spark.createDataFrame(LIMITS, TABLES["unit_limits"].ddl))
        return column(found, "claim_id", "units_above_limit")


def test_a_limit_of_lines_is_held_against_each_line(above: dict[str, float]) -> None:
    assert above["by_line"] == 3


def test_a_limit_of_days_adds_lines_up(above: dict[str, float]) -> None:
    assert above["two_lines"] == 1


def test_units_over_the_limit_are_of_the_claims_known_later(above: dict[str, float]) -> None:
    assert (above["later"], above["last"]) == (2, 3)
    assert "first" not in above


def test_what_is_within_the_limit_of_its_day_and_setting_is_not_told(above: dict[str, float]) -> None:
    assert not {"at_limit", "span", "too_early", "denied", "resent", "facility"} & set(above)


def test_the_limit_that_began_last_holds(above: dict[str, float]) -> None:
    assert above["new_rule"] == 1
