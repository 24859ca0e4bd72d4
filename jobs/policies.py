"""The edits and limits that features read: those loaded into the lake or, where none were, those shipped."""

from __future__ import annotations

from pyspark.sql import DataFrame, SparkSession

from catalog import TABLES
from catalog.policies import shipped, shipped_version
from features.claim_findings import Policies
from lake import Lake

POLICY_TABLES = ("ncci_edits", "unit_limits")


def policies(spark: SparkSession, lake: Lake) -> Policies:
    """Edits and limits. A setting that was loaded is read from the lake alone, any other is the shipped one."""
    edits, limits = (_rows(spark, lake, table) for table in POLICY_TABLES)
    return Policies(edits, limits)


def policy_versions(lake: Lake) -> dict[str, str]:
    """Table -> the version that `policies` reads: that of the lake's table, and the content of the shipped one."""
    return {
        table: f"shipped-{shipped_version(TABLES[table])}"
        + (f" under lake version {lake.version(table)}" if lake.exists(table) else "")
        for table in POLICY_TABLES
    }


def _rows(spark: SparkSession, lake: Lake, table: str) -> DataFrame:
    own = spark.createDataFrame(shipped(TABLES[table]), TABLES[table].ddl)
    if not lake.exists(table):
        return own
    loaded = lake.read(spark, table)
    return own.join(loaded.select("setting").distinct(), "setting", "left_anti").unionByName(loaded)
