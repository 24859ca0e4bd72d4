"""Roles that may read the published tables and nothing else.

They have no password and cannot log in: people are granted them.
"""

from __future__ import annotations

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from catalog import TABLES
from lake.postgres.definition import reader_role
from lake.postgres.schemas import quote
from lake.postgres.versions import VERSIONS


def grant(connection: Connection, schema: str, tables: list[str]) -> list[str]:
    """Let the readers of each table read it; returns the roles that neither exist nor may be made by this user."""
    meant = {name: reader_role(TABLES[name], schema) for name in tables}
    lacking = []
    for role in sorted(set(meant.values())):
        if not _present(connection, role):
            lacking.append(role)
            continue
        may = [f"{quote(schema)}.{quote(name)}" for name in [*(n for n in tables if meant[n] == role), VERSIONS]]
        connection.execute(text(f"grant usage on schema {quote(schema)} to {quote(role)}"))
        connection.execute(text(f"grant select on {', '.join(may)} to {quote(role)}"))
    return lacking


def _present(connection: Connection, role: str) -> bool:
    """Whether the role is there, made if need be and allowed."""
    if connection.execute(text("select count(*) from pg_roles where rolname = :role"), {"role": role}).scalar_one():
        return True
    attempt = connection.begin_nested()
    try:
        connection.execute(text(f"create role {quote(role)} nologin"))
    except DBAPIError as error:
        attempt.rollback()
        if getattr(error.orig, "sqlstate", "") != "42501":
            raise
        return False
    attempt.commit()
    return True
