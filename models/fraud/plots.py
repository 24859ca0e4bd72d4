"""Pictures of a fraud model for its run page."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.figure import Figure
from sklearn.metrics import precision_recall_curve

from models.fraud.result import OutOfFold, Trained
from models.plot_style import BLUE, GREEN, GREY, ORANGE, PURPLE, SKY, VERMILION, new_figure

_COLOURS = (ORANGE, GREEN, VERMILION, PURPLE, SKY)
_BINS = 10


def plot_precision_recall(trained: Trained[Any], rows: OutOfFold, title: str) -> Figure:
    """Out-of-fold precision against recall, the published ranking in front of its baselines."""
    figure, axes = new_figure(title, "recall: share of the confirmed found", "precision: share of the found confirmed")
    others = [method for method in rows.margins if method != trained.final]
    for method, colour in zip(others, _COLOURS * 2, strict=False):
        _curve(axes, rows, method, trained.scores[method]["ap"].value, colour, 1.0)
    _curve(axes, rows, trained.final, trained.scores[trained.final]["ap"].value, BLUE, 2.5)
    base = float(rows.confirmed.mean())
    axes.axhline(base, color=GREY, linestyle=":", label=f"at random: {base:.2f}")
    axes.set_ylim(0, 1.02)
    axes.legend(fontsize=8, frameon=False)
    return figure


def plot_calibration(rows: OutOfFold, title: str) -> Figure:
    """Share confirmed against predicted probability in ten groups of equal size, with two standard errors."""
    figure, axes = new_figure(title, "predicted probability", "share confirmed")
    axes.plot([0, 1], [0, 1], color=GREY, linestyle=":", label="perfect")
    if rows.probability is None:
        return figure
    order = np.argsort(rows.probability, kind="stable")
    groups = [group for group in np.array_split(order, _BINS) if len(group)]
    said = np.array([rows.probability[group].mean() for group in groups])
    found = np.array([rows.confirmed[group].mean() for group in groups])
    error = 2 * np.sqrt(found * (1 - found) / np.array([len(group) for group in groups]))
    axes.errorbar(said, found, yerr=error, color=BLUE, marker="o", linewidth=1.5, label="out of fold")
    axes.set_xlim(0, 1)
    axes.set_ylim(-0.02, 1.02)
    axes.legend(fontsize=8, frameon=False)
    return figure


def _curve(axes, rows: OutOfFold, method: str, ap: float, colour: str, width: float) -> None:  # type: ignore[no-untyped-def]
    precision, recall, _ = precision_recall_curve(rows.confirmed, rows.margins[method])
    axes.plot(recall, precision, color=colour, linewidth=width, label=f"{method}: AP {ap:.2f}")
