"""Bring PostgreSQL to the lake's published version: load beside what readers see, then exchange all tables at once.

One transaction holds the whole publishing. Killed or cut off at any moment, the server takes it back, and nothing is
left to clean. Rows are loaded frozen (COPY FREEZE), so that a reader whose snapshot is older than the load, and who
comes to a table only after the exchange, finds the new version whole and not an empty table.
"""

from __future__ import annotations

import random
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

from sqlalchemy import Connection, Index, Table, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.schema import CreateIndex, CreateTable, SetColumnComment, SetTableComment

from catalog import TABLES
from catalog.errors import CommitConflict, Unreconciled
from lake.pinned import Pinned
from lake.postgres import roles, versions
from lake.postgres.ahead import ahead
from lake.postgres.definition import readers_table, rows_table
from lake.postgres.rows import copy_stream
from lake.postgres.schemas import make_schemas, quote, rows_schema
from lake.postgres.target import Target

Step = Callable[..., AbstractContextManager[dict[str, object]]]
_LOCK_MS = 300  # below deadlock_timeout (1 s), so that giving up is always ours and never a reader's error


@dataclass(frozen=True)
class Outcome:
    """What became of one table. `rows` is 0 for one that was skipped, being there already."""

    table: str
    version: int
    rows: int
    skipped: bool


@dataclass(frozen=True)
class _Loaded:
    pinned: Pinned
    partition: Table
    indexes: list[Index]
    rows: int


@contextmanager
def _silent(name: str, **facts: object) -> Iterator[dict[str, object]]:
    yield {}


def publish(
    sources: list[Pinned], target: Target, schema: str = "underwatch", wait: float = 300, step: Step = _silent
) -> tuple[list[Outcome], list[str]]:
    """Make the schema's tables those versions, all in one transaction; returns them and the roles that are lacking.

    A table that is at that version already is left alone. `wait` is how many seconds readers, or another publishing,
    may be in the way. Raises DatabaseUnavailable, CommitConflict and Unreconciled; the previous version then stays.
    """
    with target.transaction() as connection:
        _settings(connection, wait)
        _alone(connection, schema)
        make_schemas(connection, schema)
        versions.make_table(connection, schema)
        due = [pinned for pinned in sources if not versions.holds(connection, schema, pinned)]
        loaded = []
        for pinned in due:
            with step(f"loading {pinned.table}", version=pinned.version) as found:
                loaded.append(_load(connection, schema, pinned))
                found["rows"] = loaded[-1].rows
            with step(f"indexing {pinned.table}"):
                _index(connection, loaded[-1])
        if loaded:
            with step("exchanging tables", tables=len(loaded)):
                _lock(connection, schema, [each.pinned.table for each in loaded], wait)
                for each in loaded:
                    _exchange(connection, schema, each)
                    versions.note(connection, schema, each.pinned, each.rows)
        lacking = roles.grant(connection, schema, [pinned.table for pinned in sources])
    rows = {each.pinned.table: each.rows for each in loaded}
    return [Outcome(p.table, p.version, rows.get(p.table, 0), p.table not in rows) for p in sources], lacking


def _settings(connection: Connection, wait: float) -> None:
    """For this transaction alone: a role's or a server's own time limits are meant for readers."""
    for setting in (
        "statement_timeout = 0",
        "idle_in_transaction_session_timeout = 0",
        f"lock_timeout = {max(1, int(wait * 1000))}",
        "maintenance_work_mem = '256MB'",
        "client_min_messages = warning",
    ):
        connection.execute(text(f"set local {setting}"))
    # From PostgreSQL 14 on the server looks after a killed client's connection while it builds an index.
    known = "select count(*) from pg_settings where name = 'client_connection_check_interval' and setting is not null"
    if connection.execute(text(known)).scalar_one():
        connection.execute(text("set local client_connection_check_interval = '2s'"))


def _alone(connection: Connection, schema: str) -> None:
    """Publishings to one schema follow each other; the lock ends with the transaction."""
    try:
        name = {"name": f"underwatch publish {schema}"}
        connection.execute(text("select pg_advisory_xact_lock(hashtextextended(:name, 0))"), name)
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", "") != "55P03":
            raise
        raise CommitConflict(
            f"another run is publishing to schema {schema}; run it again when that one is done"
        ) from None


def _load(connection: Connection, schema: str, pinned: Pinned) -> _Loaded:
    """The rows in a partition that no reader sees yet. Raises Unreconciled where rows are lacking."""
    name = f"{pinned.table}_v{pinned.version}_{secrets.token_hex(3)}"
    partition, indexes = rows_table(TABLES[pinned.table], rows_schema(schema), name)
    connection.execute(CreateTable(partition))
    columns = ", ".join(quote(column.name) for column in partition.columns)
    cursor = connection.connection.cursor()
    with cursor.copy(f"copy {_named(partition)} ({columns}) from stdin (format binary, freeze)") as copy:
        for batch in ahead(copy_stream(pinned)):
            copy.write(batch)
    expected = pinned.dataset().count_rows()
    if cursor.rowcount != expected:
        raise Unreconciled(
            f"{pinned.table} version {pinned.version} has {expected:,} rows and {cursor.rowcount:,} arrived in the "
            "database; nothing was published. Run it again, and report it if it stays"
        )
    return _Loaded(pinned, partition, indexes, expected)


