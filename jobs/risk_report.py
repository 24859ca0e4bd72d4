"""What a risk training tells the person who ran it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table as TextTable

if TYPE_CHECKING:
    from models.risk.train import Trained

_METHODS = {
    "trees": "Underwatch trees",
    "graph": "graph challenger",
    "linear": "linear regression",
    "last_year": "last year's cost",
    "age_sex": "age and sex",
}
_FIGURES = {
    "r2": "R2",
    "r2_capped_250k": "R2 capped 250k",
    "mae_over_mean": "MAE/mean",
    "predictive_ratio": "predicted/actual",
    "gini": "Gini",
    "deviance": "deviance",
}
_DECIDING = ("r2", "r2_capped_250k", "deviance")  # the intervals of the others are in MLflow


def print_report(trained: Trained, name: str, version: str) -> None:
    """Scores against baselines on each test, the model's interval and tail, and what should be known about it."""
    console = Console(width=140)
    if len(trained.scores):
        table = TextTable(
            "method",
            *_FIGURES.values(),
            title=f"{name} version {version} against its baselines (95 % bootstrap interval)",
        )
        for words, rows in trained.scores.groupby("test", sort=False):
            table.add_row(f"[bold]{words}: {rows['members'].iloc[0]:,} members")
            for row in sorted(rows.to_dict("records"), key=lambda row: list(_METHODS).index(row["method"])):
                table.add_row(f"  {_METHODS[row['method']]}", *[_cell(row, figure) for figure in _FIGURES])
            table.add_section()
        console.print(table)
    if trained.test is not None:
        metrics = {
            name.removeprefix(f"{trained.test.key}_"): value
            for name, value in trained.metrics.items()
            if name.startswith(f"{trained.test.key}_")
        }
        print(f"90 % interval held {metrics['interval_coverage']:.1%} of {trained.test.words}")
        for name in [name for name in metrics if name.endswith("_actual")]:
            point = name.split("_")[1]
            auc = metrics.get(f"above_{point}_auc")
            print(
                f"above {int(point):,} USD: {metrics[name]:.0f} members, "
                f"{metrics[f'above_{point}_predicted']:.1f} predicted" + (f", AUC {auc:.3f}" if auc else "")
            )
    for note in trained.notes:
        print(f"note: {note}")


def _cell(row: dict, figure: str) -> str:
    digits = 0 if figure == "deviance" else 3
    if figure not in _DECIDING:
        return f"{row[figure]:.{digits}f}"
    return f"{row[figure]:.{digits}f} [{row[figure + '_lower']:.{digits}f}, {row[figure + '_upper']:.{digits}f}]"
