"""The edits and limits that hold where no official files were loaded: a small table of our own making.

`ncci_edits.csv` and `unit_limits.csv` are no extract of a CMS file. They hold a few dozen pairs and limits that follow
from rules CMS publishes in prose (NCCI Policy Manual for Medicare Services; `source` says which), so that the features
work before `underwatch load-edits` has loaded the quarterly files. Limits are our reading of what the rule allows, set
high rather than low. `effective_date` and `valid_from` are the first day we judge, not CMS's date; an empty last day
means that the row still holds. Codes stand by number, without the descriptors that the American Medical Association owns.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from catalog.table import Table

_CONVERT: dict[str, Callable[[str], Any]] = {"date": date.fromisoformat, "int": int, "string": str}


def shipped(table: Table) -> list[tuple[Any, ...]]:
    """Rows of the shipped policy of that table, in the order of its columns; what the file does not say is null."""
    return [
        tuple(_value(row.get(column.name, ""), column.type) for column in table.columns) for row in _rows(table.name)
    ]


def shipped_version(table: Table) -> str:
    """Names the content of the shipped policy of that table."""
    return hashlib.sha256(_place(table.name).read_bytes()).hexdigest()[:8]


def _rows(name: str) -> list[dict[str, str]]:
    with _place(name).open(encoding="utf-8", newline="") as rows:
        return [{"edition": "shipped", **row} for row in csv.DictReader(rows)]


def _place(name: str) -> Path:
    return Path(__file__).with_name(f"{name}.csv")


def _value(text: str, kind: str) -> Any:
    return _CONVERT[kind](text) if text else None