def _index(connection: Connection, loaded: _Loaded) -> None:
    """Key, indexes and statistics of the full partition, so that the exchange has none to make."""
    named = _named(loaded.partition)
    fields = ", ".join(map(quote, TABLES[loaded.pinned.table].key))
    connection.execute(text(f"alter table {named} add primary key ({fields})"))
    for index in loaded.indexes:
        connection.execute(CreateIndex(index))
    connection.execute(text(f"analyze {named}"))


def _lock(connection: Connection, schema: str, tables: list[str], wait: float) -> None:
    """Hold every table that is to change, and no reader up for longer than a moment. Raises CommitConflict."""
    present = [f"{quote(schema)}.{quote(name)}" for name in sorted(tables) if _kind(connection, schema, name) == "p"]
    deadline = time.monotonic() + wait
    while present:
        connection.execute(text(f"set local lock_timeout = {_LOCK_MS}"))
        attempt = connection.begin_nested()
        try:
            connection.execute(text(f"lock table {', '.join(present)} in access exclusive mode"))
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", "") != "55P03":
                raise
            attempt.rollback()
            if time.monotonic() > deadline:
                raise CommitConflict(
                    f"readers held the tables for {wait:.0f} s and more; readers keep the previous version. End long "
                    "queries or sessions left in a transaction (pg_stat_activity), or give --wait more seconds, and "
                    "run it again"
                ) from None
            time.sleep(random.uniform(0.2, 1.0))
        else:
            attempt.commit()
            break
    connection.execute(text(f"set local lock_timeout = {max(1, int(wait * 1000))}"))


def _exchange(connection: Connection, schema: str, loaded: _Loaded) -> None:
    table = readers_table(TABLES[loaded.pinned.table], schema)
    named = _named(table)
    kind = _kind(connection, schema, table.name)
    if kind == "":
        connection.execute(CreateTable(table))
    elif kind == "p":
        _empty(connection, named)
        _fit(connection, table)
    else:
        raise CommitConflict(
            f"{schema}.{table.name} is there and was not made by publishing; move it away, or publish to another "
            "--schema"
        )
    for index in sorted(table.indexes, key=_index_name):
        connection.execute(CreateIndex(index, if_not_exists=True))
    connection.execute(text(f"alter table {named} attach partition {_named(loaded.partition)} default"))
    connection.execute(SetTableComment(table))
    for column in table.columns:
        connection.execute(SetColumnComment(column))


def _empty(connection: Connection, named: str) -> None:
    """Take the rows of the previous version away."""
    held = text("select inhrelid::regclass::text from pg_inherits where inhparent = cast(:named as regclass)")
    for partition in connection.execute(held, {"named": named}).scalars().all():
        connection.execute(text(f"alter table {named} detach partition {partition}"))
        connection.execute(text(f"drop table {partition}"))


def _fit(connection: Connection, table: Table) -> None:
    """Give a table without rows the catalog's columns, where they changed since it was made."""
    query = text(
        """select attname, format_type(atttypid, atttypmod), attnotnull from pg_attribute
           where attrelid = cast(:named as regclass) and attnum > 0 and not attisdropped"""
    )
    named = _named(table)
    found = {name: (kind, filled) for name, kind, filled in connection.execute(query, {"named": named}).all()}
    changes = [f"drop column {quote(name)}" for name in found if name not in table.c]
    for column in table.columns:
        kind = column.type.compile(connection.dialect).lower().replace(", ", ",")
        if column.name not in found:
            changes.append(f"add column {quote(column.name)} {kind}")
        elif found[column.name][0] != kind:
            changes.append(f"alter column {quote(column.name)} type {kind} using null")
        if found.get(column.name, ("", False))[1] != (not column.nullable):
            changes.append(f"alter column {quote(column.name)} {'drop' if column.nullable else 'set'} not null")
    for change in changes:
        connection.execute(text(f"alter table {named} {change}"))


def _kind(connection: Connection, schema: str, name: str) -> str:
    """PostgreSQL's letter for what bears that name: p is a partitioned table; empty where nothing does."""
    query = text(
        "select relkind from pg_class join pg_namespace n on n.oid = relnamespace "
        "where nspname = :schema and relname = :name"
    )
    kind = connection.execute(query, {"schema": schema, "name": name}).scalar()
    return kind.decode() if isinstance(kind, bytes) else str(kind or "")


def _named(table: Table) -> str:
    return f"{quote(str(table.schema))}.{quote(table.name)}"


def _index_name(index: Index) -> str:
    return str(index.name)
