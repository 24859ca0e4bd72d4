"""Logistic regressions beside the trees, one per fold: with few labels a straight line often ranks better."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_score

from models.fraud.arrays import load_arrays, save_arrays

EXTREME = 5.0
_INNER_FOLDS = 5
_FILE = "linear.safetensors"


def signed_log(values: np.ndarray) -> np.ndarray:
    """log(1 + |x|) with the sign of x: money and counts have tails that a linear model cannot hold."""
    return np.asarray(np.sign(values) * np.log1p(np.abs(values)))


@dataclass(frozen=True)
class Lines:
    """Arrays [folds, features] (`intercept` [folds]). A missing value counts as the mean, an extreme one as five
    spreads from it."""

    mean: np.ndarray
    spread: np.ndarray
    weight: np.ndarray
    intercept: np.ndarray

    def margins(self, prepared: np.ndarray) -> np.ndarray:
        """Log odds [rows, folds]."""
        columns = [
            _standard(prepared, self.mean[k], self.spread[k]) @ self.weight[k] for k in range(len(self.intercept))
        ]
        return np.column_stack(columns) + self.intercept

    def contributions(self, prepared: np.ndarray, fold: np.ndarray) -> np.ndarray:
        """What each feature adds to the log odds of the average training row [rows, features], by the line that
        never saw the row's label or, where no label touches it (-1), by the mean of all."""
        found = np.zeros(prepared.shape)
        for held_out in np.unique(fold):
            rows = fold == held_out
            used = range(len(self.intercept)) if held_out < 0 else [held_out]
            for k in used:
                found[rows] += _standard(prepared[rows], self.mean[k], self.spread[k]) * (self.weight[k] / len(used))
        return found

    def save(self, folder: Path) -> None:
        save_arrays(folder / _FILE, mean=self.mean, spread=self.spread, weight=self.weight, intercept=self.intercept)

    @classmethod
    def load(cls, folder: Path) -> Lines:
        return cls(**load_arrays(folder / _FILE))


def fit_lines(prepared: np.ndarray, confirmed: np.ndarray, fold: np.ndarray, *strengths: float) -> Lines:
    """One line per fold (0, 1, ...) from the rows outside it.

    `strengths` are inverses of the ridge penalty. Of several, the one with the least log loss in folds within the rows
    outside is taken: a hundred labels want a stronger pull than a thousand.
    """
    mean, spread, weight, intercept = [], [], [], []
    for held_out in np.unique(fold):
        rows = prepared[fold != held_out]
        known = ~np.isnan(rows)
        count = np.maximum(known.sum(axis=0), 1)
        centre = np.where(known, rows, 0.0).sum(axis=0) / count
        deviation = np.sqrt(np.where(known, (rows - centre) ** 2, 0.0).sum(axis=0) / count)
        mean.append(centre)
        spread.append(np.where(deviation > 1e-9, deviation, 1.0))
        line = _fitted(_standard(rows, mean[-1], spread[-1]), confirmed[fold != held_out], strengths)
        weight.append(line.coef_[0])
        intercept.append(line.intercept_[0])
    return Lines(np.array(mean), np.array(spread), np.array(weight), np.array(intercept))


def _fitted(values: np.ndarray, confirmed: np.ndarray, strengths: tuple[float, ...]) -> LogisticRegression:
    strength = strengths[0]
    if len(strengths) > 1:
        inner = StratifiedKFold(_INNER_FOLDS, shuffle=True, random_state=0)
        losses = [
            -cross_val_score(
                LogisticRegression(C=one, max_iter=500), values, confirmed, cv=inner, scoring="neg_log_loss"
            ).mean()
            for one in strengths
        ]
        strength = strengths[int(np.argmin(losses))]
    return LogisticRegression(C=strength, max_iter=500).fit(values, confirmed)


def _standard(values: np.ndarray, mean: np.ndarray, spread: np.ndarray) -> np.ndarray:
    found = values - mean
    found /= spread
    np.clip(found, -EXTREME, EXTREME, out=found)
    # np.nan_to_num would look for infinities too, which the clip has brought in.
    np.copyto(found, 0.0, where=np.isnan(found))
    return found
