"""Ties: pairs of providers that share more links than chance explains, with a controlled false-discovery rate."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.stats import poisson

FALSE_DISCOVERIES = 0.01
"""Expected share of ties that chance alone would make (Benjamini and Yekutieli 2001: whatever the dependence)."""

LEAST_SHARED = 5
"""Fewer shared links are no tie, however improbable."""

LEAST_LIFT = 3.0
"""Shared over expected. Large providers share a little more than chance for many honest reasons; a ring shares many
times as much."""


def ties(pairs: pd.DataFrame, providers: int) -> pd.DataFrame:
    """The pairs that are ties, with `lift` (shared over expected) and `surprise` (-log10 of the Poisson tail).

    `pairs` has left_provider_id, right_provider_id, shared and expected, of at least the pairs that may be ties; the
    tests are counted as all pairs of `providers` providers.
    """
    shared, expected = pairs["shared"].to_numpy(dtype=np.float64), pairs["expected"].to_numpy(dtype=np.float64)
    tail = poisson.logsf(shared - 1, expected)
    lift = shared / np.maximum(expected, 1e-12)
    found = pairs.assign(lift=lift, surprise=-tail / np.log(10))
    likely = (shared >= LEAST_SHARED) & (lift >= LEAST_LIFT)
    kept = found[likely & _discovered(tail, providers * (providers - 1) / 2)]
    return kept.sort_values(["left_provider_id", "right_provider_id"], ignore_index=True)


def _discovered(log_p: np.ndarray, tests: float) -> np.ndarray:
    """Benjamini-Yekutieli over `tests` tests, of which those not given have p = 1."""
    if not len(log_p):
        return np.zeros(0, dtype=bool)
    dependence = np.log(max(tests, 1)) + np.euler_gamma + 1 / (2 * max(tests, 1))  # the harmonic number of `tests`
    order = np.argsort(log_p, kind="stable")
    place = np.arange(1, len(log_p) + 1)
    below = log_p[order] <= np.log(place * FALSE_DISCOVERIES / (max(tests, 1) * dependence))
    last = np.flatnonzero(below)[-1] if below.any() else -1
    return log_p <= (log_p[order][last] if last >= 0 else -np.inf)
