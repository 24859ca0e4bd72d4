"""The straight part of the cost blend: a ridge regression on every feature, its root and its logarithm.

Trees cut where a line goes on: between and beyond the cuts the line knows better. Roots and logarithms bend it, because
the next dollar of last year's cost says less than the first.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.linear_model import Ridge

from models.risk.rows import FOLDS, Rows

_PENALTY = 1000.0
_SHAPES = 3
_ARRAYS = ("low", "high", "mean", "centre", "spread", "weights")


@dataclass(frozen=True)
class Line:
    """`weights` [shapes, features] are USD per standard deviation. A value is clipped to `low`..`high` as seen in
    learning (a line carried beyond predicts millions for one member), and a missing one is the mean."""

    features: tuple[str, ...]
    low: np.ndarray
    high: np.ndarray
    mean: np.ndarray
    centre: np.ndarray
    spread: np.ndarray
    weights: np.ndarray
    start: float

    def contributions(self, frame: pd.DataFrame) -> tuple[np.ndarray, float]:
        """USD that each feature adds [rows, features], and the prediction of a member of mean shapes."""
        standard = (_shapes(self, frame) - self.centre[:, None, :]) / self.spread[:, None, :]
        return np.einsum("srf,sf->rf", standard, self.weights), self.start

    def predict(self, frame: pd.DataFrame) -> np.ndarray:
        """USD per year; may be below zero."""
        parts, start = self.contributions(frame)
        return parts.sum(axis=1) + start

    def save(self) -> dict[str, object]:
        arrays = {name: getattr(self, name).tolist() for name in _ARRAYS}
        return {"features": list(self.features), "start": self.start, **arrays}

    @classmethod
    def load(cls, saved: dict) -> Line:
        arrays = {name: np.array(saved[name]) for name in _ARRAYS}
        return cls(features=tuple(saved["features"]), start=saved["start"], **arrays)


def fit_line(rows: Rows, target: np.ndarray) -> tuple[Line, np.ndarray]:
    """The line of all learning members, and every row's prediction by a line that did not learn from it."""
    learning = np.isin(rows.side, FOLDS)
    whole = _fitted(rows, target, learning)
    said = whole.predict(rows.frame)
    for fold in FOLDS:
        own = rows.side == fold
        if own.any():
            said[own] = _fitted(rows, target, learning & ~own).predict(rows.frame[own])
    return whole, said


def _fitted(rows: Rows, target: np.ndarray, keep: np.ndarray) -> Line:
    seen = rows.frame.loc[keep, list(rows.features)]
    low, high = (seen.quantile(share).fillna(0.0).to_numpy(float) for share in (0.005, 0.995))
    mean = np.clip(seen.mean().fillna(0.0).to_numpy(float), low, high)
    blank = np.zeros((_SHAPES, len(rows.features)))
    bare = Line(rows.features, low, high, mean, blank, blank, blank, 0.0)
    shapes = _shapes(bare, seen)
    centre, spread = shapes.mean(axis=1), shapes.std(axis=1)
    spread[spread < 1e-9] = 1.0
    design = np.concatenate(list((shapes - centre[:, None, :]) / spread[:, None, :]), axis=1)
    fitted = Ridge(alpha=_PENALTY).fit(design, target[keep], sample_weight=rows.weight[keep])
    weights = fitted.coef_.reshape(_SHAPES, -1)
    return Line(rows.features, low, high, mean, centre, spread, weights, float(fitted.intercept_))


def _shapes(line: Line, frame: pd.DataFrame) -> np.ndarray:
    """Value, root and logarithm of every feature [shapes, rows, features]."""
    values = frame[list(line.features)].to_numpy(float)
    values = np.clip(np.where(np.isnan(values), line.mean, values), line.low, line.high)
    size, sign = np.abs(values), np.sign(values)
    return np.stack([values, sign * np.sqrt(size), sign * np.log1p(size)])
