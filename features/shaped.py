"""A table as `catalog/` declares it."""

from __future__ import annotations

from datetime import date

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from catalog import TABLES


def shaped(frame: DataFrame, table: str, as_of: date) -> DataFrame:
    """The declared columns of the table, in order and type; `as_of` is added, columns not declared are dropped."""
    dated = frame.withColumn("as_of", F.lit(as_of))
    return dated.select([F.col(column.name).cast(column.type).alias(column.name) for column in TABLES[table].columns])
