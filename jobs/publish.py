from __future__ import annotations

from typing import Annotated

import typer

from catalog.errors import CheckStopped, MissingTable
from jobs.acting import acting
from jobs.checked import check_run, docs_folder, kept_results, table_names
from jobs.options import DEFAULT_LAKE, AsOf, LakeRoot
from jobs.progress import step
from jobs.publish_sql import publish_to
from jobs.recipe import digest
from jobs.sql import connect
from lake import AuditLog, Lake, Staged


def publish(
    tables: Annotated[
        str, typer.Option("--tables", help="Staged tables to publish, joined by commas. With --to, empty means all.")
    ] = "",
    lake: LakeRoot = DEFAULT_LAKE,
    as_of: AsOf = "",
    to: Annotated[
        str,
        typer.Option(
            "--to",
            help="Copy what the lake has published to this PostgreSQL: postgresql://USER@HOST:5432/DATABASE. "
            "The password is best left to PGPASSWORD or ~/.pgpass. NAME takes the address from that variable.",
        ),
    ] = "",
    schema: Annotated[str, typer.Option(help="With --to: schema that readers see.")] = "underwatch",
    wait: Annotated[int, typer.Option(min=1, help="With --to: seconds that readers may be in the way.")] = 300,
) -> None:
    """Swap what readers see to the staged tables, each in one transaction, if their checks did not stop.

    With --to, copy published tables to PostgreSQL instead: all of them swapped in one transaction, with keys, indexes,
    comments and roles that may read. A version that is there already is skipped.

    Example: underwatch publish --tables scored_claims,scored_providers,cases --as-of 2025-12-31

    Example: underwatch publish --to postgresql://publisher@db.example:5432/claims
    """
    store, log = Lake(lake), AuditLog(lake)
    if to:
        publish_to(store, to, tables, schema, wait)
        return
    day = _day(store, as_of)
    staged = [store.staged(name, day) for name in table_names(tables)]
    for each in staged:  # all of them before any is swapped
        require_checked(store, each)
    for each in staged:
        with step(f"publishing {each.table}", as_of=each.partition_value) as found:
            found["version"] = version = store.commit(each, run="publish")
            said = {"as_of": each.partition_value, "version": version, "content": each.content}
            if each.recipe:
                said["recipe_sha256"] = digest(each.recipe)
            log.append(actor=acting(), action="publish", subject=each.table, details=said)


def require_checked(lake: Lake, staged: Staged) -> None:
    """Raises CheckStopped unless these very staged files were checked and no STOP check failed."""
    results = kept_results(lake, check_run(staged.table, staged.partition_value, staged))
    if not results:
        raise CheckStopped(
            f"{staged.table} at {staged.partition_value} was staged but these rows were never checked; run "
            f"`underwatch check-tables --staged --tables {staged.table} --as-of {staged.partition_value}` first"
        )
    if stopped := [name for name, status in results if status == "stopped"]:
        raise CheckStopped(
            f"{staged.table} at {staged.partition_value} is not published, readers keep the previous version: "
            f"{'; '.join(stopped)}. Data Docs are in {docs_folder(lake) / 'index.html'}; mend the "
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
