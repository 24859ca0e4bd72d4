from __future__ import annotations

import numpy as np
import pandas as pd
from pyspark.sql import SparkSession

from models.fraud.ranking import ranked

TABLE = """
claim margin  rank
c3    2.5     1
c1    1.0     2
c2    1.0     3
c7    0.999   4
c5    0.0     5
c4    -0.001  6
c6    -40.0   7
"""


def test_rank_1_is_reviewed_first_and_ties_go_by_key(spark: SparkSession) -> None:
    _, *rows = [line.split() for line in TABLE.strip().splitlines()]
    scored = spark.createDataFrame(
        [(claim, float(margin)) for claim, margin, _ in sorted(rows)], "claim string, m double"
    )
    found = ranked(scored, "m", "claim")
    assert found.columns == ["claim", "m", "fraud_rank"]
    assert dict(found.dtypes)["fraud_rank"] == "bigint"
    assert {row.claim: row.fraud_rank for row in found.collect()} == {claim: int(rank) for claim, _, rank in rows}


def test_ranks_are_1_to_n_in_order_of_the_margin(spark: SparkSession) -> None:
    margins = np.random.default_rng(1).normal(0, 0.05, 700).round(3)
    rows = pd.DataFrame({"claim": [f"c{row:03}" for row in range(700)], "m": margins})
    found = ranked(spark.createDataFrame(rows).repartition(5), "m", "claim").toPandas()
    expected = rows.sort_values(["m", "claim"], ascending=[False, True])["claim"].tolist()
    assert found.sort_values("fraud_rank")["claim"].tolist() == expected
    assert sorted(found["fraud_rank"]) == list(range(1, 701))


def test_nothing_to_rank(spark: SparkSession) -> None:
    assert ranked(spark.createDataFrame([], "claim string, m double"), "m", "claim").count() == 0
