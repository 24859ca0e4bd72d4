"""The last step of an expected cost: a rising curve from what the blend says to what such members did cost."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from sklearn.isotonic import IsotonicRegression

BANDS = 10
_FEWEST = 100
"""Members in a band below which its mean cost says too little."""
_FLOOR = 0.2
_PASSES = 5
_STRAY = 0.10
"""How far a band's ratio of actual to expected cost is thought to stray from one (its standard deviation, by judgement:
the tolerance that predictive ratios are held to)."""


@dataclass(frozen=True)
class Curve:
    """Straight between the points (`said`, `cost`), in proportion above them, at least `_FLOOR` of the first cost."""

    said: list[float]
    cost: list[float]

    def __call__(self, raw: np.ndarray) -> np.ndarray:
        found = np.interp(raw, self.said, self.cost)
        last = self.cost[-1] / self.said[-1]
        found = np.where(raw > self.said[-1], self.cost[-1] + (raw - self.said[-1]) * last, found)
        # Downwards as between the first two points: in proportion, a first point near nothing would make it a cliff.
        first = last if len(self.said) == 1 else (self.cost[1] - self.cost[0]) / max(self.said[1] - self.said[0], 1e-9)
        found = np.where(raw < self.said[0], self.cost[0] + (raw - self.said[0]) * first, found)
        return np.maximum(found, _FLOOR * self.cost[0])


def fit_curve(raw: np.ndarray, cost: np.ndarray, weight: np.ndarray) -> Curve:
    """Through the mean prediction and the credible mean cost of up to ten bands of members, made to rise.

    `raw` must come from models that did not see the members. The whole is scaled so that the total agrees.
    """
    count = int(np.clip(len(raw) // _FEWEST, 1, BANDS))
    order = np.argsort(raw, kind="stable")
    place = (np.cumsum(weight[order]) - weight[order] / 2) / weight.sum()
    level = np.sum(weight * cost) / np.sum(weight * raw)
    points, bands = [], []
    for number in range(count):
        band = order[np.floor(place * count).astype(int) == number]
        if not len(band) or (mean := float(np.average(raw[band], weights=weight[band]))) <= 0:
            continue
        bands.append(band)
        points.append((mean, _credible(cost[band], weight[band], mean * level), weight[band].sum()))
    said, paid, exposure = (np.array(column) for column in zip(*points, strict=True))
    fit = IsotonicRegression().fit_transform
    cost_at = np.maximum(fit(said, paid, sample_weight=exposure), 1.0)
    for _ in range(_PASSES):
        # A mean along a bent line is not the bend at the mean: move the points until each band's mean is right.
        found = Curve(said.tolist(), cost_at.tolist())(raw)
        means = np.array([np.average(found[band], weights=weight[band]) for band in bands])
        cost_at = np.maximum(fit(said, cost_at * paid / means, sample_weight=exposure), 1.0)
    curve = Curve(said.tolist(), cost_at.tolist())
    scale = np.sum(weight * cost) / np.sum(weight * curve(raw))
    return Curve(curve.said, (cost_at * scale).tolist())


def _credible(cost: np.ndarray, weight: np.ndarray, expected: float) -> float:
    """A band's mean cost, drawn towards what was expected of it by how uncertain it is (Bühlmann 1967): with a
    standard error as large as _STRAY, halfway. A few members must not bend the curve, nor flatten it into ties."""
    mean = float(np.average(cost, weights=weight))
    error = float(np.sqrt(np.sum(weight**2 * (cost - mean) ** 2))) / (weight.sum() * expected)
    trust = _STRAY**2 / (_STRAY**2 + error**2)
    return expected + trust * (mean - expected)
