"""A book to predict on: the members of two years, each with what was known and what the following year cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from models.risk.rows import Rows, sides

_EDGES = [0, 18, 35, 45, 55, 65, 75, 85, 200]
_BANDS = ["0-17", "18-34", "35-44", "45-54", "55-64", "65-74", "75-84", "85+"]


@dataclass(frozen=True)
class Panel:
    """`earlier` is learnt from, `later` is tested on, `member_ids` are those of both in their order.

    `about` says in Markdown what the members and their cost are. `groups` names the group of each row of `later`
    (employer, plan, state); `conditions` are the features that flag one.
    """

    name: str
    about: str
    earlier: Rows
    later: Rows
    member_ids: tuple[pd.Series, pd.Series]
    groups: pd.Series
    group_word: str
    conditions: tuple[str, ...]

    def dealt(self, turn: int, seed: int) -> tuple[Rows, Rows]:
        """Both years with the sides of one turn: after all turns every member was once among the unseen."""
        parts = zip((self.earlier, self.later), self.member_ids, strict=True)
        earlier, later = (replace(rows, side=sides(ids, seed, turn)) for rows, ids in parts)
        return earlier, later


def rows_of(frame: pd.DataFrame, cost: Sequence[float] | np.ndarray, features: Sequence[str]) -> Rows:
    """Rows of a frame with `age`, `sex_male`, `cost_12m` and other features, of people covered for the whole year."""
    bands = pd.cut(frame["age"], _EDGES, labels=_BANDS, right=False).astype(str)
    context = pd.DataFrame({"months_observed": 12.0, "age_band": bands}, index=frame.index)
    whole = pd.concat([context, frame[list(features)].astype(float)], axis=1).reset_index(drop=True)
    paid = np.maximum(np.asarray(cost, dtype=float), 0.0)
    return Rows(whole, paid, np.ones(len(paid)), np.full(len(paid), ""), tuple(features))
