"""The manual rate, mean cost by age and sex: a baseline, and what serves where history lacks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.risk.tail import Tail, fit_tail

AGE_SEX = ("age_band", "sex_male")
_FULL_TRUST = 50.0
"""Member-years at which a cell's own mean counts as much as the book's (Bühlmann's k, set by judgement)."""


@dataclass(frozen=True)
class ManualRate:
    """USD per year by cell, such as "45-54|male"; `book` where the cell is unknown; `spread` is cost over rate.

    `by` says what the cells are of: AGE_SEX or fewer, where a use forbids one.
    """

    rates: dict[str, float]
    book: float
    spread: Tail
    by: tuple[str, ...] = AGE_SEX

    def predict(self, frame: pd.DataFrame) -> np.ndarray:
        return cells(frame, self.by).map(self.rates).fillna(self.book).to_numpy(float)

    def interval(self, frame: pd.DataFrame, ends: tuple[float, float]) -> tuple[np.ndarray, np.ndarray]:
        """Ends of the interval, as wide as members of the same age and sex differ."""
        rate = self.predict(frame)
        return rate * self.spread.quantile(ends[0]), rate * self.spread.quantile(ends[1])

    def exceeds(self, frame: pd.DataFrame, amount: float) -> np.ndarray:
        return self.spread.exceeds(amount / np.maximum(self.predict(frame), 1.0))

    def save(self) -> dict[str, object]:
        return {"rates": self.rates, "book": self.book, "spread": self.spread.save(), "by": list(self.by)}

    @classmethod
    def load(cls, saved: dict) -> ManualRate:
        return cls(saved["rates"], saved["book"], Tail(**saved["spread"]), tuple(saved["by"]))


def fit_manual(frame: pd.DataFrame, cost: np.ndarray, weight: np.ndarray, by: tuple[str, ...] = AGE_SEX) -> ManualRate:
    """Cell means drawn towards the book's mean by how little exposure a cell has."""
    data = pd.DataFrame({"cell": cells(frame, by), "weight": weight, "dollars": weight * cost})
    book = float(data["dollars"].sum() / data["weight"].sum())
    sums = data.groupby("cell")[["weight", "dollars"]].sum()
    rates = (sums["dollars"] + _FULL_TRUST * book) / (sums["weight"] + _FULL_TRUST)
    rate = data["cell"].map(rates).to_numpy(float)
    return ManualRate({str(cell): float(value) for cell, value in rates.items()}, book, fit_tail(cost, rate), by)


def cells(frame: pd.DataFrame, by: tuple[str, ...] = AGE_SEX) -> pd.Series:
    """The cell of each member; "all" where neither age nor sex may tell members apart."""
    parts = []
    if "age_band" in by:
        parts.append(frame["age_band"].astype(str))
    if "sex_male" in by:
        parts.append(frame["sex_male"].map({1.0: "male", 0.0: "female"}).fillna("unknown"))
    if not parts:
        return pd.Series("all", index=frame.index)
    return parts[0] if len(parts) == 1 else parts[0] + "|" + parts[1]


def rated_by(features: Sequence[str]) -> tuple[str, ...]:
    """What the manual rate of a model of these features may know: the age band goes with the age."""
    named = {"age": "age_band", "sex_male": "sex_male"}
    return tuple(column for feature, column in named.items() if feature in features)
