"""Books of groups whose true differences are known."""

from __future__ import annotations

import numpy as np
import pandas as pd

from models.risk.tail import Tail

EXPONENTIAL = Tail([float(q) for q in -np.log1p(-np.linspace(0, 0.95, 2001))], 0.95, 0.0, 1.0)
"""Cost over expected cost is exponential, exactly beyond the 95th percentile."""


def book_of_groups(
    seed: int, sizes: np.ndarray, between: float, periods: int = 2, mean_cost: float = 6_000.0
) -> tuple[pd.DataFrame, np.ndarray]:
    """One row per member and period as fit_book takes them, and each group's true ratio to the manual rate.

    Members' costs are gamma around expected cost x true ratio, with a coefficient of variation of 2.
    """
    rng = np.random.default_rng(seed)
    true = rng.gamma(1 / between, between, len(sizes)) if between else np.ones(len(sizes))
    group = np.repeat(np.arange(len(sizes)), sizes)
    expected = rng.lognormal(np.log(mean_cost) - 0.18, 0.6, len(group))
    frames = [
        pd.DataFrame(
            {
                "group_id": [f"g{g}" for g in group],
                "period": f"{2022 + period}",
                "member_months": 12.0,
                "allowed_amount": rng.gamma(0.25, expected * true[group] / 0.25),
                "expected_cost": expected,
            }
        )
        for period in range(periods)
    ]
    return pd.concat(frames, ignore_index=True), true
