"""What columns and reason codes mean, from the catalog."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from catalog import TABLES
from catalog.table import Column, Table

SHOWN = (
    "scored_claims",
    "scored_providers",
    "cases",
    "risk_predictions",
    "underwriting_quotes",
    "underwriting_members",
    "underwriting_requests",
    "claim_lines",
    "pharmacy_claims",
    "check_results",
)
NOTHING_UNUSUAL = "NO_UNUSUAL_PATTERN"
_SPECIAL = {
    NOTHING_UNUSUAL: "Nothing about it raises the score above that of usual cases",
}


@dataclass(frozen=True)
class Code:
    """A reason code: what is measured, the sentence it is told in, and the features behind it."""

    code: str
    description: str
    sentence: str
    unit: str
    tables: tuple[str, ...]


def tables() -> list[Table]:
    return [TABLES[name] for name in SHOWN]


@cache
def codes() -> dict[str, Code]:
    """Every reason code of the catalog, in alphabetical order."""
    found: dict[str, Code] = {}
    for name, table in sorted(TABLES.items()):
        for column in table.columns:
            if column.code:
                before = found.get(column.code)
                where = (*(before.tables if before else ()), f"{name}.{column.name}")
                found[column.code] = Code(column.code, column.description, column.reason, column.unit, where)
    for code, words in _SPECIAL.items():
        found[code] = Code(code, words, "", "", ())
    return dict(sorted(found.items()))


def feature_of(code: str, names: Sequence[str]) -> tuple[str, Column] | None:
    """The table, of those named, and the column that a reason code speaks of."""
    for name in names:
        for column in TABLES[name].columns:
            if column.code == code and column.role == "feature":
                return name, column
    return None
