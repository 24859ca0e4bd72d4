"""Records of files that are no tables: parsed on Spark's executors, one task per file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, cast

import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.pandas.types import to_arrow_schema
from pyspark.sql.types import StructType

from sources.csv_rows import Rows
from sources.delivery import DeliveredFile

_WHERE = "file_name string, row_number bigint, broken struct<reason:string,detail:string>"
_BATCH = 5_000


@dataclass(frozen=True)
class Record:
    """One record of a file. `row_number` is its place there, from 1 (a line, a segment, an entry); a `reason`
    makes it unusable. Columns that `values` does not name are null."""

    row_number: int
    values: dict[str, Any] = field(default_factory=dict)
    reason: str = ""
    detail: str = ""


def read_records(
    spark: SparkSession, files: list[DeliveredFile], columns: str, parse: Callable[[str], Iterator[Record]]
) -> Rows:
    """Rows of file_name, row_number, broken and `columns` (Spark DDL), of `parse(path)` of every file.

    The frame is cached: counting its records costs a reading. Files have to lie where the executors see them.
    """
    schema = cast(StructType, StructType.fromDDL(f"{_WHERE}, {columns}"))
    paths = spark.createDataFrame([(file.name, str(file.path.resolve())) for file in files], "name string, path string")
    frame = paths.repartition(len(files), "name").mapInArrow(_parser(schema, parse), schema).persist()
    return Rows(frame, *counted(frame, files))


def counted(frame: DataFrame, files: list[DeliveredFile]) -> tuple[dict[str, int], dict[str, int]]:
    """Records of each file, and the number of its last one."""
    found = frame.groupBy("file_name").agg(F.count(F.lit(1)).alias("count"), F.max("row_number").alias("last"))
    rows = {row["file_name"]: row for row in found.collect()}
    names = [file.name for file in files]
    return (
        {name: rows[name]["count"] if name in rows else 0 for name in names},
        {name: rows[name]["last"] if name in rows else 0 for name in names},
    )


def _parser(
    schema: StructType, parse: Callable[[str], Iterator[Record]]
) -> Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    arrow, names = to_arrow_schema(schema), schema.fieldNames()[3:]

    def batches(paths: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in paths:
            for file in batch.to_pylist():
                rows: list[dict[str, Any]] = []
                for record in parse(file["path"]):
                    rows.append(_row(file["name"], record, names))
                    if len(rows) == _BATCH:
                        yield pa.RecordBatch.from_pylist(rows, schema=arrow)
                        rows = []
                yield pa.RecordBatch.from_pylist(rows, schema=arrow)

    return batches


def _row(name: str, record: Record, columns: list[str]) -> dict[str, Any]:
    broken = {"reason": record.reason, "detail": record.detail} if record.reason else None
    values = {column: record.values.get(column) for column in columns}
    return {"file_name": name, "row_number": record.row_number, "broken": broken, **values}
