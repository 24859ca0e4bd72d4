"""What is usual among peers."""

from __future__ import annotations

import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from features.peers import MIN_PEERS, ratio, usual_by_code, with_peer_comparison, with_peer_group
from tests.features.spec import by_key, history

PRICES = """
claim type         provider code  day        paid units
a1    professional p1       X0001 2024-01-01 10   1
a2    professional p2       X0001 2024-01-01 20   2
b1    professional mill     X0001 2024-01-01 90   9
b2    professional mill     X0001 2024-01-02 90   9
b3    professional mill     X0001 2024-01-03 90   9
free  professional p1       X0001 2024-01-04 0    5
c1    outpatient   p1       X0001 2024-01-01 70   1
d1    professional p1       -     2024-01-01 10   1
d2    professional p2       -     2024-01-01 10   1
d3    professional p2       -     2024-01-01 10   1
d4    professional p2       -     2024-01-01 10   1
d5    professional p2       -     2024-01-01 10   1
"""


def test_a_mill_does_not_set_the_yardstick_it_is_measured_by(spark: SparkSession) -> None:
    """The median of the providers' medians 10, 20 and 90, not of the lines; free lines do not count.

    Codes on fewer than five lines have no usual price, nor have lines without a code."""
    usual = by_key(usual_by_code(history(spark, PRICES).lines), "claim_type", "code")
    assert {key: tuple(row)[2:] for key, row in usual.items()} == {("professional", "X0001"): (20.0, 2.0)}


def _providers(spark: SparkSession) -> DataFrame:
    """A full specialty whose values are 1 to 20, a supplier among few, and a small practice without enough claims."""
    many = [(f"p{n}", "practice", "family", 50, float(n)) for n in range(1, MIN_PEERS + 1)]
    few = [("s1", "supplier", "equipment", 50, 10.0), ("s2", "supplier", "oxygen", 50, 30.0)]
    tiny = [("tiny", "practice", "family", 9, 1000.0), ("alone", "laboratory", "dna", 50, 5.0)]
    columns = "id string, provider_kind string, specialty string, claim_count int, value double"
    return spark.createDataFrame(many + few + tiny, columns)


def test_a_provider_is_compared_within_its_kind(spark: SparkSession) -> None:
    compared = with_peer_comparison(with_peer_group(_providers(spark)), {"vs_peers": "value"}, {"z": "value"})
    found = by_key(compared, "id")
    groups = {name: found[name]["peer_group"] for name in ("p1", "tiny", "s1", "s2", "alone")}
    assert groups == {
        "p1": "practice/family",
        "tiny": "practice/family",
        "s1": "supplier",
        "s2": "supplier",
        "alone": "laboratory",
    }
    assert found["p20"]["vs_peers"] == pytest.approx(20 / 10.5)
    assert [found[name]["vs_peers"] for name in ("s1", "s2", "alone")] == [0.5, 1.5, 1.0]
    # Half of 1..20 lie within 5 of their median 10.5.
    assert found["p20"]["z"] == pytest.approx(9.5 / (5 * 1.4826))
    assert found["alone"]["z"] is None
    assert (found["tiny"]["vs_peers"], found["tiny"]["z"]) == (None, None)


def test_ratio_over_zero_or_nothing_is_unknown(spark: SparkSession) -> None:
    row = spark.range(1).select(
        ratio(F.lit(1), F.lit(4)), ratio(F.lit(1), F.lit(0)), ratio(F.lit(1), F.lit(None)), ratio(F.lit(None), F.lit(1))
    )
    assert tuple(row.collect()[0]) == (0.25, None, None, None)
