"""What every method expects of members whom it did not learn from, in the year after the one it learnt from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from rich.console import Console

from benchmarks.risk_quality.methods import OURS, baselines
from benchmarks.risk_quality.panel import Panel
from models.risk.model import PREDICTED
from models.risk.rows import CATEGORIES, SIDES
from models.risk.train import learn


@dataclass(frozen=True)
class Contest:
    """Rows of the panel's later year: `expected` by method (USD), and Underwatch's PREDICTED columns.

    `shares` [rows, CATEGORIES] of the expected cost are there where the panel's outcomes tell categories. `same_year`
    are predictions of the earlier year, also of people whom no model learnt from: what is right there and not in the
    later year is the drift between the years. `weights` are the blend's of each turn, `gap` the largest one between an
    expected cost and the sum of its drivers.
    """

    panel: Panel
    expected: dict[str, np.ndarray]
    predicted: pd.DataFrame
    same_year: pd.DataFrame
    shares: np.ndarray | None
    weights: list[tuple[float, ...]]
    gap: float


def contest(panel: Panel, seed: int, console: Console) -> Contest:
    """Deal the sides as often as there are some, so that each member is predicted once by models of other members."""
    size = len(panel.later)
    expected: dict[str, np.ndarray] = {}
    predicted = pd.DataFrame(np.nan, index=range(size), columns=list(PREDICTED))
    same_year = pd.DataFrame(np.nan, index=range(len(panel.earlier)), columns=list(PREDICTED))
    shares = np.full((size, len(CATEGORIES)), np.nan)
    weights, gap = [], 0.0
    for turn in range(len(SIDES)):
        console.print(f"{panel.name}: turn {turn + 1} of {len(SIDES)} ...")
        earlier, later = panel.dealt(turn, seed)
        unseen = np.flatnonzero(later.side == "unseen")
        frame = later.frame.iloc[unseen]
        model = learn(earlier, seed)
        said = model.predict(frame)
        predicted.iloc[unseen] = said.to_numpy()
        if model.categories:
            shares[unseen] = model.categories.shares(frame)
        others = np.flatnonzero(earlier.side == "unseen")
        same_year.iloc[others] = model.predict(earlier.frame.iloc[others]).to_numpy()
        methods = {name: predict(frame) for name, predict in baselines(earlier, model.manual, seed).items()}
        for name, values in {OURS: said["expected_cost"].to_numpy(), **methods}.items():
            expected.setdefault(name, np.full(size, np.nan))[unseen] = values
        cost = model.learnt.cost
        dollars, reference = cost.dollars(frame)
        gap = max(gap, float(np.abs(reference + dollars.sum(axis=1) - cost.predict(frame)).max(initial=0.0)))
        weights.append(cost.weights)
    told = None if np.isnan(shares).any() else shares
    return Contest(panel, expected, predicted, same_year, told, weights, gap)
