from __future__ import annotations

from typing import Annotated

import duckdb
import typer

from catalog.errors import CheckStopped, MissingTable
from jobs.checked import check_run, docs_folder, table_names
from jobs.options import DEFAULT_LAKE, AsOf, LakeRoot
from jobs.progress import step
from jobs.sql import connect
from lake import Lake, Staged


def publish(
    tables: Annotated[str, typer.Option("--tables", help="Staged tables to publish, joined by commas.")],
    lake: LakeRoot = DEFAULT_LAKE,
    as_of: AsOf = "",
) -> None:
    """Swap what readers see to the staged tables, each in one transaction, if their checks did not stop.

    Example: underwatch publish --tables scored_claims,scored_providers,cases --as-of 2025-12-31
    """
    store = Lake(lake)
    day = _day(store, as_of)
    staged = [store.staged(name, day) for name in table_names(tables)]
    for each in staged:  # all of them before any is swapped
        require_checked(store, each)
    for each in staged:
        with step(f"publishing {each.table}", as_of=each.partition_value) as found:
            found["version"] = store.commit(each, run="publish")


def require_checked(lake: Lake, staged: Staged) -> None:
    """Raises CheckStopped unless these very staged files were checked and no STOP check failed."""
    run = check_run(staged.table, staged.partition_value, staged)
    files = lake.files("check_results", partition=run) if lake.exists("check_results") else []
    if not files:
        raise CheckStopped(
            f"{staged.table} at {staged.partition_value} was staged but these rows were never checked; run "
            f"`underwatch check-tables --staged --tables {staged.table} --as-of {staged.partition_value}` first"
        )
    stopped = duckdb.read_parquet(files).filter("status = 'stopped'").project("check_name").fetchall()
    if stopped:
        raise CheckStopped(
            f"{staged.table} at {staged.partition_value} is not published, readers keep the previous version: "
            f"{'; '.join(name for (name,) in stopped)}. Data Docs are in {docs_folder(lake) / 'index.html'}; mend the "
            "job that made the rows, and run it and its checks again"
        )


def _day(lake: Lake, as_of: str) -> str:
    """The day asked for or, where empty, the last day on which the lake learned of a claim, as other jobs take it."""
    if as_of:
        return as_of
    connection = connect(lake)
    days = [
        connection.sql(f"select max(known_date) from {table}").fetchall()[0][0]  # noqa: S608 - a catalog name
        for table in ("claim_lines", "pharmacy_claims")
        if lake.exists(table) and lake.files(table)
    ]
    known = [day for day in days if day is not None]
    if not known:
        raise MissingTable(f"the lake {lake.root} holds no claims; run `underwatch ingest-claims` first")
    return str(max(known))
