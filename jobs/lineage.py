from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import duckdb
import typer

from catalog import TABLES
from catalog.errors import MissingTable
from jobs.lineage_page import Step, page
from jobs.options import DEFAULT_LAKE, LakeRoot
from jobs.recipe import Recipe, code_now
from jobs.replay import SCORED, Published, published
from jobs.text_table import text_console, text_table
from lake import AuditLog, Lake

CANONICAL = "canonical"
FEATURES = "feature"
KEYS = {"scored_claims": "claim_id", "scored_providers": "provider_id", "risk_predictions": "member_id"}
"""Published table -> the column by which its rows are found again among canonical claim lines."""


@dataclass(frozen=True)
class Commit:
    """What a table's log says of the commit that last wrote a partition."""

    version: int
    partition: str
    at: datetime
    run: str


def lineage(
    what: Annotated[str, typer.Argument(help=f"A run id of published rows, or a table: {', '.join(SCORED)}.")],
    as_of: Annotated[
        str, typer.Option("--as-of", help="Day of the scores. Empty: the newest, or all of the run.")
    ] = "",
    version: Annotated[int, typer.Option(help="Version of the table. -1: the newest.")] = -1,
    row: Annotated[str, typer.Option(help="Claim, provider or member token: only the deliveries it came from.")] = "",
    out: Annotated[str, typer.Option("--out", help="Page to write. Empty: <lake>/lineage/.")] = "",
    lake: LakeRoot = DEFAULT_LAKE,
) -> None:
    """Say where published rows came from: files and hashes, table versions, code, models, policies, who published.

    All of it was recorded when it happened; nothing is made again (`underwatch replay` does that). Also writes a page.

    Example: underwatch lineage risk_predictions --as-of 2025-12-31
    """  # fmt: skip
    store = Lake(lake)
    asked = published(store, what, as_of, None if version < 0 else version)
    found = [(each, steps(store, each, row)) for each in asked]
    for each, told in found:
        table = text_table(
            f"{each.table} of {each.day}", "step", "what", "version", "when (UTC)", "said", wrap=("said",)
        )
        for one in told:
            table.add_row(one.kind, one.name, one.version, one.at, one.said)
        text_console().print(table)
    print(f"page: {_write(store, what, found, out)}")


def steps(lake: Lake, each: Published, row: str = "") -> list[Step]:
    """From the delivery to the published rows, oldest first. Raises MissingTable for a row that is not there."""
    recipe = each.recipe
    then = Lake(lake.root, recipe.tables)
    if row:
        _require_row(lake, each, row)
    canonical = [name for name in recipe.tables if TABLES[name].layer == CANONICAL]
    features = [name for name in recipe.tables if TABLES[name].layer == FEATURES]
    built = [(name, one) for name in features for one in _commits(lake, name, recipe.tables[name], recipe.as_of)]
    return [
        *_deliveries(then, each.table, row),
        *_tables("canonical table", lake, recipe, canonical, min((one.at for _, one in built), default=None)),
        *(_step("feature table", name, one) for name, one in built),
        *(Step("policy", name, version, "", "edits and limits that the features were built with")
          for name, version in recipe.policies.items()),
        *_models(lake, recipe),
        Step("code", recipe.command, recipe.code[:12], "", _code(recipe)),
        _publication(lake, each),
    ]  # fmt: skip


def _deliveries(then: Lake, table: str, row: str) -> list[Step]:
    """Files as they were ingested; of a row only those that its claim lines came from, with how many."""
    if "delivery_audit" not in (then.at or {}):
        return []
    rows = duckdb.read_parquet(then.files("delivery_audit")).filter("rows_read > 0").order("batch_id, file_name")
    told = rows.project(
        "batch_id, file_name, source, file_sha256, rows_accepted, rows_rejected, ingested_at"
    ).fetchall()
    lines = _lines_of(then, KEYS[table], row) if row and table in KEYS else None
    return [
        Step(
            "delivery",
            f"{batch}/{name}",
            digest[:12],
            _when(at),
            f"{source}; SHA-256 {digest}; {good:,} rows accepted, {bad:,} rejected"
            + (f"; {lines[batch, name]:,} lines of this row" if lines else ""),
        )
        for batch, name, source, digest, good, bad, at in told
        if lines is None or (batch, name) in lines
    ]


def _lines_of(then: Lake, key: str, row: str) -> dict[tuple[str, str], int]:
    """(batch, file) -> canonical claim lines and fills of a claim, provider or member."""
    found: dict[tuple[str, str], int] = {}
    for table in ("claim_lines", "pharmacy_claims"):
        files = then.files(table) if then.exists(table) else []
        if files:
            connection = duckdb.connect()
            connection.read_parquet(files).create_view("lines")
            counted = f"select batch_id, file_name, count(*) from lines where {key} = ? group by all"  # noqa: S608
            for batch, name, count in connection.execute(counted, [row]).fetchall():
                found[batch, name] = found.get((batch, name), 0) + count
    return found


