from __future__ import annotations

import csv
import sys
from typing import Annotated

import duckdb
import typer
from rich.console import Console
from rich.table import Table as TextTable

from catalog import TABLES
from catalog.errors import UnderwatchError
from jobs.options import DEFAULT_LAKE, LakeRoot
from lake import Lake


class BadQuery(UnderwatchError):
    """The SQL is wrong or names a table or column that does not exist."""

    exit_code = 2


def sql(
    query: Annotated[str, typer.Argument(help="DuckDB SQL; every table of the lake is a view of its name.")],
    lake: LakeRoot = DEFAULT_LAKE,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV instead of a text table.")] = False,
    limit: Annotated[int, typer.Option(help="Rows printed at most; 0 prints all.")] = 200,
) -> None:
    """Answer a SQL query on the tables of the lake.

    Example: underwatch sql "select fraud_rank, claim_id, paid_amount from scored_claims order by 1 limit 10"
    """
    names, rows = answer(Lake(lake), query)
    shown = rows[:limit] if limit else rows
    if as_csv:
        writer = csv.writer(sys.stdout)
        writer.writerow(names)
        writer.writerows(shown)
    else:
        text = TextTable(*names)
        for row in shown:
            text.add_row(*["" if value is None else str(value) for value in row])
        # A pipe or a log has no width to fit into: never cut a value there.
        Console(width=None if sys.stdout.isatty() else 10_000).print(text)
    if len(shown) < len(rows):
        typer.secho(f"{len(rows) - len(shown)} more rows; use --limit 0", err=True)


def connect(lake: Lake) -> duckdb.DuckDBPyConnection:
    """A DuckDB connection with a view for each committed table of the lake, at its newest version."""
    connection = duckdb.connect()
    for name in TABLES:
        if lake.exists(name):
            files = lake.files(name)
            if files:
                connection.read_parquet(files).create_view(name)
    return connection


def answer(lake: Lake, query: str) -> tuple[list[str], list[tuple[object, ...]]]:
    """Column names and rows of the query. Raises BadQuery with DuckDB's own message."""
    try:
        relation = connect(lake).sql(query)
    except duckdb.Error as error:
        present = ", ".join(name for name in TABLES if lake.exists(name)) or "none: run `underwatch run` first"
        raise BadQuery(f"{error}\nTables in {lake.root}: {present}") from error
    return (list(relation.columns), relation.fetchall()) if relation is not None else ([], [])
