"""Who is covered, and for how many months."""

from __future__ import annotations

from datetime import date

from pyspark.sql import SparkSession

from features.coverage import covered_on, months_covered
from features.months import months_from
from tests.features.spec import by_key, column, rows

AS_OF = date(2024, 12, 31)
SPANS = """
member   start      end        market      medical_coverage complete
year     2020-01-01 2029-12-31 large_group true             true
moved    2020-01-01 2024-06-30 individual  true             true
moved    2024-07-01 2029-12-31 small_group true             true
overlap  2020-01-01 2029-12-31 individual  true             true
overlap  2024-03-01 2029-12-31 medicare    true             true
left     2020-01-01 2024-12-30 individual  true             true
joined   2024-11-15 2029-12-31 individual  true             true
drugs    2020-01-01 2029-12-31 medicare    false            true
unsent   2020-01-01 2029-12-31 medicare    true             false
coming   2025-01-01 2029-12-31 individual  true             true
"""


def test_market_of_the_span_begun_last(spark: SparkSession) -> None:
    spans = by_key(covered_on(rows(spark, "eligibility", SPANS), AS_OF), "member_id")
    assert {member: span["market"] for member, span in spans.items()} == {
        "year": "large_group",
        "moved": "small_group",
        "overlap": "medicare",
        "joined": "individual",
        "drugs": "medicare",
        "unsent": "medicare",
    }


def test_months_covered_on_their_last_day_with_claims_delivered(spark: SparkSession) -> None:
    ends = [months_from(AS_OF, -month) for month in range(12)]
    months = column(months_covered(rows(spark, "eligibility", SPANS), ends, "months"), "member_id", "months")
    assert months == {
        "year": 12,
        "moved": 12,
        "overlap": 12,
        "left": 11,
        "joined": 2,
        "drugs": 0,
        "unsent": 0,
        "coming": 0,
    }
