"""What a source is: the kinds of files it expects and how their rows become canonical tables, as plain data."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

    from sources.csv_rows import Rows
    from sources.delivery import DeliveredFile, Delivery

Parse = Callable[["DataFrame", "Delivery"], "DataFrame"]
Build = Callable[[Mapping[str, "DataFrame"], "Delivery"], dict[str, "DataFrame"]]
Read = Callable[["SparkSession", list["DeliveredFile"]], "Rows"]


def _nothing(_staged: Mapping[str, DataFrame], _delivery: Delivery) -> dict[str, DataFrame]:
    return {}


def _complete(_delivery: Delivery) -> None:
    return None


@dataclass(frozen=True)
class Layout:
    """How the rows of a delimited text (or Parquet) file are written."""

    delimiter: str = ","
    nulls: tuple[str, ...] = ()
    """Words that mean an empty cell, beside nothing: `NA`."""
    optional: tuple[str, ...] = ()
    """Columns that a file may lack; they are read as null."""
    aliases: Mapping[str, str] = field(default_factory=dict)
    """Other name of a column -> its name here."""
    unknown_columns: Literal["refuse", "ignore"] = "refuse"
    """A column nobody knows is a slip of a name in a layout of ours, and no matter in one that others extend."""


@dataclass(frozen=True)
class FileKind:
    """One kind of file of a source.

    `parse` turns rows of strings (see csv_rows) into typed rows. Beside its own columns it returns
    `key` (what must not repeat; for claims the claim_line_id of the row's first line), `member_id`
    (null where the row is about nobody), `preference` (of rows that repeat a key, the lowest is kept),
    the row's `charge_amount`, `allowed_amount` and `paid_amount` where readable, and `failure`
    (struct of reason and detail, null for a row that can be used).
    """

    name: str
    pattern: re.Pattern[str]
    columns: tuple[str, ...]
    table: str
    parse: Parse
    example: str
    more_tables: tuple[str, ...] = ()
    """Other tables that some of its rows become instead; `parse` names a row's table in `table_name` then."""
    duplicate_reason: str = "duplicate_row"
    required: bool = True
    may_be_empty: bool = False
    """A header and no rows says that there are none; for other kinds it says that an export went wrong."""
    names_members: bool = False
    """Its accepted rows say which members exist."""
    needs_known_member: bool = False
    """A row about a member nobody described is rejected."""
    merged: bool = False
    """Several rows of one member become one row of `members`; such rows are accounted by member."""
    layout: Layout = field(default_factory=Layout)
    read: Read | None = None
    """Reads files that are no delimited text; `columns` and `layout` mean nothing then."""
    accepts: Callable[[Path], bool] | None = None
    """Whether a file of that name is of this kind, by its content, where names do not tell."""
    member_columns: tuple[str, ...] = ("member_id",)
    """Columns that hold the member's identifier. It becomes a token before anything else is done (see tokens)."""
    embedding_columns: tuple[str, ...] = ()
    """Columns, such as claim ids, in which the first member column may stand as a part between delimiters."""
    identifier_columns: tuple[str, ...] = ()
    """Columns that identify a person directly: names, street, telephone, cards. Dropped as they are read."""
    identity: Mapping[str, str] = field(default_factory=dict)
    """Columns that say who the row's member is -> kind of identifier (see catalog/member_identifiers): what is kept
    apart where a delivery is read with --keep-identifiers. Identifiers of providers are none of them."""


@dataclass(frozen=True)
class Source:
    """One format of deliveries. `tables` are the canonical tables it fills (all of them, on every delivery)."""

    name: str
    expects: str
    example: str
    kinds: tuple[FileKind, ...]
    tables: tuple[str, ...]
    canonical: Build
    """Accepted rows by kind -> canonical tables, without source and batch_id."""
    derive: Build = field(default=_nothing)
    """Staged tables -> tables that follow from them, e.g. providers named by claims."""
    check: Callable[[Delivery], None] = field(default=_complete)
    """Raises BadDelivery when files that belong together are not all there."""
    continues: tuple[str, ...] = ()
    """Tables of which it reads what other batches hold (Delivery.earlier), to carry on with claims they began."""
    independent_files: bool = False
    """A file of which nothing can be used is rejected alone, as EDI interchanges are, and does not stop the rest."""

    def kind_of(self, file_name: str, path: Path | None = None) -> FileKind | None:
        """The kind of a file by its name and, where names do not tell and `path` is given, by its content."""
        base = file_name.rsplit("/", 1)[-1]
        named = [kind for kind in self.kinds if kind.pattern.fullmatch(base)]
        if path is None or all(kind.accepts is None for kind in named):
            return named[0] if named else None
        return next((kind for kind in named if kind.accepts is None or kind.accepts(path)), None)
