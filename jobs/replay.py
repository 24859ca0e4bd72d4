from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql import types as T

from catalog import TABLES
from catalog.errors import MissingTable, NotTheSame
from jobs.options import DEFAULT_LAKE, DEFAULT_MASTER, LakeRoot, Master
from jobs.progress import log, step
from jobs.recipe import Recipe, code_now, digest, packages_now
from jobs.spark import spark_session
from jobs.text_table import text_console, text_table
from lake import AuditLog, Lake

SCORED = ("scored_claims", "scored_providers", "cases", "risk_predictions")
CLOCK = "scored_at"
"""The one column that says when it was made: it is not compared."""


@dataclass(frozen=True)
class Published:
    """A partition of a published table, the version that last wrote it, and how that was made."""

    table: str
    day: str
    version: int
    recipe: Recipe


@dataclass(frozen=True)
class Compared:
    """Rows published and made again, rows with a key that only one side has, and column -> rows in which it differs
    with the largest difference of numbers."""

    published: int
    again: int
    only_published: int
    only_again: int
    differing: dict[str, tuple[int, float | None]]

    @property
    def identical(self) -> bool:
        return not (self.only_published or self.only_again or self.differing)


def replay(
    what: Annotated[str, typer.Argument(help=f"A run id of published rows, or a table: {', '.join(SCORED)}.")],
    as_of: Annotated[
        str, typer.Option("--as-of", help="Day of the scores. Empty: every day of the run, or the newest.")
    ] = "",
    version: Annotated[
        int, typer.Option(help="Version of the table, as `underwatch audit-log` tells. -1: the newest.")
    ] = -1,
    keep: Annotated[str, typer.Option(help="Folder to keep the rows made again in. Empty: they are thrown away.")] = "",
    lake: LakeRoot = DEFAULT_LAKE,
    master: Master = DEFAULT_MASTER,
) -> None:
    """Make published scores again from the versions of tables and models they were made of, and compare row by row.

    Nothing that readers see changes. Exit code 16 where a row or a column (but the time of scoring) differs.

    Example: underwatch replay risk_predictions --as-of 2025-12-31
    """  # fmt: skip
    store = Lake(lake)
    with spark_session("replay", master) as spark, tempfile.TemporaryDirectory() as scratch:
        asked = published(store, what, as_of, None if version < 0 else version)
        found = replayed(spark, store, asked, Lake(keep or str(Path(scratch) / "lake")))
    _print(found)
    other = [str(each.table) for each, compared in found if not compared.identical]
    if other:
        raise NotTheSame(f"{', '.join(other)} came out otherwise than published")


def published(lake: Lake, what: str, as_of: str = "", version: int | None = None) -> list[Published]:
    """The partitions that a run id or a table's name means. Raises MissingTable and NotTheSame."""
    if what in SCORED:
        day = as_of or (lake.partitions(what) or [""])[-1]
        return [_published(lake, what, day, version)]
    found = []
    for table in SCORED:
        if lake.exists(table):
            days = [as_of] if as_of else lake.partitions(table)
            found += [_published(lake, table, day, version) for day in days if _made_by(lake, table, day, what)]
    if not found:
        raise MissingTable(f"{what!r} is no run of published rows and no table of {', '.join(SCORED)}")
    return found


def replayed(
    spark: SparkSession, lake: Lake, asked: list[Published], scratch: Lake
) -> list[tuple[Published, Compared]]:
    """Each asked-for partition beside what is made of the same recipe now. Every recipe is made once."""
    made: set[str] = set()
    found = []
    for each in asked:
        recipe = each.recipe.to_json()
        if recipe not in made:
            _warn(each.recipe)
            _make(spark, lake, each.recipe, scratch)
            made.add(recipe)
        with step(f"comparing {each.table}", as_of=each.day, version=each.version):
            again = scratch.read_staged(spark, scratch.staged(each.table, each.day))
            was = lake.read(spark, each.table, each.version, each.day)
            found.append((each, compared(was, again, TABLES[each.table].key)))
    return found


