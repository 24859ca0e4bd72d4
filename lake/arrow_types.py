"""The catalog's column types as Arrow types, for rows that are written without Spark."""

from __future__ import annotations

import pyarrow as pa

from catalog.table import Table

_PLAIN = {
    "string": pa.string(),
    "int": pa.int32(),
    "bigint": pa.int64(),
    "double": pa.float64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us", tz="UTC"),
}


def arrow_schema(table: Table) -> pa.Schema:
    """Every column nullable, as in Table.ddl."""
    return pa.schema([(column.name, arrow_type(column.type)) for column in table.columns])


def arrow_type(ddl: str) -> pa.DataType:
    """`decimal(14,2)`, `array<string>`, `map<string,double>`, `array<struct<code:string,...>>` and plain types.

    Raises ValueError for a type the catalog does not use.
    """
    ddl = ddl.replace(" ", "")
    head, _, inner = ddl.partition("<")
    inner = inner[:-1]
    if ddl in _PLAIN:
        return _PLAIN[ddl]
    if ddl.startswith("decimal("):
        return pa.decimal128(*map(int, ddl[len("decimal(") : -1].split(",")))
    if head == "array":
        return pa.list_(arrow_type(inner))
    if head == "map":
        return pa.map_(*[arrow_type(part) for part in _parts(inner)])
    if head == "struct":
        return pa.struct(
            [(name, arrow_type(kind)) for name, _, kind in (part.partition(":") for part in _parts(inner))]
        )
    raise ValueError(f"{ddl} is no type of the catalog")


def _parts(text: str) -> list[str]:
    """Split at the commas that are in no bracket."""
    parts, depth, start = [], 0, 0
    for place, character in enumerate(text):
        depth += (character in "<(") - (character in ">)")
        if character == "," and depth == 0:
            parts.append(text[start:place])
            start = place + 1
    return [*parts, text[start:]]
