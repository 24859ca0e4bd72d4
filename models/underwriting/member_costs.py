"""The distribution of each member's cost over the next twelve months, and draws from it.

Up to the first attachment point the shape is that of the tail of cost over expected cost; beyond it the cost follows a
Pareto from point to point, so that each is exceeded with the chance predicted for the member (piecewise Pareto through
layers: Riegel 2018, Matching tower information with piecewise Pareto, European Actuarial Journal 8). What lies below is
raised or lowered so that the mean stays the expected cost.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.stats import genpareto

from models.risk.tail import Tail

MOST = 10_000_000.0
"""USD a year that no member is drawn above, by judgement: without it a heavy tail's mean hangs on costs nobody saw."""

# Edges of the cells in survival probability, from everybody to one in ten million; costs are straight within a cell.
_EDGES = np.concatenate([np.linspace(1.0, 0.05, 96)[:-1], np.geomspace(0.05, 1e-7, 96), [0.0]])
_EVEN = 95
_CELL = -np.diff(_EDGES)
_LEAST = 1e-8
_CHUNK = 2_000_000
_BLOCK = 20_000
_HALVINGS = 12
_ALPHA = (1.5, 6.0)  # by judgement: two points far from the data may give any slope


@dataclass(frozen=True)
class MemberCosts:
    """`grid` is members x edges: the cost (USD) exceeded with each survival probability of the edges."""

    grid: np.ndarray

    def __len__(self) -> int:
        return len(self.grid)

    @property
    def mean(self) -> np.ndarray:
        """Expected cost per member, USD."""
        return _mean(self.grid)

    def excess(self, point: float) -> np.ndarray:
        """Expected cost above a point per member, USD: exact for costs straight within a cell."""
        low, high = self.grid[:, :-1] - point, self.grid[:, 1:] - point
        return _positive_part(low, high) @ _CELL

    def draws(self, rng: np.random.Generator, times: int) -> Iterator[np.ndarray]:
        """Years of the whole group: arrays of (some years, members) in USD, `times` years in all."""
        step = max(1, _CHUNK // max(len(self), 1))
        rows = np.arange(len(self))[None, :]
        for start in range(0, times, step):
            survival = rng.random((min(step, times - start), len(self)))
            cell = _cell_of(survival)
            part = (_EDGES[cell] - survival) / _CELL[cell]
            yield self.grid[rows, cell] * (1.0 - part) + self.grid[rows, cell + 1] * part


def member_costs(
    expected: np.ndarray, tail: Tail, chances: np.ndarray | None = None, points: tuple[int, ...] = ()
) -> MemberCosts:
    """`expected` USD per member over the months it is expected to be covered; `chances` members x points.

    `chances` must not rise from one point to the next. Chances that cannot go with the expected cost give way to
    it: costs are then scaled as a whole.
    """
    expected = np.asarray(expected, float)
    shape = _to_mean(_ratio(tail, _EDGES)[None, :], np.ones(1))[0]
    grids = []
    for start in range(0, len(expected), _BLOCK):
        part = slice(start, start + _BLOCK)
        grid = expected[part, None] * shape
        if chances is not None and len(points):
            grid = _bent(tail, expected[part], np.asarray(chances, float)[part], np.asarray(points, float))
        grids.append(np.minimum(_to_mean(np.minimum(grid, MOST), expected[part]), MOST))
    return MemberCosts(np.vstack(grids) if grids else np.zeros((0, len(_EDGES))))


def _bent(tail: Tail, expected: np.ndarray, chances: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Members x edges. Above the first point a Pareto tail from point to point through the member's own chances."""
    scale = expected / max(float(_mean(_ratio(tail, _EDGES)[None, :])[0]), 1e-9)
    plain = tail.exceeds(points[0] / np.maximum(scale, 1e-9))
    chances = np.clip(chances, 2.0 * _LEAST, 1.0 - 1e-9)
    survival, log_survival = np.maximum(_EDGES, _LEAST), np.log(np.maximum(_EDGES, _LEAST))
    stretched, above = np.empty((len(expected), len(_EDGES))), np.empty((len(expected), len(_EDGES)))
    for row, own in enumerate(chances):
        stretched[row] = np.interp(survival, [own[0], 1.0], [plain[row], 1.0])
        knots = np.append(np.log(own), np.log(_LEAST))[::-1]
        beyond = np.log(points[-1]) + (np.log(own[-1]) - np.log(_LEAST)) / _steepness(own, points)
        above[row] = np.interp(log_survival, knots, np.append(np.log(points), beyond)[::-1])
    below = np.minimum(scale[:, None] * _ratio(tail, stretched), points[0])
    bent = np.where(survival < chances[:, :1], np.exp(above), below)
    bent = np.minimum(bent, MOST)
    above_mean = _mean(np.where(bent > points[0], bent, 0.0))
    return _to_mean(_raised(bent, points[0], expected - above_mean), expected)


def _cell_of(survival: np.ndarray) -> np.ndarray:
    """The cell of each survival probability. The first 95 are as wide as each other, and nineteen draws of twenty fall
    into them: a multiplication finds those, which is ten times as fast as a search."""
    cell = ((1.0 - survival) / _CELL[0]).astype(np.int64)
    rare = survival <= _EDGES[_EVEN]
    cell[rare] = np.searchsorted(-_EDGES, -survival[rare], side="right") - 1
    return np.clip(cell, 0, len(_CELL) - 1)


def _steepness(chances: np.ndarray, points: np.ndarray) -> float:
    """Pareto's alpha beyond the last point: that of the layer before it, within what large claims show."""
    if len(points) < 2:
        return _ALPHA[0]
    return float(np.clip(np.log(chances[-2] / chances[-1]) / np.log(points[-1] / points[-2]), *_ALPHA))


def _raised(bent: np.ndarray, first: float, wanted: np.ndarray) -> np.ndarray:
    """Costs up to the first point moved within (0, first) by a power, so that together they cost what is wanted."""
    below = bent <= first
    share = np.where(below, bent / first, 0.0)
    low, high = np.full(len(bent), -4.0), np.full(len(bent), 4.0)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2.0
        too_much = _mean(first * share ** np.exp(middle)[:, None]) > wanted
        low, high = np.where(too_much, middle, low), np.where(too_much, high, middle)
    return np.where(below, first * share ** np.exp((low + high) / 2.0)[:, None], bent)


def _ratio(tail: Tail, survival: np.ndarray) -> np.ndarray:
    """Cost over expected cost that is exceeded with each probability; the last hundred-millionth is cut off."""
    survival = np.maximum(survival, _LEAST)
    body = np.interp(1.0 - survival, np.linspace(0.0, tail.share, len(tail.quantiles)), tail.quantiles)
    inner = np.minimum(survival / (1.0 - tail.share), 1.0)
    return np.where(inner < 1.0, tail.quantiles[-1] + genpareto.isf(inner, tail.shape, scale=tail.scale), body)


def _mean(grid: np.ndarray) -> np.ndarray:
    return (grid[:, :-1] + grid[:, 1:]) / 2.0 @ _CELL


def _to_mean(grid: np.ndarray, mean: np.ndarray) -> np.ndarray:
    return grid * (mean / np.maximum(_mean(grid), 1e-9))[:, None]


def _positive_part(low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Mean of max(x, 0) for x straight from `low` to `high` (low <= high)."""
    crossing = np.maximum(high, 0.0) ** 2 / (2.0 * np.maximum(high - low, 1e-9))
    return np.where(low >= 0.0, (low + high) / 2.0, crossing)
