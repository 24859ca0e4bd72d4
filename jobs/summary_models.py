"""The part of the summary about the models that score: version, alias, out-of-sample metrics."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console

from jobs.text_table import text_table
from lake import Lake

if TYPE_CHECKING:
    from models.registry import RegisteredModel

MODELS = ("fraud_provider", "fraud_claim", "risk_cost", "risk_cost_graph")
_FRAUD = {
    "ap": "average precision",
    "auc": "AUC",
    "precision_at_capacity": "precision at review capacity",
    "recall_at_capacity": "recall at review capacity",
    "ece": "calibration error",
}
_RISK = {
    "r2": "R2",
    "r2_capped_250k": "R2 capped at 250k",
    "mae_over_mean": "error over mean",
    "predictive_ratio": "predicted over actual",
    "interval_coverage": "held by the 90 % interval",
}
# Prefixes of a metric, the strictest test first, and what it was measured on.
_TESTS = {
    "oof": "labelled cases the model never saw (out of fold)",
    "oot_unseen": "the next year, members never seen",
    "oot": "the next year",
    "in_time_unseen": "the same year, members never seen",
}


def print_models(console: Console, lake: Lake) -> None:
    """Name, version, alias and out-of-sample metrics of each model that scores."""
    from models.registry import CHAMPION, Registry, has_store

    if not has_store(lake.root):
        console.print("No model was trained.\n")
        return
    registry = Registry(lake.root)
    columns = ("model", "version", "alias", "measured on", "out-of-sample metrics (95 % interval)")
    text = text_table("Models", *columns, wrap=columns[3:], lines=True)
    for name in MODELS:
        model = registry.aliased(name, CHAMPION) or registry.newest(name)
        if model is not None:
            words, metrics = measured(model)
            text.add_row(name, model.version, ", ".join(model.aliases) or "none", words, metrics + not_promoted(model))
    console.print(text, "")


def measured(model: RegisteredModel) -> tuple[str, str]:
    """What the model was measured on and the metrics, in words."""
    labels = _FRAUD if model.name.startswith("fraud") else _RISK
    for test, words in _TESTS.items():
        # The run that trained a model measured its graph challenger too.
        prefix = f"graph_{test}" if model.name.endswith("_graph") else test
        found = [
            f"{label} {model.metrics[f'{prefix}_{name}']:.3f}" + _interval(model.metrics, f"{prefix}_{name}")
            for name, label in labels.items()
            if f"{prefix}_{name}" in model.metrics
        ]
        if found:
            cases = model.metrics.get("labelled") if test == "oof" else None
            return (f"{cases:,.0f} {words}" if cases else words), "\n".join(found)
    return "nothing: there are no labels to measure it on", ""


def not_promoted(model: RegisteredModel) -> str:
    """Why a version scores nobody, as a line of its own; nothing of a champion."""
    from models.registry import CHAMPION, VERDICT

    verdict = model.tags.get(VERDICT)
    return f"\nscores nobody: {verdict}" if verdict and CHAMPION not in model.aliases else ""


def _interval(metrics: dict[str, float], name: str) -> str:
    lower, upper = metrics.get(f"{name}_lower"), metrics.get(f"{name}_upper")
    return "" if lower is None or upper is None else f" ({lower:.3f} to {upper:.3f})"
