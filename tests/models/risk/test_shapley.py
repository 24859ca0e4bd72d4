"""Shapley values of trees, held against XGBoost's own on trees with missing values, few levels and many."""

from __future__ import annotations

import numpy as np
import pytest
import xgboost as xgb

from models.risk.shapley import shapley, trees_of


def made_up(rows: int) -> tuple[np.ndarray, np.ndarray]:
    """Six columns, the second in whole numbers and half missing; the target knows them together, not one by one."""
    rng = np.random.default_rng(1)
    values = rng.gamma(1.0, 2.0, (rows, 6)).astype(np.float32)
    values[:, 1] = np.where(rng.random(rows) < 0.5, np.nan, rng.integers(0, 3, rows))
    return values, np.nan_to_num(values[:, 1], nan=5.0) * values[:, 0] + (values[:, 2] > 2) * values[:, 3]


@pytest.mark.parametrize(
    "params",
    [
        {"max_depth": 1},
        {"max_depth": 4, "monotone_constraints": "(1,0,0,1,0,0)"},
        {"max_depth": 6, "objective": "reg:tweedie", "subsample": 0.7},
    ],
)
def test_they_are_those_that_xgboost_works_out(params: dict[str, object]) -> None:
    values, target = made_up(800)
    data = xgb.DMatrix(values, target)
    booster = xgb.train({"objective": "reg:squarederror", **params}, data, 20)
    theirs = booster.predict(data, pred_contribs=True)[:, :-1]
    assert np.abs(theirs).max() > 0.5
    assert shapley(trees_of(booster), values) == pytest.approx(theirs, abs=1e-5 * float(np.abs(theirs).max()))


def test_a_value_at_the_cut_goes_right_and_a_missing_one_where_learning_sent_it() -> None:
    """One split at 2: values of 1 are worth -1, those of 2 and more 1, and nothing is as much as a missing one."""
    values, target = np.array([[1.0], [2.0], [3.0], [np.nan]], np.float32), np.array([-1.0, 1.0, 1.0, 1.0])
    booster = xgb.train(
        {"max_depth": 1, "eta": 1.0, "lambda": 0.0, "min_child_weight": 0.0, "base_score": 0.0},
        xgb.DMatrix(values, target),
        1,
    )
    assert shapley(trees_of(booster), values)[:, 0] == pytest.approx(target - target.mean())


def test_trees_of_too_many_features_on_a_path_are_refused() -> None:
    rng = np.random.default_rng(2)
    values = rng.random((3000, 12)).astype(np.float32)
    booster = xgb.train({"max_depth": 11, "eta": 1.0}, xgb.DMatrix(values, rng.random(3000)), 3)
    with pytest.raises(ValueError, match="features; Shapley values are looked up for 8"):
        trees_of(booster)


def test_nobody_has_no_values() -> None:
    values, target = made_up(50)
    booster = xgb.train({"max_depth": 2}, xgb.DMatrix(values, target), 2)
    assert shapley(trees_of(booster), values[:0]).shape == (0, 6)
