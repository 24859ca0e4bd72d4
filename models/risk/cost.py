"""Expected cost of the next 12 months: trees of two forms and a line, blended, and bent to what members did cost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd

from models.risk.bag import Bag, fit_bag, rising, settled
from models.risk.curve import Curve, fit_curve
from models.risk.line import Line, fit_line
from models.risk.measure import gini, r2_capped
from models.risk.rows import Rows

POWER = 1.5
"""Variance power of the Tweedie trees, between Poisson (1) and gamma (2)."""
PARTS = ("tweedie", "squared", "line")
_CUT = 0.995
"""Costs above this quantile are taken as it where an error is squared: a few members would teach it all otherwise."""
_STEPS = 4


@dataclass(frozen=True)
class CostModel:
    """`tweedie`: trees with a log link, in units of `unit` USD. `squared`: trees of the cut cost, in the same units.
    `line`: see line.py. `weights` (of PARTS) are USD per USD, and `curve` bends their sum."""

    tweedie: Bag
    squared: Bag
    line: Line
    unit: float
    weights: tuple[float, ...]
    curve: Curve

    def predict(self, frame: pd.DataFrame) -> np.ndarray:
        """Expected cost per member, USD per year."""
        return self.curve(self._raw(frame))

    def dollars(self, frame: pd.DataFrame) -> tuple[np.ndarray, float]:
        """USD a year that each feature adds [rows, features] to the cost of a reference member, and that cost.

        A row's sum plus the reference is exactly its expected cost. The reference is the same for everybody: what the
        parts say where no feature speaks.
        """
        raw, base = np.zeros((len(frame), len(self.line.features))), 0.0
        ways = (self._by_tweedie, self._by_squared, self.line.contributions)
        for weight, way in zip(self.weights, ways, strict=True):
            if weight:  # what the blend left out would take as long as the rest
                added, start = way(frame)
                raw, base = raw + weight * added, base + weight * start
        reference = float(self.curve(np.array([base]))[0])
        moved = raw.sum(axis=1)
        change = self.curve(base + moved) - reference
        slope = np.divide(change, moved, out=np.zeros_like(change), where=np.abs(moved) > 1e-9)
        return settled(raw * slope[:, None], change), reference

    def _by_tweedie(self, frame: pd.DataFrame) -> tuple[np.ndarray, float]:
        margin, start = self.tweedie.contributions(frame)
        total, mean = margin.sum(axis=1), self.unit * np.exp(start)
        # The change of a product is shared out by the logarithmic mean of its ends (Ang 2004), which leaves no rest.
        lift = np.divide(np.expm1(total), total, out=np.ones_like(total), where=np.abs(total) > 1e-12)
        return margin * (mean * lift)[:, None], mean

    def _by_squared(self, frame: pd.DataFrame) -> tuple[np.ndarray, float]:
        squared, start = self.squared.contributions(frame)
        return self.unit * squared, self.unit * start

    def contributions(self, frame: pd.DataFrame) -> np.ndarray:
        """The same on the log scale [rows, features]: exp() is the factor by which a feature multiplies the cost.

        A row's sum plus the log of the reference is exactly log(expected cost).
        """
        dollars, reference = self.dollars(frame)
        cost = reference + dollars.sum(axis=1)
        log, change = np.log(cost / reference), cost - reference
        share = np.divide(log, change, out=np.full_like(log, 1.0 / reference), where=np.abs(change) > 1e-9)
        return dollars * share[:, None]

    def save(self, folder: Path) -> dict[str, object]:
        """Write the boosters (UBJ) and return what `load` needs besides."""
        return {
            "tweedie": self.tweedie.save(folder, "cost_tweedie"),
            "squared": self.squared.save(folder, "cost_squared"),
            "line": self.line.save(),
            "unit": self.unit,
            "weights": list(self.weights),
            "curve": {"said": self.curve.said, "cost": self.curve.cost},
        }

    @classmethod
    def load(cls, folder: Path, saved: dict) -> CostModel:
        return cls(
            Bag.load(folder, "cost_tweedie", saved["tweedie"]),
            Bag.load(folder, "cost_squared", saved["squared"]),
            Line.load(saved["line"]),
            saved["unit"],
            tuple(saved["weights"]),
            Curve(**saved["curve"]),
        )

    def _raw(self, frame: pd.DataFrame) -> np.ndarray:
        ways: tuple[Callable[[], np.ndarray], ...] = (
            lambda: self.unit * np.exp(self.tweedie.margin(frame)),
            lambda: self.unit * self.squared.margin(frame),
            lambda: self.line.predict(frame),
        )
        return sum(
            (weight * way() for weight, way in zip(self.weights, ways, strict=True) if weight), np.zeros(len(frame))
        )


def fit_cost(rows: Rows, seed: int) -> tuple[CostModel, np.ndarray]:
    """Learn the parts, then blend and bend them by what they say of members they did not see.

    Also the expected cost of every row by parts that did not see it.
    """
    learning = rows.learning
    unit = max(float(np.average(learning.cost, weights=learning.weight)), 1.0)
    cut = np.minimum(rows.cost, max(np.quantile(learning.cost, _CUT), 1.0))
    up = {"monotone_constraints": str(rising(rows.features)).replace(" ", "")}
    log = {"objective": "reg:tweedie", "tweedie_variance_power": POWER, **up}
    tweedie, margin = fit_bag(log, rows, rows.cost / unit, seed)
    squared, centred = fit_bag({"objective": "reg:squarederror", **up}, rows, cut / unit, seed)
    line, straight = fit_line(rows, cut)
    said = np.column_stack([unit * np.exp(margin), unit * centred, straight])
    weights = _blended(said, rows)
    raw = said @ np.array(weights)
    curve = fit_curve(raw[rows.taught], learning.cost, learning.weight)
    return CostModel(tweedie, squared, line, unit, weights, curve), curve(raw)


def _blended(said: np.ndarray, rows: Rows) -> tuple[float, ...]:
    """Weights of the parts [rows, PARTS], on a grid: where capped R2 and Gini together are highest.

    Each part is first brought to the members' total, so that a weight is a share.
    """
    kept, learning = said[rows.taught], rows.learning
    cost, weight = learning.cost, learning.weight
    levels = np.sum(weight * cost) / np.maximum(np.sum(weight[:, None] * kept, axis=0), 1.0)
    kept = kept * levels

    def worth(shares: tuple[float, ...]) -> float:
        blend = np.maximum(kept @ np.array(shares), 0.0)
        return r2_capped(cost, blend, weight) + gini(cost, blend, weight)

    best = max(_shares(), key=worth)
    return tuple(float(share * level) for share, level in zip(best, levels, strict=True))


def _shares() -> Iterator[tuple[float, ...]]:
    """All splits of one among the parts in steps of a quarter; never the line alone, which may be below zero."""
    for steps in product(range(_STEPS + 1), repeat=len(PARTS)):
        if sum(steps) == _STEPS and steps[0] > 0:
            yield tuple(step / _STEPS for step in steps)
