"""Who a delivery's members are: their identifiers as delivered, by token, for a place apart from the lake.

Only rows that the canonical tables took tell of somebody, and only columns that concern the row's member do
(FileKind.identity): what names a provider, a practitioner or an excluded person is nobody's of ours.
"""

from __future__ import annotations

from functools import reduce

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from catalog import IDENTITY
from sources.source import FileKind
from sources.verdicts import WHERE

TABLE = IDENTITY["member_identifiers"]


def identifiers_of(rows: DataFrame, kind: FileKind, accepted: DataFrame) -> DataFrame:
    """One row per member, kind of identifier and value (member_id, kind, value) of the rows of one kind of file.

    `rows` are as read, before identifiers were dropped; `accepted` those that were taken, their members as tokens.
    """
    told = [
        F.struct(F.lit(what).alias("kind"), F.col(f"`{column}`").cast("string").alias("value"))
        for column, what in kind.identity.items()
        if column in rows.columns
    ]
    tokens = accepted.where(F.col("member_id").isNotNull()).select(*WHERE, F.col("member_id").alias("token"))
    return (
        rows.join(tokens, list(WHERE))
        .select(F.col("token").alias("member_id"), F.explode(F.array(*told)).alias("told"))
        .select("member_id", "told.kind", "told.value")
        .where(F.col("value").isNotNull())
        .distinct()
    )


def table_of(spark: SparkSession, parts: list[DataFrame], source: str, batch: str) -> DataFrame:
    """The table member_identifiers of one batch; empty where no row told of anybody."""
    if not parts:
        return spark.createDataFrame([], TABLE.ddl)
    told = reduce(DataFrame.unionByName, parts).distinct()
    signed = told.withColumns({"source": F.lit(source), "batch_id": F.lit(batch)})
    return signed.select(*TABLE.column_names)
