"""A ranking without labels: how improbable a row is among its peers, hits of hard rules counting most.

ECOD (Li et al. 2022, "Unsupervised outlier detection using empirical cumulative distribution functions"): each
feature's tail probability is read off its empirical distribution, and a row's score is the sum of their negative
logarithms. It says which feature made a score and is kept as plain arrays. Three things differ here. Values are first
put in robust deviations from the peer group's median. Of the method's three sums the one is taken that follows each
feature's skew: the long side is where billing can be inflated. And what is less surprising than usual counts nothing
instead of something against: a provider that is ordinary in fifty ways is not the less strange in the fifty-first.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats import skew

from models.fraud.arrays import load_arrays, save_arrays
from models.fraud.peers import Peers, fit_peers

# Fine in both tails, where ranks are decided; a quantile past the sample's reach repeats its extreme.
_TAIL = np.logspace(-6, np.log10(0.5), 80)
EDITS = (
    "overlapping_stays", "duplicate_lines", "near_duplicate_lines", "lines_after_death", "lines_outside_coverage",
    "duplicate_line_share", "after_death_lines", "outside_coverage_share",
)  # fmt: skip
"""Features that count hits of hard rules: what they show should not be there at all."""
EDIT_WEIGHT = 6.0
"""How much more a hit says than a deviation as rare (docs/models.md)."""
_LEVELS = np.unique(np.concatenate([[0.0], _TAIL, 1.0 - _TAIL, [1.0]]))


@dataclass(frozen=True)
class Tails:
    """Quantiles [features, levels] of peer deviations over `rows` rows, and the side (+1, -1) of each long tail."""

    peers: Peers
    quantiles: np.ndarray
    side: np.ndarray
    rows: int

    def surprise(self, values: np.ndarray, groups: pd.Series) -> np.ndarray:
        """Negative log tail probability [rows, features], in nats above what a typical row has (1, the mean of
        an exponential), times EDIT_WEIGHT for an edit. What is more usual than that, or missing, is no surprise: 0."""
        deviation = self.peers.deviations(values, groups) * self.side
        found = np.zeros(values.shape)
        for feature in range(values.shape[1]):
            column = deviation[:, feature]
            known = ~np.isnan(column)
            # Share of rows strictly below: rows as extreme as this one count as its tail, so ties are not rare.
            below = _LEVELS[np.maximum(np.searchsorted(self.quantiles[feature], column[known], side="left") - 1, 0)]
            tail = np.maximum(1.0 - below, 1.0 / (self.rows + 1))
            found[known, feature] = np.maximum(-np.log(tail) - 1.0, 0.0)
        return found * np.where(np.isin(self.peers.features, EDITS), EDIT_WEIGHT, 1.0)

    def save(self, folder: Path) -> None:
        self.peers.save(folder)
        rows = np.array([self.rows])
        save_arrays(folder / "tails.safetensors", quantiles=self.quantiles, side=self.side, rows=rows)

    @classmethod
    def load(cls, folder: Path) -> Tails:
        arrays = load_arrays(folder / "tails.safetensors")
        return cls(Peers.load(folder), arrays["quantiles"], arrays["side"], int(arrays["rows"][0]))


def fit_tails(features: list[str], values: np.ndarray, groups: pd.Series) -> Tails:
    """Learn what is usual from the rows given (providers, or a sample of claims)."""
    peers = fit_peers(features, values, groups)
    deviation = peers.deviations(values, groups)
    side, quantiles = np.ones(len(features)), np.zeros((len(features), len(_LEVELS)))
    for feature in range(len(features)):
        known = deviation[:, feature][~np.isnan(deviation[:, feature])]
        if not len(known):
            continue
        lean = float(skew(known)) if np.ptp(known) > 0 else 0.0
        side[feature] = -1.0 if lean < 0 else 1.0
        quantiles[feature] = np.quantile(known * side[feature], _LEVELS, method="lower")
    return Tails(peers, quantiles, side, len(values))


def score(surprise: np.ndarray) -> np.ndarray:
    """Sum of surprises [rows]; larger is stranger."""
    return np.asarray(surprise.sum(axis=1))
