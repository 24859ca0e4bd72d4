"""Rows of delimited text (and of Parquet) as strings, each with its file and its physical row number.

Files are read as lines and each line is parsed by itself: a broken quote spoils its own row only, no row is ever
dropped, and the row number is the one an editor shows (the header is row 1), on one machine or on many.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import reduce
from pathlib import Path
from urllib.parse import unquote, urlparse

import pyarrow.parquet as pq
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from sources.delivery import DeliveredFile
from sources.fields import failed
from sources.headers import is_parquet
from sources.source import Layout

_FAILURE = "struct<reason:string,detail:string>"
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
    """Rows of files of one kind. Files may order the columns of their kind differently; some may be Parquet."""
    layout, columns = files[0].kind.layout, files[0].kind.columns
    parts = []
    for header in sorted({file.header for file in files}):
        alike = [file for file in files if file.header == header]
        texts = [file for file in alike if not is_parquet(file.path)]
        tables = [file for file in alike if is_parquet(file.path)]
        parts += [_read(spark, texts, header, layout.delimiter)] if texts else []
        parts += [_read_parquet(spark, file) for file in tables]
    return Rows(
        reduce(DataFrame.unionByName, [_conformed(part.frame, columns, layout) for part in parts]),
        {name: count for part in parts for name, count in part.counts.items()},
        {name: row for part in parts for name, row in part.last.items()},
    )


def numbered_lines(spark: SparkSession, files: list[DeliveredFile]) -> Rows:
    """Lines of text files that are not blank: file_name, row_number (the first line is 1) and value."""
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
    counts, last, shifts = dict.fromkeys(names.values(), 0), dict.fromkeys(names.values(), 0), []
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
    )
    return Rows(numbered, counts, last)


def _read(spark: SparkSession, files: list[DeliveredFile], header: tuple[str, ...], delimiter: str) -> Rows:
    lines = numbered_lines(spark, files)
    counts = {name: count - 1 for name, count in lines.counts.items()}
    known = files[0].kind.columns
    return Rows(_parse(lines.frame.where("row_number > 1"), header, delimiter, known), counts, lines.last)


def _read_parquet(spark: SparkSession, file: DeliveredFile) -> Rows:
    """Rows of a Parquet file, numbered from 1."""
    table = spark.read.parquet(_plain(file.path))
    texts = [
        _text(F.col(_quoted(found)), kind).alias(name)
        for name, (found, kind) in zip(file.header, table.dtypes, strict=True)
        if name in file.kind.columns
    ]
    where = [F.lit(file.name).alias("file_name"), (F.col("_metadata.row_index") + 1).alias("row_number")]
    rows = pq.read_metadata(file.path).num_rows
    return Rows(
        table.select(*where, F.lit(None).cast(_FAILURE).alias("broken"), *texts), {file.name: rows}, {file.name: rows}
    )


def _text(value: Column, kind: str) -> Column:
    text = value.cast("string")
    if kind in ("double", "float"):
        # A binary fraction is written out in full: "1.0E7" is no amount. NaN and what is too large stay as they are.
        text = F.coalesce(value.try_cast("decimal(38,10)").cast("string"), text)
    return F.nullif(F.trim(text), F.lit(""))


def _quoted(name: str) -> str:
    return f"`{name.replace('`', '``')}`"


def _conformed(rows: DataFrame, columns: tuple[str, ...], layout: Layout) -> DataFrame:
    """The columns of the kind alone: absent ones null, words for nothing null."""
    cells = [
        _cell(F.col(f"`{name}`"), layout.nulls) if name in rows.columns else F.lit(None).cast("string")
        for name in columns
    ]
    return rows.select(
        "file_name", "row_number", "broken", *[cell.alias(name) for cell, name in zip(cells, columns, strict=True)]
    )


def _cell(text: Column, nulls: tuple[str, ...]) -> Column:
    return F.when(~text.isin(*nulls), text) if nulls else text


def _plain(path: Path) -> str:
    return _GLOB.sub(r"\\\g<0>", str(path.resolve()))


def _lines(spark: SparkSession, files: list[DeliveredFile]) -> DataFrame:
    # `position` rises by one from line to line within a block of a file; blocks are put in order by `_read`.
    return (
        spark.read.option("lineSep", "\n")
        .text([_plain(file.path) for file in files])
        .select(
            "value",
            F.col("_metadata.file_path").alias("path"),
            F.col("_metadata.file_block_start").alias("block"),
            F.monotonically_increasing_id().alias("position"),
        )
    )


def _is_filled() -> Column:
    return F.col("value").rlike(r"\S")


def _parse(numbered: DataFrame, header: tuple[str, ...], delimiter: str, known: tuple[str, ...]) -> DataFrame:
    # Cells are named by place: a file may call columns that nobody reads what it likes, `file_name` too.
    schema = ", ".join([*[f"c{place} string" for place in range(len(header))], f"{_CORRUPT} string"])
    options = {
        "mode": "PERMISSIVE",
        "columnNameOfCorruptRecord": _CORRUPT,
        "escape": '"',
        "maxColumns": "2048",
        "maxCharsPerColumn": "-1",
        "sep": delimiter,
    }
    parsed = numbered.withColumn("row", F.from_csv(F.regexp_replace("value", r"\r+$", ""), F.lit(schema), options))
    unreadable = F.col("value").contains("\0") | F.col("value").contains("\ufffd") | ~F.is_valid_utf8("value")
    broken = F.coalesce(
        F.when(unreadable, failed("unreadable_text", "the row holds bytes that are not text")),
        F.when(
            F.col(f"row.{_CORRUPT}").isNotNull(),
            failed("truncated_row", f"the row does not have {len(header)} columns"),
        ),
        F.when(_ends_in_quotes(delimiter), failed("truncated_row", "the last cell has an open quote")),
    )
    strings = [
        F.nullif(F.trim(f"row.c{place}"), F.lit("")).alias(column)
        for place, column in enumerate(header)
        if column in known
    ]
    return parsed.select("file_name", "row_number", broken.alias("broken"), *strings)


def _ends_in_quotes(delimiter: str) -> Column:
    """Whether the last cell opens a quote and does not close it: the cell may go on in the next line. Spark reads it as
    whole. Plain searches, as a pattern with repeated groups fails on lines of megabytes."""
    quotes = F.length("value") - F.length(F.replace(F.col("value"), F.lit('"'), F.lit("")))
    last = F.replace(F.substring_index("value", f'{delimiter}"', -1), F.lit('""'), F.lit(""))
    return (quotes % 2 == 1) & ~last.contains('"')
