"""What is usual among peers: the median of each feature in each peer group, and how far it spreads."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from models.fraud.arrays import load_arrays, save_arrays

MIN_PEERS = 20
"""A smaller group has no stable median; its members are compared with the whole book."""
_TO_SIGMA = 1.4826


@dataclass(frozen=True)
class Peers:
    """Row 0 of `median` and `scale` [groups, features] is the whole book, the others are `groups` in order.

    `scale` is 1.4826 median absolute deviations, the standard deviation where values are normal.
    """

    features: tuple[str, ...]
    groups: tuple[str, ...]
    median: np.ndarray
    scale: np.ndarray

    def rows(self, groups: pd.Series) -> np.ndarray:
        """Row of the arrays for each peer group; an unknown group is compared with the whole book."""
        known = {name: row for row, name in enumerate(self.groups, start=1)}
        return groups.map(known).fillna(0).to_numpy(dtype=np.int64)

    def expected(self, groups: pd.Series) -> np.ndarray:
        """Median of the peers [rows, features]."""
        return self.median[self.rows(groups)]

    def deviations(self, values: np.ndarray, groups: pd.Series) -> np.ndarray:
        """Robust deviations from the peers' median [rows, features]; missing values stay NaN."""
        rows = self.rows(groups)
        return (values - self.median[rows]) / self.scale[rows]

    def save(self, folder: Path) -> None:
        save_arrays(folder / "peers.safetensors", median=self.median, scale=self.scale)
        (folder / "peers.json").write_text(json.dumps({"features": self.features, "groups": self.groups}))

    @classmethod
    def load(cls, folder: Path) -> Peers:
        arrays, labels = load_arrays(folder / "peers.safetensors"), json.loads((folder / "peers.json").read_text())
        return cls(tuple(labels["features"]), tuple(labels["groups"]), arrays["median"], arrays["scale"])


def fit_peers(features: list[str], values: np.ndarray, groups: pd.Series) -> Peers:
    """Medians and spreads of the rows given. A feature that does not vary within a group is measured with the
    book's spread, and one that varies nowhere with 1."""
    frame = pd.DataFrame(values, columns=features)
    labels = groups.reset_index(drop=True)
    counts = labels.value_counts()
    kept = sorted(counts.index[counts >= MIN_PEERS].astype(str))
    by_group = frame.groupby(labels).median().reindex(kept)
    book = frame.median()
    median = np.vstack([book.to_numpy(), by_group.to_numpy()])
    # A feature unknown in a whole group has no median there.
    median = np.where(np.isnan(median), book.to_numpy(), median)
    own = pd.Series(range(1, len(kept) + 1), index=kept)
    row = labels.map(own).fillna(0).to_numpy(dtype=np.int64)
    distance = (frame - median[row]).abs()
    within = distance.groupby(labels).median().reindex(kept)
    spread = np.vstack([(frame - book).abs().median().to_numpy(), within.to_numpy()])
    fallback = _spread_of_all(frame, book)
    scale = np.where((spread > 0) & np.isfinite(spread), spread * _TO_SIGMA, fallback)
    return Peers(tuple(features), tuple(kept), median, scale)


def _spread_of_all(frame: pd.DataFrame, book: pd.Series) -> np.ndarray:
    mad = (frame - book).abs().median().to_numpy() * _TO_SIGMA
    deviation = frame.std(ddof=0).to_numpy()
    chosen = np.where(mad > 0, mad, deviation)
    return np.where((chosen > 0) & np.isfinite(chosen), chosen, 1.0)
