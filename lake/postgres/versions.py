"""Which version of the lake each published table holds: a table in the readers' schema, exchanged with the others."""

from __future__ import annotations

from sqlalchemy import BIGINT, TIMESTAMP, Column, Connection, MetaData, Table, delete, func, insert, select
from sqlalchemy.dialects.postgresql import TEXT
from sqlalchemy.schema import CreateTable, SetColumnComment, SetTableComment

from catalog import TABLES
from lake.pinned import Pinned
from lake.postgres.definition import definition_digest

VERSIONS = "published_versions"


def make_table(connection: Connection, schema: str) -> None:
    table = _table(schema)
    if connection.dialect.has_table(connection, VERSIONS, schema=schema):
        return
    connection.execute(CreateTable(table))
    connection.execute(SetTableComment(table))
    for column in table.columns:
        connection.execute(SetColumnComment(column))


def holds(connection: Connection, schema: str, pinned: Pinned) -> bool:
    """Whether the table is at this very version, made by the catalog as it is now."""
    table = _table(schema)
    query = select(table.c.delta_table_id, table.c.delta_version, table.c.definition)
    found = connection.execute(query.where(table.c.table_name == pinned.table)).one_or_none()
    return found == (pinned.table_id, pinned.version, definition_digest(TABLES[pinned.table]))


def note(connection: Connection, schema: str, pinned: Pinned, rows: int) -> None:
    table = _table(schema)
    connection.execute(delete(table).where(table.c.table_name == pinned.table))
    connection.execute(
        insert(table).values(
            table_name=pinned.table,
            delta_table_id=pinned.table_id,
            delta_version=pinned.version,
            row_count=rows,
            definition=definition_digest(TABLES[pinned.table]),
            published_at=func.clock_timestamp(),
        )
    )


def _table(schema: str) -> Table:
    return Table(
        VERSIONS,
        MetaData(schema=schema),
        Column("table_name", TEXT, primary_key=True, comment="Table of this schema"),
        Column("delta_table_id", TEXT, nullable=False, comment="Id of the Delta table in the lake"),
        Column("delta_version", BIGINT, nullable=False, comment="Version of it that the rows are"),
        Column("row_count", BIGINT, nullable=False, comment="Rows of that version"),
        Column("definition", TEXT, nullable=False, comment="Digest of the catalog's description it was made by"),
        Column("published_at", TIMESTAMP(timezone=True), nullable=False, comment="When it was exchanged"),
        comment="One row per published table: the version of the lake that it holds.",
    )
