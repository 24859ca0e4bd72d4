"""CSV rows as strings, each with its file and its physical row number.

Files are read as lines and each line is parsed by itself: a broken quote spoils its own row only, no row is ever
dropped, and the row number is the one an editor shows (the header is row 1), on one machine or on many.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import reduce
from urllib.parse import unquote, urlparse

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from sources.delivery import DeliveredFile
from sources.fields import failed

_CORRUPT = "_corrupt_record"
# A folder may be called "June [1]"; Spark would take that for a pattern.
_GLOB = re.compile(r"[{}\[\]*?\\]")


@dataclass(frozen=True)
class Rows:
    """`frame`: file_name, row_number, `broken` (struct of reason and detail, null for a whole row) and every column
    of the kind as string, empty text being null. `counts`: rows of each file without its header and blank lines.
    `last`: number of each file's last row."""

    frame: DataFrame
    counts: dict[str, int]
    last: dict[str, int]


def read_rows(spark: SparkSession, files: list[DeliveredFile]) -> Rows:
    """Rows of files of one kind. Files may order the columns of their kind differently."""
    headers = sorted({file.header for file in files})
    parts = [_read(spark, [file for file in files if file.header == header], header) for header in headers]
    return Rows(
        reduce(DataFrame.unionByName, [part.frame for part in parts]),
        {name: count for part in parts for name, count in part.counts.items()},
        {name: row for part in parts for name, row in part.last.items()},
    )


def _read(spark: SparkSession, files: list[DeliveredFile], header: tuple[str, ...]) -> Rows:
    lines = _lines(spark, files)
    blocks = (
        lines.groupBy("path", "block")
        .agg(
            F.min("position").alias("first"),
            F.count(F.lit(1)).alias("lines"),
            F.count_if(_is_filled()).alias("filled"),
        )
        .collect()
    )
    names = {str(file.path.resolve()): file.name for file in files}
    counts, last, shifts = dict.fromkeys(names.values(), -1), dict.fromkeys(names.values(), 0), []
    for block in sorted(blocks, key=lambda block: (block["path"], block["block"])):
        name = names[unquote(urlparse(block["path"]).path)]
        shifts.append((block["path"], block["block"], name, last[name] + 1 - block["first"]))
        last[name] += block["lines"]
        counts[name] += block["filled"]
    numbered = (
        lines.where(_is_filled())
        .join(
            F.broadcast(spark.createDataFrame(shifts, "path string, block long, file_name string, shift long")),
            ["path", "block"],
        )
        .select("file_name", (F.col("position") + F.col("shift")).alias("row_number"), "value")
        .where("row_number > 1")
    )
    return Rows(_parse(numbered, header), counts, last)


def _lines(spark: SparkSession, files: list[DeliveredFile]) -> DataFrame:
    # `position` rises by one from line to line within a block of a file; blocks are put in order by `_read`.
    return (
        spark.read.option("lineSep", "\n")
        .text([_GLOB.sub(r"\\\g<0>", str(file.path.resolve())) for file in files])
        .select(
            "value",
            F.col("_metadata.file_path").alias("path"),
            F.col("_metadata.file_block_start").alias("block"),
            F.monotonically_increasing_id().alias("position"),
        )
    )


def _is_filled() -> Column:
    return F.col("value").rlike(r"\S")


def _parse(numbered: DataFrame, header: tuple[str, ...]) -> DataFrame:
    schema = ", ".join(f"`{column}` string" for column in (*header, _CORRUPT))
    options = {"mode": "PERMISSIVE", "columnNameOfCorruptRecord": _CORRUPT, "escape": '"', "maxColumns": "2048"}
    parsed = numbered.withColumn("row", F.from_csv(F.regexp_replace("value", r"\r+$", ""), F.lit(schema), options))
    unreadable = F.col("value").contains("\0") | F.col("value").contains("\ufffd") | ~F.is_valid_utf8("value")
    broken = F.coalesce(
        F.when(unreadable, failed("unreadable_text", "the row holds bytes that are not text")),
        F.when(
            F.col(f"row.{_CORRUPT}").isNotNull(),
            failed("truncated_row", f"the row does not have {len(header)} columns"),
        ),
    )
    strings = [F.nullif(F.trim(f"row.`{column}`"), F.lit("")).alias(column) for column in header]
    return parsed.select("file_name", "row_number", broken.alias("broken"), *strings)
