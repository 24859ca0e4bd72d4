"""Rows as PostgreSQL's binary COPY takes them, made of whole Arrow columns.

The layout is that of PostgreSQL's manual (COPY, Binary Format): a row is the number of its fields, then each field's
length and bytes, numbers with their highest byte first. The server, which loads on one core, then has no number, date
or quoted text to parse; only jsonb is still read as text.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

START = b"PGCOPY\n\xff\r\n\0" + bytes(8)
END = b"\xff\xff"
_BYTES = pa.large_binary()
_NOTHING, _JSONB_VERSION = pa.scalar(b"", _BYTES), pa.scalar(b"\1", _BYTES)
_NULL_LENGTH = -1
_DAYS_TO_2000 = 10_957  # Arrow counts from 1970, PostgreSQL from 2000
_MICROSECONDS_TO_2000 = _DAYS_TO_2000 * 86_400 * 10**6
_MINUS = 0x4000
_LAYOUTS = {pa.uint8(): "u1", pa.int32(): ">i4", pa.int64(): ">i8", pa.float64(): ">f8"}


def binary_rows(batch: pa.RecordBatch, documents: frozenset[str] = frozenset()) -> memoryview:
    """The rows of a batch; columns named in `documents` hold JSON for jsonb. Raises ValueError for other types than
    those of the catalog."""
    pieces: list[Any] = [pa.scalar(len(batch.columns).to_bytes(2, "big"), _BYTES)]
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        field = _field(column)
        if name in documents:
            field = pc.binary_join_element_wise(_JSONB_VERSION, field, _NOTHING)
        lengths = pc.fill_null(pc.binary_length(field), _NULL_LENGTH)
        pieces += [_fixed(_highest_first(lengths, ">i4")), field]
    # Joined row by row, the rows stand one after another in the memory of the one column that comes of it.
    joined = pc.binary_join_element_wise(*pieces, _NOTHING, null_handling="replace", null_replacement=b"")
    _, ends, content = joined.buffers()
    return memoryview(content)[: np.frombuffer(ends, np.int64)[len(joined)]]


def _field(column: pa.Array) -> pa.Array:
    """The bytes of each value, without their length; null stays null."""
    kind = column.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return column.cast(_BYTES)
    if pa.types.is_boolean(kind):
        column, kind = column.cast(pa.uint8()), pa.uint8()
    filled = pc.fill_null(column, pa.scalar(0, kind)) if column.null_count else column
    if pa.types.is_decimal128(kind):
        values = _numeric(filled)
    elif pa.types.is_date32(kind):
        values = _highest_first(filled.cast(pa.int32()), ">i4", _DAYS_TO_2000)
    elif pa.types.is_timestamp(kind):
        microseconds = filled.cast(pa.timestamp("us", kind.tz)).cast(pa.int64())
        values = _highest_first(microseconds, ">i8", _MICROSECONDS_TO_2000)
    elif kind in _LAYOUTS:
        values = _highest_first(filled, _LAYOUTS[kind])
    else:
        raise ValueError(f"{kind} is no type that is published")
    field = _fixed(values)
    return pc.if_else(column.is_valid(), field, pa.scalar(None, _BYTES)) if column.null_count else field


def _numeric(column: pa.Array) -> np.ndarray:
    """Signed digits to the base of 10,000, as many for each value; zeros that lead or trail the server takes off."""
    precision, scale = column.type.precision, column.type.scale
    if precision > 18:
        raise ValueError(f"{column.type} has more digits than 64 bits hold")
    low_and_high = np.frombuffer(column.buffers()[1], np.int64)
    units = low_and_high[2 * column.offset : 2 * (column.offset + len(column)) : 2]
    whole, parts = np.divmod(np.abs(units), 10**scale)
    before, after = -(-(precision - scale) // 4), -(-scale // 4)
    parts = parts * 10 ** (4 * after - scale)
    shown = np.empty((len(column), 4 + before + after), ">i2")
    shown[:, :4] = np.stack(
        np.broadcast_arrays(before + after, before - 1, np.where(units < 0, _MINUS, 0), scale), axis=1
    )
    for place in range(before):
        shown[:, 4 + place] = whole // 10_000 ** (before - 1 - place) % 10_000
    for place in range(after):
        shown[:, 4 + before + place] = parts // 10_000 ** (after - 1 - place) % 10_000
    return shown.view(np.uint8)


def _highest_first(column: pa.Array, layout: str, less: int = 0) -> np.ndarray:
    """A row of bytes for each number, `less` taken off."""
    numbers = column.to_numpy(zero_copy_only=False)
    return (numbers - less if less else numbers).astype(layout).view(np.uint8).reshape(len(numbers), -1)


def _fixed(values: np.ndarray) -> pa.Array:
    """Rows of as many bytes each as a column of bytes."""
    count, width = values.shape
    ends = np.arange(count + 1, dtype=np.int64) * width
    return pa.LargeBinaryArray.from_buffers(
        _BYTES, count, [None, pa.py_buffer(ends), pa.py_buffer(np.ascontiguousarray(values))]
    )
