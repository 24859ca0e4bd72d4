"""Everything that predicts a member's cost in the contest, learnt on the same members."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import xgboost as xgb

from models.risk.baselines import fit_baselines
from models.risk.manual import ManualRate
from models.risk.rows import Rows, matrix

Predict = Callable[[pd.DataFrame], np.ndarray]
OURS = "Underwatch"
NAMES = {"age_sex": "age and sex", "last_year": "last year's cost", "linear": "ridge on every feature"}
_ROUNDS, _PATIENCE = 400, 30


def baselines(rows: Rows, manual: ManualRate, seed: int) -> dict[str, Predict]:
    """Book mean, age and sex, last year's cost, the CMS-HCC score where there is one, ridge and plain boosting."""
    learning = rows.learning
    mean = float(np.average(learning.cost, weights=learning.weight))
    found: dict[str, Predict] = {"book mean": lambda frame: np.full(len(frame), mean)}
    found |= {NAMES[name]: predict for name, predict in fit_baselines(rows, manual).items()}
    if "hcc_score" in rows.frame and rows.frame["hcc_score"].notna().any():
        found["CMS-HCC score"] = _in_proportion(learning, "hcc_score")
    return found | {"plain gradient boosting": _plain_boosting(rows, seed)}


def _in_proportion(learning: Rows, column: str) -> Predict:
    """Cost as a multiple of a score, at the level of the learning members."""

    def score(frame: pd.DataFrame) -> np.ndarray:
        return np.maximum(frame[column].fillna(0.0).to_numpy(float), 0.0)

    scale = np.sum(learning.weight * learning.cost) / max(np.sum(learning.weight * score(learning.frame)), 1e-9)
    return lambda frame: scale * score(frame)


def _plain_boosting(rows: Rows, seed: int) -> Predict:
    """What anyone would try first: one booster, squared error of the cost in dollars, stopped on a tenth held out."""
    learning = rows.learning
    held = np.random.default_rng(seed).random(len(learning)) < 0.1
    values = matrix(learning.frame, rows.features)
    parts = [
        xgb.DMatrix(values[keep], learning.cost[keep], weight=learning.weight[keep], nthread=1)
        for keep in (~held, held)
    ]
    params = {"objective": "reg:squarederror", "eta": 0.05, "max_depth": 4, "seed": seed, "nthread": 1}
    booster = xgb.train(
        params, parts[0], _ROUNDS, evals=[(parts[1], "held")], early_stopping_rounds=_PATIENCE, verbose_eval=False
    )
    rounds = (0, booster.best_iteration + 1)

    def predict(frame: pd.DataFrame) -> np.ndarray:
        found = booster.predict(xgb.DMatrix(matrix(frame, rows.features), nthread=1), iteration_range=rounds)
        return np.maximum(found.astype(float), 0.0)

    return predict
