"""The document of a contest: tables and plots."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.metrics import average_precision_score, precision_recall_curve

from benchmarks.fraud_quality.cross_validation import Contest
from models.fraud.compare import Paired, corrected_t
from models.fraud.measure import CAPACITY, Interval, calibration_error, measures
from models.plot_style import BLUE, GREEN, GREY, ORANGE, PURPLE, SKY, VERMILION, new_figure

_DRAWS = 200
_COLOURS = (BLUE, VERMILION, GREEN, ORANGE, PURPLE, SKY)
_SHOWN = ("ap", "auc", "precision_at_capacity", "recall_at_capacity", "recall_at_k")


@dataclass(frozen=True)
class Line:
    """One method: repeats it ran, and each measure with its 95 % bootstrap interval over providers."""

    method: str
    repeats: int
    measures: Mapping[str, Interval]


def lines(contests: Sequence[Contest], seed: int = 0) -> list[Line]:
    """Measures of every method: of each repeat's pooled out-of-fold ranking, the mean over the repeats."""
    found = []
    for one in contests:
        for name, margins in one.margins.items():
            if name.startswith("probability of "):
                continue
            point = _means(one.confirmed, margins)
            drawn = _bootstrap(one.confirmed, margins, seed)
            found.append(Line(name, len(margins), {key: _interval(point[key], drawn[key]) for key in _SHOWN}))
    return sorted(found, key=lambda line: -line.measures["ap"].value)


def paired(contests: Sequence[Contest], first: str, second: str) -> Paired:
    """First against second, by average precision in the folds both ran: the corrected paired test."""
    one, other = _of(contests, first), _of(contests, second)
    repeats = min(len(one.fold), len(other.fold))
    differences = []
    for repeat in range(repeats):
        for held_out in np.unique(one.fold[repeat]):
            rows = one.fold[repeat] == held_out
            ap = [
                average_precision_score(one.confirmed[rows], each.margins[name][repeat, rows])
                for each, name in ((one, first), (other, second))
            ]
            differences.append(ap[0] - ap[1])
    share = 1.0 / len(np.unique(one.fold[0]))
    return corrected_t(np.array(differences), test_share=share)


def calibration(contests: Sequence[Contest], name: str) -> tuple[float, float]:
    """Brier score and expected calibration error of a method's probability, the mean over repeats."""
    one = _of(contests, f"probability of {name}")
    said = one.margins[f"probability of {name}"]
    brier = float(np.mean((said - one.confirmed) ** 2))
    return brier, float(np.mean([calibration_error(one.confirmed, repeat) for repeat in said]))


def measures_table(found: Sequence[Line]) -> str:
    head = ("method", "repeats", "AP (95 % interval)", "AUC", f"precision in the top {CAPACITY:.0%}", "recall there",
            "recall at K")  # fmt: skip
    rows = [
        (line.method, str(line.repeats), _with_ends(line.measures["ap"]), _with_ends(line.measures["auc"]),
         *(f"{line.measures[key].value:.3f}" for key in _SHOWN[2:]))
        for line in found
    ]  # fmt: skip
    return table(head, rows)


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (head, ["---"] * len(head), *rows))


def plot_precision_recall(contests: Sequence[Contest], names: Sequence[str], file: Path) -> None:
    figure, axes = new_figure("Precision and recall, first repeat, out of fold", "recall", "precision")
    for name, colour in zip(names, _COLOURS, strict=False):
        one = _of(contests, name)
        precision, recall, _ = precision_recall_curve(one.confirmed, one.margins[name][0])
        axes.plot(recall, precision, color=colour, label=name)
    axes.axhline(one.confirmed.mean(), color=GREY, linestyle=":", label="at random")
    axes.legend(fontsize=8, frameon=False)
    figure.savefig(file)


def plot_gain(contests: Sequence[Contest], names: Sequence[str], file: Path) -> None:
    """Share of the confirmed found against the share of providers opened."""
    figure, axes = new_figure(
        "What opening the first so many finds", "share of providers opened", "share of confirmed found"
    )
    for name, colour in zip(names, _COLOURS, strict=False):
        one = _of(contests, name)
        order = np.argsort(-one.margins[name][0], kind="stable")
        found = np.cumsum(one.confirmed[order]) / one.confirmed.sum()
        axes.plot(np.arange(1, len(order) + 1) / len(order), found, color=colour, label=name)
    axes.plot([0, 1], [0, 1], color=GREY, linestyle=":", label="at random")
    axes.legend(fontsize=8, frameon=False)
    figure.savefig(file)


def plot_calibration(contests: Sequence[Contest], name: str, file: Path) -> None:
    one = _of(contests, f"probability of {name}")
    said, confirmed = one.margins[f"probability of {name}"][0], one.confirmed
    figure, axes = new_figure("Calibration, first repeat, out of fold", "predicted probability", "share confirmed")
    parts = np.array_split(np.argsort(said, kind="stable"), 10)
    axes.plot([0, 1], [0, 1], color=GREY, linestyle=":", label="perfect")
    axes.plot(
        [said[part].mean() for part in parts], [confirmed[part].mean() for part in parts], "o-", color=BLUE, label=name
    )
    axes.legend(fontsize=8, frameon=False)
    figure.savefig(file)


def _of(contests: Sequence[Contest], name: str) -> Contest:
    return next(one for one in contests if name in one.margins)


def _means(confirmed: np.ndarray, margins: np.ndarray) -> dict[str, float]:
    each = [measures(confirmed, repeat) for repeat in margins]
    return {key: float(np.mean([one[key] for one in each])) for key in _SHOWN}


def _bootstrap(confirmed: np.ndarray, margins: np.ndarray, seed: int) -> dict[str, list[float]]:
    rng = np.random.default_rng(seed)
    found: dict[str, list[float]] = {key: [] for key in _SHOWN}
    for _ in range(_DRAWS):
        rows = rng.integers(0, len(confirmed), len(confirmed))
        for key, value in _means(confirmed[rows], margins[:, rows]).items():
            found[key].append(value)
    return found


def _interval(value: float, drawn: list[float]) -> Interval:
    lower, upper = np.percentile(drawn, [2.5, 97.5])
    return Interval(value, float(lower), float(upper))


def _with_ends(one: Interval) -> str:
    return f"{one.value:.3f} ({one.lower:.3f} to {one.upper:.3f})"
