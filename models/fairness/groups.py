"""How right a cost prediction is for each group of people, and how often it speaks against them.

Measures are those usual for insurance: predicted over actual cost (calibration by group; Society of Actuaries,
"Assessing Fairness in Insurance", 2021 onwards, calls it actuarial fairness), error over mean, and error rates of the
adverse decision. They are taken apart by group with Fairlearn's MetricFrame.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from fairlearn.metrics import MetricFrame

ADVERSE_RELATIVITY = 1.5
"""A member predicted above this multiple of the book's mean may meet an adverse decision."""

MIN_MEMBERS = 100
"""Groups with fewer members are shown, but no verdict rests on them."""

RATIO_BOUNDS = (0.80, 1.25)
"""A group is priced wrongly as a group when its predicted over actual cost, over that of all others, lies outside with
its whole interval: the four-fifths rule (29 CFR 1607.4 D) and its inverse, taken over from selection rates for want of
a rule of its own. Groups are held against each other, as that rule does: a level wrong for all alike, as after a
cheap year, is a matter of calibration."""

_REPEATS = 2000
_ERROR = 0.05


def by_group(
    cost: np.ndarray, expected: np.ndarray, weight: np.ndarray, group: pd.Series, seed: int, tests: int = 1
) -> pd.DataFrame:
    """One row per group, in order of its name.

    Columns: `group`, `members`, `mean_actual` and `mean_predicted` (USD a year of coverage), `predictive_ratio` with
    `_lower` and `_upper` (95 % bootstrap over members), `relative_ratio` (the predictive ratio over that of all others;
    1 where there are none) with `_lower` and `_upper`, `mae_over_mean`, `adverse_share` (predicted above
    ADVERSE_RELATIVITY of the book's mean) and `adverse_wrong_share` (the same of those whose own cost was below it).
    All are weighted by the covered share of the year. The intervals of the relative ratio hold together at 95 % for
    `tests` groups (Bonferroni), so that many groups are not refused by chance more often than one.
    """
    above = ADVERSE_RELATIVITY * np.average(cost, weights=weight)
    measures = {
        "members": _members,
        "mean_actual": _mean_actual,
        "mean_predicted": _mean_predicted,
        "predictive_ratio": _ratio,
        "mae_over_mean": _error,
        "adverse_share": _adverse(above, np.inf),
        "adverse_wrong_share": _adverse(above, above),
    }
    frame = MetricFrame(
        metrics=measures,
        y_true=np.asarray(cost, float),
        y_pred=np.asarray(expected, float),
        sensitive_features=group.astype(str).rename("group").reset_index(drop=True),
        sample_params={name: {"sample_weight": np.asarray(weight, float)} for name in measures},
    )
    table = frame.by_group.astype(float).sort_index()
    dollars = np.stack([weight * expected, weight * cost], axis=1)
    members = [dollars[(group.astype(str) == name).to_numpy()] for name in table.index]
    rng = np.random.default_rng(seed)
    drawn = np.stack([_resampled(own, rng) for own in members])
    table["relative_ratio"] = _relative(np.stack([own.sum(axis=0) for own in members]))
    for name, ratios, error in (
        ("predictive_ratio", _ratios(drawn), _ERROR),
        ("relative_ratio", _relative(drawn), _ERROR / tests),
    ):
        ends = pd.DataFrame(ratios.T).quantile([error / 2, 1 - error / 2]).to_numpy()
        table[f"{name}_lower"], table[f"{name}_upper"] = ends
    return table.reset_index()


def wrongly_priced(groups: pd.DataFrame) -> pd.DataFrame:
    """Rows of `by_group` with enough members whose whole relative interval lies outside RATIO_BOUNDS."""
    low, high = RATIO_BOUNDS
    outside = (groups["relative_ratio_upper"] < low) | (groups["relative_ratio_lower"] > high)
    return groups[outside & (groups["members"] >= MIN_MEMBERS)]


def spread(cost: np.ndarray, expected: np.ndarray, weight: np.ndarray, group: pd.Series) -> float:
    """Largest less smallest predicted over actual cost of groups with enough members; 0 where there are none."""
    sums = pd.DataFrame({"actual": weight * cost, "predicted": weight * expected, "members": 1}).groupby(
        group.astype(str).to_numpy()
    )
    enough = sums.sum().query("members >= @MIN_MEMBERS and actual > 0")
    ratios = enough["predicted"] / enough["actual"]
    return float(ratios.max() - ratios.min()) if len(ratios) else 0.0


def _resampled(dollars: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """[repeat, 2]: sums of members' `dollars` [member, predicted and actual], drawn anew with replacement each time."""
    size = len(dollars)
    return np.stack([dollars[rng.integers(0, size, size)].sum(axis=0) for _ in range(_REPEATS)])


def _ratios(sums: np.ndarray) -> np.ndarray:
    """Predicted over actual of [..., predicted and actual]; undefined where nothing was spent."""
    spent = np.where(sums[..., 1] > 0, sums[..., 1], np.nan)
    return np.asarray(sums[..., 0] / spent)


def _relative(sums: np.ndarray) -> np.ndarray:
    """Each group's ratio over that of all other groups, from [group, ..., predicted and actual]; 1 for a lone group."""
    return _ratios(sums) / _ratios(sums.sum(axis=0) - sums) if len(sums) > 1 else np.ones(sums.shape[:-1])


def _members(cost: np.ndarray, _expected: np.ndarray, sample_weight: np.ndarray) -> float:
    return float(len(cost))


def _mean_actual(cost: np.ndarray, _expected: np.ndarray, sample_weight: np.ndarray) -> float:
    return float(np.average(cost, weights=sample_weight))


def _mean_predicted(_cost: np.ndarray, expected: np.ndarray, sample_weight: np.ndarray) -> float:
    return float(np.average(expected, weights=sample_weight))


def _ratio(cost: np.ndarray, expected: np.ndarray, sample_weight: np.ndarray) -> float:
    return float(_ratios(np.array([np.sum(sample_weight * expected), np.sum(sample_weight * cost)])))


def _error(cost: np.ndarray, expected: np.ndarray, sample_weight: np.ndarray) -> float:
    mean = _mean_actual(cost, expected, sample_weight)
    return float(np.average(np.abs(cost - expected), weights=sample_weight)) / mean if mean > 0 else float("nan")


def _adverse(above: float, of_below: float):  # type: ignore[no-untyped-def]
    """Share of members with a cost below `of_below` who are predicted above `above`."""

    def share(cost: np.ndarray, expected: np.ndarray, sample_weight: np.ndarray) -> float:
        asked = np.asarray(cost) < of_below
        total = float(np.sum(sample_weight[asked]))
        return float(np.sum(sample_weight[asked] * (expected[asked] > above))) / total if total > 0 else float("nan")

    return share
