"""Calendar months around a day."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyspark.sql import SparkSession

from features.months import months_from, within

days = st.dates(date(2000, 1, 1), date(2090, 1, 1))


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2024, 3, 31), -1, date(2024, 2, 29)),
        (date(2023, 3, 31), -1, date(2023, 2, 28)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2024, 12, 31), 0, date(2024, 12, 31)),
        (date(2024, 11, 15), 2, date(2025, 1, 15)),
    ],
)
def test_same_day_or_last_day_of_the_month(day: date, months: int, expected: date) -> None:
    assert months_from(day, months) == expected


@given(days, st.integers(0, 36))
def test_months_follow_each_other_without_gap(day: date, months: int) -> None:
    """So that the months of a year, each (end of the last, own end], hold every day of it once."""
    assert months_from(day, -months - 1) < months_from(day, -months)
    assert months_from(day, months).month == (day.month + months - 1) % 12 + 1


def test_within_leaves_out_the_first_day_and_holds_the_last(spark: SparkSession) -> None:
    frame = spark.sql("select explode(sequence(date'2024-01-30', date'2024-03-01')) as day")
    kept = [row["day"] for row in frame.where(within("day", date(2024, 1, 31), date(2024, 2, 29))).collect()]
    assert (kept[0], kept[-1], len(kept)) == (date(2024, 2, 1), date(2024, 2, 29), 29)
