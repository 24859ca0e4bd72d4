"""The two schemas: one that readers see, one with the partitions behind it, to which they have no right."""

from __future__ import annotations

from sqlalchemy import Connection, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import DBAPIError

from catalog.errors import DatabaseUnavailable

_PREPARER = postgresql.dialect().identifier_preparer


def quote(name: str) -> str:
    """A name as SQL writes it."""
    return str(_PREPARER.quote_identifier(name))


def rows_schema(schema: str) -> str:
    return f"{schema}_rows"


def make_schemas(connection: Connection, schema: str) -> None:
    """Raises DatabaseUnavailable with the statements an administrator has to run, where this user may not."""
    for name in (schema, rows_schema(schema)):
        if connection.execute(text("select to_regnamespace(:name)"), {"name": quote(name)}).scalar() is None:
            try:
                connection.execute(text(f"create schema {quote(name)}"))
            except DBAPIError as error:
                if getattr(error.orig, "sqlstate", "") != "42501":
                    raise
                user = str(connection.connection.driver_connection.info.user)  # type: ignore[union-attr]
                statements = "; ".join(
                    f"create schema if not exists {each} authorization {quote(user)}"
                    for each in (schema, rows_schema(schema))
                )
                raise DatabaseUnavailable(
                    f"schema {name} is missing and {user} may not make it; have an administrator run: {statements};"
                ) from None
