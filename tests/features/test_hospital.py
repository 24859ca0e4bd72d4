"""Days of a stay."""

from __future__ import annotations

from datetime import date

from pyspark.sql import SparkSession

from features.hospital import admitted, discharged, stay_days
from tests.features.spec import by_key, history

LINES = """
claim    line type      day        through    admitted   discharged
told     1    inpatient 2024-01-02 2024-01-03 2024-01-01 2024-01-05
untold   1    inpatient 2024-01-02 2024-01-03 -          -
lines    1    inpatient 2024-01-02 2024-01-03 -          -
lines    2    inpatient 2024-01-04 2024-01-09 -          -
day_case 1    inpatient 2024-01-02 2024-01-02 2024-01-02 2024-01-02
reversed 1    inpatient 2024-01-02 2024-01-02 2024-01-05 2024-01-02
"""


def test_first_and_last_day_fall_back_on_the_service(spark: SparkSession) -> None:
    lines = history(spark, LINES).lines.where("claim_id in ('told', 'untold')")
    found = by_key(lines.select("claim_id", admitted().alias("first"), discharged().alias("last")), "claim_id")
    assert tuple(found["told"])[1:] == (date(2024, 1, 1), date(2024, 1, 5))
    assert tuple(found["untold"])[1:] == (date(2024, 1, 2), date(2024, 1, 3))


def test_nights_are_the_claims_not_each_lines(spark: SparkSession) -> None:
    nights = by_key(history(spark, LINES).lines.groupBy("claim_id").agg(stay_days().alias("nights")), "claim_id")
    assert {claim: row["nights"] for claim, row in nights.items()} == {
        "told": 4,
        "untold": 1,
        "lines": 7,
        "day_case": 0,
        "reversed": 0,
    }
