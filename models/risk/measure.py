"""How good predictions are, in the words actuaries use, each with a bootstrap interval.

Every figure weighs a member by the covered share of the horizon. Cost is USD per year of coverage.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
from sklearn.metrics import average_precision_score, roc_auc_score

from models.risk.attachment import POINTS
from models.risk.deviance import mean_deviance
from models.risk.rows import Rows

CAP = 250_000.0
REPEATS = 200
Figure = Callable[[np.ndarray, np.ndarray, np.ndarray], float]


def r2(cost: np.ndarray, expected: np.ndarray, weight: np.ndarray) -> float:
    """Share of the cost's variance explained, in dollars."""
    spread = np.sum(weight * (cost - np.average(cost, weights=weight)) ** 2)
    return float(1.0 - np.sum(weight * (cost - expected) ** 2) / spread) if spread > 0 else float("nan")


def r2_capped(cost: np.ndarray, expected: np.ndarray, weight: np.ndarray) -> float:
    """The same with actual and predicted cost capped at 250k, so that a handful of members does not decide it."""
    return r2(np.minimum(cost, CAP), np.minimum(expected, CAP), weight)


def mae_over_mean(cost: np.ndarray, expected: np.ndarray, weight: np.ndarray) -> float:
    return float(np.average(np.abs(cost - expected), weights=weight) / np.average(cost, weights=weight))


def predictive_ratio(cost: np.ndarray, expected: np.ndarray, weight: np.ndarray) -> float:
    """Predicted over actual total; 1 is right on average."""
    return float(np.sum(weight * expected) / np.sum(weight * cost))


def gini(cost: np.ndarray, expected: np.ndarray, weight: np.ndarray) -> float:
    """Gini index of the actual cost of members put in order of predicted cost; 0 says the order is worthless."""
    order = np.argsort(expected, kind="stable")
    people = np.concatenate([[0.0], np.cumsum(weight[order]) / weight.sum()])
    dollars = np.concatenate([[0.0], np.cumsum((weight * cost)[order]) / np.sum(weight * cost)])
    return float(1.0 - 2.0 * np.trapezoid(dollars, people))


FIGURES: dict[str, Figure] = {
    "r2": r2,
    "r2_capped_250k": r2_capped,
    "mae_over_mean": mae_over_mean,
    "predictive_ratio": predictive_ratio,
    "gini": gini,
    "deviance": mean_deviance,
}


def measure_cost(rows: Rows, expected: np.ndarray, seed: int) -> dict[str, float]:
    """Each of FIGURES, with `_lower` and `_upper`: a 95 % bootstrap interval over members."""
    found: dict[str, float] = {}
    if not len(rows) or not np.sum(rows.weight * rows.cost) > 0:
        return found
    draws = np.random.default_rng(seed).integers(0, len(rows), (REPEATS, len(rows)))
    for name, figure in FIGURES.items():
        with np.errstate(divide="ignore", invalid="ignore"):  # a draw of few members may hold no cost at all
            repeats = np.array([figure(rows.cost[draw], expected[draw], rows.weight[draw]) for draw in draws])
        low, high = np.quantile(repeats[np.isfinite(repeats)], [0.025, 0.975])
        found[name] = figure(rows.cost, expected, rows.weight)
        found |= {f"{name}_lower": float(low), f"{name}_upper": float(high)}
    return found


def measure_interval(rows: Rows, lower: np.ndarray, upper: np.ndarray) -> dict[str, float]:
    """Share of members whose cost lies in their interval, and the interval's mean width over mean cost."""
    inside = (rows.cost >= np.floor(lower)) & (rows.cost <= upper)
    width = np.average(upper - lower, weights=rows.weight)
    return {
        "interval_coverage": float(np.average(inside, weights=rows.weight)),
        "interval_width_over_mean": float(width / np.average(rows.cost, weights=rows.weight)),
    }


def measure_attachment(rows: Rows, chances: np.ndarray) -> dict[str, float]:
    """Per attachment point: how many members exceeded it, how many were predicted to, AUC and average precision.

    AUC and AP are left out where nobody (or everybody) exceeded the point.
    """
    found: dict[str, float] = {}
    for column, point in enumerate(POINTS):
        above = rows.cost > point
        found[f"above_{point}_actual"] = float(above.sum())
        found[f"above_{point}_predicted"] = float(chances[:, column].sum())
        if 0 < above.sum() < len(above):
            found[f"above_{point}_auc"] = float(roc_auc_score(above, chances[:, column], sample_weight=rows.weight))
            found[f"above_{point}_ap"] = float(
                average_precision_score(above, chances[:, column], sample_weight=rows.weight)
            )
    return found


def by_decile(rows: Rows, predicted: pd.DataFrame) -> pd.DataFrame:
    """One row per tenth of members by predicted cost: members, mean predicted and actual cost (USD), their ratio,
    coverage of the interval."""
    order = predicted["expected_cost"].rank(method="first").to_numpy()
    table = pd.DataFrame(
        {
            "decile": np.minimum((order - 1) * 10 // max(len(rows), 1), 9).astype(int) + 1,
            "weight": rows.weight,
            "predicted": rows.weight * predicted["expected_cost"].to_numpy(float),
            "actual": rows.weight * rows.cost,
            "inside": rows.weight
            * (
                (rows.cost >= np.floor(predicted["expected_cost_lower"].to_numpy(float)))
                & (rows.cost <= predicted["expected_cost_upper"].to_numpy(float))
            ),
            "members": 1,
        }
    )
    sums = table.groupby("decile").sum()
    return pd.DataFrame(
        {
            "members": sums["members"],
            "mean_predicted": sums["predicted"] / sums["weight"],
            "mean_actual": sums["actual"] / sums["weight"],
            "predictive_ratio": sums["predicted"] / sums["actual"].where(sums["actual"] > 0),
            "interval_coverage": sums["inside"] / sums["weight"],
        }
    ).reset_index()


def paired_gain(rows: Rows, ours: np.ndarray, theirs: np.ndarray, seed: int) -> tuple[float, float, float]:
    """How much lower our deviance is than theirs on the same members, with a 95 % bootstrap interval."""
    draws = np.random.default_rng(seed).integers(0, len(rows), (REPEATS, len(rows)))
    gains = [
        mean_deviance(rows.cost[d], theirs[d], rows.weight[d]) - mean_deviance(rows.cost[d], ours[d], rows.weight[d])
        for d in draws
    ]
    gain = mean_deviance(rows.cost, theirs, rows.weight) - mean_deviance(rows.cost, ours, rows.weight)
    low, high = np.quantile(gains, [0.025, 0.975])
    return gain, float(low), float(high)
