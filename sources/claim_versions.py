"""Versions of a claim numbered as the catalog numbers them, where a source gives them an order and no number."""

from __future__ import annotations

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

ORIGINAL, REPLACEMENT, VOID = "1", "7", "8"


def with_versions(rows: DataFrame, *order: str) -> DataFrame:
    """Adds `claim_version` and `claim_frequency_code` to rows of claim_id, failure and `frequency` (1, 7 or 8).

    The versions of a claim are numbered by `order`; rows that agree in it are lines of one version, or the same line
    twice. Numbers start at 1 for an original and at 2 where the first version delivered already replaces or voids one,
    which an earlier delivery has brought. An original that follows another version restates it: code 7.
    """
    # Rows that cannot be used are numbered apart: they must not count as versions.
    usable = F.col("failure").isNull()
    versions = Window.partitionBy("claim_id", usable).orderBy(*order)
    first = F.when(F.first("frequency").over(versions) == ORIGINAL, 0).otherwise(1)
    numbered = rows.withColumn("claim_version", (F.dense_rank().over(versions) + first).cast("int"))
    restated = (F.col("claim_version") > 1) & (F.col("frequency") == ORIGINAL)
    code = F.when(restated, F.lit(REPLACEMENT)).otherwise(F.col("frequency"))
    return numbered.withColumn("claim_frequency_code", code).drop("frequency")
