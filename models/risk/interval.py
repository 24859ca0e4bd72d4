"""The 90 % interval around a member's cost: quantile trees made honest by split conformal prediction.

Conformalized quantile regression (Romano, Patterson, Candès 2019), asymmetric: each end is moved by what the
calibrate side, which no tree saw, needs for 5 % beyond it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import xgboost as xgb

from models.risk.cost import boost, dmatrix, load_booster
from models.risk.rows import Rows

COVERAGE = 0.90
ENDS = ((1 - COVERAGE) / 2, (1 + COVERAGE) / 2)


@dataclass(frozen=True)
class IntervalModel:
    """Quantiles of log(1 + cost); `widen` is added at (lower, upper), per band of the upper quantile.

    `edges` cut the members into bands by predicted upper quantile, because cheap and costly members are
    wrong by different factors.
    """

    booster: xgb.Booster
    edges: list[float]
    widen: list[list[float]]

    def predict(self, frame: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
        """Lower and upper cost, USD per year."""
        low, high = _quantiles(self.booster, frame)
        widen = np.asarray(self.widen)[np.searchsorted(self.edges, high, side="right")]
        low, high = low - widen[:, 0], high + widen[:, 1]
        return np.expm1(np.maximum(low, 0.0)), np.expm1(np.maximum(high, 0.0))

    def save(self, folder: Path) -> dict[str, object]:
        self.booster.save_model(folder / "interval.ubj")
        return {"edges": self.edges, "widen": self.widen}

    @classmethod
    def load(cls, folder: Path, saved: dict) -> IntervalModel:
        return cls(load_booster(folder / "interval.ubj"), saved["edges"], saved["widen"])


def fit_interval(rows: Rows, seed: int) -> IntervalModel:
    # Quantiles survive a monotone change of scale, and trees learn the log more easily.
    params: dict[str, object] = {"objective": "reg:quantileerror", "quantile_alpha": np.array(ENDS)}
    booster = boost(params, rows, np.log1p(rows.cost), seed)
    held = rows.on("calibrate")
    low, high = _quantiles(booster, held.frame)
    actual = np.log1p(held.cost)
    bands = 3 if len(held) >= 600 else 1
    edges = [float(edge) for edge in np.quantile(high, np.arange(1, bands) / bands)]
    band = np.searchsorted(edges, high, side="right")
    widen = [
        [_conformal((low - actual)[band == b], ENDS[0]), _conformal((actual - high)[band == b], ENDS[0])]
        for b in range(bands)
    ]
    return IntervalModel(booster, edges, widen)


def _quantiles(booster: xgb.Booster, frame: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    found = booster.predict(dmatrix(frame)).astype(float)
    return found.min(axis=1), found.max(axis=1)  # separately learnt quantiles may cross


def _conformal(scores: np.ndarray, rows_left: float) -> float:
    """The score that a fresh row exceeds with a chance of at most `rows_left`, for any number of rows."""
    if not len(scores):
        return 0.0
    rank = min(1.0, np.ceil((1 - rows_left) * (len(scores) + 1)) / len(scores))
    return float(np.quantile(scores, rank, method="higher"))
