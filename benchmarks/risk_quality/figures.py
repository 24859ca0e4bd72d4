"""The figures of the document, by method and by segment, each with a bootstrap interval."""

from __future__ import annotations

import numpy as np
import pandas as pd

from models.risk.measure import gini, mae_over_mean, predictive_ratio, r2, r2_capped
from models.risk.rows import CATEGORIES, Rows

REPEATS = 500
LEVELLED = ("r2", "r2_capped_250k", "mae_over_mean")
FIGURES = {"r2": r2, "r2_capped_250k": r2_capped, "gini": gini, "mae_over_mean": mae_over_mean}
GROUP_SIZES = ((1, "1-9"), (10, "10-24"), (25, "25-49"), (50, "50-99"), (100, "100-249"), (250, "250 and more"))


def levelled(rows: Rows, expected: np.ndarray) -> np.ndarray:
    """The expected costs with their total brought to the actual one: who costs more, without how much all cost."""
    return expected / predictive_ratio(rows.cost, expected, rows.weight)


def compared(rows: Rows, expected: dict[str, np.ndarray], ours: str, seed: int) -> pd.DataFrame:
    """One row per method: each of FIGURES, `levelled_` ones, predicted over actual; `_lower` and `_upper` at 95 %.

    `beats_` says by how much ours is better (positive), with the interval of the paired difference.
    """
    draws = np.random.default_rng(seed).integers(0, len(rows), (REPEATS, len(rows)))
    table: dict[str, dict[str, float]] = {}
    drawn: dict[str, dict[str, np.ndarray]] = {}
    for method, said in expected.items():
        flat = levelled(rows, said)
        todo = {name: (figure, said) for name, figure in FIGURES.items()}
        todo |= {f"levelled_{name}": (FIGURES[name], flat) for name in LEVELLED}
        todo["ratio"] = (predictive_ratio, said)
        drawn[method] = {
            name: np.array([figure(rows.cost[d], values[d], rows.weight[d]) for d in draws])
            for name, (figure, values) in todo.items()
        }
        table[method] = {name: figure(rows.cost, values, rows.weight) for name, (figure, values) in todo.items()}
    for method, row in table.items():
        for name in list(row):
            row[f"{name}_lower"], row[f"{name}_upper"] = np.quantile(drawn[method][name], [0.025, 0.975])
            gain = drawn[ours][name] - drawn[method][name]
            row[f"beats_{name}_lower"], row[f"beats_{name}_upper"] = np.quantile(gain, [0.025, 0.975])
    return pd.DataFrame(table).T


def by_segment(rows: Rows, predicted: pd.DataFrame, segment: pd.Series, seed: int) -> pd.DataFrame:
    """One row per segment: members, predicted over actual with a bootstrap interval, with the level of the year taken
    out, and coverage of the 90 % interval. In the order in which the segments sort."""
    expected = predicted["expected_cost"].to_numpy(float)
    level = predictive_ratio(rows.cost, expected, rows.weight)
    inside = (rows.cost >= np.floor(predicted["expected_cost_lower"])) & (rows.cost <= predicted["expected_cost_upper"])
    rng = np.random.default_rng(seed)
    found = []
    for name, at in pd.Series(np.arange(len(rows))).groupby(segment.reset_index(drop=True)):
        one = at.to_numpy()
        cost, said, weight = rows.cost[one], expected[one], rows.weight[one]
        draws = rng.integers(0, len(one), (REPEATS, len(one)))
        with np.errstate(divide="ignore", invalid="ignore"):
            ratios = np.sum((weight * said)[draws], axis=1) / np.sum((weight * cost)[draws], axis=1)
            ratio = float(np.sum(weight * said) / np.sum(weight * cost))
        low, high = np.quantile(ratios[np.isfinite(ratios)], [0.025, 0.975]) if cost.any() else (np.nan, np.nan)
        held = float(np.average(inside[one], weights=weight))
        found.append((name, len(one), said.mean(), cost.mean(), ratio, low, high, ratio / level, held))
    columns = ["segment", "members", "predicted", "actual", "ratio", "lower", "upper", "levelled", "coverage"]
    return pd.DataFrame(found, columns=columns)


