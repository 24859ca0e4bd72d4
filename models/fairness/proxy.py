"""Features that stand in for a protected trait.

A feature may differ between groups and still be a fair reason for a price, as long as it tells costs apart among people
of one group. It is a proxy where it tells the groups apart and little else: its link with cost goes once people are
compared within their group (Pope and Sydnor 2011; Prince and Schwarcz, "Proxy Discrimination in the Age of Artificial
Intelligence and Big Data", Iowa Law Review 2020).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import rankdata
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.tree import DecisionTreeClassifier

TELLS = 0.70
"""AUC from which a feature alone is held to tell a group from the others."""
USED = 0.01
"""Share of the model's contributions from which a feature matters to it."""
OWN_SHARE = 0.5
"""Less than this share of its link with cost left within groups: the link was the group's."""

ITSELF = {"sex": ("sex_male",), "age_band": ("age",)}
"""Trait -> features that are the trait, openly: whether a use may read them is the legal-use gate's question."""

_MIN_GROUP = 50
_FOLDS = 3


@dataclass(frozen=True)
class Proxy:
    """`auc`: how well `feature` alone tells `group` of `trait` from others. `used`: its share of the absolute
    contributions. `pooled` and `within`: rank correlation with cost among all, and among people of one group."""

    feature: str
    trait: str
    group: str
    auc: float
    used: float
    pooled: float
    within: float

    def __str__(self) -> str:
        return (
            f"{self.feature} stands in for {self.trait}: it tells {self.group} from others (AUC {self.auc:.2f}), "
            f"carries {self.used:.0%} of the contributions, and its rank correlation with cost falls from "
            f"{self.pooled:.2f} to {self.within:.2f} within groups"
        )


def proxies(
    frame: pd.DataFrame,
    features: Sequence[str],
    contributions: np.ndarray,
    traits: Mapping[str, pd.Series],
    cost: np.ndarray,
    seed: int = 0,
) -> list[Proxy]:
    """Features of a model that stand in for a trait, the most used first.

    `frame` has one row per member with `features`; `contributions` [rows, features] are the model's; `traits` name a
    group for each row; `cost` is what the members went on to cost. Groups of fewer than 50 members are not judged.
    """
    total = max(float(np.abs(contributions).sum()), 1e-12)
    used = np.abs(contributions).sum(axis=0) / total
    found = []
    for trait, groups in traits.items():
        for place, feature in enumerate(features):
            if used[place] >= USED and feature not in ITSELF.get(trait, ()):
                values = frame[feature].to_numpy(float)
                found += _judged(feature, trait, values, groups.astype(str).to_numpy(), cost, float(used[place]), seed)
    return sorted(found, key=lambda one: -one.used)


def _judged(
    feature: str, trait: str, values: np.ndarray, groups: np.ndarray, cost: np.ndarray, used: float, seed: int
) -> list[Proxy]:
    group, auc = _best_told(values, groups, seed)
    if auc < TELLS:
        return []
    pooled, within = _rank_correlation(values, cost), _rank_correlation(values, cost, groups)
    if abs(within) >= OWN_SHARE * abs(pooled):
        return []
    return [Proxy(feature, trait, group, auc, used, pooled, within)]


def _best_told(values: np.ndarray, groups: np.ndarray, seed: int) -> tuple[str, float]:
    """The group that the feature tells from all others best, out of fold; a missing value may tell too."""
    names, counts = np.unique(groups, return_counts=True)
    found = [("", 0.0)]
    for name in names[counts >= _MIN_GROUP]:
        own = groups == name
        if own.all() or (~own).sum() < _MIN_GROUP:
            continue
        tree = DecisionTreeClassifier(max_depth=4, min_samples_leaf=20, random_state=seed)
        folds = StratifiedKFold(_FOLDS, shuffle=True, random_state=seed)
        said = cross_val_predict(tree, values[:, None], own, cv=folds, method="predict_proba")[:, 1]
        found.append((str(name), float(roc_auc_score(own, said))))
    return max(found, key=lambda pair: pair[1])


def _rank_correlation(values: np.ndarray, cost: np.ndarray, groups: np.ndarray | None = None) -> float:
    """Spearman's rank correlation where the value is known; with `groups`, of ranks less their group's mean rank."""
    known = ~np.isnan(values)
    one, other = rankdata(values[known]), rankdata(cost[known])
    if groups is not None:
        frame = pd.DataFrame({"one": one, "other": other})
        centred = frame - frame.groupby(groups[known]).transform("mean")
        one, other = centred["one"].to_numpy(), centred["other"].to_numpy()
    if len(one) < 2 or one.std() < 1e-9 or other.std() < 1e-9:
        return 0.0
    return float(np.corrcoef(one, other)[0, 1])
