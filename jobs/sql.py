from __future__ import annotations

import csv
import sys
from typing import Annotated

import duckdb
import typer
from pyarrow import dataset
from pyarrow.fs import FileSystem, LocalFileSystem
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
    limit: Annotated[int, typer.Option(min=0, help="Rows printed at most; 0 prints all.")] = 200,
) -> None:
    """Answer a SQL query on the tables of the lake. The query cannot change them, nor read or write any other file.

    Example: underwatch sql "select fraud_rank, claim_id, paid_amount from scored_claims order by 1 limit 10"
    """
    names, rows = answer(Lake(lake), query, limit + 1 if limit else 0)
    shown = rows[:limit] if limit else rows
    if as_csv:
        writer = csv.writer(sys.stdout)
        writer.writerow(names)
        writer.writerows(shown)
    else:
        text = TextTable(*names)
        for row in shown:
            text.add_row(*["" if value is None else str(value) for value in row])
        # A pipe or a log has no width to fit into: never cut a value there. A value is no markup of ours.
        width = None if sys.stdout.isatty() else 10_000
        Console(width=width, markup=False, emoji=False, highlight=False).print(text)
    if len(shown) < len(rows):
        typer.secho(f"there are more than {limit} rows; use --limit 0", err=True)


def connect(lake: Lake) -> duckdb.DuckDBPyConnection:
    """A DuckDB connection with a view for each committed table of the lake, at its newest version."""
    connection = duckdb.connect()
    for name, files in _tables(lake).items():
        connection.read_parquet(files, union_by_name=True).create_view(name)
    return connection


def answer(lake: Lake, query: str, limit: int = 0) -> tuple[list[str], list[tuple[object, ...]]]:
    """Column names and rows of the query, at most `limit` rows (0: all). Raises BadQuery with DuckDB's own message."""
    try:
        relation = _locked(lake).sql(query)
        if relation is None:
            return [], []
        return list(relation.columns), (relation.limit(limit) if limit else relation).fetchall()
    except duckdb.Error as error:
        present = ", ".join(name for name in TABLES if lake.exists(name)) or "none: run `underwatch run` first"
        raise BadQuery(f"{error}\nTables in {lake.root}: {present}") from error


def _locked(lake: Lake) -> duckdb.DuckDBPyConnection:
    """As `connect`, for a query of anyone's: DuckDB is cut off from every file.

    Its own Parquet reader would have to be let at the tables' files, and with that COPY could overwrite them. So
    Arrow reads them, and hands DuckDB the rows.
    """
    connection = duckdb.connect()
    layout = dataset.ParquetFileFormat(read_options=dataset.ParquetReadOptions(coerce_int96_timestamp_unit="us"))
    for name, files in _tables(lake).items():
        factory = dataset.FileSystemDatasetFactory(*_placed(files), layout)
        # Files from before a column was added lack it.
        connection.register(name, factory.finish(factory.inspect(fragments=None)))
    for setting in (
        "enable_external_access = false",
        "python_enable_replacements = false",
        "lock_configuration = true",
    ):
        connection.execute(f"set {setting}")
    return connection


def _placed(files: list[str]) -> tuple[FileSystem, list[str]]:
    """The file system that holds the files, and their paths in it."""
    if "://" not in files[0]:
        return LocalFileSystem(), files
    system, _ = FileSystem.from_uri(files[0])
    return system, [FileSystem.from_uri(file)[1] for file in files]


def _tables(lake: Lake) -> dict[str, list[str]]:
    """The files of each table that holds some."""
    return {name: files for name in TABLES if lake.exists(name) and (files := lake.files(name))}
