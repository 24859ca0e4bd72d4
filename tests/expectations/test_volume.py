"""A delivery against the earlier ones of its source."""

from __future__ import annotations

import pytest
from pyspark.sql import SparkSession

from expectations.run import run_suite
from expectations.volume import usual_mix, usual_volume
from tests.expectations.rows import rows


@pytest.mark.parametrize(
    ("earlier", "accepted", "on_fail", "least"),
    [
        ([100, 90, 3000], False, "STOP", 50),  # a first load among monthly deliveries does not count for much
        ([100, 90, 3000], True, "WARN", 50),  # somebody looked, and a group has left the book
        ([3000], False, "WARN", 1500),  # what is usual is not known yet
    ],
)
def test_half_of_the_usual_rows_are_needed(earlier: list[int], accepted: bool, on_fail: str, least: int) -> None:
    check = usual_volume(earlier, accepted)
    assert check.on_fail == on_fail
    assert check.expectation.configuration.kwargs["min_value"] == least


def test_a_kind_of_rows_that_grew_or_shrank_is_told(spark: SparkSession) -> None:
    kinds = ["inpatient"] * 3 + ["professional"]
    frame = rows(spark, "claim_lines", *[{"claim_type": f"'{kind}'", "claim_line_id": "uuid()"} for kind in kinds])
    now = {"inpatient": 3, "professional": 1}
    checks = [
        usual_mix("claim_type", now, {"inpatient": 70, "professional": 30}),
        usual_mix("claim_type", now, {"inpatient": 50, "professional": 25, "outpatient": 25}),
        usual_mix("claim_type", now, {"outpatient": 1}),
    ]
    found = [run_suite("claim_lines", frame, [check]).outcomes[0] for check in checks]
    assert [(outcome.status, outcome.observed) for outcome in found] == [
        ("passed", ""),
        ("warned", "3 rows fail (75 %)"),
        ("warned", "4 rows fail (100 %)"),
    ]
