"""Average precision and AUC of a ranking, as scikit-learn tells them and in a hundredth of its time on few cases.

A bootstrap asks for them hundreds of times, and scikit-learn looks at its arguments longer than at the ranking. Tests
hold both against it.
"""

from __future__ import annotations

import numpy as np


def average_precision(confirmed: np.ndarray, margin: np.ndarray) -> float:
    """Mean precision at each confirmed case, equal margins counted together; 0 where none is confirmed."""
    found, seen = _down_the_ranking(confirmed, margin)
    if not len(found) or not found[-1]:
        return 0.0
    return float(np.sum(np.diff(found, prepend=0.0) * (found / seen)) / found[-1])


def auc(confirmed: np.ndarray, margin: np.ndarray) -> float:
    """Probability that a confirmed case ranks above another, equal margins half; NaN where all have one outcome."""
    found, seen = _down_the_ranking(confirmed, margin)
    missed = seen - found
    if not len(found) or not found[-1] or not missed[-1]:
        return float("nan")
    others_at, others_above = np.diff(missed, prepend=0.0), np.append(0.0, missed[:-1])
    others_below = missed[-1] - others_above - others_at
    return float(np.sum(np.diff(found, prepend=0.0) * (others_below + others_at / 2)) / (found[-1] * missed[-1]))


def _down_the_ranking(confirmed: np.ndarray, margin: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Confirmed and all cases down to each different margin, the highest first."""
    order = np.argsort(-margin, kind="stable")
    ranked = margin[order]
    ends = np.flatnonzero(np.append(ranked[1:] != ranked[:-1], True)) if len(ranked) else np.zeros(0, dtype=int)
    return np.cumsum(confirmed[order], dtype=np.float64)[ends], ends + 1.0
