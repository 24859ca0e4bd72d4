"""Boosted trees learnt fold by fold: each booster has members it never saw, and a prediction is the mean of them all.

The mean of boosters grown on other members is steadier than one grown on all. What each says of the fold it did not see
is an honest prediction of every member, on which blends, calibration and intervals are fitted without further data.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd
import xgboost as xgb

from models.risk.rows import FOLDS, Rows, matrix
from models.risk.shapley import Tree, shapley, trees_of

ROUNDS, PATIENCE = 400, 30
_TREES: dict[str, object] = {
    "tree_method": "hist",
    "max_depth": 4,
    "eta": 0.05,
    "subsample": 0.8,
    "colsample_bytree": 0.6,
    "min_child_weight": 10,
    "lambda": 5.0,
}
_RISING = ("cost_", "has_", "condition_count", "hcc_", "admissions", "inpatient_episodes", "readmissions")
_NOT_RISING = ("cost_trend",)
_FALLING = ("days_since_discharge",)


@dataclass(frozen=True)
class Bag:
    """One booster per fold, in the order of FOLDS. They read the features they were trained on, by name."""

    boosters: tuple[xgb.Booster, ...]

    @property
    def features(self) -> list[str]:
        return list(self.boosters[0].feature_names or ())

    def margin(self, frame: pd.DataFrame) -> np.ndarray:
        """Mean of the boosters' margins [rows], or [rows, quantiles]."""
        data = _dmatrix(frame, self.features)
        found = [booster.predict(data, output_margin=True).astype(float) for booster in self.boosters]
        return np.mean(found, axis=0)

    def contributions(self, frame: pd.DataFrame) -> tuple[np.ndarray, float]:
        """What each feature adds to the margin [rows, features], and the margin without any; they sum to it exactly.

        Exact Shapley values of the trees (Lundberg et al. 2020), the mean over the boosters.
        """
        parts = shapley(self._trees, matrix(frame, self.features)) / len(self.boosters)
        first = _dmatrix(frame[:1], self.features)
        starts = [booster.predict(first, pred_contribs=True)[:, -1] for booster in self.boosters]
        start = float(np.mean(starts)) if len(frame) else 0.0
        return settled(parts, self.margin(frame) - start), start

    @cached_property
    def _trees(self) -> list[Tree]:
        return [tree for booster in self.boosters for tree in trees_of(booster)]

    def save(self, folder: Path, name: str) -> int:
        """Write the boosters (UBJ); how many there are."""
        for number, booster in enumerate(self.boosters):
            booster.save_model(folder / f"{name}_{number}.ubj")
        return len(self.boosters)

    @classmethod
    def load(cls, folder: Path, name: str, count: int) -> Bag:
        return cls(tuple(_load(folder / f"{name}_{number}.ubj") for number in range(count)))


def fit_bag(params: dict[str, object], rows: Rows, target: np.ndarray, seed: int) -> tuple[Bag, np.ndarray]:
    """Grow a booster without each fold, all as many rounds as were best in the median fold.

    Also the margin of every row by boosters that did not see it: by that of its fold, or by all for other sides.
    """
    params = {**_TREES, **params, "seed": seed, "nthread": threads(len(rows))}
    values = matrix(rows.frame, rows.features)

    def data(keep: np.ndarray, like: xgb.DMatrix | None = None) -> xgb.DMatrix:
        names, weight = list(rows.features), rows.weight[keep]
        return xgb.QuantileDMatrix(
            values[keep], target[keep], weight=weight, feature_names=names, ref=like, nthread=params["nthread"]
        )

    grown, best = [], []
    for fold in FOLDS:
        held = rows.side == fold
        if not held.any():  # a handful of members
            continue
        fitted = data(np.isin(rows.side, FOLDS) & ~held)
        evals = [(data(held, fitted), "held")]
        booster = xgb.train(params, fitted, ROUNDS, evals=evals, early_stopping_rounds=PATIENCE, verbose_eval=False)
        grown.append((fold, booster))
        best.append(booster.best_iteration + 1)
    # One number for all: a number of its own for each fold would have been chosen on the members it is judged by.
    rounds = int(np.median(best))
    folds = {fold: booster[: min(rounds, booster.num_boosted_rounds())] for fold, booster in grown}
    bag = Bag(tuple(folds.values()))
    margin = bag.margin(rows.frame)
    for fold, booster in folds.items():
        own = rows.side == fold
        margin[own] = booster.predict(_dmatrix(rows.frame[own], bag.features), output_margin=True)
    return bag, margin


def rising(features: tuple[str, ...]) -> tuple[int, ...]:
    """1 where more of the feature must never lower the expected cost: earlier cost, conditions and admissions. -1 where
    it must never raise it: the longer since a discharge, the less of what led to it is left to come.

    Not age: the first years of life cost more than the next.
    """
    return tuple(int(name.startswith(_RISING) and name not in _NOT_RISING) - (name in _FALLING) for name in features)


def settled(parts: np.ndarray, total: np.ndarray) -> np.ndarray:
    """The parts [rows, features] moved by what single precision lost, so that each row sums to its total."""
    rest = total - parts.sum(axis=1)
    size = np.abs(parts)
    share = np.full_like(parts, 1.0 / max(parts.shape[1], 1))
    whole = size.sum(axis=1, keepdims=True)
    np.divide(size, whole, out=share, where=whole > 0)
    return parts + share * rest[:, None]


def threads(rows: int) -> int:
    """Few rows are quicker on one core: threads that wait for each other on a shared machine cost far more."""
    return 1 if rows < 50_000 else min(4, os.cpu_count() or 1)


def _dmatrix(frame: pd.DataFrame, features: list[str]) -> xgb.DMatrix:
    return xgb.DMatrix(matrix(frame, features), feature_names=features, nthread=threads(len(frame)))


def _load(file: Path) -> xgb.Booster:
    booster = xgb.Booster({"nthread": 1})
    booster.load_model(file)
    return booster
