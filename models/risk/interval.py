"""The 90 % interval around a member's cost: quantile trees made honest band by band of the expected cost.

Conformalized quantile regression (Romano, Patterson and Candès 2019) with a correction of its own for each band of
expected cost (Mondrian; Vovk, Lindsay, Nouretdinov and Gammerman 2003), on what trees say of members they did not see
(cross-conformal, Vovk 2015). Of n members in a band the coverage of a fresh one is off by about sqrt(.09 / n): 1.5
points either way need 400 members in a band to be likelier than not, and about 1,600 for nineteen times in twenty.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from models.risk.bag import Bag, fit_bag
from models.risk.rows import Rows

COVERAGE = 0.90
ENDS = ((1 - COVERAGE) / 2, (1 + COVERAGE) / 2)
BANDS = 10
_FEWEST = 100
_DOLLAR = np.log1p(1.0)


@dataclass(frozen=True)
class IntervalModel:
    """Quantiles of log(1 + cost); `widen` is added at (lower, upper) per band of expected cost, cut at `edges`."""

    quantiles: Bag
    edges: list[float]
    widen: list[list[float]]

    def predict(self, frame: pd.DataFrame, expected: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Lower and upper cost, USD per year, around the expected cost."""
        low, high = _around(self.quantiles.margin(frame), expected)
        widen = np.asarray(self.widen)[np.searchsorted(self.edges, expected, side="right")]
        mean = np.log1p(expected)
        # The mean of a skewed cost may lie outside its central 90 %, but a reader expects it inside.
        low, high = np.minimum(_lowered(low, widen[:, 0]), mean), np.maximum(high + widen[:, 1], mean)
        return np.expm1(low), np.expm1(np.maximum(high, 0.0))

    def save(self, folder: Path) -> dict[str, object]:
        return {"quantiles": self.quantiles.save(folder, "interval"), "edges": self.edges, "widen": self.widen}

    @classmethod
    def load(cls, folder: Path, saved: dict) -> IntervalModel:
        return cls(Bag.load(folder, "interval", saved["quantiles"]), saved["edges"], saved["widen"])


def fit_interval(rows: Rows, expected: np.ndarray, seed: int) -> IntervalModel:
    """`expected` is the cost model's, of every row by parts that did not see it."""
    # Quantiles survive a monotone change of scale, and trees learn the log more easily.
    params: dict[str, object] = {"objective": "reg:quantileerror", "quantile_alpha": np.array(ENDS)}
    quantiles, said = fit_bag(params, rows, np.log1p(rows.cost), seed)
    taught = rows.taught
    mean = expected[taught]
    low, high = _around(said[taught], mean)
    actual = np.log1p(rows.cost[taught])
    bands = int(np.clip(len(actual) // _FEWEST, 1, BANDS))
    edges = [float(edge) for edge in np.quantile(mean, np.arange(1, bands) / bands)]
    band = np.searchsorted(edges, mean, side="right")
    widen = [_widen(low[band == b], high[band == b], actual[band == b]) for b in range(bands)]
    return IntervalModel(quantiles, edges, widen)


def _widen(low: np.ndarray, high: np.ndarray, actual: np.ndarray) -> list[float]:
    """What moves the ends so that a tenth of such members lies outside: at most half of them below.

    Where many cost nothing the lower end is nothing and nobody lies below it; the upper end then leaves the whole
    tenth above.
    """
    down = _conformal(low - actual, ENDS[0])
    below = float(np.mean(actual < _lowered(low, down))) if len(actual) else ENDS[0]
    return [down, _conformal(actual - high, 1 - COVERAGE - min(below, ENDS[0]))]


def _lowered(low: np.ndarray, down: np.ndarray | float) -> np.ndarray:
    """The lower end on the log scale. Less than a dollar is nothing: a trace of a cent would leave out all who cost
    nothing."""
    moved = low - down
    return np.where(moved < _DOLLAR, 0.0, moved)


def _around(quantiles: np.ndarray, expected: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    low, high = quantiles.min(axis=1), quantiles.max(axis=1)  # separately learnt quantiles may cross
    mean = np.log1p(expected)
    return np.minimum(low, mean), np.maximum(high, mean)


def _conformal(scores: np.ndarray, rows_left: float) -> float:
    """The score that a fresh row exceeds with a chance of at most `rows_left`, for any number of rows."""
    if not len(scores):
        return 0.0
    rank = min(1.0, np.ceil((1 - rows_left) * (len(scores) + 1)) / len(scores))
    return float(np.quantile(scores, rank, method="higher"))
