"""The year before a day."""

from __future__ import annotations

from datetime import date

from pyspark.sql import SparkSession

from features.look_back import look_back
from tests.features.spec import history

LINES = """
claim      provider day
too_old    p1       2023-12-31
first_day  p1       2024-01-01
last_day   p1       2024-12-31
to_come    p1       2025-01-01
unknown_by -        2024-06-01
"""


def test_a_year_of_lines_with_a_known_provider(spark: SparkSession) -> None:
    year = look_back(history(spark, LINES).lines, date(2024, 12, 31))
    assert {row["claim_id"] for row in year.collect()} == {"first_day", "last_day"}


def test_lines_of_a_provider_lie_together(spark: SparkSession) -> None:
    lines = "claim provider day\n" + "\n".join(f"c{n} p{n % 5} 2024-06-01" for n in range(30))
    parts = look_back(history(spark, lines).lines, date(2024, 12, 31), months=6).selectExpr(
        "provider_id", "spark_partition_id() as part"
    )
    assert parts.distinct().groupBy("provider_id").count().where("count > 1").count() == 0