def _require_row(lake: Lake, each: Published, row: str) -> None:
    key = KEYS.get(each.table, TABLES[each.table].key[0])
    rows = duckdb.connect()
    rows.read_parquet(lake.files(each.table, each.version, each.day)).create_view("rows_then")
    if not rows.execute(f"select 1 from rows_then where {key} = ? limit 1", [row]).fetchall():  # noqa: S608
        raise MissingTable(f"version {each.version} of {each.table} at {each.day} has no such {key}")


def _tables(kind: str, lake: Lake, recipe: Recipe, names: list[str], before: datetime | None) -> list[Step]:
    """One step a table: the version that was there, and whether it was committed only after the features were built."""
    found = []
    for name in names:
        version = recipe.tables[name]
        commits = _commits(lake, name, version)
        newest = max(commits, key=lambda one: one.version, default=None)
        if newest is None:
            continue
        said = f"batches {', '.join(sorted(one.partition for one in commits))}"
        if before is not None and newest.at > before:
            said += "; its newest commit is younger than the features: they were built from an earlier version"
        found.append(Step(kind, name, str(version), _when(newest.at), said))
    return found


def _commits(lake: Lake, table: str, version: int, partition: str = "") -> list[Commit]:
    """The commit that last wrote each partition (or one of them), at a version of the table."""
    found: dict[str, Commit] = {}
    for one in lake.history(table):
        value, number = str(one.get("partition", "")), int(str(one["version"]))
        if number <= version and value and value not in found and partition in ("", value):
            at = datetime.fromtimestamp(int(str(one["timestamp"])) / 1000, UTC)
            found[value] = Commit(number, value, at, str(one.get("underwatch_run", "")))
    return list(found.values())


def _step(kind: str, name: str, one: Commit) -> Step:
    return Step(kind, name, str(one.version), _when(one.at), one.run or "its commit names no run")


def _models(lake: Lake, recipe: Recipe) -> list[Step]:
    """Each scoring version, what it was trained from, and who let it score, by the audit log."""
    entries = list(AuditLog(lake.root).entries())
    found = []
    for name, told in recipe.models.items():
        own = [one for one in entries if one.subject == name and one.details.get("version") == told["version"]]
        acts = [f"{one.action} by {one.actor} on {one.at[:10]}" for one in own]
        said = f"MLflow run {told['run_id']}; trained from {told.get('fingerprint', '')[:12] or 'unknown data'}"
        when = next((one.at[:19].replace("T", " ") for one in own if one.action == "register"), "")
        found.append(Step("model", name, told["version"], when, "; ".join([said, *acts])))
    return found


def _publication(lake: Lake, each: Published) -> Step:
    told = [one for one in AuditLog(lake.root).entries() if one.action == "publish" and one.subject == each.table]
    by = [one for one in told if one.details["version"] == each.version]
    rows = duckdb.read_parquet(lake.files(each.table, each.version, each.day))
    runs = [str(run) for (run,) in rows.project("run_id").distinct().order("run_id").fetchall()]
    said = f"{rows.aggregate('count(*)').fetchall()[0][0]:,} rows of run {', '.join(runs) or 'none'}; " + (
        f"published by {by[-1].actor}, entry {by[-1].sequence} of the audit log" if by else "the audit log has no entry"
    )
    at = by[-1].at[:19].replace("T", " ") if by else ""
    return Step("published", each.table, str(each.version), at, said)


def _code(recipe: Recipe) -> str:
    same = "the code now installed" if recipe.code == code_now() else "other code than is now installed"
    packages: Mapping[str, str] = recipe.packages
    return f"{same}; {', '.join(f'{name} {number}' for name, number in sorted(packages.items()))}"


def _when(at: datetime) -> str:
    return str(at)[:19]


def _write(lake: Lake, what: str, found: list[tuple[Published, list[Step]]], out: str) -> Path:
    """The page, in the lake (under var/ for an object store) where no place is named."""
    folder = Path("var/lineage") if "://" in lake.root else Path(lake.root) / "lineage"
    path = Path(out) if out else folder / f"{what}-{found[0][0].day}.html"
    path.parent.mkdir(parents=True, exist_ok=True)
    told = [(f"{each.table} of {each.day}, version {each.version}", several) for each, several in found]
    path.write_text(page(what, told), encoding="utf-8")
    return path
