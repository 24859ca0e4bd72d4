"""What a cost model has to beat, learnt on the same members."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from models.risk.manual import ManualRate
from models.risk.rows import Rows

Predict = Callable[[pd.DataFrame], np.ndarray]


def fit_baselines(rows: Rows, manual: ManualRate) -> dict[str, Predict]:
    """Age and sex; last year's cost scaled to this year's level; a ridge regression on every feature."""
    learning = rows.learning
    found = {"age_sex": manual.predict, "linear": _linear(learning)}
    return found | ({"last_year": _last_year(learning)} if "cost_12m" in rows.features else {})


def _last_year(rows: Rows) -> Predict:
    scale = np.sum(rows.weight * rows.cost) / max(np.sum(rows.weight * _yearly(rows.frame)), 1.0)
    return lambda frame: scale * _yearly(frame)


def _yearly(frame: pd.DataFrame) -> np.ndarray:
    months = np.clip(frame["months_observed"].to_numpy(float), 1.0, 12.0)
    return np.maximum(frame["cost_12m"].fillna(0).to_numpy(float), 0.0) * 12.0 / months


def _linear(rows: Rows) -> Predict:
    # Within the bounds seen in learning: a straight line carried beyond them predicts millions for one member.
    def filled(frame: pd.DataFrame) -> pd.DataFrame:
        return frame[names].fillna(means).clip(low, high, axis=1)

    names = list(rows.features)
    seen = rows.frame[names]
    means, low, high = seen.mean().fillna(0.0), seen.quantile(0.005).fillna(0.0), seen.quantile(0.995).fillna(0.0)
    model = make_pipeline(StandardScaler(), Ridge(alpha=100.0))
    model.fit(filled(rows.frame), rows.cost, ridge__sample_weight=rows.weight)
    # Costs below zero are cut off, which raises the total: bring it back.
    learnt = np.sum(rows.weight * np.maximum(model.predict(filled(rows.frame)), 0.0))
    scale = np.sum(rows.weight * rows.cost) / max(learnt, 1.0)
    return lambda frame: scale * np.maximum(model.predict(filled(frame)), 0.0)
