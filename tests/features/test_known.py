"""Which version of a claim counts on a day."""

from __future__ import annotations

from datetime import date

import pytest
from pyspark.sql import SparkSession

from features.known import latest
from tests.features.spec import column, history, rows

VERSIONS = """
claim version freq day        known      paid
c1    1       1    2024-01-05 2024-01-20 100
c1    2       7    2024-01-05 2024-03-01 60
c1    3       8    2024-01-05 2024-05-01 -60
c2    1       1    2024-01-06 2024-02-01 40
"""


@pytest.mark.parametrize(
    ("day", "paid"),
    [
        (date(2024, 1, 19), {}),
        (date(2024, 1, 20), {"c1": 100}),
        (date(2024, 2, 29), {"c1": 100, "c2": 40}),
        (date(2024, 3, 1), {"c1": 60, "c2": 40}),
        (date(2024, 5, 1), {"c2": 40}),
    ],
    ids=["nothing yet", "original", "still the original", "replaced", "voided"],
)
def test_state_of_a_claim(spark: SparkSession, day: date, paid: dict[str, int]) -> None:
    assert column(history(spark, VERSIONS).known(day).lines, "claim_id", "paid_amount") == paid


def test_a_line_delivered_twice_counts_once(spark: SparkSession) -> None:
    book = history(
        spark,
        """
        claim line day        known      batch_id paid
        c1    1    2024-01-05 2024-01-20 b1       100
        c1    1    2024-01-05 2024-01-20 b2       101
        """,
    )
    assert column(book.known(date(2024, 12, 31)).lines, "claim_id", "paid_amount") == {"c1": 101}


def test_fills_and_lines_share_one_shape(spark: SparkSession) -> None:
    lines = (
        history(
            spark,
            """
        claim type      code  drg revenue day        allowed paid
        c1    inpatient -     470 0120    2024-01-01 90      80
        c2    outpatient -    -   0450    2024-01-01 -       80
        c3    professional 99213 - -      2024-01-01 70      0
        """,
            """
        claim day        ndc         units
        f1    2024-01-02 00001000101 30
        """,
        )
        .known(date(2024, 12, 31))
        .lines
    )
    assert column(lines, "claim_id", "code") == {"c1": "470", "c2": "0450", "c3": "99213", "f1": "00001000101"}
    assert column(lines, "claim_id", "cost") == {"c1": 90.0, "c2": 80.0, "c3": 70.0, "f1": 20.0}


def test_latest_description_known_by_the_day(spark: SparkSession) -> None:
    members = rows(
        spark,
        "members",
        """
        member state known      batch_id
        m1     OH    2023-01-01 b1
        m1     NY    2024-01-01 b2
        m1     CA    2025-01-01 b3
        m2     TX    2025-01-01 b3
        """,
    )
    assert column(latest(members, ["member_id"], date(2024, 6, 1)), "member_id", "state") == {"m1": "NY"}
