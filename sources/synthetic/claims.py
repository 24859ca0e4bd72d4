"""Claims while a book is being made: numbers only, ids and text come when they are written.

`headers` has one row per claim, `lines` one row per line; `lines.claim` is the position of the claim's header.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

INPATIENT, OUTPATIENT, PROFESSIONAL = 0, 1, 2
CLAIM_TYPES = ("inpatient", "outpatient", "professional")
NOBODY = -1

# Position of a scheme or look-alike in these tuples; 0 is none.
SCHEMES = (
    "",
    "upcoding",
    "phantom_billing",
    "unbundling",
    "duplicate_billing",
    "dme_lab_ring",
    "services_after_death",
    "telehealth_mill",
    "phantom_refills",
)
HELD_OUT = "telehealth_mill"
"""Never investigated, so that no model can learn it: measures what is found without examples."""
LOOK_ALIKES = ("", "large_provider", "high_acuity", "team_billing", "corrected_claims", "rural_sole")

_HEADER_DEFAULTS: dict[str, tuple[str, float]] = {
    "person": ("int32", 0),
    "provider": ("int32", NOBODY),
    "physician": ("int32", NOBODY),
    "referring": ("int32", NOBODY),
    "kind": ("int8", PROFESSIONAL),
    "first": ("int32", 0),
    "last": ("int32", 0),
    "place": ("int16", 11),
    "drg": ("int16", -1),
    "diagnosis": ("int16", -1),
    "lag": ("int8", 0),
    "scheme": ("int8", 0),
    "look_alike": ("int8", 0),
    "denied": ("bool", 0),
    "received_after": ("int32", -10_000),
}
_LINE_DEFAULTS: dict[str, tuple[str, float]] = {
    "claim": ("int32", 0),
    "code": ("int16", -1),
    "revenue": ("int8", -1),
    "modifier": ("int8", -1),
    "units": ("float64", 1.0),
    "allowed": ("float64", np.nan),
}


@dataclass(frozen=True)
class Claims:
    headers: pd.DataFrame
    lines: pd.DataFrame

    def __len__(self) -> int:
        return len(self.headers)


def headers(count: int, **columns: Any) -> pd.DataFrame:
    """Claim headers; columns not given take their default. `last` defaults to `first`."""
    columns.setdefault("last", columns.get("first"))
    return _frame(_HEADER_DEFAULTS, count, columns)


def lines(count: int, **columns: Any) -> pd.DataFrame:
    """Claim lines; `allowed` left as NaN is priced from the fee list later."""
    return _frame(_LINE_DEFAULTS, count, columns)


def join(parts: list[Claims]) -> Claims:
    """All parts one after the other."""
    offsets = np.cumsum([0] + [len(part) for part in parts[:-1]])
    moved = [
        part.lines.assign(claim=(part.lines["claim"] + offset).astype("int32"))
        for part, offset in zip(parts, offsets, strict=True)
    ]
    return Claims(
        pd.concat([part.headers for part in parts], ignore_index=True),
        pd.concat(moved, ignore_index=True).sort_values("claim", kind="stable", ignore_index=True),
    )


def copies(claims: Claims, rows: np.ndarray) -> Claims:
    """The claims at these header positions with their lines, as new claims in the order of `rows`."""
    where = claims.lines["claim"].to_numpy()
    first = np.searchsorted(where, rows)
    count = np.searchsorted(where, rows, side="right") - first
    picked = np.repeat(first - (np.cumsum(count) - count), count) + np.arange(count.sum())
    copied = claims.lines.iloc[picked].reset_index(drop=True)
    copied["claim"] = np.repeat(np.arange(len(rows)), count).astype("int32")
    return Claims(claims.headers.iloc[rows].reset_index(drop=True), copied)


def _frame(defaults: dict[str, tuple[str, float]], count: int, columns: dict[str, Any]) -> pd.DataFrame:
    unknown = set(columns) - set(defaults)
    if unknown:
        raise KeyError(f"no such column: {', '.join(sorted(unknown))}")
    made = {}
    for name, (dtype, default) in defaults.items():
        given = columns.get(name)
        value = default if given is None else given
        made[name] = np.full(count, value, dtype) if np.ndim(value) == 0 else np.asarray(value).astype(dtype)
    return pd.DataFrame(made)
