"""How far actual cost lies above expected cost: an empirical distribution of their ratio with a Pareto tail."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import genpareto

_BODY = 0.95
_MAX_SHAPE = 0.8  # below 1 the tail's mean is finite, as costs' is


@dataclass(frozen=True)
class Tail:
    """Distribution of cost / expected cost. `quantiles` at evenly spaced shares up to `share`; beyond the last
    one a generalised Pareto tail with `shape` and `scale`."""

    quantiles: list[float]
    share: float
    shape: float
    scale: float

    def exceeds(self, ratio: np.ndarray) -> np.ndarray:
        """Probability that cost / expected is above `ratio`."""
        ratio = np.asarray(ratio, float)
        body = 1.0 - np.interp(ratio, self.quantiles, np.linspace(0.0, self.share, len(self.quantiles)))
        beyond = (1.0 - self.share) * genpareto.sf(ratio - self.quantiles[-1], self.shape, scale=self.scale)
        return np.where(ratio > self.quantiles[-1], beyond, body)

    def quantile(self, share: float) -> float:
        """The ratio that a `share` of members stays below."""
        if share <= self.share:
            return float(np.interp(share, np.linspace(0.0, self.share, len(self.quantiles)), self.quantiles))
        inner = (share - self.share) / (1.0 - self.share)
        return self.quantiles[-1] + float(genpareto.ppf(inner, self.shape, scale=self.scale))

    def save(self) -> dict[str, object]:
        return {"quantiles": self.quantiles, "share": self.share, "shape": self.shape, "scale": self.scale}


def fit_tail(cost: np.ndarray, expected: np.ndarray) -> Tail:
    """Learn the ratio's distribution; with fewer than 20 rows above the body the tail is exponential."""
    ratio = cost / np.maximum(expected, 1.0)
    share = _BODY if len(ratio) >= 100 else 0.8
    quantiles = np.quantile(ratio, np.linspace(0.0, share, 101))
    excess = ratio[ratio > quantiles[-1]] - quantiles[-1]
    mean = max(float(excess.mean()), 1e-3) if len(excess) else 1.0
    shape, scale = 0.0, mean
    if len(excess) >= 20:
        found, _, scale = genpareto.fit(excess, floc=0)
        shape = float(np.clip(found, 0.0, _MAX_SHAPE))
        # A shape outside its bounds would leave a scale that belongs to another shape: match the mean instead.
        scale = float(scale) if shape == found else mean * (1.0 - shape)
    return Tail([float(q) for q in quantiles], share, shape, float(scale))