def by_category(rows: Rows, expected: np.ndarray, shares: np.ndarray, seed: int) -> pd.DataFrame:
    """One row per service category: mean predicted and actual cost (USD), their ratio with its bootstrap interval, R2,
    and the R2 that the category's share of the whole book would give instead of the member's own.
    """
    assert rows.parts is not None
    draws = np.random.default_rng(seed).integers(0, len(rows), (REPEATS, len(rows)))
    parts = expected[:, None] * shares
    whole = np.average(shares, axis=0, weights=rows.weight * expected)
    found = []
    for at, name in enumerate(CATEGORIES):
        cost, said, weight = rows.parts[:, at], parts[:, at], rows.weight
        ratios = np.sum((weight * said)[draws], axis=1) / np.sum((weight * cost)[draws], axis=1)
        low, high = np.quantile(ratios, [0.025, 0.975])
        found.append(
            {
                "category": name,
                "predicted": np.average(said, weights=weight),
                "actual": np.average(cost, weights=weight),
                "ratio": predictive_ratio(cost, said, weight),
                "lower": low,
                "upper": high,
                "r2": r2(cost, said, weight),
                "r2_book_share": r2(cost, expected * whole[at], weight),
            }
        )
    return pd.DataFrame(found)


def tenths(expected: np.ndarray) -> pd.Series:
    """1..10 by expected cost, as many members in each."""
    order = pd.Series(expected).rank(method="first").to_numpy() - 1
    return pd.Series((order * 10 // len(expected)).astype(int) + 1)


def age_sex(rows: Rows) -> pd.Series:
    sex = rows.frame["sex_male"].map({1.0: "male", 0.0: "female"}).fillna("unknown")
    return rows.frame["age_band"].astype(str) + ", " + sex


def by_condition(rows: Rows, predicted: pd.DataFrame, conditions: tuple[str, ...], seed: int) -> pd.DataFrame:
    """by_segment of the members of each condition; a member may be in several, or in none."""
    flags = rows.frame[list(conditions)].fillna(0.0) > 0
    named = {name.removeprefix("has_").replace("_", " "): flags[name] for name in conditions}
    parts = []
    for name, has in {**named, "none of these": ~flags.any(axis=1)}.items():
        table = by_segment(rows, predicted, pd.Series(np.where(has, name, "")), seed)
        parts.append(table[table["segment"] == name])
    return pd.concat(parts, ignore_index=True)


def by_group_size(rows: Rows, predicted: pd.DataFrame, groups: pd.Series, seed: int) -> pd.DataFrame:
    """by_segment of the members by the size of their group; with the number of groups and the mean distance of a
    group's predicted from its actual cost (year's level left in), as a share of the actual cost of all."""
    groups = groups.reset_index(drop=True)
    size = groups.map(groups.value_counts())
    band = pd.cut(size, [first for first, _ in GROUP_SIZES] + [np.inf], right=False, labels=False)
    table = by_segment(rows, predicted, band, seed)
    frame = pd.DataFrame({
        "group": groups, "band": band,
        "said": rows.weight * predicted["expected_cost"].to_numpy(float), "cost": rows.weight * rows.cost,
    })  # fmt: skip
    sums = frame.groupby(["band", "group"])[["said", "cost"]].sum()
    apart = (sums["said"] - sums["cost"]).abs().groupby("band").sum() / sums["cost"].groupby("band").sum()
    counts = sums.groupby("band").size()
    table["groups"], table["error"] = table["segment"].map(counts), table["segment"].map(apart)
    table["segment"] = table["segment"].map(lambda at: GROUP_SIZES[int(at)][1])
    return table
