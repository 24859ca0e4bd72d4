"""What a source is: the kinds of files it expects and how their rows become canonical tables, as plain data."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from sources.delivery import Delivery

Parse = Callable[["DataFrame", "Delivery"], "DataFrame"]
Build = Callable[[Mapping[str, "DataFrame"], "Delivery"], dict[str, "DataFrame"]]


def _nothing(_staged: Mapping[str, DataFrame], _delivery: Delivery) -> dict[str, DataFrame]:
    return {}


def _complete(_delivery: Delivery) -> None:
    return None


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

    def kind_of(self, file_name: str) -> FileKind | None:
        base = file_name.rsplit("/", 1)[-1]
        return next((kind for kind in self.kinds if kind.pattern.fullmatch(base)), None)
