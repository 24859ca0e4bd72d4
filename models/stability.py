"""How far a distribution moved: the population stability index."""

from __future__ import annotations

import numpy as np

DRIFTED = 0.25
"""Index above which two distributions are different (Siddiqi 2006); 0: the same, above .1 some change."""
_BINS = 10


def stability_index(before: np.ndarray, now: np.ndarray) -> float:
    """Population stability index of `now` over tenths of `before`, with missing values as a bin of their own.

    A bin that one side has no case in counts as half a case, so that the index stays finite.
    """
    known = before[~np.isnan(before)]
    edges = np.unique(np.quantile(known, np.linspace(0, 1, _BINS + 1)[1:-1])) if len(known) else np.array([])
    shares = []
    for values in (before, now):
        there = values[~np.isnan(values)]
        # Edges are open to the right: a value that a tenth of all cases have ends its bin.
        counts = np.bincount(np.searchsorted(edges, there, side="left"), minlength=len(edges) + 1).astype(float)
        shares.append(np.append(counts, len(values) - len(there)))
    used = (shares[0] > 0) | (shares[1] > 0)
    one, other = (np.maximum(counts[used], 0.5) / np.maximum(counts[used], 0.5).sum() for counts in shares)
    return float(np.sum((other - one) * np.log(other / one)))
