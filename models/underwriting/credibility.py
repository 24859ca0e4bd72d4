"""How far a group's own experience is trusted: Bühlmann-Straub, or limited fluctuation where that cannot be estimated.

Bühlmann-Straub: the empirical estimators of the structure parameters in Bühlmann and Gisler, A Course in Credibility
Theory and its Applications (2005), chapter 4.8, with the within-group variance pooled by degrees of freedom (Klugman,
Panjer and Willmot, Loss Models, empirical Bayes estimation), which stays unbiased where groups have unequal years.
Limited fluctuation: Mowbray (1914); Loss Models, chapter on limited fluctuation credibility.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Literal

import numpy as np
import pandas as pd
from scipy.stats import norm

PROBABILITY, TOLERANCE = 0.90, 0.05
"""Full credibility: within 5 % of the truth 9 times in 10, which asks for 1,082 claims."""

Basis = Literal["buhlmann_straub", "limited_fluctuation"]


@dataclass(frozen=True)
class Credibility:
    """What decides Z.

    `within` is the variance of a group's ratio for one unit of exposure, `between` the variance of the groups' true
    ratios (none is known to limited fluctuation), `centre` what a group without experience is taken for, `total_z`
    the sum of Z over the groups learnt from. `full` is the exposure of full credibility (limited fluctuation only).
    """

    basis: Basis
    within: float
    between: float | None
    centre: float
    total_z: float
    full: float | None
    groups: int

    @property
    def k(self) -> float:
        """Exposure at which Z is one half: within over between; infinite where groups do not differ.

        For limited fluctuation a quarter of the full exposure, where the square root rule gives one half.
        """
        if self.full is not None:
            return self.full / 4.0
        return self.within / self.between if self.between else np.inf

    def z(self, exposure: np.ndarray | float) -> np.ndarray:
        """Weight of own experience, 0..1, rising with exposure."""
        exposure = np.maximum(np.asarray(exposure, float), 0.0)
        if self.full is not None:
            return np.minimum(1.0, np.sqrt(exposure / self.full))
        return np.asarray(exposure / (exposure + self.k))  # nothing over infinity is nothing: groups do not differ

    def blend(self, ratio: np.ndarray | float, exposure: np.ndarray | float) -> np.ndarray:
        """The group's ratio as believed: Z of its own, the rest of the centre."""
        z = self.z(exposure)
        return z * np.asarray(ratio, float) + (1.0 - z) * self.centre

    def error_variance(self, exposure: np.ndarray | float) -> np.ndarray:
        """Mean squared error of the blend as an estimate of the group's true ratio.

        Bühlmann-Straub: (1 - Z) between, and what the estimated centre adds (Bühlmann and Gisler, theorem 4.6).
        Limited fluctuation knows no between variance: the chance error of the part taken from experience alone.
        """
        z = self.z(exposure)
        if self.between is None:
            return z**2 * self.within / np.maximum(np.asarray(exposure, float), 1e-9)
        centre = (1.0 - z) / self.total_z if self.total_z > 0 else 0.0
        return self.between * (1.0 - z) * (1.0 + centre)

    def save(self) -> dict[str, object]:
        return asdict(self)

    @classmethod
    def load(cls, saved: dict) -> Credibility:
        return cls(**saved)


def buhlmann_straub(panel: pd.DataFrame) -> Credibility:
    """`panel` has one row per group and period: group_id, exposure (> 0) and ratio.

    A negative estimate of the between variance is taken for zero: the groups then differ by chance alone, and all get
    the exposure-weighted mean. Raises ValueError where `can_estimate(panel)` is False.
    """
    if not can_estimate(panel):
        raise ValueError("two groups and a group with two periods are needed; use limited_fluctuation instead")
    data = panel.assign(dollars=panel["exposure"] * panel["ratio"])
    groups = data.groupby("group_id").agg(
        exposure=("exposure", "sum"), dollars=("dollars", "sum"), periods=("ratio", "size")
    )
    weight = groups["exposure"].to_numpy(float)
    mean = groups["dollars"].to_numpy(float) / weight
    own = panel["group_id"].map(pd.Series(mean, index=groups.index)).to_numpy(float)
    squares = panel["exposure"].to_numpy(float) * (panel["ratio"].to_numpy(float) - own) ** 2
    within = float(squares.sum() / (groups["periods"] - 1).sum())
    total = weight.sum()
    overall = float(np.sum(weight * mean) / total)
    spread = float(np.sum(weight * (mean - overall) ** 2))
    between = (spread - (len(weight) - 1) * within) / (total - np.sum(weight**2) / total)
    between = max(float(between), 0.0)
    if between == 0.0:
        return Credibility("buhlmann_straub", within, 0.0, overall, 0.0, None, len(weight))
    z = weight / (weight + within / between)
    return Credibility(
        "buhlmann_straub", within, between, float(np.sum(z * mean) / z.sum()), float(z.sum()), None, len(weight)
    )


def can_estimate(panel: pd.DataFrame) -> bool:
    """Two groups to differ between, and one with two periods to differ within."""
    periods = panel.groupby("group_id").size()
    return len(periods) >= 2 and bool((periods >= 2).any())


def limited_fluctuation(
    within: float, probability: float = PROBABILITY, tolerance: float = TOLERANCE, centre: float = 1.0, groups: int = 1
) -> Credibility:
    """The square root rule; `within` is the variance of the ratio (mean about 1) for one unit of exposure.

    Full exposure is where `probability` of ratios lie within `tolerance` of the mean: (y / tolerance)^2 within.
    """
    full = full_credibility_claims(probability, tolerance) * within
    return Credibility("limited_fluctuation", within, None, centre, 0.0, full, groups)


def full_credibility_claims(probability: float = PROBABILITY, tolerance: float = TOLERANCE) -> float:
    """Claims for full credibility of a claim count: (y / tolerance)^2 with y the normal quantile; 1,082 as stated."""
    return float((norm.ppf((1.0 + probability) / 2.0) / tolerance) ** 2)


def full_credibility_member_months(
    claims_per_month: float,
    severity_cv: float,
    probability: float = PROBABILITY,
    tolerance: float = TOLERANCE,
) -> float:
    """Member months for full credibility of the cost, of a Poisson number of claims with this spread of severity."""
    return full_credibility_claims(probability, tolerance) * (1.0 + severity_cv**2) / claims_per_month
