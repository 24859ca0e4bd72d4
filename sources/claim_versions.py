"""Versions of a claim numbered as the catalog numbers them, where a source gives them an order and no number."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from sources.fields import failed

ORIGINAL, REPLACEMENT, VOID = "1", "7", "8"

_STATE = ("known_date", "is_void", "nth")
"""What a version is told by across deliveries: its day, whether it voids, and its place among such of that day."""


def with_versions(rows: DataFrame, *order: str, earlier: Sequence[DataFrame] = ()) -> DataFrame:
    """Adds `claim_version` and `claim_frequency_code` to rows of claim_id, known_date, failure and `frequency` (1, 7
    or 8).

    The versions of a claim are numbered by the day they were known, a void last, and then by `order`; rows that agree
    in it are lines of one version, or the same line twice. Numbers start at 1 for an original and at 2 where the first
    version delivered already replaces or voids one that nobody delivered. An original that follows another version
    restates it: code 7.

    `earlier` are claim lines or fills of other batches. A version that they hold keeps its number there, so that its
    lines are delivered twice; a newer one is numbered after them. See `continued` for one that comes too late.
    """
    # Rows that cannot be used are numbered apart: they must not count as versions.
    marked = rows.withColumns({"is_void": F.col("frequency") == VOID, "is_usable": F.col("failure").isNull()})
    versions = Window.partitionBy("claim_id", "is_usable").orderBy("known_date", "is_void", *order)
    first = F.when(F.first("frequency").over(versions) == ORIGINAL, 0).otherwise(1)
    placed = marked.withColumns({"place": F.dense_rank().over(versions), "first": first})
    number: Column = F.col("place") + F.col("first")
    if earlier:
        placed = placed.join(_numbers(placed, earlier), ["claim_id", "place", "is_usable"], "left")
        number = F.coalesce("number", number)
        placed = placed.withColumn("failure", F.coalesce("failure", too_late(F.col("is_late"))))
    numbered = placed.withColumn("claim_version", number.cast("int"))
    restated = (F.col("claim_version") > 1) & (F.col("frequency") == ORIGINAL)
    code = F.when(restated, F.lit(REPLACEMENT)).otherwise(F.col("frequency"))
    made = ("frequency", "is_void", "is_usable", "place", "first", "number", "is_late")
    return numbered.withColumn("claim_frequency_code", code).drop(*made)


def too_late(is_late: Column) -> Column:
    """The failure of a version that comes after a later one of the same claim; null for any other."""
    said = "another batch holds a later version of the claim; deliver both in one folder, by the earlier batch's name"
    return F.when(F.coalesce(is_late, F.lit(False)), failed("out_of_order", said))


def continued(own: DataFrame, earlier: DataFrame, same: Sequence[str], order: Sequence[str]) -> DataFrame:
    """Versions of a delivery numbered among those of other batches: adds `number` and `is_late` to `own`.

    `own` has one row per claim_id and version with `first` (the number before the first one where no other batch has an
    earlier version) and the columns `same` and `order`, `earlier` those columns and `number`. A version that agrees
    with an earlier one in `same` has its number. Any other is numbered in `order`, after all before it, whichever batch
    holds them: reading a batch again, after later ones were read, gives the same numbers. It is late where another
    batch already numbered a later version so that there is no place left before it.
    """
    columns = list(dict.fromkeys(["claim_id", *same, *order]))
    theirs = earlier.join(own.select("claim_id").distinct(), "claim_id", "left_semi").select(
        *columns, F.col("number").cast("int").alias("told"), F.lit(False).alias("is_own")
    )
    both = own.withColumns({"told": F.lit(None).cast("int"), "is_own": F.lit(True)}).unionByName(
        theirs, allowMissingColumns=True
    )
    claim = Window.partitionBy("claim_id").orderBy(*order, "is_own")
    so_far = claim.rowsBetween(Window.unboundedPreceding, Window.currentRow)
    after = claim.rowsBetween(1, Window.unboundedFollowing)
    known = both.withColumn("known", F.max("told").over(Window.partitionBy("claim_id", *same)))
    counted = known.withColumn("news", F.sum((F.col("is_own") & F.col("known").isNull()).cast("int")).over(so_far))
    before = F.max(F.when(~F.col("is_own"), F.col("told") - F.col("news"))).over(so_far)
    number = F.coalesce("known", F.col("news") + F.coalesce(before, F.col("first")))
    numbered = counted.withColumns({"number": number.cast("int"), "later": F.min("told").over(after)})
    late = F.col("known").isNull() & F.coalesce(F.col("later") <= F.col("number"), F.lit(False))
    return numbered.withColumn("is_late", late).where("is_own").drop("told", "is_own", "known", "news", "later")


def _numbers(placed: DataFrame, earlier: Sequence[DataFrame]) -> DataFrame:
    """claim_id, place, is_usable, number and is_late of the usable versions of a delivery."""

    def nth(by: str) -> Column:
        return F.row_number().over(Window.partitionBy("claim_id", "known_date", "is_void").orderBy(by))

    usable = placed.where("is_usable").groupBy("claim_id", "place")
    own = usable.agg(
        F.min("known_date").alias("known_date"), F.max("is_void").alias("is_void"), F.min("first").alias("first")
    )
    parts = [frame.select("claim_id", "claim_version", "claim_frequency_code", "known_date") for frame in earlier]
    told = reduce(DataFrame.unionByName, parts).groupBy("claim_id", F.col("claim_version").alias("number"))
    theirs = told.agg(
        F.min("known_date").alias("known_date"), F.max(F.col("claim_frequency_code") == VOID).alias("is_void")
    )
    numbered = continued(own.withColumn("nth", nth("place")), theirs.withColumn("nth", nth("number")), _STATE, _STATE)
    return numbered.select("claim_id", "place", F.lit(True).alias("is_usable"), "number", "is_late")
