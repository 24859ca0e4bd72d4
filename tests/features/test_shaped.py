"""A table as the catalog declares it."""

from __future__ import annotations

from datetime import date

from pyspark.sql import SparkSession

from catalog import TABLES
from features.shaped import shaped


def test_declared_columns_in_order_and_type(spark: SparkSession) -> None:
    columns = [column for column in TABLES["care_graph"].columns if column.name != "as_of"]
    frame = spark.sql("select 'not declared' as scratch, " + ", ".join(f"null as {c.name}" for c in reversed(columns)))
    made = shaped(frame, "care_graph", date(2024, 12, 31))
    declared = [(column.name, column.type) for column in TABLES["care_graph"].columns]
    assert [(field.name, field.dataType.simpleString()) for field in made.schema] == declared
    assert made.collect()[0]["as_of"] == date(2024, 12, 31)
