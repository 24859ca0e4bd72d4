"""Rows of one version of a lake's table as PostgreSQL's COPY reads them, a batch at a time."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pyarrow as pa

from catalog import TABLES
from lake.arrow_types import arrow_type
from lake.pinned import Pinned
from lake.postgres.binary import END, START, binary_rows

_BATCH_ROWS = 20_000


def copy_stream(pinned: Pinned) -> Iterator[bytes | memoryview]:
    """What to send to COPY ... (format binary). Nested columns are JSON; numbers in them that JSON cannot say (NaN,
    infinity) become null."""
    described = TABLES[pinned.table].columns
    columns = ", ".join(_expression(column.name, column.type) for column in described)
    nested = frozenset(column.name for column in described if pa.types.is_nested(arrow_type(column.type)))
    connection = duckdb.connect(config={"preserve_insertion_order": False, "memory_limit": "1GB"})
    connection.execute("set TimeZone = 'UTC'; set enable_progress_bar = false")
    # Reading is faster than the server loads: what is read ahead is bounded, or it fills the memory.
    scanner = pinned.dataset().scanner(batch_size=_BATCH_ROWS, batch_readahead=4, fragment_readahead=1)
    rows = pa.RecordBatchReader.from_batches(scanner.projected_schema, map(_laid_out, scanner.to_batches()))
    yield START
    for batch in connection.from_arrow(rows).project(columns).to_arrow_reader(_BATCH_ROWS):
        yield binary_rows(batch, nested)
    yield END


def _laid_out(batch: pa.RecordBatch) -> pa.RecordBatch:
    """The batch with nested columns that begin at their first value: DuckDB refuses what is a slice of a longer one."""
    columns = [pa.concat_arrays([one]) if pa.types.is_nested(one.type) else one for one in batch.columns]
    return pa.RecordBatch.from_arrays(columns, schema=batch.schema)


def _expression(name: str, ddl: str) -> str:
    kind = arrow_type(ddl)
    quoted = f'"{name}"'
    return f"cast(to_json({_finite(quoted, kind)}) as varchar) as {quoted}" if pa.types.is_nested(kind) else quoted


def _finite(value: str, kind: pa.DataType, depth: int = 0) -> str:
    """SQL of `value` with what JSON cannot say as null, however deep."""
    item = f"item{depth}"
    if pa.types.is_floating(kind):
        return f"case when isfinite({value}) then {value} end"
    if pa.types.is_struct(kind):
        fields = (f'"{f.name}": {_finite(f"{value}.{chr(34)}{f.name}{chr(34)}", f.type, depth)}' for f in kind)
        return f"case when {value} is not null then {{{', '.join(fields)}}} end"
    if pa.types.is_map(kind):
        held = _finite(f"{item}.value", kind.item_type, depth + 1)
        entries = f'list_transform(map_entries({value}), lambda {item}: {{"key": {item}.key, "value": {held}}})'
        return f"map_from_entries({entries})"
    if pa.types.is_list(kind):
        return f"list_transform({value}, lambda {item}: {_finite(item, kind.value_type, depth + 1)})"
    return value
