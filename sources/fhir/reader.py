"""FHIR files read on Spark's executors: NDJSON split into lines, so that one large file is read in parallel; single
resources and Bundles a file at a time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import reduce
from typing import Any, cast

import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.pandas.types import to_arrow_schema
from pyspark.sql.types import StructType

from sources.csv_rows import Rows, numbered_lines
from sources.delivery import DeliveredFile
from sources.fhir.resources import COLUMNS, record_of_line, records_of_file
from sources.records import Record, read_records

NDJSON = re.compile(r".+\.(?:ndjson|jsonl)", re.IGNORECASE)
_SCHEMA = f"file_name string, row_number bigint, broken struct<reason:string,detail:string>, {COLUMNS}"


def read(spark: SparkSession, files: list[DeliveredFile]) -> Rows:
    """Records of all files of a delivery: versions of a claim may come in files of both shapes."""
    by_line = [file for file in files if NDJSON.fullmatch(file.name)]
    whole = [file for file in files if not NDJSON.fullmatch(file.name)]
    parts = [read_records(spark, whole, COLUMNS, records_of_file)] if whole else []
    parts += [_read_ndjson(spark, by_line)] if by_line else []
    return Rows(
        reduce(DataFrame.unionByName, [part.frame for part in parts]),
        {name: count for part in parts for name, count in part.counts.items()},
        {name: row for part in parts for name, row in part.last.items()},
    )


def _read_ndjson(spark: SparkSession, files: list[DeliveredFile]) -> Rows:
    lines = numbered_lines(spark, files)
    schema = cast(StructType, StructType.fromDDL(_SCHEMA))
    arrow, names = to_arrow_schema(schema), schema.fieldNames()[3:]

    def parse(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            rows = [_row(line["file_name"], _record(line), names) for line in batch.to_pylist()]
            yield pa.RecordBatch.from_pylist(rows, schema=arrow)

    # As bytes: Spark hands on text that is not UTF-8 as it is, and Arrow would stop at it.
    frame = lines.frame.withColumn("value", F.col("value").cast("binary"))
    return Rows(frame.mapInArrow(parse, schema).persist(), lines.counts, lines.last)


def _record(line: dict[str, Any]) -> Record:
    return record_of_line(line["value"].decode("utf-8", "replace"), line["row_number"])


def _row(name: str, record: Record, columns: list[str]) -> dict[str, Any]:
    broken = {"reason": record.reason, "detail": record.detail} if record.reason else None
    values = {column: record.values.get(column) for column in columns}
    return {"file_name": name, "row_number": record.row_number, "broken": broken, **values}
