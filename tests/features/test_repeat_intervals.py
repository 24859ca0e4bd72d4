"""How soon a service comes again, against the code's own repeats."""

from __future__ import annotations

import pytest
from pyspark.sql import SparkSession

from features.repeat_intervals import with_repeat_share


def test_an_interval_is_read_against_those_of_its_code(spark: SparkSession) -> None:
    """Therapy comes every other day, a yearly test hardly ever: two days are nothing for one and odd for the other."""
    therapy = [("97110", 2)] * 20
    yearly = [("80053", 2), *[("80053", 365)] * 19]
    rare = [("J1745", 2)] * 3
    first = [("97110", None)]
    lines = [("professional", code, days) for code, days in therapy + yearly + rare + first]
    frame = spark.createDataFrame(lines, "claim_type string, code string, repeat_interval_days int")

    found = with_repeat_share(frame)

    assert found.count() == len(lines)
    share = {(row["code"], row["repeat_interval_days"]): row["sooner_repeat_share"] for row in found.collect()}
    assert share == {
        ("97110", 2): 1.0,
        ("80053", 2): pytest.approx(1 / 20),
        ("80053", 365): None,
        ("J1745", 2): None,
        ("97110", None): None,
    }
