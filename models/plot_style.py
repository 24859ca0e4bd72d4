"""One look for every plot of the model runs: the Okabe-Ito colours, told apart by colour-blind readers too."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

BLUE, ORANGE, GREEN, GREY = "#0072B2", "#E69F00", "#009E73", "#7F7F7F"
VERMILION, PURPLE, SKY = "#D55E00", "#CC79A7", "#56B4E9"
SERIES = (GREY, BLUE, ORANGE, GREEN, VERMILION, PURPLE, SKY)
"""Colours of several lines in one plot; the first is that of the whole."""


def new_figure(title: str, x: str, y: str) -> tuple[Figure, Axes]:
    """A figure with one plot. Drawn without a display, so it works in any job."""
    figure = Figure(figsize=(7, 4.5), dpi=110, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    axes.set_title(title, loc="left")
    axes.set_xlabel(x)
    axes.set_ylabel(y)
    axes.grid(alpha=0.25)
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes
