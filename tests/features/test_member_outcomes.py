"""What members went on to cost."""

from __future__ import annotations

from datetime import date

import pytest
from pyspark.sql import SparkSession

from features.known import History
from features.member_outcomes import member_outcomes
from tests.features.spec import by_key, history

THEN = date(2023, 12, 31)
LINES = """
claim  version freq member day        known      allowed paid
before 1       1    m1     2023-12-31 2024-01-15 1000    900
first  1       1    m1     2024-01-01 2024-02-15 100     80
first  2       7    m1     2024-01-01 2025-03-01 60      50
last   1       1    m1     2024-12-31 2025-01-31 20      20
after  1       1    m1     2025-01-01 2025-01-31 3000    3000
later  1       1    m2     2024-07-01 2024-07-31 7       7
"""
FILLS = "claim member day allowed paid\nfill m1 2024-05-05 - 5"
ELIGIBILITY = """
member start      end
m1     2020-01-01 2029-12-31
m2     2020-01-01 2024-06-30
new    2024-01-01 2029-12-31
"""


@pytest.fixture(scope="module")
def book(spark: SparkSession) -> History:
    return history(spark, LINES, FILLS, eligibility=ELIGIBILITY)


@pytest.mark.parametrize(
    ("known_by", "cost", "complete"),
    [(date(2024, 12, 30), 105, False), (date(2025, 2, 1), 125, True), (date(2025, 3, 1), 85, True)],
    ids=["not over yet", "with its run-out", "corrected since"],
)
def test_cost_of_the_next_12_months_as_known(book: History, known_by: date, cost: int, complete: bool) -> None:
    outcomes = by_key(member_outcomes(book, book.known(THEN), known_by), "member_id")
    assert (outcomes["m1"]["allowed_amount"], outcomes["m1"]["complete"]) == (cost, complete)
    assert (outcomes["m1"]["known_by"], outcomes["m1"]["horizon_months"]) == (known_by, 12)


def test_members_are_those_covered_then_with_the_months_they_stayed(book: History) -> None:
    outcomes = by_key(member_outcomes(book, book.known(THEN), date(2025, 3, 1)), "member_id")
    assert {member: row["months_covered"] for member, row in outcomes.items()} == {"m1": 12, "m2": 6}
    assert outcomes["m2"]["allowed_amount"] == 7


def test_the_service_categories_make_up_the_cost(book: History) -> None:
    outcomes = by_key(member_outcomes(book, book.known(THEN), date(2025, 3, 1)), "member_id")
    kinds = ("inpatient", "outpatient", "professional", "pharmacy")
    parts = {kind: outcomes["m1"][f"allowed_{kind}"] for kind in kinds}
    assert parts["pharmacy"] == 5, "the fill, at its paid amount"
    assert sum(parts.values()) == outcomes["m1"]["allowed_amount"] == 85
    assert sum(outcomes["m2"][f"allowed_{kind}"] for kind in kinds) == 7
