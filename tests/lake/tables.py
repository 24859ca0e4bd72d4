"""Tiny tables of the catalog from readable specs. The first line names columns; `-` and columns left out are null."""

from __future__ import annotations

from pyspark.sql import DataFrame, SparkSession

from catalog import TABLES
from lake import Lake


def table(spark: SparkSession, name: str, spec: str) -> DataFrame:
    """One file's worth of rows of table `name`."""
    header, *lines = [line.split() for line in spec.strip().splitlines()]
    given = [dict(zip(header, line, strict=True)) for line in lines]
    columns = TABLES[name].columns
    rows = [[None if row.get(c.name, "-") == "-" else row[c.name] for c in columns] for row in given]
    texts = spark.createDataFrame(rows, ", ".join(f"`{c.name}` string" for c in columns)).coalesce(1)
    casts = {c.name: c.name if not c.type.startswith(("array", "map")) else "null" for c in columns}
    return texts.selectExpr(*[f"cast({casts[c.name]} as {c.type}) as `{c.name}`" for c in columns])


def members(spark: SparkSession, batch: str, *ids: str) -> DataFrame:
    """A batch of members who are nothing but their id."""
    spec = "\n".join(["member_id batch_id", *(f"{one} {batch}" for one in ids)])
    return table(spark, "members", spec)


def ids(spark: SparkSession, lake: Lake, version: int | None = None, partition: str | None = None) -> list[str]:
    """Members that readers see, sorted; a doubled row shows twice."""
    return sorted(row[0] for row in lake.read(spark, "members", version, partition).select("member_id").collect())
