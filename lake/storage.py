"""Versioned tables on disk or in an object store.

Spark writes Parquet files nobody sees yet; one Delta Lake transaction (the `deltalake` package) then makes
them the content of a partition. A job killed before the commit leaves orphan files and nothing else;
readers see the previous version whole, and every older version stays readable.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.fs as arrow_fs
import pyarrow.parquet as pq
from deltalake import DeltaTable, Schema
from deltalake.exceptions import CommitFailedError, DeltaError, TableNotFoundError
from deltalake.transaction import create_table_with_add_actions

from catalog import TABLES
from catalog.errors import MissingTable
from catalog.table import Table
from lake.arrow_types import arrow_schema
from lake.pinned import Pinned
from lake.staged import KEEP_EVERY_VERSION, Staged, adds, conflict, last_two, note, quoted

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession


class Lake:
    """The tables under one root (a directory or an object-store URL)."""

    def __init__(self, root: str, at: Mapping[str, int] | None = None) -> None:
        """`at`: read these versions of tables, and know of no other table; nothing can be committed then."""
        self.root = str(root).rstrip("/")
        self.at = None if at is None else dict(at)
        if "://" not in self.root:
            self._fs, self._base = arrow_fs.LocalFileSystem(), arrow_fs.LocalFileSystem().normalize_path(self.root)
        else:
            self._fs, self._base = arrow_fs.FileSystem.from_uri(self.root)

    # -- reading -------------------------------------------------------------------------------

    def now(self) -> Lake:
        """This lake as it is now: what others commit later is not seen. One at given versions is itself."""
        return self if self.at is not None else Lake(self.root, self.versions(list(TABLES)))

    def path(self, table: str) -> str:
        """Where a table's files and its transaction log live."""
        return f"{self.root}/tables/{table}"

    def exists(self, table: str) -> bool:
        return self._delta(table) is not None

    def version(self, table: str) -> int:
        """Newest committed version, from 0. Raises MissingTable."""
        return self._require(table).version()

    def versions(self, tables: list[str]) -> dict[str, int]:
        """Newest version of each table that exists: what a model run records about its data."""
        return {name: delta.version() for name in tables if (delta := self._delta(name)) is not None}

    def history(self, table: str, most: int | None = None) -> list[dict[str, object]]:
        """Commits, newest first: version, timestamp, operation, the run that made it and, where a lasting Airflow ran
        that, its DAG and run."""
        return self._require(table).history(most)

    def made_by(self, table: str, partition: str | date) -> str:
        """The run noted with the commit that last wrote a partition; empty where nothing wrote it or none was noted."""
        delta = self._delta(table)
        commits = delta.history() if delta else []
        wrote = (commit for commit in commits if commit.get("partition") == str(partition))
        return str(next(wrote, {}).get("underwatch_run", ""))

    def written(self, table: str, partition: str | date, version: int | None = None) -> tuple[int, str]:
        """The version that last wrote a partition, at or before `version`, and the recipe kept with it (may be empty).

        Raises MissingTable where no commit wrote it."""
        newest = self._require(table, version).version()
        for commit in self._require(table).history():
            number = int(commit["version"])
            if number <= newest and commit.get("partition") == str(partition):
                return number, str(commit.get("underwatch_recipe", ""))
        raise MissingTable(f"no version of {table} up to {newest} wrote {partition}")

    def partitions(self, table: str) -> list[str]:
        """Partition values (batch ids or as-of dates) that hold data, sorted. Empty if there is no table."""
        delta = self._delta(table)
        column = TABLES[table].partition
        return sorted({part[column] for part in delta.partitions()}) if delta else []

    def files(self, table: str, version: int | None = None, partition: str | date | None = None) -> list[str]:
        """Parquet files of one version (the newest by default), or of one partition of it, as absolute paths.

        Raises MissingTable."""
        filters = None if partition is None else [(TABLES[table].partition, "=", str(partition))]
        return sorted(self._require(table, version).file_uris(filters))

    def pinned(self, table: str) -> Pinned:
        """The newest version and its files, read at once so that they belong together. Raises MissingTable."""
        delta = self._require(table)
        return Pinned(table, str(delta.metadata().id), delta.version(), tuple(sorted(delta.file_uris())))

    def read(
        self, spark: SparkSession, table: str, version: int | None = None, partition: str | date | None = None
    ) -> DataFrame:
        """One version of a table (the newest by default) with its declared columns, or one partition of it.

        A partition that was never written has no rows. Raises MissingTable."""
        return _frame(spark, TABLES[table], self.files(table, version, partition))

    def read_or_empty(self, spark: SparkSession, table: str) -> DataFrame:
        """The newest version, or no rows where the source never delivered such a table."""
        return self.read(spark, table) if self.exists(table) else _frame(spark, TABLES[table], [])

    # -- writing -------------------------------------------------------------------------------

    def stage(self, df: DataFrame, table: str, partition_value: str | date, recipe: str = "") -> Staged:
        """Write `df` as the coming content of one partition. Readers see nothing of it before `commit`, which keeps the
        `recipe` with the version."""
        described = TABLES[table]
        value = str(partition_value)
        folder = f"{described.partition}={quoted(value)}/{uuid.uuid4().hex}"
        conformed = df.selectExpr(*[f"cast(`{c.name}` as {c.type}) as `{c.name}`" for c in described.columns])
        conformed.write.mode("error").parquet(f"{self.path(table)}/{folder}")
        # Sail leaves no file where there is no row, and a partition of none is still one that was written.
        files = self._written(table, folder) or self._write([], table, folder)
        staged = Staged(table, value, files, _delta_schema(conformed), recipe)
        self._remember(staged)
        return staged

    def write_rows(self, rows: list[dict[str, object]], table: str, partition_value: str, run: str = "") -> int:
        """Replace one partition by a few rows, atomically and without Spark; returns the new version.

        Raises ValueError for a row with another column than the table's, or without one that must be filled.
        """
        return self.commit(self._rows_written(rows, table, partition_value), run)

    def stage_rows(self, rows: list[dict[str, object]], table: str, partition_value: str) -> Staged:
        """What `stage` does, of a few rows and without Spark. Raises ValueError as `write_rows` does."""
        staged = self._rows_written(rows, table, partition_value)
        self._remember(staged)
        return staged

    def staged(self, table: str, partition_value: str | date) -> Staged:
        """What `stage` last wrote for this partition, for a later process. Raises MissingTable."""
        path = self._staged_path(table, str(partition_value))
        try:
            with self._fs.open_input_stream(path) as stream:
                return Staged(**json.loads(stream.read()))
        except FileNotFoundError:
            raise MissingTable(
                f"nothing is staged for {table} at {partition_value}; run the job that builds it first"
            ) from None

    def staged_from(self, recipe: str, table: str, partition_value: str | date) -> Staged | None:
        """What is staged for a partition if it was made of this very recipe and all of its files are still there."""
        try:
            staged = self.staged(table, partition_value)
        except MissingTable:
            return None
        return staged if staged.recipe == recipe and not self._gone(staged) else None

    def holds(self, staged: Staged | None) -> bool:
        """Whether readers see exactly these staged files in their partition."""
        delta = self._delta(staged.table) if staged else None
        return staged is not None and delta is not None and self._holds(delta, staged)

    def read_staged(self, spark: SparkSession, staged: Staged) -> DataFrame:
        """Staged rows, for the checks that run before they are published."""
        return _frame(spark, TABLES[staged.table], [f"{self.path(staged.table)}/{file}" for file in staged.files])

    def commit(self, staged: Staged, run: str = "") -> int:
        """Swap the partition to the staged files in one transaction and return the new version.

        Committing the same staged files twice changes nothing. Raises CommitConflict when another process
        replaced the same partition meanwhile, and MissingTable when staged files were removed.
        """
        if self.at is not None:
            raise ValueError("a lake at given versions is for reading")
        if gone := self._gone(staged):
            raise MissingTable(
                f"{gone} staged files of {staged.table} at {staged.partition_value} are gone; build it again"
            )
        try:
            delta = self._delta(staged.table) or self._create(staged, run)
            if not self._holds(delta, staged):
                self._replace(delta, staged, run)
                delta.update_incremental()  # a table stays at the version it was opened at, even past its own commit
        except CommitFailedError as error:
            raise conflict(staged) from error
        return delta.version()

    def overwrite(self, df: DataFrame, table: str, partition_value: str | date, run: str = "") -> int:
        """Replace one partition by `df`, atomically; running it again leaves the same table."""
        return self.commit(self.stage(df, table, partition_value), run)

    def vacuum_orphans(self, table: str, older_than_hours: int = 7 * 24) -> int:
        """Delete data files that no version of the table ever held, such as a killed job's; returns how many.

        Every version stays readable. Files staged longer ago than `older_than_hours` and never published go too.
        """
        delta = self._require(table)
        versions = list(range(delta.version() + 1))
        strays = delta.vacuum(older_than_hours, enforce_retention_duration=False, full=True, keep_versions=versions)
        orphans = [file for file in strays if file.endswith(".parquet")]
        # Spark's own notes (checksums, _SUCCESS) go with the data they lie beside, and stay with what a version holds.
        folders = {_first_two(file) for file in orphans}
        for file in strays:
            if _first_two(file) in folders:
                self._fs.delete_file(f"{self._base}/tables/{table}/{file}")
        return len(orphans)

    # -- inside --------------------------------------------------------------------------------

    def _create(self, staged: Staged, run: str) -> DeltaTable:
        """The table with the staged files as its first version, or as another process created it meanwhile."""
        partition = TABLES[staged.table].partition
        try:
            create_table_with_add_actions(
                self.path(staged.table),
                Schema.from_json(staged.schema),
                adds(staged),
                mode="error",
                partition_by=[partition],
                commit_properties=note(staged, run, retries=0),
                post_commithook_properties=KEEP_EVERY_VERSION,
            )
        except DeltaError:
            if not self.exists(staged.table):
                raise
        delta = self._require(staged.table)
        if self._in_partition(delta, staged) and not self._holds(delta, staged):
            raise conflict(staged)
        return delta

    def _replace(self, delta: DeltaTable, staged: Staged, run: str) -> None:
        partition = TABLES[staged.table].partition
        delta.create_write_transaction(
            [*adds(staged)],
            "overwrite",
            Schema.from_json(staged.schema),
            [partition],
            partition_filters=[(partition, "=", staged.partition_value)],
            commit_properties=note(staged, run),
            post_commithook_properties=KEEP_EVERY_VERSION,
        )

    def _delta(self, table: str) -> DeltaTable | None:
        if self.at is not None and table not in self.at:
            return None
        try:
            return DeltaTable(self.path(table), version=None if self.at is None else self.at[table])
        except TableNotFoundError:
            return None

    def _require(self, table: str, version: int | None = None) -> DeltaTable:
        delta = self._delta(table)
        if delta is None:
            raise MissingTable(f"the lake {self.root} has no table {table}; run the job that builds it first")
        if version is not None:
            if not 0 <= version <= delta.version():
                raise MissingTable(f"{table} has no version {version}; its newest is {delta.version()}")
            delta.load_as_version(version)
        return delta

    def _rows_written(self, rows: list[dict[str, object]], table: str, partition_value: str) -> Staged:
        described = TABLES[table]
        needed = {column.name for column in described.columns if not column.nullable}
        for row in rows:
            unknown, lacking = set(row) - set(described.column_names), {n for n in needed if row.get(n) is None}
            if unknown or lacking:
                raise ValueError(f"a row of {table} has unknown columns {sorted(unknown)} or lacks {sorted(lacking)}")
        folder = f"{described.partition}={quoted(partition_value)}/{uuid.uuid4().hex}"
        schema = Schema.from_arrow(arrow_schema(described)).to_json()
        return Staged(table, partition_value, self._write(rows, table, folder), schema)

    def _write(self, rows: list[dict[str, object]], table: str, folder: str) -> dict[str, int]:
        """Few rows as one file of a folder; what `_written` says of it."""
        self._fs.create_dir(f"{self._base}/tables/{table}/{folder}", recursive=True)
        content = pa.Table.from_pylist(rows, arrow_schema(TABLES[table]))
        pq.write_table(content, f"{self._base}/tables/{table}/{folder}/part-0.parquet", filesystem=self._fs)
        return self._written(table, folder)

    def _written(self, table: str, folder: str) -> dict[str, int]:
        """Parquet files of a folder, which may be none, and their sizes in bytes."""
        base = f"{self._base}/tables/{table}"
        selector = arrow_fs.FileSelector(f"{base}/{folder}", allow_not_found=True)
        return {
            f"{folder}/{info.base_name}": info.size
            for info in self._fs.get_file_info(selector)
            if info.base_name.endswith(".parquet")
        }

    def _staged_path(self, table: str, partition_value: str) -> str:
        return f"{self._base}/staged/{table}/{quoted(partition_value)}.json"

    def _remember(self, staged: Staged) -> None:
        path = self._staged_path(staged.table, staged.partition_value)
        self._fs.create_dir(path.rsplit("/", 1)[0], recursive=True)
        # A unique name first: two runs staging at once must not interleave, and a kill must not leave half a file.
        draft = f"{path}.{uuid.uuid4().hex}"
        with self._fs.open_output_stream(draft) as stream:
            stream.write(json.dumps(asdict(staged)).encode())
        self._fs.move(draft, path)

    def _gone(self, staged: Staged) -> int:
        """How many of the staged files are not there any more."""
        paths = [f"{self._base}/tables/{staged.table}/{file}" for file in staged.files]
        return sum(1 for info in self._fs.get_file_info(paths) if not info.is_file)

    def _in_partition(self, delta: DeltaTable, staged: Staged) -> set[str]:
        current = delta.file_uris([(TABLES[staged.table].partition, "=", staged.partition_value)])
        return {last_two(uri) for uri in current}

    def _holds(self, delta: DeltaTable, staged: Staged) -> bool:
        return self._in_partition(delta, staged) == {last_two(file) for file in staged.files}


def _frame(spark: SparkSession, table: Table, files: list[str]) -> DataFrame:
    if not files:
        return spark.createDataFrame([], table.ddl)
    return spark.read.schema(table.ddl).parquet(*files)


def _first_two(path: str) -> str:
    """The partition's folder and, in it, that of one staging."""
    return "/".join(path.split("/")[:2])


def _delta_schema(df: DataFrame) -> str:
    # Spark's schema JSON is the Delta protocol's schema JSON.
    return df.schema.json()


__all__ = ["Lake", "Staged"]
