"""Rows of any table without Spark: plain values by type, for tests of storage and publishing."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.fs as arrow_fs
import pyarrow.parquet as pq
from deltalake import Schema

from catalog import TABLES
from lake import Lake, Staged
from lake.arrow_types import arrow_schema

DAY = date(2025, 12, 31)
REASON = {
    "code": "UNITS",
    "text": "Bills 9 units",
    "value": 9.0,
    "expected": 1.0,
    "contribution": 0.4,
    "evidence": ["l1"],
}
_BY_TYPE: dict[str, Any] = {
    "string": "x",
    "date": DAY,
    "timestamp": datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
    "boolean": True,
    "int": 1,
    "bigint": 1,
    "double": 0.5,
    "map<string,double>": [("50000", 0.1)],
    "array<string>": ["p1", "p2"],
}


def plain_row(table: str, **changes: object) -> dict[str, object]:
    """Every column filled; `changes` names those that are otherwise."""
    row = {column.name: _plain(column.type) for column in TABLES[table].columns}
    return row | changes


def _plain(kind: str) -> object:
    if kind.startswith("decimal"):
        return Decimal("12.50")
    return [dict(REASON)] if kind.startswith("array<struct") else _BY_TYPE[kind]


def commit_run(lake: Lake, table: str, run: str, count: int = 3) -> None:
    """Replace the one partition of a published table by `count` rows that all bear the run's name."""
    described = TABLES[table]
    key = next(name for name in described.key if name != described.partition or len(described.key) == 1)
    made = [str(number) if described.column(key).type == "string" else number for number in range(count)]
    if described.partition == "as_of":
        value, fixed = str(DAY), {}
    else:
        value, fixed = "r1", {described.partition: "r1"} if key != described.partition else {}
    lake.write_rows([plain_row(table, **fixed, **{key: one}, run_id=run) for one in made], table, value)


def stage_many(lake: Lake, table: str, run: str, count: int) -> Staged:
    """`count` rows that all bear the run's name, written for the one day and not yet committed."""
    described = TABLES[table]
    key = next(name for name in described.key if name != "as_of")
    one = pa.Table.from_pylist([plain_row(table, run_id=run)], arrow_schema(described))
    many = one.take(pa.array(np.zeros(count, dtype="int64")))
    place = many.schema.get_field_index(key)
    many = many.set_column(place, many.schema.field(place), pa.array([f"{key}-{number}" for number in range(count)]))
    folder = f"as_of={DAY}/{uuid.uuid4().hex}"
    where, base = arrow_fs.FileSystem.from_uri(f"{lake.path(table)}/{folder}")
    where.create_dir(base, recursive=True)
    files = {}
    for part in range(4):  # several files, as Spark leaves them
        name = f"part-{part}.parquet"
        share = many.slice(part * count // 4, (part + 1) * count // 4 - part * count // 4)
        pq.write_table(share, f"{base}/{name}", filesystem=where)
        files[f"{folder}/{name}"] = where.get_file_info(f"{base}/{name}").size
    return Staged(table, str(DAY), files, Schema.from_arrow(arrow_schema(described)).to_json())


def seen(lake: Lake, table: str) -> list[tuple[str, str]]:
    """Key and run of each row that readers see, without Spark; a doubled row shows twice."""
    if not lake.exists(table):
        return []
    key = next(name for name in TABLES[table].key if name != "as_of")
    return sorted(tuple(row.values()) for row in read(lake, table, [key, "run_id"]).to_pylist())


def read(lake: Lake, table: str, columns: list[str], partition: str | date | None = None) -> pa.Table:
    """What readers see of a table on disk or in an object store, without Spark."""
    where, _ = arrow_fs.FileSystem.from_uri(lake.path(table))
    files = [file.removeprefix("s3://") for file in lake.files(table, partition=partition)]
    return pa.concat_tables(pq.ParquetFile(where.open_input_file(file)).read(columns) for file in files)


def rows_of(table: str, run: str, count: int) -> list[tuple[str, str]]:
    """What `seen` says when readers see what `stage_many` wrote, whole."""
    key = next(name for name in TABLES[table].key if name != "as_of")
    return sorted((f"{key}-{number}", run) for number in range(count))
