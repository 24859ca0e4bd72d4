from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated

import duckdb
import typer

from catalog.errors import MissingTable, NothingToDo
from jobs.as_of import given_day
from jobs.options import DEFAULT_LAKE, LakeRoot
from jobs.text_table import text_console, text_table
from lake import Lake

TABLE = "monitoring"


class About(StrEnum):
    """Breaches of the fraud models, of the risk models, or of the data whatever the model."""

    fraud = "fraud"
    risk = "risk"
    data = "data"


def breaches(
    about: Annotated[About, typer.Option(help="Models whose breaches are asked for; data for stale deliveries.")],
    lake: LakeRoot = DEFAULT_LAKE,
    as_of: Annotated[str, typer.Option("--as-of", help="Day looked at. Empty: the newest that was.")] = "",
) -> None:
    """Print the breaches that monitoring kept of a day; exit code 9 where there are none.

    Example: underwatch breaches --about risk --as-of 2025-12-31
    """
    store = Lake(lake)
    found = breaches_of(store, about, given_day(as_of) if as_of else None)
    table = text_table(f"Breaches of {about}", "check", "model", "subject", "value>", "bound>", "held against")
    for check, model, subject, value, bound, reference in found:
        table.add_row(check, model, subject, f"{value:.3g}", f"{bound:.3g}", reference)
    text_console().print(table)


def breaches_of(lake: Lake, about: About, day: date | None = None) -> list[tuple[str, str, str, float, float, str]]:
    """Check, model, subject, value, bound and reference of each breach, those furthest beyond their bound first.

    Raises MissingTable where the day was not looked at, and NothingToDo where nothing of it is beyond its bound.
    """
    days = lake.partitions(TABLE) if lake.exists(TABLE) else []
    chosen = str(day) if day else max(days, default="")
    if chosen not in days:
        raise MissingTable(f"nothing was monitored{f' on {day}' if day else ''}; run `underwatch monitor` first")
    connection = duckdb.connect()
    connection.read_parquet(lake.files(TABLE, partition=chosen)).create_view("looked_at")
    found = connection.execute(
        """select check_name, model_name, subject, value, bound, reference from looked_at
           where alert = 'breach' and model_name like ? || '%'
           order by value / nullif(bound, 0) desc nulls first, check_name, subject""",
        [about.value],
    ).fetchall()
    if not found:
        raise NothingToDo(f"monitoring found no breach of {about} on {chosen}")
    return found
