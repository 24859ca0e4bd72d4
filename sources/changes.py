"""What a corrected delivery changed: its rows against those of the delivery that it replaces."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from catalog import TABLES
from catalog.table import PROVENANCE, Table

MONEY = ("charge", "allowed", "paid")
_PLACE = {column.name for column in PROVENANCE}


def changes(before: Mapping[str, DataFrame], after: Mapping[str, DataFrame]) -> DataFrame:
    """One row per table and kind of change: table_name, change, rows and dollars before and after.

    `before` and `after` hold the rows of one batch by canonical table; a table that is in one of them alone counts as
    empty in the other. Rows are the same where their key is, wherever in the delivery they stand.
    """
    tables = sorted({*before, *after})
    compared = [_compared(TABLES[name], before.get(name), after.get(name)) for name in tables]
    return reduce(DataFrame.unionByName, compared)


def _compared(table: Table, before: DataFrame | None, after: DataFrame | None) -> DataFrame:
    known = before if before is not None else after
    assert known is not None  # noqa: S101 - the table is in one of them
    old = _side(table, known.limit(0) if before is None else before, "before")
    new = _side(table, known.limit(0) if after is None else after, "after")
    key = [name for name in table.key if name not in _PLACE]
    both = old.join(new, key, "full_outer")
    change = (
        F.when(F.col("content_before").isNull(), "added")
        .when(F.col("content_after").isNull(), "removed")
        .when(F.col("content_before") == F.col("content_after"), "unchanged")
        .otherwise("changed")
    )
    dollars = [f"{money}_{side}" for money in MONEY for side in ("before", "after")]
    totals = [F.coalesce(F.sum(name), F.lit(0)).cast("decimal(18,2)").alias(name) for name in dollars]
    counted = both.groupBy(change.alias("change")).agg(F.count(F.lit(1)).alias("rows"), *totals)
    return counted.withColumn("table_name", F.lit(table.name))


def _side(table: Table, rows: DataFrame, side: str) -> DataFrame:
    """Key, a hash of what a row says, and its dollars."""
    key = [name for name in table.key if name not in _PLACE]
    # xxhash64 passes over nulls, so that ('a', null) and (null, 'a') would be the same: each column says if it is null.
    said = [part for name in table.column_names if name not in _PLACE for part in (F.col(name), F.col(name).isNull())]
    dollars = [_amount(table, f"{money}_amount").alias(f"{money}_{side}") for money in MONEY]
    return rows.select(*key, F.xxhash64(*said).alias(f"content_{side}"), *dollars)


def _amount(table: Table, name: str) -> Column:
    return F.col(name) if name in table.column_names else F.lit(None).cast("decimal(14,2)")
