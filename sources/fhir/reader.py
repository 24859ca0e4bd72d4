"""FHIR files read on Spark's executors: NDJSON split into lines, so that one large file is read in parallel; single
resources and Bundles a file at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

import pyarrow as pa
from pyspark.sql import SparkSession
from pyspark.sql.pandas.types import to_arrow_schema
from pyspark.sql.types import StructType

from sources.csv_rows import Rows, numbered_lines
from sources.delivery import DeliveredFile
from sources.fhir.resources import COLUMNS, record_of_line, records_of_file
from sources.records import Record, read_records

_SCHEMA = f"file_name string, row_number bigint, broken struct<reason:string,detail:string>, {COLUMNS}"


def read_files(spark: SparkSession, files: list[DeliveredFile]) -> Rows:
    """Records of files that hold one resource or a Bundle."""
    return read_records(spark, files, COLUMNS, records_of_file)


def read_ndjson(spark: SparkSession, files: list[DeliveredFile]) -> Rows:
    """Records of files with one resource a line."""
    lines = numbered_lines(spark, files)
    schema = cast(StructType, StructType.fromDDL(_SCHEMA))
    arrow, names = to_arrow_schema(schema), schema.fieldNames()[3:]

    def parse(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            rows = [_row(line["file_name"], _record(line), names) for line in batch.to_pylist()]
            yield pa.RecordBatch.from_pylist(rows, schema=arrow)

    return Rows(lines.frame.mapInArrow(parse, schema).persist(), lines.counts, lines.last)


def _record(line: dict[str, Any]) -> Record:
    return record_of_line(line["value"], line["row_number"])


def _row(name: str, record: Record, columns: list[str]) -> dict[str, Any]:
    broken = {"reason": record.reason, "detail": record.detail} if record.reason else None
    values = {column: record.values.get(column) for column in columns}
    return {"file_name": name, "row_number": record.row_number, "broken": broken, **values}
