"""Expected recoveries of stop-loss cover, from years drawn of the members' own cost distributions.

Specific cover pays what one member costs above a point; aggregate cover pays what the whole group costs above an
attachment, a share of its expected cost such as 125 %. Where both are bought the aggregate counts each member only up
to its specific point, so that no dollar is paid twice.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.underwriting.member_costs import MemberCosts

SPECIFIC = (50_000, 100_000, 250_000)
AGGREGATE = 1.25
_DRAWS = 4_000_000
_FEWEST, _MOST = 400, 10_000


@dataclass(frozen=True)
class Recovery:
    """Expected recovery of one cover over twelve months, USD for the whole group.

    `attachment` is USD: per member for specific cover, for the group for aggregate cover. `error` is the Monte Carlo
    standard error, `chance` the probability that the cover pays anything, `high` what one year in twenty exceeds.
    """

    cover: str
    attachment: float
    expected: float
    error: float
    chance: float
    high: float


@dataclass(frozen=True)
class DrawnYears:
    """Years of a group: `total` USD of all members, `paid` USD above each specific point (years x points)."""

    total: np.ndarray
    paid: np.ndarray
    points: tuple[int, ...]


def draw_years(
    costs: MemberCosts,
    seed: int,
    points: tuple[int, ...] = SPECIFIC,
    level: float = 1.0,
    level_sd: float = 0.0,
    years: int | None = None,
) -> DrawnYears:
    """Members' costs times the group's own level, drawn once a year for all of them (gamma, `level` on average).

    `level_sd` is how unsure the level is. `years` by default as many as 4 million member years allow, 400 to 10,000.
    """
    rng = np.random.default_rng(seed)
    years = years or int(np.clip(_DRAWS // max(len(costs), 1), _FEWEST, _MOST))
    share = (level_sd / level) ** 2 if level > 0 else 0.0
    levels = level * (rng.gamma(1.0 / share, share, years) if share > 0 else np.ones(years))
    total, paid, done = np.empty(years), np.empty((years, len(points))), 0
    for block in costs.draws(rng, years):
        rows = slice(done, done + len(block))
        block = block * levels[rows, None]
        total[rows] = block.sum(1)
        for column, point in enumerate(points):
            paid[rows, column] = np.maximum(block - point, 0.0).sum(1)
        done += len(block)
    return DrawnYears(total, paid, tuple(points))


def specific(drawn: DrawnYears, point: int) -> Recovery:
    """Recovery above `point` (USD per member), one of the points drawn for. Raises ValueError for another."""
    if point not in drawn.points:
        raise ValueError(f"years were drawn for specific points {drawn.points}, not {point}: pass it to draw_years")
    return _recovery("specific", point, drawn.paid[:, drawn.points.index(point)])


def aggregate(
    drawn: DrawnYears, expected: float, attachment: float = AGGREGATE, over_specific: int | None = None
) -> Recovery:
    """Recovery above `attachment` times `expected` (USD for the group), beside specific cover from `over_specific`.

    With specific cover, `expected` is what the group is expected to cost below the specific point.
    """
    retained = drawn.total
    if over_specific is not None:
        retained = retained - drawn.paid[:, drawn.points.index(over_specific)]
    return _recovery("aggregate", attachment * expected, np.maximum(retained - attachment * expected, 0.0))


def _recovery(cover: str, attachment: float, paid: np.ndarray) -> Recovery:
    error = float(paid.std(ddof=1) / np.sqrt(len(paid))) if len(paid) > 1 else float("nan")
    return Recovery(
        cover, float(attachment), float(paid.mean()), error, float((paid > 0).mean()), float(np.quantile(paid, 0.95))
    )
