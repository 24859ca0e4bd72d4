"""What share of the money at stake comes back where fraud is confirmed, learnt from closed investigations.

Money at stake is what was paid on the claim, or to the provider in the look-back; the share is what was recovered so
far over it. Kinds (claim types, kinds of provider) have few cases, so each kind's share is drawn towards the book's by
its credibility Z = w / (w + s / a): w is its money at stake, s the variance of a case's share within kinds (times its
dollars at stake), a the variance between kinds (Buehlmann and Straub 1970; the estimators are those of Buehlmann and
Gisler 2005, chapter 4).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

LEARNT, ASSUMED = "investigations", "assumed"
WHOLE = 1.0
"""Share where no confirmed investigation says what was recovered."""


@dataclass(frozen=True)
class Recovery:
    """`book` is the share of kinds without a case of their own, `shares` those of the others, learnt from `cases`."""

    book: float = WHOLE
    shares: Mapping[str, float] = field(default_factory=dict)
    cases: int = 0

    @property
    def basis(self) -> str:
        return LEARNT if self.cases else ASSUMED

    def of(self, kinds: pd.Series) -> np.ndarray:
        """Share of each row's kind [rows]."""
        return kinds.map(dict(self.shares)).fillna(self.book).to_numpy(dtype=np.float64)


def learn_recovery(cases: pd.DataFrame) -> Recovery:
    """From one row per confirmed target: kind, paid_amount (at stake) and recovered_amount, both in USD.

    A row without recovered_amount says nothing and is left out; 0 says that nothing came back. More than what is at
    stake counts as all of it: a case may cover earlier years."""
    known = cases[cases["recovered_amount"].notna() & (cases["paid_amount"] > 0)]
    if known.empty:
        return Recovery()
    stake = known["paid_amount"].to_numpy(dtype=np.float64)
    share = np.clip(known["recovered_amount"].to_numpy(dtype=np.float64) / stake, 0.0, 1.0)
    names, kind = np.unique(known["kind"].to_numpy(dtype=str), return_inverse=True)
    weight = np.bincount(kind, stake)
    own = np.bincount(kind, stake * share) / weight
    book = float((weight * own).sum() / weight.sum())
    credibility = _credibility(stake, share, kind, weight, own, book)
    shares = dict(zip(names.tolist(), (book + credibility * (own - book)).tolist(), strict=True))
    return Recovery(book, shares, len(known))


def _credibility(
    stake: np.ndarray, share: np.ndarray, kind: np.ndarray, weight: np.ndarray, own: np.ndarray, book: float
) -> np.ndarray:
    """Z of each kind; 0 for all where the data show no difference between kinds, or have no two cases of one kind."""
    free = len(stake) - len(weight)
    spread = weight.sum() - (weight**2).sum() / weight.sum()
    if free < 1 or spread <= 0:
        return np.zeros(len(weight))
    within = float((stake * (share - own[kind]) ** 2).sum() / free)
    between = float(((weight * (own - book) ** 2).sum() - (len(weight) - 1) * within) / spread)
    return np.asarray(weight / (weight + within / between)) if between > 0 else np.zeros(len(weight))
