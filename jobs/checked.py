"""What a check was of: how check_results, Data Docs and the command line name it."""

from __future__ import annotations

from pathlib import Path

import duckdb

from catalog import TABLES
from catalog.errors import MissingTable
from lake import Lake, Staged


def check_run(table: str, value: str, staged: Staged | None = None) -> str:
    """Partition of check_results: a table's batch or day. For staged rows, those very files."""
    return f"{value}/{table}" + (f"/staged-{staged.content}" if staged else "")


def kept_results(lake: Lake, run: str) -> list[tuple[str, str]]:
    """Name and status of every check of a run; empty where there was none."""
    files = lake.files("check_results", partition=run) if lake.exists("check_results") else []
    return duckdb.read_parquet(files).project("check_name, status").fetchall() if files else []


def docs_folder(lake: Lake) -> Path:
    """Where Data Docs lie: in the lake, or under var/ where the lake is an object store, which serves no pages."""
    return Path("var/data_docs") if "://" in lake.root else Path(lake.root) / "data_docs"


def table_names(tables: str) -> list[str]:
    """The tables of a comma-separated option. Raises MissingTable for one that does not exist."""
    names = [name.strip() for name in tables.split(",") if name.strip()]
    unknown = [name for name in names if name not in TABLES]
    if unknown or not names:
        raise MissingTable(f"there is no table {', '.join(unknown) or 'to work on'}; tables are {', '.join(TABLES)}")
    return names
