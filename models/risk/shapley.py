"""Exact Shapley values of boosted trees of few levels, some ten times as fast as XGBoost works them out.

Path-dependent TreeSHAP (Lundberg et al. 2020, From local explanations to global understanding with explainable AI for
trees, Nature Machine Intelligence 2): features outside a coalition go both ways, by the weight that learning saw in
each. What a leaf then adds to a feature depends on nothing of a row but which of the features on the leaf's path it
agrees with. A path of four splits has sixteen such cases at most: they are worked out once, and rows look them up.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from math import factorial

import numpy as np
import xgboost as xgb

_MOST_FEATURES = 8
"""On one path: a table has two to the power of it rows."""


@dataclass(frozen=True)
class Leaf:
    """`steps`: for each feature of the path, the splits on it as (node, goes left). `added` [features, cases]: what the
    leaf adds to each, in the case whose bit f says that a row goes the leaf's way at every split on feature f."""

    features: tuple[int, ...]
    steps: tuple[tuple[tuple[int, bool], ...], ...]
    added: np.ndarray


@dataclass(frozen=True)
class Tree:
    """Splits send a value below `cuts` left, and a missing one where `missing_left` says; arrays run over nodes."""

    split_on: np.ndarray
    cuts: np.ndarray
    missing_left: np.ndarray
    leaves: tuple[Leaf, ...]

    def add(self, columns: np.ndarray, missing: np.ndarray, total: np.ndarray) -> None:
        """Add the values of these rows to `total` [features, rows]. `columns` [features, rows] are float32, as in
        learning."""
        left = [
            np.where(missing[f], self.missing_left[node], columns[f] < self.cuts[node])
            for node, f in enumerate(self.split_on)
        ]
        for leaf in self.leaves:
            case = np.zeros(columns.shape[1], np.intp)
            for bit, steps in enumerate(leaf.steps):
                agrees = np.logical_and.reduce([left[node] == goes_left for node, goes_left in steps])
                case += agrees.astype(np.intp) << bit
            for feature, added in zip(leaf.features, leaf.added, strict=True):
                total[feature] += added[case]


def trees_of(booster: xgb.Booster) -> list[Tree]:
    """The trees of a booster of numeric splits. Raises ValueError for another kind or a path of too many features."""
    model = json.loads(booster.save_raw("json"))["learner"]["gradient_booster"]["model"]
    return [_tree(raw) for raw in model["trees"]]


def shapley(trees: list[Tree], values: np.ndarray) -> np.ndarray:
    """What each feature adds to the trees' sum, [rows, features]. `values` [rows, features], NaN where missing."""
    columns = np.ascontiguousarray(values.T, np.float32)
    missing, total = np.isnan(columns), np.zeros(columns.shape)
    for tree in trees:
        tree.add(columns, missing, total)
    return total.T


def _tree(raw: dict) -> Tree:
    if any(raw["split_type"]):
        raise ValueError("Shapley values are worked out for splits of numbers alone")
    paths = list(_paths(raw, 0, ()))
    return Tree(
        np.array(raw["split_indices"], int),
        np.array(raw["split_conditions"], np.float32),
        np.array(raw["default_left"], bool),
        tuple(_leaf(raw, leaf, path) for leaf, path in paths if path),
    )


def _paths(
    raw: dict, node: int, path: tuple[tuple[int, bool], ...]
) -> Iterator[tuple[int, tuple[tuple[int, bool], ...]]]:
    """Each leaf with the splits above it."""
    if raw["left_children"][node] == -1:
        yield node, path
        return
    yield from _paths(raw, raw["left_children"][node], (*path, (node, True)))
    yield from _paths(raw, raw["right_children"][node], (*path, (node, False)))


def _leaf(raw: dict, leaf: int, path: tuple[tuple[int, bool], ...]) -> Leaf:
    steps: dict[int, list[tuple[int, bool]]] = defaultdict(list)
    both_ways: dict[int, float] = defaultdict(lambda: 1.0)
    for node, goes_left in path:
        feature = raw["split_indices"][node]
        child = raw["left_children" if goes_left else "right_children"][node]
        steps[feature].append((node, goes_left))
        both_ways[feature] *= raw["sum_hessian"][child] / raw["sum_hessian"][node]
    if len(steps) > _MOST_FEATURES:
        raise ValueError(f"a path splits on {len(steps)} features; Shapley values are looked up for {_MOST_FEATURES}")
    weights = np.array([both_ways[feature] for feature in steps])
    added = raw["split_conditions"][leaf] * _cases(weights)
    return Leaf(tuple(steps), tuple(tuple(one) for one in steps.values()), added)


def _cases(weights: np.ndarray) -> np.ndarray:
    """Shapley values [features, cases] of a leaf of value 1, reached by a share `weights` [features] of the rows where
    a feature goes both ways."""
    found = np.empty((len(weights), 2 ** len(weights)))
    for feature, (outside, reached, agrees) in enumerate(_coalitions(len(weights))):
        found[feature] = np.where(outside, weights, 1.0).prod(axis=1) @ reached * (agrees - weights[feature])
    return found


@cache
def _coalitions(count: int) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """For each of so many features the coalitions of the others: who is `outside` [coalitions, features], which cases
    agree with all inside, times the coalition's chance [coalitions, cases], and which cases agree with the feature."""
    agrees = (np.arange(2**count)[None, :] >> np.arange(count)[:, None]) & 1
    found = []
    for feature in range(count):
        inside = np.array([case for case in agrees.T if not case[feature]], bool)
        size = inside.sum(axis=1)
        chance = [factorial(one) * factorial(count - one - 1) / factorial(count) for one in size]
        reached = np.array([agrees[one].prod(axis=0) for one in inside]) * np.array(chance)[:, None]
        outside = ~inside
        outside[:, feature] = False
        found.append((outside, reached, agrees[feature]))
    return found
