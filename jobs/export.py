from __future__ import annotations

from pathlib import Path
from typing import Annotated

import duckdb
import typer

from catalog import TABLES
from catalog.errors import MissingTable
from jobs.acting import acting
from jobs.options import DEFAULT_LAKE, LakeRoot
from lake import AuditLog, Lake

# A spreadsheet runs a cell that starts with one of these as a formula (OWASP, CSV Injection); the last four are the
# full-width forms that East Asian versions take for the plain ones.
FORMULA_STARTS = "=+-@\t\r\n\uff1d\uff0b\uff0d\uff20"


def export(
    table: Annotated[str, typer.Argument(help="A table of the lake, e.g. scored_claims.")],
    csv: Annotated[Path, typer.Option("--csv", help="File to write.")],
    lake: LakeRoot = DEFAULT_LAKE,
) -> None:
    """Write a table to a CSV file, safe to open in a spreadsheet; nested columns are written as JSON.

    The audit log notes first who took which version, and how many rows.

    Example: underwatch export scored_claims --csv scored_claims.csv
    """
    if table not in TABLES:
        raise MissingTable(f"there is no table {table}; tables are {', '.join(TABLES)}")
    pinned = Lake(lake).pinned(table)
    columns = ", ".join(_csv_column(column.name, column.type) for column in TABLES[table].columns)
    found = duckdb.from_arrow(pinned.dataset())
    ((rows,),) = found.aggregate("count(*)").fetchall()
    # Not the file: somebody may have named it after a member.
    details = {"rows": rows, "version": pinned.version}
    AuditLog(lake).append(actor=acting(), action="export", subject=table, details=details)
    csv.parent.mkdir(parents=True, exist_ok=True)
    found.project(columns).write_csv(str(csv), header=True)
    typer.echo(f"wrote {rows:,} rows to {csv}")


def _csv_column(name: str, kind: str) -> str:
    if kind == "string":
        starts = ", ".join(f"chr({ord(character)})" for character in FORMULA_STARTS)
        return f"case when substr({name}, 1, 1) in ({starts}) then '''' || {name} else {name} end as {name}"
    if kind.startswith(("array", "map", "struct")):
        return f"to_json({name}) as {name}"
    return name
