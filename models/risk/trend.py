"""Cost of past years at the level of the year that is predicted."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from models.risk.rows import Rows


def trended(rows: Rows, annual_trend: float, years: float) -> Rows:
    """The rows with every cost raised by `annual_trend` (.06 = 6 % a year and member) over so many years.

    Costs are raised before anything is learnt, so that intervals, categories and chances of large claims, which rise
    faster than the cost itself above a fixed attachment point, are those of the coming year.
    """
    if not annual_trend:
        return rows
    factor = (1.0 + annual_trend) ** years
    return replace(rows, cost=rows.cost * factor, parts=None if rows.parts is None else rows.parts * factor)


def observed_trend(earlier: Rows, later: Rows, expected_earlier: np.ndarray, expected_later: np.ndarray) -> float:
    """Rise of cost per covered member-year between two snapshots a year apart; NaN where either has no cost.

    Each is held against what its mix of members is expected to cost (the manual rate), so that an ageing book is no
    trend.
    """
    levels = []
    for rows, expected in ((earlier, expected_earlier), (later, expected_later)):
        mix = float(np.sum(rows.weight * expected))
        levels.append(float(np.sum(rows.weight * rows.cost)) / mix if mix > 0 else 0.0)
    return levels[1] / levels[0] - 1.0 if levels[0] > 0 and levels[1] > 0 else float("nan")
