"""Gradient-boosted trees (XGBoost), one booster per fold, kept as UBJ bytes so that they travel to Spark workers."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import xgboost as xgb
from sklearn.model_selection import StratifiedGroupKFold

PARAMS: dict[str, object] = {
    "objective": "binary:logistic",
    "eval_metric": "logloss",
    "tree_method": "hist",
    "eta": 0.08,
    "subsample": 0.8,
    "lambda": 3.0,
    "max_bin": 64,
}
PROVIDER_TREES: dict[str, object] = {**PARAMS, "max_depth": 2, "colsample_bytree": 0.3, "min_child_weight": 1.0}
"""A book has a hundred investigated providers and almost as many features: single splits and their pairs."""
CLAIM_TREES: dict[str, object] = {**PARAMS, "max_depth": 4, "colsample_bytree": 0.6, "min_child_weight": 2.0}
"""Investigated claims are counted in thousands."""
MAX_ROUNDS = 300
MIN_ROUNDS = 50
"""Few labels make the inner loss noisy enough to stop at the first tree; the blend calibrates away what is too much."""
PATIENCE = 20
INNER_FOLDS = 3
_ROWS_PER_THREAD = 20_000


def train_booster(
    shape: dict[str, object],
    features: list[str],
    values: np.ndarray,
    confirmed: np.ndarray,
    groups: np.ndarray,
    seed: int,
) -> tuple[bytes, int]:
    """A booster of PROVIDER_TREES or CLAIM_TREES, and its number of trees.

    The number of trees is chosen by cross-validation within the rows given (grouped by provider), which are a
    training fold: the held-out fold decides nothing. Raises ValueError for labels of one outcome, of which XGBoost
    would make a constant without a word.
    """
    data, params = _to_learn(shape, features, values, confirmed, seed)
    rounds = max(MIN_ROUNDS, int(np.argmin(_inner_losses(params, data, _inner_folds(confirmed, groups, seed)))) + 1)
    return bytes(xgb.train(params, data, rounds).save_raw("ubj")), rounds


def grow_booster(
    shape: dict[str, object], features: list[str], values: np.ndarray, confirmed: np.ndarray, rounds: int, seed: int
) -> bytes:
    """A booster of that many trees, whose number was chosen elsewhere. Raises ValueError for labels of one outcome."""
    data, params = _to_learn(shape, features, values, confirmed, seed)
    return bytes(xgb.train(params, data, rounds).save_raw("ubj"))


def _to_learn(
    shape: dict[str, object], features: list[str], values: np.ndarray, confirmed: np.ndarray, seed: int
) -> tuple[xgb.DMatrix, dict[str, object]]:
    if len(np.unique(confirmed)) < 2:
        raise ValueError("labels of one outcome: trees cannot learn what tells it from the other")
    data = xgb.DMatrix(values, confirmed, feature_names=features)
    return data, {**shape, "seed": seed, "nthread": threads_for(len(values))}


def inner_loss(
    shape: dict[str, object],
    features: list[str],
    values: np.ndarray,
    confirmed: np.ndarray,
    groups: np.ndarray,
    seed: int,
) -> float:
    """Log loss, at its best number of trees, in folds of whole groups within the rows given."""
    data = xgb.DMatrix(values, confirmed, feature_names=features)
    params = {**shape, "seed": seed, "nthread": threads_for(len(values))}
    return float(_inner_losses(params, data, _inner_folds(confirmed, groups, seed)).min())


def train_boosters(
    shape: dict[str, object] | Sequence[dict[str, object]],
    features: list[str],
    values: np.ndarray,
    confirmed: np.ndarray,
    groups: np.ndarray,
    fold: np.ndarray,
    seed: int,
) -> tuple[list[bytes], list[int]]:
    """One booster per fold, trained on the rows outside it, and their numbers of trees. `shape` is one for all folds or
    one for each."""
    made, held_outs = [], np.unique(fold)
    shapes = [shape] * len(held_outs) if isinstance(shape, dict) else shape
    for one, held_out in zip(shapes, held_outs, strict=True):
        train = fold != held_out
        made.append(train_booster(one, features, values[train], confirmed[train], groups[train], seed))
    return [booster for booster, _ in made], [rounds for _, rounds in made]


def margins(boosters: list[bytes], features: list[str], values: np.ndarray, threads: int = 0) -> np.ndarray:
    """Log odds [rows, boosters]."""
    threads = threads or threads_for(len(values))
    data = xgb.DMatrix(values, feature_names=features, nthread=threads)
    columns = [load(booster, threads).predict(data, output_margin=True) for booster in boosters]
    return np.column_stack(columns).astype(np.float64)


def contributions(
    boosters: list[bytes], features: list[str], values: np.ndarray, exact: bool, threads: int = 0
) -> np.ndarray:
    """What each feature adds to the log odds [rows, features], the mean over the boosters.

    Exact Shapley values (TreeSHAP, Lundberg et al. 2020) cost about a hundred predictions; the approximate ones
    (Saabas, the change of the node mean along the path) about one, and add up to the same margin.
    """
    threads = threads or threads_for(len(values))
    data = xgb.DMatrix(values, feature_names=features, nthread=threads)
    total = np.zeros(values.shape)
    for booster in boosters:
        # The last column is the intercept, the same for every row.
        total += load(booster, threads).predict(data, pred_contribs=True, approx_contribs=not exact)[:, :-1]
    return total / max(len(boosters), 1)


def contributions_unseen(
    boosters: list[bytes], features: list[str], values: np.ndarray, fold: np.ndarray, exact: bool, threads: int = 0
) -> np.ndarray:
    """`contributions` of the boosters that score each row: the one of its fold, or all where it has none (-1)."""
    found = np.zeros(values.shape)
    for held_out in np.unique(fold):
        rows = fold == held_out
        used = boosters if held_out < 0 else [boosters[held_out]]
        found[rows] = contributions(used, features, values[rows], exact, threads)
    return found


def read_all(folder: Path) -> list[bytes]:
    """The boosters of a model's folder, in order of their folds."""
    return [file.read_bytes() for file in sorted(folder.glob("trees_*.ubj"))]


def threads_for(rows: int) -> int:
    """Threads worth using: on few rows they wait for each other longer than they work."""
    return min(os.cpu_count() or 1, 1 + rows // _ROWS_PER_THREAD)


_loaded = threading.local()


def load(booster: bytes, threads: int = 1) -> xgb.Booster:
    """The booster of these bytes, parsed once per thread: Spark hands a worker hundreds of batches."""
    cache: dict[tuple[bytes, int], xgb.Booster] = _loaded.__dict__.setdefault("boosters", {})
    if (booster, threads) not in cache:
        cache[booster, threads] = xgb.Booster({"nthread": threads}, model_file=bytearray(booster))
    return cache[booster, threads]


def _inner_losses(
    params: dict[str, object], data: xgb.DMatrix, folds: list[tuple[np.ndarray, np.ndarray]]
) -> np.ndarray:
    """Mean log loss of the inner folds after each number of trees."""
    history = xgb.cv(params, data, MAX_ROUNDS, folds=folds, early_stopping_rounds=PATIENCE, as_pandas=False)
    return np.array(history["test-logloss-mean"])


def _inner_folds(confirmed: np.ndarray, groups: np.ndarray, seed: int) -> list[tuple[np.ndarray, np.ndarray]]:
    split = StratifiedGroupKFold(INNER_FOLDS, shuffle=True, random_state=seed)
    return list(split.split(np.zeros(len(confirmed)), confirmed, groups))