def compared(was: DataFrame, again: DataFrame, key: tuple[str, ...]) -> Compared:
    """Two frames of one table, row by row. Numbers are compared to the last bit."""
    fields = [field for field in was.schema.fields if field.name not in (*key, CLOCK)]
    ours, theirs = (
        frame.select(*key, F.struct(*[_plain(field).alias(field.name) for field in fields]).alias(side))
        for frame, side in ((was, "was"), (again, "again"))
    )
    both = ours.join(theirs, list(key), "full_outer").persist()
    present = F.col("was").isNotNull() & F.col("again").isNotNull()
    sums = {"only_was": F.col("again").isNull(), "only_again": F.col("was").isNull()}
    for field in fields:
        sums[f"differs {field.name}"] = present & ~_column("was", field).eqNullSafe(_column("again", field))
    counts = [F.sum(F.when(condition, 1).otherwise(0)).alias(name) for name, condition in sums.items()]
    gaps = [
        F.max(F.when(present, F.abs(_column("was", field).cast("double") - _column("again", field).cast("double"))))
        .alias(f"gap {field.name}")
        for field in fields
        if isinstance(field.dataType, T.NumericType)
    ]  # fmt: skip
    row = both.agg(F.count("*").alias("all"), *counts, *gaps).collect()[0].asDict()
    both.unpersist()
    only_was, only_again = row["only_was"] or 0, row["only_again"] or 0
    differing = {
        field.name: (row[f"differs {field.name}"], row.get(f"gap {field.name}"))
        for field in fields
        if row[f"differs {field.name}"]
    }
    return Compared(row["all"] - only_again, row["all"] - only_was, only_was, only_again, differing)


def _published(lake: Lake, table: str, day: str, version: int | None) -> Published:
    number, text = lake.written(table, day, version)
    if not text:
        raise NotTheSame(f"version {number} of {table} at {day} was published without saying how it was made")
    told = [one.details for one in AuditLog(lake.root).entries() if one.action == "publish" and one.subject == table]
    sums = [one.get("recipe_sha256") for one in told if one["version"] == number]
    if sums and digest(text) not in sums:
        raise NotTheSame(f"what version {number} of {table} says of how it was made is not what the audit log knows")
    return Published(table, day, number, Recipe.from_json(text))


def _made_by(lake: Lake, table: str, day: str, run_id: str) -> bool:
    import duckdb

    files = lake.files(table, partition=day)
    runs = duckdb.read_parquet(files).project("run_id").distinct().fetchall() if files else []
    return (run_id,) in runs


def _make(spark: SparkSession, lake: Lake, recipe: Recipe, scratch: Lake) -> None:
    from jobs import score_claims, score_risk

    then, day, models = Lake(lake.root, recipe.tables), date.fromisoformat(recipe.as_of), recipe.model_versions
    commands: dict[str, Callable[[], object]] = {
        "score-claims": partial(
            score_claims.score_as_of, spark, then, day, models=models, out=scratch, **recipe.parameters
        ),
        "score-risk": partial(score_risk.score_as_of, spark, then, day, models=models, out=scratch),
    }
    if recipe.command not in commands:
        raise NotTheSame(f"rows made by {recipe.command!r} cannot be made again by this version of the product")
    commands[recipe.command]()


def _warn(recipe: Recipe) -> None:
    """Say what is not as it was; the comparison then tells whether it matters."""
    if recipe.code != code_now():
        log.warning("the rows were made by other code", then=recipe.code, now=code_now())
    now = packages_now()
    for name, then in recipe.packages.items():
        if now.get(name) != then:
            log.warning(
                "the rows were made with another version of a package", package=name, then=then, now=now.get(name)
            )


def _plain(field: T.StructField) -> Column:
    """A column as it can be compared: Spark compares no maps."""
    column = F.col(f"`{field.name}`")
    return F.array_sort(F.map_entries(column)) if isinstance(field.dataType, T.MapType) else column


def _column(side: str, field: T.StructField) -> Column:
    return F.col(side).getField(field.name)


def _print(found: list[tuple[Published, Compared]]) -> None:
    table = text_table(
        "Replay", "table", "as of", "version>", "rows published>", "made again>", "outcome", wrap=("outcome",)
    )
    for each, result in found:
        table.add_row(
            each.table, each.day, str(each.version), f"{result.published:,}", f"{result.again:,}", outcome(result)
        )
    text_console().print(table)


def outcome(result: Compared) -> str:
    """In words: identical, or what differs."""
    if result.identical:
        return f"identical in every column but {CLOCK}"
    said = []
    if result.only_published or result.only_again:
        said.append(f"{result.only_published:,} rows only published, {result.only_again:,} only made again")
    for name, (rows, gap) in result.differing.items():
        said.append(f"{name} differs in {rows:,} rows" + (f" (by {gap:.3g} at most)" if gap is not None else ""))
    return "; ".join(said)
