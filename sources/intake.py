"""From the files of a delivery to canonical rows and rejected rows, for any source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import reduce

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from catalog import TABLES
from catalog.errors import BadDelivery
from catalog.table import Table
from sources.csv_rows import read_rows
from sources.delivery import Delivery
from sources.identifiers import identifiers_of, table_of
from sources.source import FileKind
from sources.tokens import TokenKey, with_tokens
from sources.verdicts import WHERE, accepted, verdicts

AMOUNTS = ("charge_amount", "allowed_amount", "paid_amount")


@dataclass(frozen=True)
class Earlier:
    """What other batches of the lake hold: `members` (member_id) and, by table, `lines` (claim_line_id, batch_id).
    `tables` are whole rows of other batches of the same source, of the tables that it continues."""

    members: DataFrame
    lines: Mapping[str, DataFrame]
    tables: Mapping[str, DataFrame] = field(default_factory=dict)


@dataclass
class Intake:
    """A delivery read once: `parsed` and `rejects` by kind (cached; see FileKind.parse and verdicts), and what
    each file holds."""

    spark: SparkSession
    delivery: Delivery
    parsed: dict[str, DataFrame] = field(default_factory=dict)
    rejects: dict[str, DataFrame] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    last: dict[str, int] = field(default_factory=dict)
    identifiers: list[DataFrame] = field(default_factory=list)
    """Who the members are, by kind of file; of a delivery read with `keep_identifiers` only. No table is made of it."""

    def tables(self) -> dict[str, DataFrame]:
        """Every canonical table of the source, of accepted rows; a table nothing was delivered for is empty."""
        rows = {name: accepted(parsed, self.rejects[name]) for name, parsed in self.parsed.items()}
        return self._signed(self.delivery.source.canonical(rows, self.delivery))

    def derived(self, staged: Mapping[str, DataFrame]) -> dict[str, DataFrame]:
        """Tables that follow from staged ones."""
        return self._signed(self.delivery.source.derive(staged, self.delivery))

    def missing(self, built: set[str]) -> dict[str, DataFrame]:
        """Tables of the source that this delivery says nothing about: empty, so that they replace older content."""
        absent = [table for table in self.delivery.source.tables if table not in built]
        return {table: self.spark.createDataFrame([], TABLES[table].ddl) for table in absent}

    def rejected_rows(self) -> DataFrame:
        """The table rejected_rows of this delivery."""
        kinds = {kind.name: kind for kind in self.delivery.source.kinds}
        parts = [
            parsed.select(*WHERE, *AMOUNTS, _table_name(parsed, kinds[name])).join(self.rejects[name], list(WHERE))
            for name, parsed in self.parsed.items()
        ]
        return self._signed({"rejected_rows": reduce(DataFrame.unionByName, parts)})["rejected_rows"]

    def member_identifiers(self) -> DataFrame:
        """The table member_identifiers of this delivery, which goes apart from the lake."""
        return table_of(self.spark, self.identifiers, self.delivery.source.name, self.delivery.batch_id)

    def close(self) -> None:
        """Free the cached rows."""
        for frame in (*self.parsed.values(), *self.rejects.values()):
            frame.unpersist()

    def _signed(self, tables: dict[str, DataFrame]) -> dict[str, DataFrame]:
        source, batch = F.lit(self.delivery.source.name), F.lit(self.delivery.batch_id)
        signed = {name: frame.withColumns({"source": source, "batch_id": batch}) for name, frame in tables.items()}
        return {name: frame.select(*_columns(TABLES[name], frame)) for name, frame in signed.items()}


def _columns(table: Table, frame: DataFrame) -> list[Column]:
    """The columns of `table`; one that may be empty and that the source does not know is null."""
    return [
        F.col(column.name)
        if column.name in frame.columns or not column.nullable
        else F.lit(None).cast(column.type).alias(column.name)
        for column in table.columns
    ]


def take_in(
    spark: SparkSession, delivery: Delivery, earlier: Earlier, key: TokenKey | None, keep_identifiers: bool = False
) -> Intake:
    """Read, type and judge every row. Raises BadDelivery when no file of a kind holds a row, unless it may be empty.

    Members are known by tokens of `key` from here on; None leaves their identifiers as delivered, which no job does.
    """
    delivery = replace(delivery, earlier=earlier.tables)
    intake = Intake(spark, delivery)
    members = earlier.members.select("member_id")
    # Kinds that name members come first: whether a claim's member is known depends on all of them.
    for kind in sorted(delivery.source.kinds, key=lambda kind: not kind.names_members):
        files = delivery.of_kind(kind.name)
        if not files:
            continue
        rows = (kind.read or read_rows)(spark, files)
        _check_not_empty(kind, rows.counts)
        intake.counts |= rows.counts
        intake.last |= rows.last
        parsed = kind.parse(_without_identifiers(rows.frame, kind, key), delivery).persist()
        known = members if kind.needs_known_member else None
        rejects = verdicts(parsed, kind.duplicate_reason, _earlier_keys(kind, earlier), known).persist()
        intake.parsed[kind.name], intake.rejects[kind.name] = parsed, rejects
        if keep_identifiers and kind.identity:
            intake.identifiers.append(identifiers_of(rows.frame, kind, accepted(parsed, rejects)))
        if kind.names_members:
            members = members.union(accepted(parsed, rejects).select("member_id")).distinct()
    return intake


def _earlier_keys(kind: FileKind, earlier: Earlier) -> DataFrame | None:
    """Claim lines of other batches (key, batch_id) in the tables of the kind; None for a kind without claims."""
    tables = [table for table in (kind.table, *kind.more_tables) if table in earlier.lines]
    if not tables:
        return None
    parts = [earlier.lines[table].select(F.col("claim_line_id").alias("key"), "batch_id") for table in tables]
    return reduce(DataFrame.unionByName, parts).dropDuplicates(["key"])


def _table_name(parsed: DataFrame, kind: FileKind) -> Column:
    named = F.coalesce("table_name", F.lit(kind.table)) if "table_name" in parsed.columns else F.lit(kind.table)
    return named.alias("table_name")


def _without_identifiers(rows: DataFrame, kind: FileKind, key: TokenKey | None) -> DataFrame:
    anonymous = rows.drop(*kind.identifier_columns)
    return with_tokens(anonymous, key, kind.member_columns, kind.embedding_columns) if key else anonymous


def _check_not_empty(kind: FileKind, counts: Mapping[str, int]) -> None:
    if not kind.may_be_empty and not any(counts.values()):
        raise BadDelivery(f"{', '.join(counts)} is empty: a header and no rows ({kind.table}); deliver it again")
