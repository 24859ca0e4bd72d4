"""What the fraud models read: the columns the catalog declares as features, and the labels.

Identifiers are never features: a provider id would let a model learn the label by heart.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from catalog import TABLES
from catalog.table import Column

PROVIDER_SCORE = Column(
    "provider_score",
    "double",
    "Score of the billing provider by models that never saw its label",
    "feature",
    "share 0..1",
    code="PROVIDER_SUSPECT",
    reason="The billing provider's own fraud score is {value}; {expected} is typical for claims like it",
)
GRAPH_MARGIN = Column(
    "graph_margin",
    "double",
    "Margin of the graph network",
    "feature",
    "log odds",
    code="CARE_NETWORK",
    reason="The members and physicians it shares with other providers look like those of confirmed cases "
    "(network score {value}; {expected} is typical)",
)

TREE, LINE, GRAPH = "trees", "linear", "graph network"
"""The learners that a blend may hold."""

MIN_LABELS_PER_CLASS = 20
"""Fewer confirmed or fewer unfounded investigations than this cannot be split into folds and calibrated."""

CONTROL_SAMPLE = "random"
"""`investigations.selection` of targets opened without suspicion."""


def provider_columns() -> tuple[Column, ...]:
    """Features of a provider: its own and its neighbours'."""
    return _features("provider_features") + _features("neighbour_features")


def claim_columns() -> tuple[Column, ...]:
    """Features of a claim, its billing provider's score being the last."""
    return (*_features("claim_features"), PROVIDER_SCORE)


def names(columns: tuple[Column, ...]) -> list[str]:
    return [column.name for column in columns]


def matrix(frame: pd.DataFrame, features: list[str]) -> np.ndarray:
    """The features as float64 [rows, features], missing ones NaN."""
    return frame[features].to_numpy(dtype=np.float64, na_value=np.nan)


def labels_of(investigations: pd.DataFrame) -> pd.DataFrame:
    """One row per investigated target, sorted by target_id: `confirmed` 0/1, `selected` 0/1 and `scheme`.

    A target investigated more than once is confirmed if any investigation confirmed it; its scheme is then the first in
    order of names. `selected` is 0 for a target of the control sample. What nobody investigated has no row: it is
    unlabelled, not honest.
    """
    rows = pd.DataFrame(
        {
            "target_id": investigations["target_id"].astype(str),
            "confirmed": (investigations["outcome"] == "confirmed").astype(int),
            "selected": (investigations["selection"] != CONTROL_SAMPLE).astype(int),
            "scheme": investigations["scheme"],
        }
    )
    found = rows.groupby("target_id", as_index=False).agg(confirmed=("confirmed", "max"), selected=("selected", "min"))
    named = rows.dropna(subset="scheme").groupby("target_id")["scheme"].min()
    return found.assign(scheme=found["target_id"].map(named).astype(object))


def enough(confirmed: pd.Series) -> bool:
    """Whether both classes have labels enough to train, measure and calibrate on."""
    positives = int(confirmed.sum())
    return min(positives, len(confirmed) - positives) >= MIN_LABELS_PER_CLASS


def _features(table: str) -> tuple[Column, ...]:
    return tuple(column for column in TABLES[table].columns if column.role == "feature")
