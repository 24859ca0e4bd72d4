"""Which rows of a delivery cannot be taken, and why: unreadable, repeated, or about a member nobody described."""

from __future__ import annotations

from functools import reduce

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from sources.fields import failed

WHERE = ("file_name", "row_number")
"""What names a delivered row."""


def verdicts(
    parsed: DataFrame, duplicate_reason: str, earlier: DataFrame | None, members: DataFrame | None
) -> DataFrame:
    """One row per rejected row: file_name, row_number, reason, detail.

    `parsed` is what FileKind.parse returns. `earlier` (key, batch_id) holds the claim lines of other batches;
    `members` (member_id) everyone described by this delivery or an earlier one. None skips that check.
    Of several reasons the first counts: unreadable, then repeated, then delivered before, then unknown member.
    """
    readable = parsed.where(F.col("failure").isNull())
    found = [_verdict(parsed.where(F.col("failure").isNotNull()), 0, F.col("failure"))]
    found.append(_repeated(readable, duplicate_reason))
    if earlier is not None:
        said = F.concat(F.lit("batch "), F.col("batch_id"), F.lit(" already delivered it"))
        found.append(_verdict(readable.join(earlier, "key"), 2, failed(duplicate_reason, said)))
    if members is not None:
        unknown = readable.where(F.col("member_id").isNotNull()).join(members, "member_id", "left_anti")
        found.append(_verdict(unknown, 3, failed("unknown_member", "no member of this id was delivered")))
    return (
        reduce(DataFrame.unionByName, found)
        .groupBy(*WHERE)
        .agg(F.min_by("verdict", "priority").alias("verdict"))
        .select(*WHERE, "verdict.reason", "verdict.detail")
    )


def accepted(parsed: DataFrame, rejected: DataFrame) -> DataFrame:
    """The rows of `parsed` without a verdict."""
    return parsed.join(rejected.select(*WHERE), list(WHERE), "left_anti")


def _repeated(readable: DataFrame, reason: str) -> DataFrame:
    order = F.struct("preference", *WHERE)
    first = readable.groupBy("key").agg(F.min(order).alias("kept"), F.count(F.lit(1)).alias("times"))
    twice = readable.join(first.where("times > 1"), "key").where(order != F.col("kept"))
    said = F.concat(F.lit("row "), F.col("kept.row_number"), F.lit(" of "), F.col("kept.file_name"), F.lit(" holds it"))
    return _verdict(twice, 1, failed(reason, said))


def _verdict(rows: DataFrame, priority: int, failure: Column) -> DataFrame:
    return rows.select(*WHERE, F.lit(priority).alias("priority"), failure.alias("verdict"))
