"""Expected cost of the next 12 months: gradient boosted trees, of the two forms that suit costs the better one."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
import xgboost as xgb

from models.risk.deviance import mean_deviance
from models.risk.rows import Rows, matrix

Kind = Literal["tweedie", "two_part"]
VARIANCE_POWERS = (1.3, 1.5, 1.7)
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


@dataclass(frozen=True)
class CostModel:
    """`tweedie`: one booster with a log link. `two_part`: chance of any cost times its size given some.

    Both are multiplied by `scale` (USD), which makes predicted and actual cost of the learning members agree.
    """

    kind: Kind
    boosters: dict[str, xgb.Booster]
    scale: float
    power: float = 0.0

    def predict(self, frame: pd.DataFrame) -> np.ndarray:
        """Expected cost per member, USD per year."""
        return self.scale * _raw(self.kind, self.boosters, dmatrix(frame))

    def contributions(self, frame: pd.DataFrame) -> np.ndarray:
        """How much each feature adds to the log of the expected cost, against the learning members' average.

        Rows x FEATURES. exp() of a contribution is the factor by which the feature multiplies the cost.
        The rows' sums plus a constant are exactly log(expected cost).
        """
        data = dmatrix(frame)
        if self.kind == "tweedie":
            return self.boosters["cost"].predict(data, pred_contribs=True)[:, :-1]
        chance = self.boosters["any"].predict(data, pred_contribs=True)
        margin = chance[:, :-1].sum(axis=1)
        lift = np.log(_sigmoid(margin + chance[:, -1]) / _sigmoid(chance[:, -1]))
        # log(chance) is not a sum over features, so its change is shared out as the margin's change is.
        share = np.divide(lift, margin, out=np.zeros_like(lift), where=np.abs(margin) > 1e-9)
        return self.boosters["size"].predict(data, pred_contribs=True)[:, :-1] + chance[:, :-1] * share[:, None]

    def save(self, folder: Path) -> dict[str, object]:
        """Write the boosters (UBJ) and return what `load` needs besides."""
        for name, booster in self.boosters.items():
            booster.save_model(folder / f"cost_{name}.ubj")
        return {"kind": self.kind, "boosters": list(self.boosters), "scale": self.scale, "power": self.power}

    @classmethod
    def load(cls, folder: Path, saved: dict) -> CostModel:
        boosters = {name: load_booster(folder / f"cost_{name}.ubj") for name in saved["boosters"]}
        return cls(saved["kind"], boosters, saved["scale"], saved["power"])


def fit_cost(rows: Rows, seed: int) -> CostModel:
    """Learn both forms on the sides fit and tune, and keep the one with the lower deviance on the calibrate side."""
    candidates = [_fit_tweedie(rows, seed), _fit_two_part(rows, seed)]
    judged = rows.on("calibrate")
    return min(candidates, key=lambda model: mean_deviance(judged.cost, model.predict(judged.frame), judged.weight))


def boost(params: dict[str, object], rows: Rows, target: np.ndarray, seed: int) -> xgb.Booster:
    """Grow trees on the side fit until the side tune stops improving, then again on both, as many."""
    params = {**_TREES, **params, "seed": seed, "nthread": threads(len(rows))}
    fit, tune = rows.side == "fit", rows.side == "tune"
    whole = fit | tune
    features = matrix(rows.frame)

    def data(keep: np.ndarray) -> xgb.DMatrix:
        return xgb.QuantileDMatrix(features[keep], target[keep], weight=rows.weight[keep], nthread=threads(len(rows)))

    fitted = data(fit)
    tuning = xgb.QuantileDMatrix(
        features[tune], target[tune], weight=rows.weight[tune], ref=fitted, nthread=threads(len(rows))
    )
    found = xgb.train(
        params, fitted, ROUNDS, evals=[(tuning, "tune")], early_stopping_rounds=PATIENCE, verbose_eval=False
    )
    return xgb.train(params, data(whole), found.best_iteration + 1)


def dmatrix(frame: pd.DataFrame) -> xgb.DMatrix:
    return xgb.DMatrix(matrix(frame), nthread=threads(len(frame)))


def threads(rows: int) -> int:
    """Few rows are quicker on one core: threads that wait for each other on a shared machine cost far more."""
    return 1 if rows < 50_000 else min(4, os.cpu_count() or 1)


def load_booster(file: Path) -> xgb.Booster:
    booster = xgb.Booster({"nthread": 1})
    booster.load_model(file)
    return booster


def _fit_tweedie(rows: Rows, seed: int) -> CostModel:
    learning = rows.on("fit", "tune")
    # Targets near one keep the trees' weights, and so their regularisation, independent of the currency.
    unit = _mean(learning)
    models = []
    for power in VARIANCE_POWERS:
        params = {"objective": "reg:tweedie", "tweedie_variance_power": power}
        models.append((power, {"cost": boost(params, rows, rows.cost / unit, seed)}))
    judged = rows.on("tune")
    power, boosters = min(
        models,
        key=lambda pair: mean_deviance(
            judged.cost, unit * _raw("tweedie", pair[1], dmatrix(judged.frame)), judged.weight
        ),
    )
    return CostModel("tweedie", boosters, _balance("tweedie", boosters, learning), power)


def _fit_two_part(rows: Rows, seed: int) -> CostModel:
    learning = rows.on("fit", "tune")
    spent = rows.take(rows.cost > 0)
    boosters = {
        "any": boost({"objective": "binary:logistic"}, rows, (rows.cost > 0).astype(float), seed),
        "size": boost({"objective": "reg:squarederror"}, spent, np.log(spent.cost), seed),
    }
    return CostModel("two_part", boosters, _balance("two_part", boosters, learning))


def _raw(kind: Kind, boosters: dict[str, xgb.Booster], data: xgb.DMatrix) -> np.ndarray:
    if kind == "tweedie":
        return boosters["cost"].predict(data).astype(float)
    return boosters["any"].predict(data).astype(float) * np.exp(boosters["size"].predict(data).astype(float))


def _balance(kind: Kind, boosters: dict[str, xgb.Booster], rows: Rows) -> float:
    """The factor that makes predicted and actual total agree; for the log model also its retransformation (Duan)."""
    raw = _raw(kind, boosters, dmatrix(rows.frame))
    return float(np.sum(rows.weight * rows.cost) / np.sum(rows.weight * raw))


def _mean(rows: Rows) -> float:
    return max(float(np.average(rows.cost, weights=rows.weight)), 1.0)


def _sigmoid(margin: np.ndarray) -> np.ndarray:
    return 1.0 / (1.0 + np.exp(-margin))
