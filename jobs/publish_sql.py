"""Copies of published tables in PostgreSQL: `underwatch publish --to`."""

from __future__ import annotations

import os
import re

import typer

from catalog import TABLES
from catalog.errors import MissingTable, NothingToDo
from jobs.acting import acting
from jobs.checked import table_names
from jobs.progress import step
from lake import AuditLog, Lake
from lake.postgres import Target, publish


def publish_to(lake: Lake, to: str, tables: str = "", schema: str = "underwatch", wait: int = 300) -> None:
    """Copy published tables to PostgreSQL; where none are named, all that the lake has. `to` as in `--to`."""
    if not re.fullmatch(r"[a-z_][a-z0-9_]{0,39}", schema):
        raise typer.BadParameter("a schema is named by small letters, digits and _, at most 40", param_hint="--schema")
    target, log = Target.parse(_address(to)), AuditLog(lake.root)
    names = table_names(tables) if tables else [name for name in _published() if lake.exists(name)]
    if unfit := [name for name in names if name not in _published()]:
        raise MissingTable(f"{', '.join(unfit)} is not meant for readers; published are {', '.join(_published())}")
    if not names:
        raise MissingTable(f"the lake {lake.root} has published nothing yet; run `underwatch run` first")
    with step(f"publishing to {target.where}", schema=schema):
        outcomes, lacking = publish([lake.pinned(name) for name in names], target, schema, wait, step)
    for each in outcomes:
        done = "is there already" if each.skipped else f"published, {each.rows:,} rows"
        typer.echo(f"{schema}.{each.table} version {each.version} {done}")
        if not each.skipped:
            said = {"database": target.where, "schema": schema, "version": each.version, "rows": each.rows}
            log.append(actor=acting(), action="publish_sql", subject=each.table, details=said)
    for role in lacking:
        typer.secho(
            f"Nobody was given the right to read as {role}: have an administrator run `create role {role} nologin;` "
            "and publish again",
            fg="yellow",
            err=True,
        )


def _address(to: str) -> str:
    """Raises NothingToDo where `to` is the name of an environment variable that is not set: the DAG is skipped then."""
    if not re.fullmatch(r"[A-Z][A-Z0-9_]*", to):
        return to
    if address := os.environ.get(to):
        return address
    raise NothingToDo(
        f"no database is named to publish to: set {to} to postgresql://USER@HOST:5432/DATABASE (docs/sql-access.md)"
    )


def _published() -> list[str]:
    return [name for name, table in TABLES.items() if table.layer == "published"]
