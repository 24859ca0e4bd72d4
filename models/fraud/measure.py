"""How good a ranking and its probabilities are, each number with a bootstrap interval."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.rank_measures import auc, average_precision

CAPACITY = 0.05
"""Share of the book that reviewers can look at."""
DRAWS = 200
_CALIBRATION_BINS = 10


@dataclass(frozen=True)
class Interval:
    """A measured value with its 95 % bootstrap interval."""

    value: float
    lower: float
    upper: float

    def __str__(self) -> str:
        return f"{self.value:.3f} [{self.lower:.3f}, {self.upper:.3f}]"


def measures(
    confirmed: np.ndarray, margin: np.ndarray, probability: np.ndarray | None = None, capacity: float = CAPACITY
) -> dict[str, float]:
    """Average precision, AUC, precision and recall of the first `capacity` share, recall at K = number confirmed;
    with probabilities also the Brier score and the expected calibration error."""
    order = np.argsort(-margin, kind="stable")
    positives = max(int(confirmed.sum()), 1)
    top = confirmed[order[: max(1, int(np.ceil(capacity * len(order))))]]
    found = {
        "ap": average_precision(confirmed, margin),
        "auc": auc(confirmed, margin),
        "precision_at_capacity": float(top.mean()),
        "recall_at_capacity": float(top.sum() / positives),
        "recall_at_k": float(confirmed[order[:positives]].sum() / positives),
    }
    if probability is not None:
        found["brier"] = float(np.mean((probability - confirmed) ** 2))
        found["ece"] = calibration_error(confirmed, probability)
    return found


def calibration_error(confirmed: np.ndarray, probability: np.ndarray, bins: int = _CALIBRATION_BINS) -> float:
    """Mean gap between predicted and found share over bins of equal size (Nixon et al. 2019)."""
    order = np.argsort(probability, kind="stable")
    parts = [part for part in np.array_split(order, bins) if len(part)]
    gaps = [len(part) * abs(probability[part].mean() - confirmed[part].mean()) for part in parts]
    return float(sum(gaps) / len(order))


def with_intervals(
    confirmed: np.ndarray,
    margin: np.ndarray,
    probability: np.ndarray | None = None,
    groups: np.ndarray | None = None,
    capacity: float = CAPACITY,
    seed: int = 0,
    draws: int = DRAWS,
) -> dict[str, Interval]:
    """`measures` with percentile bootstrap intervals. `groups` (providers of claims) are drawn whole."""
    point = measures(confirmed, margin, probability, capacity)
    rng = np.random.default_rng(seed)
    drawn = []
    for rows in _resamples(rng, len(confirmed), groups, draws):
        if len(np.unique(confirmed[rows])) == 2:
            said = None if probability is None else probability[rows]
            drawn.append(measures(confirmed[rows], margin[rows], said, capacity))
    found = {}
    for name, value in point.items():
        lower, upper = np.percentile([one[name] for one in drawn], [2.5, 97.5]) if drawn else (value, value)
        found[name] = Interval(value, float(lower), float(upper))
    return found


def _resamples(rng: np.random.Generator, count: int, groups: np.ndarray | None, draws: int):  # type: ignore[no-untyped-def]
    if groups is None:
        for _ in range(draws):
            yield rng.integers(0, count, count)
        return
    _, inverse = np.unique(groups.astype(str), return_inverse=True)
    order = np.argsort(inverse, kind="stable")
    members = np.split(order, np.cumsum(np.bincount(inverse))[:-1])
    for _ in range(draws):
        yield np.concatenate([members[group] for group in rng.integers(0, len(members), len(members))])
