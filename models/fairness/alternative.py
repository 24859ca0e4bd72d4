"""A less discriminatory alternative: a model with fewer features that prices groups more alike and is about as right.

The search is the one that disparate-impact practice asks for (12 CFR 1002, supplement I, 6(a)-2; Colorado Regulation
10-1-1 on insurers' external data and models): is there a model that serves as well and burdens the group less?
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.fairness.groups import spread

TOLERANCE = 0.01
"""Share by which the loss may rise."""

Predict = Callable[[pd.DataFrame], np.ndarray]
Fit = Callable[[tuple[str, ...]], Predict]
Loss = Callable[[np.ndarray, np.ndarray, np.ndarray], float]


@dataclass(frozen=True)
class Held:
    """Members that no model of the search learnt from: their features, cost (USD a year), weight, and group."""

    frame: pd.DataFrame
    cost: np.ndarray
    weight: np.ndarray
    group: pd.Series


@dataclass(frozen=True)
class Search:
    """`tried`: one row per model (`without`, `loss`, `spread` of predicted over actual cost between groups, `within`
    the tolerated loss), the full one first. `dropped` are the features the chosen model does without; none where
    nothing better was found."""

    tried: pd.DataFrame
    dropped: tuple[str, ...]


def search_alternative(
    fit: Fit, features: Sequence[str], candidates: Sequence[str], held: Held, loss: Loss, tolerance: float = TOLERANCE
) -> Search:
    """Leave out one candidate after the other, each time the one that narrows the spread most within the tolerance,
    until none narrows it. Fits at most len(candidates) * (len(candidates) + 1) / 2 + 1 models."""
    rows: list[dict[str, object]] = []

    def judge(without: tuple[str, ...]) -> tuple[float, float]:
        expected = fit(tuple(name for name in features if name not in without))(held.frame)
        lost = loss(held.cost, expected, held.weight)
        apart = spread(held.cost, expected, held.weight, held.group)
        within = not rows or lost <= float(str(rows[0]["loss"])) * (1 + tolerance)
        rows.append({"without": ", ".join(without), "loss": lost, "spread": apart, "within": within})
        return (apart if within else np.inf), lost

    dropped: tuple[str, ...] = ()
    best = judge(dropped)[0]
    left = list(candidates)
    while left:
        said = {name: judge((*dropped, name))[0] for name in left}
        name = min(said, key=lambda one: said[one])
        if said[name] >= best:
            break
        best, dropped = said[name], (*dropped, name)
        left.remove(name)
    return Search(pd.DataFrame(rows), dropped)
