from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer
from great_expectations.core.run_identifier import RunIdentifier
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

import catalog
import expectations
import jobs
import sources
from catalog import TABLES
from catalog.errors import CheckStopped
from expectations import suite
from expectations.data_docs import write_page
from expectations.run import Report, run_suite
from jobs.as_of import resolve_as_of
from jobs.checked import check_run, docs_folder, kept_results, table_names
from jobs.earlier import always_filled, volume_checks
from jobs.fingerprint import code_version, combined
from jobs.options import DEFAULT_LAKE, DEFAULT_MASTER, AsOf, LakeRoot, Master
from jobs.progress import log, step
from jobs.spark import spark_session
from lake import Lake, Staged

MAY_LACK = {
    *("investigations", "pharmacy_claims", "providers", "rejected_rows", "exclusions", "remittances", "code_findings"),
    *("provider_links", "cases"),
    *("member_features", "member_outcomes", "lag_triangle"),
    "underwriting_members",  # a use may not tell members apart
}
"""Tables that may legitimately have no rows: a source brings none, says that nobody's claims are complete, or no ring
was found."""


def check_tables(
    tables: Annotated[str, typer.Option("--tables", help="Tables to check, joined by commas.")],
    lake: LakeRoot = DEFAULT_LAKE,
    batch_id: Annotated[str, typer.Option("--batch-id", help="Batch to check, for tables of deliveries.")] = "",
    request_id: Annotated[str, typer.Option("--request-id", help="Request to check, for tables of quotes.")] = "",
    as_of: AsOf = "",
    staged: Annotated[bool, typer.Option("--staged", help="Check what is staged, before it is published.")] = False,
    accept_volume: Annotated[
        bool, typer.Option(help="Go on although the batch has less than half of its usual rows.")
    ] = False,
    again: Annotated[bool, typer.Option("--again", help="Check even what was checked before and is the same.")] = False,
    master: Master = DEFAULT_MASTER,
) -> None:
    """Run the Great Expectations suites of tables: a failed STOP check ends the run, a failed WARN check is told.

    A batch is also held against the earlier ones of its source: less than half of their usual rows stops it. Rows that
    nothing stopped before are not checked again while they, what they are held against and the checks are the same.

    Example: underwatch check-tables --tables scored_claims,scored_providers,cases --as-of 2025-12-31 --staged
    """
    names = table_names(tables)
    delivered = [name for name in names if _is_delivered(name)]
    if delivered and not batch_id:
        raise typer.BadParameter(f"--batch-id is needed to check {', '.join(delivered)}")
    if not request_id and any(TABLES[name].partition == "request_id" for name in names):
        raise typer.BadParameter("--request-id is needed to check quotes")
    store = Lake(lake)
    with spark_session("check-tables", master) as spark:
        value = batch_id or request_id or str(resolve_as_of(spark, store, as_of))
        check(spark, store, names, value, staged, accept_volume, again)


def check(
    spark: SparkSession,
    lake: Lake,
    tables: list[str],
    value: str,
    staged: bool = False,
    accept_volume: bool = False,
    again: bool = False,
) -> list[Report]:
    """Check one batch or day of several tables, and keep the results. Raises CheckStopped after the last of them.

    There is no report of a table left out because the same was checked before and nothing stopped it."""
    reports = []
    always = always_filled(spark, lake, value) if any(map(_is_delivered, tables)) else None
    for table in tables:
        files = lake.staged(table, value) if staged else None
        run, inputs = check_run(table, value, files), _inputs(lake, table, value, files, accept_volume)
        if not again and (before := _before(lake, run, inputs)):
            log.info(f"{table}: the same rows were checked before", of=value, **before)
            continue
        rows = lake.read_staged(spark, files) if files else _rows(spark, lake, table, value)
        may_lack = table in MAY_LACK or (always is not None and table not in always and _is_delivered(table))
        if files is None and may_lack and rows.isEmpty():
            log.info(f"{table} has no rows in this batch, which a source may lack: not checked", of=value)
            continue
        with step(f"checking {table}", of=value) as found:
            usual = volume_checks(spark, lake, table, value, accept_volume) if _is_delivered(table) else ()
            report = run_suite(table, rows, (*suite(table), *usual), _related(spark, lake, value))
            checked_at = datetime.now(UTC)
            page = write_page(docs_folder(lake), report, value, RunIdentifier(run_name=value, run_time=checked_at))
            _keep(spark, lake, report, value, run, checked_at, inputs)
            found.update(rows=report.row_count, **{s: report.count(s) for s in ("passed", "warned", "stopped")})
        _tell(report, page)
        reports.append(report)
    _stop(reports, value, docs_folder(lake))
    return reports


