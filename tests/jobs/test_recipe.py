"""A recipe names the versions of the tables that scoring reads, and no others."""

from __future__ import annotations

from datetime import date

from pyspark.sql import SparkSession

from jobs.recipe import Recipe, recipe_of
from lake import Lake
from tests.expectations.rows import rows

BEFORE, DAY = date(2025, 6, 30), date(2025, 12, 31)


def recipe(lake: Lake) -> str:
    return recipe_of(lake.now(), "score-claims", DAY, {}, ())


def test_what_a_run_makes_is_not_what_it_is_made_of(spark: SparkSession, lake: Lake) -> None:
    lake.overwrite(rows(spark, "claim_features", {}), "claim_features", DAY)
    lake.overwrite(rows(spark, "cases", {"as_of": f"date'{BEFORE}'"}), "cases", BEFORE)
    made = recipe(lake)
    assert Recipe.from_json(made).tables == {"claim_features": 0, "cases": 0}
    for table in ("check_results", "scored_claims", "cases"):  # of this day: its checks, its scores
        lake.overwrite(rows(spark, table, {}), table, DAY)
    assert recipe(lake) == made


def test_cases_of_the_day_before_are_read_as_last_published(spark: SparkSession, lake: Lake) -> None:
    for day in (date(2025, 3, 31), BEFORE, DAY):
        lake.overwrite(rows(spark, "cases", {"as_of": f"date'{day}'"}), "cases", day)
    assert Recipe.from_json(recipe(lake)).tables == {"cases": 1}
    lake.overwrite(rows(spark, "cases", {"as_of": f"date'{BEFORE}'"}), "cases", BEFORE)
    assert Recipe.from_json(recipe(lake)).tables == {"cases": 3}
