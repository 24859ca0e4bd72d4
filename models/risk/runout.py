"""How much of a year's cost is known on its last day, and how much once a further year of claims has come in.

The year that a model is tested on has just ended: part of its claims is not paid yet. Comparing a prediction of the
whole year with what is known so far would make every model look too high.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from models.risk.rows import HORIZON_MONTHS, Rows

MIN_MEMBERS = 50
_LEAST = 0.5  # a smaller share says that a delivery is missing, not that claims are late


def completion(later: pd.DataFrame, earlier_outcomes: pd.DataFrame) -> float | None:
    """Share of the earlier snapshot's following year that was known on the year's last day; None where unknowable.

    That year is the look-back of `later` (member_features a year on), where its cost is what was known then;
    `earlier_outcomes` (member_outcomes) hold it as known today. Members covered the whole year on both sides only.
    """
    same = later.merge(earlier_outcomes, on="member_id")
    same = same[(same["months_observed"] == HORIZON_MONTHS) & (same["months_covered"] == HORIZON_MONTHS)]
    then, now = same["cost_12m"].astype(float).sum(), same["allowed_amount"].astype(float).sum()
    if len(same) < MIN_MEMBERS or now <= 0:
        return None
    return float(np.clip(then / now, _LEAST, 1.0))


def matured(rows: Rows, share: float | None) -> Rows:
    """The rows with every cost raised to what it is expected to be once all its claims are in."""
    return replace(rows, cost=rows.cost / share) if share else rows
