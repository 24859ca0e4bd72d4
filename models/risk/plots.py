"""Pictures of a risk model's test."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from models.plot_style import BLUE, GREY, ORANGE, SERIES, new_figure
from models.risk.rows import Rows

FEWEST = 5


def plot_deciles(deciles: pd.DataFrame, tested_on: str) -> Figure:
    """Mean predicted and actual cost per tenth of members."""
    figure, axes = new_figure(f"Cost by decile of prediction, {tested_on}", "decile of predicted cost", "USD per year")
    at = deciles["decile"].to_numpy(float)
    axes.bar(at - 0.2, deciles["mean_predicted"], 0.4, color=BLUE, label="predicted")
    axes.bar(at + 0.2, deciles["mean_actual"], 0.4, color=ORANGE, hatch="//", edgecolor="white", label="actual")
    axes.set_xticks(at)
    axes.legend(frameon=False)
    return figure


def plot_completion(completion: pd.DataFrame) -> Figure:
    """Known share of a service month's cost by lag (RunOut.table), with one standard error either side."""
    figure, axes = new_figure(
        "Completion of a service month", "months since the service month", "share of its cost known"
    )
    for colour, (claims, rows) in zip(SERIES, completion.groupby("claims", sort=False), strict=False):
        axes.plot(rows["lag_months"], rows["completion"], color=colour, marker=".", label=str(claims))
        low, high = rows["completion"] - rows["error"], rows["completion"] + rows["error"]
        axes.fill_between(rows["lag_months"], low, high, color=colour, alpha=0.15, linewidth=0)
    axes.legend(frameon=False)
    return figure


def plot_actual(rows: Rows, expected: np.ndarray, tested_on: str) -> Figure:
    """How many members lie where between predicted and actual cost, on log scales.

    A cell of fewer than FEWEST members is not drawn.
    """
    figure, axes = new_figure(f"Predicted and actual cost, {tested_on}", "predicted, USD", "actual, USD")
    logs = np.log10(1 + expected), np.log10(1 + rows.cost)
    shown = axes.hexbin(
        *logs, gridsize=int(np.clip(np.sqrt(len(rows)) / 2, 6, 30)), mincnt=FEWEST, cmap="cividis", bins="log"
    )
    limits = [0.0, float(np.log10(1 + max(expected.max(initial=1), rows.cost.max(initial=1))))]
    axes.plot(limits, limits, color=GREY, linestyle="--", linewidth=1)
    ticks = np.arange(0, int(limits[1]) + 1)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_ticks(ticks, labels=[f"{10**tick:,}" for tick in ticks.tolist()])
    if (cells := shown.get_array()) is not None and cells.size:  # a small test may have no cell to show
        figure.colorbar(shown, ax=axes, label="members")
    return figure
