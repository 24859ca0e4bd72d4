"""Versioned tables on disk or in an object store.

Spark writes Parquet files nobody sees yet; one Delta Lake transaction (the `deltalake` package) then makes
them the content of a partition. A job killed before the commit leaves orphan files and nothing else;
readers see the previous version whole, and every older version stays readable.
"""

from __future__ import annotations

import json
import time
import uuid
from dataclasses import asdict, dataclass
from datetime import date
from typing import TYPE_CHECKING

import pyarrow.fs as arrow_fs
from deltalake import DeltaTable, Schema
from deltalake.exceptions import CommitFailedError, TableNotFoundError
from deltalake.transaction import AddAction, CommitProperties, create_table_with_add_actions

from catalog import TABLES
from catalog.errors import CommitConflict, MissingTable
from catalog.table import Table

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession


@dataclass(frozen=True)
class Staged:
    """Files written for one partition of a table, not yet visible to readers.

    `files` maps each path (relative to the table) to its size in bytes. `schema` is the Delta schema as JSON.
    """

    table: str
    partition_value: str
    files: dict[str, int]
    schema: str


class Lake:
    """The tables under one root (a directory or an object-store URL)."""

    def __init__(self, root: str) -> None:
        self.root = str(root).rstrip("/")
        if "://" not in self.root:
            self._fs, self._base = arrow_fs.LocalFileSystem(), arrow_fs.LocalFileSystem().normalize_path(self.root)
        else:
            self._fs, self._base = arrow_fs.FileSystem.from_uri(self.root)

    # -- reading -------------------------------------------------------------------------------

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

    def history(self, table: str) -> list[dict[str, object]]:
        """Commits, newest first: version, timestamp, operation and the run that made it."""
        return self._require(table).history()

    def partitions(self, table: str) -> list[str]:
        """Partition values (batch ids or as-of dates) that hold data, sorted. Empty if there is no table."""
        delta = self._delta(table)
        column = TABLES[table].partition
        return sorted({part[column] for part in delta.partitions()}) if delta else []

    def files(self, table: str, version: int | None = None) -> list[str]:
        """Parquet files of one version (the newest by default), as absolute paths. Raises MissingTable."""
        return sorted(self._require(table, version).file_uris())

    def read(self, spark: SparkSession, table: str, version: int | None = None) -> DataFrame:
        """One version of a table (the newest by default) with its declared columns. Raises MissingTable."""
        return _frame(spark, TABLES[table], self.files(table, version))

    def read_or_empty(self, spark: SparkSession, table: str) -> DataFrame:
        """The newest version, or no rows where the source never delivered such a table."""
        return self.read(spark, table) if self.exists(table) else _frame(spark, TABLES[table], [])

    # -- writing -------------------------------------------------------------------------------

    def stage(self, df: DataFrame, table: str, partition_value: str | date) -> Staged:
        """Write `df` as the coming content of one partition. Readers see nothing of it before `commit`."""
        described = TABLES[table]
        value = str(partition_value)
        folder = f"{described.partition}={_quoted(value)}/{uuid.uuid4().hex}"
        conformed = df.selectExpr(*[f"cast(`{c.name}` as {c.type}) as `{c.name}`" for c in described.columns])
        conformed.write.mode("error").parquet(f"{self.path(table)}/{folder}")
        staged = Staged(table, value, self._written(table, folder), _delta_schema(conformed))
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

    def read_staged(self, spark: SparkSession, staged: Staged) -> DataFrame:
        """Staged rows, for the checks that run before they are published."""
        return _frame(spark, TABLES[staged.table], [f"{self.path(staged.table)}/{file}" for file in staged.files])

    def commit(self, staged: Staged, run: str = "") -> int:
        """Swap the partition to the staged files in one transaction and return the new version.

        Committing the same staged files twice changes nothing. Raises CommitConflict when another process
        replaced the same partition meanwhile.
        """
        described = TABLES[staged.table]
        delta = self._delta(staged.table)
        adds = [_add(described.partition, staged.partition_value, file, size) for file, size in staged.files.items()]
        schema = Schema.from_json(staged.schema)
        note = CommitProperties(custom_metadata={"underwatch_run": run, "partition": staged.partition_value})
        try:
            if delta is None:
                create_table_with_add_actions(
                    self.path(staged.table), schema, adds, mode="error",
                    partition_by=[described.partition], commit_properties=note,
                )
            elif not self._holds(delta, staged):
                delta.create_write_transaction(
                    adds, "overwrite", schema, [described.partition],
                    partition_filters=[(described.partition, "=", staged.partition_value)],
                    commit_properties=note,
                )
        except CommitFailedError as error:
            raise CommitConflict(
                f"{staged.table} at {staged.partition_value} was committed by another run; run the job again"
            ) from error
        return self.version(staged.table)

    def overwrite(self, df: DataFrame, table: str, partition_value: str | date, run: str = "") -> int:
        """Replace one partition by `df`, atomically; running it again leaves the same table."""
        return self.commit(self.stage(df, table, partition_value), run)

    # -- inside --------------------------------------------------------------------------------

    def _delta(self, table: str, version: int | None = None) -> DeltaTable | None:
        try:
            return DeltaTable(self.path(table), version=version)
        except TableNotFoundError:
            return None

    def _require(self, table: str, version: int | None = None) -> DeltaTable:
        delta = self._delta(table, version)
        if delta is None:
            raise MissingTable(f"the lake {self.root} has no table {table}; run the job that builds it first")
        return delta

    def _written(self, table: str, folder: str) -> dict[str, int]:
        base = f"{self._base}/tables/{table}"
        selector = arrow_fs.FileSelector(f"{base}/{folder}")
        return {
            f"{folder}/{info.base_name}": info.size
            for info in self._fs.get_file_info(selector)
            if info.base_name.endswith(".parquet")
        }

    def _staged_path(self, table: str, partition_value: str) -> str:
        return f"{self._base}/staged/{table}/{_quoted(partition_value)}.json"

    def _remember(self, staged: Staged) -> None:
        path = self._staged_path(staged.table, staged.partition_value)
        self._fs.create_dir(path.rsplit("/", 1)[0], recursive=True)
        # A unique name first: two runs staging at once must not interleave, and a kill must not leave half a file.
        draft = f"{path}.{uuid.uuid4().hex}"
        with self._fs.open_output_stream(draft) as stream:
            stream.write(json.dumps(asdict(staged)).encode())
        self._fs.move(draft, path)

    def _holds(self, delta: DeltaTable, staged: Staged) -> bool:
        column = TABLES[staged.table].partition
        current = delta.file_uris(partition_filters=[(column, "=", staged.partition_value)])
        return {uri.rsplit("/", 1)[-1] for uri in current} == {file.rsplit("/", 1)[-1] for file in staged.files}


def _frame(spark: SparkSession, table: Table, files: list[str]) -> DataFrame:
    if not files:
        return spark.createDataFrame([], table.ddl)
    return spark.read.schema(table.ddl).parquet(*files)


def _add(partition: str, value: str, file: str, size: int) -> AddAction:
    return AddAction(file, size, {partition: value}, int(time.time() * 1000), True, "{}")


def _delta_schema(df: DataFrame) -> str:
    # Spark's schema JSON is the Delta protocol's schema JSON.
    return df.schema.json()


def _quoted(value: str) -> str:
    return "".join(character if character.isalnum() or character in "-_." else "_" for character in value)


__all__ = ["Lake", "Staged"]
