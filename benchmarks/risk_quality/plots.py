"""Pictures of a contest: who finds the dear members, and whether predictions are right on average."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from benchmarks.risk_quality.contest import Contest
from benchmarks.risk_quality.figures import levelled
from benchmarks.risk_quality.methods import OURS
from models.plot_style import BLUE, GREEN, GREY, ORANGE, PURPLE, SKY, VERMILION, new_figure

_COLOURS = (BLUE, VERMILION, GREEN, ORANGE, PURPLE, SKY)
_BANDS = 20


def plot_lift(found: Contest, file: Path) -> None:
    """Share of the year's cost that the members ranked first bring, by method."""
    rows = found.panel.later
    figure, axes = new_figure(f"Lift: {found.panel.name}", "share of members, dearest first", "share of the cost")
    shown = [name for name in found.expected if name != "book mean"]
    for name, colour in zip(shown, _COLOURS, strict=False):
        order = np.argsort(-found.expected[name], kind="stable")
        people = np.cumsum(rows.weight[order]) / rows.weight.sum()
        dollars = np.cumsum((rows.weight * rows.cost)[order]) / np.sum(rows.weight * rows.cost)
        axes.plot(people, dollars, color=colour, linewidth=2.5 if name == OURS else 1.2, label=name)
    axes.plot([0, 1], [0, 1], color=GREY, linestyle=":", label="at random")
    axes.legend(fontsize=8, frameon=False)
    figure.savefig(file)


def plot_calibration(found: Contest, file: Path) -> None:
    """Mean actual against mean predicted cost in twentieths of the members, the year's level taken out."""
    rows, expected = found.panel.later, levelled(found.panel.later, found.expected[OURS])
    figure, axes = new_figure(f"Calibration: {found.panel.name}", "mean predicted cost, USD", "mean actual cost, USD")
    parts = np.array_split(np.argsort(expected, kind="stable"), _BANDS)
    said = np.array([np.average(expected[part], weights=rows.weight[part]) for part in parts])
    paid = np.array([np.average(rows.cost[part], weights=rows.weight[part]) for part in parts])
    error = np.array([1.96 * rows.cost[part].std() / np.sqrt(len(part)) for part in parts])
    shown = paid > 0
    low = np.maximum(paid - error, paid * 0.05)
    axes.errorbar(said[shown], paid[shown], np.array([paid - low, error])[:, shown], fmt="o", color=BLUE, label=OURS)
    ends = [min(said.min(), paid[shown].min()) * 0.8, max(said.max(), paid.max()) * 1.3]
    axes.plot(ends, ends, color=GREY, linestyle=":", label="perfect")
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.legend(fontsize=8, frameon=False)
    figure.savefig(file)
