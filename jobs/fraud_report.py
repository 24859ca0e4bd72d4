"""What a fraud training tells the person who ran it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table as TextTable

if TYPE_CHECKING:
    from models.fraud.result import Trained

_FIGURES = {
    "ap": "average precision",
    "auc": "AUC",
    "precision_at_capacity": "precision first {capacity}",
    "recall_at_capacity": "recall first {capacity}",
    "recall_at_k": "recall at K",
    "brier": "Brier",
    "ece": "ECE",
}
_WITH_INTERVAL = ("ap", "auc", "precision_at_capacity")  # the intervals of the others are in MLflow


def print_report(name: str, version: str, trained: Trained[Any], capacity: float) -> None:
    """Every method on the same out-of-fold rows, the published one first, and what should be known about it."""
    if trained.scores:
        table = TextTable(
            "method",
            *[words.format(capacity=f"{capacity:.0%}") for words in _FIGURES.values()],
            title=f"{name} version {version}: out of fold, with 95 % bootstrap intervals",
        )
        for method in sorted(trained.scores, key=lambda one: (one != trained.final, -trained.scores[one]["ap"].value)):
            table.add_row(
                f"[bold]{method}" if method == trained.final else method,
                *[_cell(trained, method, figure) for figure in _FIGURES],
            )
        Console(width=150).print(table)
    for note in trained.notes:
        print(f"{name}: {note}")


def _cell(trained: Trained[Any], method: str, figure: str) -> str:
    interval = trained.scores[method].get(figure)
    if interval is None:
        return ""
    return str(interval) if figure in _WITH_INTERVAL else f"{interval.value:.3f}"
