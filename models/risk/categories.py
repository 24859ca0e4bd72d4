"""Expected cost by service category, to the cent: how a member's expected cost is shared out."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from models.risk.bag import Bag, fit_bag
from models.risk.cost import POWER
from models.risk.rows import CATEGORIES, Rows

SPLIT = tuple(f"expected_{name}" for name in CATEGORIES)
_MOST_ROUNDS = 100


@dataclass(frozen=True)
class CategoryModel:
    """`bags`: the log of each category's cost in some unit, for members with history; `levels` scale them. `book`: the
    shares of the whole book, for all others."""

    bags: dict[str, Bag]
    levels: dict[str, float]
    book: dict[str, float]

    def shares(self, frame: pd.DataFrame) -> np.ndarray:
        """[rows, CATEGORIES], each row sums to one."""
        found = np.tile([self.book[name] for name in CATEGORIES], (len(frame), 1))
        known = frame["months_observed"].to_numpy(float) > 0
        if self.bags and known.any():
            seen = frame[known]
            found[known] = _normal(np.column_stack([self._cost(name, seen) for name in CATEGORIES]))
        return found

    def split(self, frame: pd.DataFrame, expected: np.ndarray) -> pd.DataFrame:
        """SPLIT columns, USD in whole cents, that sum to `expected` (USD in whole cents) exactly."""
        cents = in_cents(np.rint(expected * 100).astype(np.int64), self.shares(frame))
        return pd.DataFrame(cents / 100.0, columns=list(SPLIT), index=frame.index)

    def save(self, folder: Path) -> dict[str, object]:
        counts = {name: bag.save(folder, f"category_{name}") for name, bag in self.bags.items()}
        return {"boosters": counts, "levels": self.levels, "book": self.book}

    @classmethod
    def load(cls, folder: Path, saved: dict) -> CategoryModel:
        bags = {name: Bag.load(folder, f"category_{name}", count) for name, count in saved["boosters"].items()}
        return cls(bags, saved["levels"], saved["book"])

    def _cost(self, name: str, frame: pd.DataFrame) -> np.ndarray:
        if name not in self.bags:
            return np.zeros(len(frame))
        return self.levels[name] * np.exp(self.bags[name].margin(frame))


def fit_categories(rows: Rows, expected: np.ndarray, seed: int) -> CategoryModel | None:
    """Tweedie trees of each category's cost; None where the outcomes do not tell categories.

    `expected` is the cost model's, of every row by parts that did not see it. The levels are raked (Deming and Stephan
    1940) until each category's expected total is its actual one on members that the trees did not see.
    """
    if rows.parts is None:
        return None
    taught, bags, said = rows.taught, {}, []
    weight, actual = rows.weight[taught], rows.parts[taught]
    totals = weight @ actual
    for at, name in enumerate(CATEGORIES):
        margin = np.full(len(rows), -np.inf)
        if totals[at] > 0:
            unit = totals[at] / weight.sum()
            params: dict[str, object] = {"objective": "reg:tweedie", "tweedie_variance_power": POWER}
            bags[name], margin = fit_bag(params, rows, rows.parts[:, at] / unit, seed)
        said.append(np.exp(margin[taught]))
    parts, levels = np.column_stack(said), np.maximum(totals, 0.0) / weight.sum()
    for _ in range(_MOST_ROUNDS):
        reached = (weight * expected[taught]) @ _normal(parts * levels)
        move = np.divide(totals, reached, out=np.ones_like(totals), where=reached > 0) * reached.sum() / totals.sum()
        levels = levels * move
        if np.abs(move - 1).max() < 1e-6:
            break
    return CategoryModel(bags, dict(zip(CATEGORIES, levels.tolist(), strict=True)), book_shares(totals))


def book_shares(totals: np.ndarray) -> dict[str, float]:
    """Shares of the categories' totals; alike where nothing was spent."""
    whole = np.maximum(totals, 0.0)
    shares = whole / whole.sum() if whole.sum() > 0 else np.full(len(CATEGORIES), 1.0 / len(CATEGORIES))
    return dict(zip(CATEGORIES, shares.tolist(), strict=True))


def in_cents(total: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """Whole cents [rows, parts] that sum to `total` [rows]: the largest remainders are rounded up (Hamilton)."""
    exact = total[:, None] * shares
    cents = np.floor(exact).astype(np.int64)
    left = total - cents.sum(axis=1)
    order = np.argsort(-(exact - cents), axis=1, kind="stable")
    rank = np.argsort(order, axis=1, kind="stable")
    return cents + (rank < left[:, None])


def _normal(costs: np.ndarray) -> np.ndarray:
    whole = costs.sum(axis=1, keepdims=True)
    return np.divide(costs, whole, out=np.full_like(costs, 1.0 / costs.shape[1]), where=whole > 0)
