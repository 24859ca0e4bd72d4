"""A table of the catalog as PostgreSQL knows it: types, key, indexes, comments."""

from __future__ import annotations

import hashlib
from typing import Any

from sqlalchemy import Column, Index, MetaData, PrimaryKeyConstraint, Table
from sqlalchemy.dialects.postgresql import (
    BIGINT,
    BOOLEAN,
    DATE,
    DOUBLE_PRECISION,
    INTEGER,
    JSONB,
    NUMERIC,
    TEXT,
    TIMESTAMP,
)
from sqlalchemy.types import TypeEngine

from catalog import table as catalog_table

_PLAIN: dict[str, TypeEngine[Any]] = {
    "string": TEXT(),
    "int": INTEGER(),
    "bigint": BIGINT(),
    "double": DOUBLE_PRECISION(),
    "boolean": BOOLEAN(),
    "date": DATE(),
    "timestamp": TIMESTAMP(timezone=True),
}


def sql_type(ddl: str) -> TypeEngine[Any]:
    """Nested columns become jsonb. Raises ValueError for a type the catalog does not use."""
    if ddl in _PLAIN:
        return _PLAIN[ddl]
    if ddl.startswith("decimal("):
        precision, scale = map(int, ddl[len("decimal(") : -1].split(","))
        return NUMERIC(precision, scale)
    if ddl.startswith(("array<", "map<", "struct<")):
        return JSONB()
    raise ValueError(f"{ddl} is no type of the catalog")


def readers_table(described: catalog_table.Table, schema: str) -> Table:
    """What readers name. It holds no rows itself: those are in its one partition, which a publishing exchanges.

    So the table is never dropped, and views, grants and settings that people gave it stay.
    """
    table = Table(described.name, MetaData(schema=schema), *_columns(described), PrimaryKeyConstraint(*described.key))
    table.dialect_options["postgresql"]["partition_by"] = f'LIST ("{described.key[0]}")'
    table.comment = f"{described.grain} Read by {described.readers}."
    for column, told in zip(table.columns, described.columns, strict=True):
        column.comment = f"{told.description} ({told.unit})" if told.unit else told.description
    for fields in described.filters:
        Index("_".join([described.name, *fields, "idx"]), *(table.c[name] for name in fields))
    return table


def rows_table(described: catalog_table.Table, schema: str, name: str) -> tuple[Table, list[Index]]:
    """The partition that holds the rows of one version. Its key and indexes are built faster once it is full."""
    table = Table(name, MetaData(schema=schema), *_columns(described))
    fields = enumerate(described.filters)
    return table, [Index(f"{name}_{number}", *(table.c[each] for each in names)) for number, names in fields]


def definition_digest(described: catalog_table.Table) -> str:
    """Changes whenever the table would be made otherwise, so that a new catalog publishes an old version again."""
    parts = [described.grain, described.readers, described.key, described.filters]
    columns = [(c.name, c.type, c.nullable, c.description, c.unit) for c in described.columns]
    return hashlib.sha256(repr((parts, columns)).encode()).hexdigest()[:16]


def reader_role(described: catalog_table.Table, schema: str) -> str:
    """The role that may read it. Investigations and pricing are apart: a person who needs both is granted both."""
    for start, role in (("analysts", "analyst"), ("underwriters", "underwriter")):
        if described.readers.startswith(start):
            return f"{schema}_{role}"
    raise ValueError(f"{described.name} is read by {described.readers}: no role of a database is meant for them")


def _columns(described: catalog_table.Table) -> list[Column[Any]]:
    return [
        Column(column.name, sql_type(column.type), nullable=column.nullable and column.name not in described.key)
        for column in described.columns
    ]
