"""What rating a group needs to know of the whole book, learnt from its groups' past years."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.underwriting.credibility import Credibility, buhlmann_straub, can_estimate, limited_fluctuation

POOLING_POINT = 100_000.0
"""USD a member's year counts up to in its group's own experience; the rest is shared by the book."""


@dataclass(frozen=True)
class BookRates:
    """`pmpm`: expected cost of the book per member month at the level of the manual rates (USD).

    `level` carries the cost of each past period to the manual rates' level: expected over actual cost of the book, so
    trend, run-out that is still out and any fault of the rates' level are taken from the book itself. `pooling_charge`
    is the book's cost above the pooling point as a share of expected cost. Exposure is counted in member months of
    average manual rate: expected cost over `pmpm`.
    """

    pmpm: float
    level: dict[str, float]
    pooling_point: float
    pooling_charge: float
    credibility: Credibility

    def save(self) -> dict[str, object]:
        return {**vars(self), "credibility": self.credibility.save()}

    @classmethod
    def load(cls, saved: dict) -> BookRates:
        return cls(**{**saved, "credibility": Credibility.load(saved["credibility"])})


def fit_book(experience: pd.DataFrame, pooling_point: float = POOLING_POINT) -> BookRates:
    """Learn from one row per member and period.

    Columns: group_id (null for members without a group: they count for the book's level, not for credibility),
    period (text), member_months, allowed_amount (USD in the period, completed), expected_cost (USD in the period: the
    manual rate or the model's prediction made before the period began, by a model that had not seen it).
    Raises ValueError for a book without exposure.
    """
    rows = experience[experience["member_months"] > 0]
    months, expected = rows["member_months"].sum(), float(rows["expected_cost"].sum())
    if not months or expected <= 0:
        raise ValueError("the book has no member months with an expected cost: build features and outcomes first")
    sums = rows.groupby("period")[["expected_cost", "allowed_amount"]].sum()
    levels = sums["expected_cost"] / sums["allowed_amount"].clip(lower=1e-6)
    level = {str(period): float(value) for period, value in levels.items()}
    cost = on_level(rows, level)
    kept = np.minimum(cost, pooling_point)
    charge = float((cost - kept).sum() / expected)
    pmpm = expected / months
    member = kept + charge * rows["expected_cost"].to_numpy(float)
    grouped = rows.assign(pooled=member)[rows["group_id"].notna()]
    panel = group_periods(grouped, pmpm)
    if can_estimate(panel):
        credibility = buhlmann_straub(panel)
    else:
        credibility = limited_fluctuation(_member_variance(rows, member, pmpm), groups=panel["group_id"].nunique())
    return BookRates(pmpm, level, pooling_point, charge, credibility)


def on_level(rows: pd.DataFrame, level: dict[str, float]) -> np.ndarray:
    """Allowed amounts at the manual rates' level; refunds beyond a period's claims count as nothing.

    A period the book was not learnt from is carried with the level of the last one it was.
    """
    last = level[max(level)] if level else 1.0
    factor = rows["period"].astype(str).map(level).fillna(last).to_numpy(float)
    return np.maximum(rows["allowed_amount"].to_numpy(float), 0.0) * factor


def group_periods(rows: pd.DataFrame, pmpm: float) -> pd.DataFrame:
    """One row per group and period: exposure (member months of average rate), ratio of pooled to expected cost."""
    sums = rows.groupby(["group_id", "period"], as_index=False)[["expected_cost", "pooled"]].sum()
    sums = sums[sums["expected_cost"] > 0]
    return sums.assign(exposure=sums["expected_cost"] / pmpm, ratio=sums["pooled"] / sums["expected_cost"])


def _member_variance(rows: pd.DataFrame, pooled: np.ndarray, pmpm: float) -> float:
    """Variance of the ratio for one member month of average rate, from members taken as independent."""
    expected = rows["expected_cost"].to_numpy(float)
    return float(np.sum((pooled - expected) ** 2) / expected.sum() / pmpm)
