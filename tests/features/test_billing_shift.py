"""When a provider's way of billing changed, as its claims are judged."""

from __future__ import annotations

from datetime import date

import pytest
from pyspark.sql import DataFrame, SparkSession

from features.billing_shift import with_billing_shift

_DDL = (
    "provider_id string, claim_id string, day int, repeat_interval_days int, sooner_repeat_share double, "
    "visit_level int, diagnosis_family string"
)
_JANUARY, _JULY = (date(2024, month, 1).toordinal() - date(1970, 1, 1).toordinal() for month in (1, 7))


def visits(provider: str, first_day: int, level: int) -> list[tuple[object, ...]]:
    """Twenty visits on as many days."""
    return [(provider, f"{provider}{first_day + n}", first_day + n, None, None, level, "I10") for n in range(20)]


def claims(spark: SparkSession) -> DataFrame:
    given = [(p, date(2024, month, 20)) for p in ("rises", "style", "few", None) for month in (1, 7)]
    return spark.createDataFrame(given, "provider_id string, service_from date")


def test_levels_that_rose_are_told_of_the_claims_after_it_and_a_steady_style_is_not(spark: SparkSession) -> None:
    """Two levels more on 20 visits each side: 2 / sqrt(1/20 + 1/20)."""
    lines = visits("rises", _JANUARY, 3) + visits("rises", _JULY, 5)
    lines += visits("style", _JANUARY, 5) + visits("style", _JULY, 5) + visits("few", _JULY, 5)

    found = with_billing_shift(claims(spark), spark.createDataFrame(lines, _DDL))

    shift = {
        (row["provider_id"], row["service_from"].month): row["provider_visit_level_shift"] for row in found.collect()
    }
    assert shift == {
        ("rises", 1): 0.0,
        ("rises", 7): pytest.approx(2 / 0.1**0.5),
        ("style", 1): 0.0,
        ("style", 7): 0.0,
        ("few", 1): None,
        ("few", 7): None,
        (None, 1): None,
        (None, 7): None,
    }


def test_repeats_that_come_too_soon_from_a_month_on(spark: SparkSession) -> None:
    def repeats(first_day: int, share: float) -> list[tuple[object, ...]]:
        return [("p", f"c{first_day + n}", first_day + n, 3, share, None, None) for n in range(20)]

    lines = repeats(_JANUARY, 0.6) + repeats(_JULY, 0.01)
    one = spark.createDataFrame([("p", date(2024, 7, 20))], "provider_id string, service_from date")

    found = with_billing_shift(one, spark.createDataFrame(lines, _DDL)).first()

    assert found is not None
    assert found["provider_close_repeat_shift"] == pytest.approx(1 / 0.5 / 0.1**0.5)
    assert found["provider_visit_level_shift"] is None
    assert found["provider_crowded_day_shift"] == 0.0