def _is_delivered(table: str) -> bool:
    return TABLES[table].partition == "batch_id"


def _inputs(lake: Lake, table: str, value: str, files: Staged | None, accept_volume: bool) -> str:
    """Changes when anything does that the outcome of a check depends on."""
    read = {check.other_table for check in suite(table)} - {""}
    read |= set() if files else {table}
    read |= {"member_outcomes"} if table == "member_features" else set()  # its days are checked along: see _rows
    read |= {"delivery_audit"} if _is_delivered(table) else set()
    parts = {
        "value": value,
        "staged": files.content if files else "",
        "tables": lake.versions(sorted(read)),
        "accept_volume": accept_volume,
        "code": _code(),
        "great_expectations": version("great_expectations"),
    }
    return combined(parts)


@cache
def _code() -> str:
    return code_version(catalog, expectations, jobs, sources)


def _before(lake: Lake, run: str, inputs: str) -> dict[str, int]:
    """How many checks of the same inputs passed and warned; empty where there are none, or one stopped."""
    if not lake.holds(lake.staged_from(inputs, "check_results", run)):
        return {}
    found = Counter(status for _, status in kept_results(lake, run))
    return {} if found["stopped"] else {"passed": found["passed"], "warned": found["warned"]}


def _rows(spark: SparkSession, lake: Lake, table: str, value: str) -> DataFrame:
    """One batch or one day of a table. Risk models train on members of earlier days too, so those are checked along."""
    if not lake.exists(table):
        return lake.read_or_empty(spark, table)
    if table == "member_outcomes":
        return lake.read(spark, table).where(F.col("known_by") == F.lit(value).cast("date"))
    if table == "member_features":
        days = {value, *lake.partitions("member_outcomes")}
        return lake.read(spark, table).where(F.col("as_of").isin([F.lit(day).cast("date") for day in sorted(days)]))
    return lake.read(spark, table, partition=value)


def _related(spark: SparkSession, lake: Lake, value: str) -> Callable[[str], DataFrame | None]:
    """Rows of other tables: all batches of a delivered table, the same day of a feature table."""

    def rows(table: str) -> DataFrame | None:
        if not lake.exists(table):
            return None
        return lake.read(spark, table, partition=None if TABLES[table].layer == "canonical" else value)

    return rows


def _keep(
    spark: SparkSession, lake: Lake, report: Report, value: str, run: str, checked_at: datetime, inputs: str
) -> None:
    results = [
        (
            run, value, report.table, outcome.check.name, outcome.check.on_fail, outcome.status, outcome.observed,
            report.row_count, checked_at,
        )
        for outcome in report.outcomes
    ]  # fmt: skip
    frame = spark.createDataFrame(results, TABLES["check_results"].ddl).coalesce(1)
    lake.commit(lake.stage(frame, "check_results", run, inputs))


def _tell(report: Report, page: Path) -> None:
    for outcome in report.outcomes:
        if outcome.status != "passed":
            log.warning(f"{report.table}: {outcome.check.name}: {outcome.status}", observed=outcome.observed)
    for left_out in report.left_out:
        log.info(f"{report.table}: {left_out.name}: not checked, the lake has no {left_out.other_table}")
    log.info(f"{report.table}: data docs", page=str(page))


def _stop(reports: list[Report], value: str, docs: Path) -> None:
    failed = [
        f"{report.table}: " + "; ".join(f"{o.check.name} ({o.observed})" for o in report.stopped)
        for report in reports
        if report.stopped
    ]
    if failed:
        raise CheckStopped(
            f"checks of {value} stopped. {'. '.join(failed)}. Nothing that follows may read these rows: mend the "
            f"delivery or the job that made them and run it again; Data Docs are in {docs / 'index.html'}"
        )
