"""Which fold a label belongs to. A provider and all its claims are always on the same side of a split."""

from __future__ import annotations

import numpy as np
import pandas as pd
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

FOLDS = 5
UNSEEN = -1
"""Fold of a row no label touches: every model may score it."""


def provider_folds(labels: pd.DataFrame, seed: int, folds: int = FOLDS) -> dict[str, int]:
    """Fold of each labelled provider, stratified by outcome. The same labels and seed give the same folds."""
    ordered = labels.sort_values("target_id", ignore_index=True)
    found = {}
    split = StratifiedKFold(folds, shuffle=True, random_state=seed).split(ordered, ordered["confirmed"])
    for fold, (_, held_out) in enumerate(split):
        found.update(dict.fromkeys(ordered["target_id"].iloc[held_out], fold))
    return found


def claim_groups(claims: pd.DataFrame) -> pd.Series:
    """What a labelled claim is grouped by: its billing provider, or itself where no provider is known."""
    return claims["provider_id"].where(claims["provider_id"].notna(), "claim:" + claims["claim_id"].astype(str))


def claim_folds(claims: pd.DataFrame, providers: dict[str, int], seed: int, folds: int = FOLDS) -> dict[str, int]:
    """Fold of each group of `claim_groups`. A labelled provider keeps its fold, so that its out-of-fold score and
    its claims' labels are held out together; other groups are spread, stratified by outcome."""
    frame = pd.DataFrame({"group": claim_groups(claims), "confirmed": claims["confirmed"]}).sort_values(
        ["group", "confirmed"], ignore_index=True
    )
    found = {group: providers[group] for group in frame["group"].unique() if group in providers}
    rest = frame[~frame["group"].isin(found)].reset_index(drop=True)
    if rest["group"].nunique() < folds or rest["confirmed"].value_counts().max() < folds:  # too few to stratify
        return found | {group: number % folds for number, group in enumerate(sorted(rest["group"].unique()))}
    split = StratifiedGroupKFold(folds, shuffle=True, random_state=seed).split(rest, rest["confirmed"], rest["group"])
    for fold, (_, held_out) in enumerate(split):
        found.update(dict.fromkeys(rest["group"].iloc[held_out], fold))
    return found


def fold_of(keys: pd.Series, folds: dict[str, int]) -> np.ndarray:
    """Fold number per key, UNSEEN where no label touches it."""
    return keys.map(folds).fillna(UNSEEN).to_numpy(dtype=np.int64)


def unseen_by(margins: np.ndarray, fold: np.ndarray) -> np.ndarray:
    """The margin of a model that never saw the row's label.

    `margins` is [rows, folds], column k by the model trained without fold k. A row no label touches gets the mean.
    """
    own = margins[np.arange(len(margins)), np.maximum(fold, 0)]
    return np.where(fold == UNSEEN, margins.mean(axis=1), own)


def held_out_margins(margins: np.ndarray, fold: np.ndarray) -> np.ndarray:
    """Out-of-fold margins [rows] of labelled rows: of `margins` [rows, folds] the column of each row's own fold."""
    return np.asarray(margins[np.arange(len(fold)), fold])


def every_training_side_has_both(confirmed: np.ndarray, fold: np.ndarray, folds: int = FOLDS) -> bool:
    """Whether each model would see both outcomes; XGBoost trains on one class without a word."""
    return all(len(np.unique(confirmed[fold != held_out])) == 2 for held_out in range(folds))
