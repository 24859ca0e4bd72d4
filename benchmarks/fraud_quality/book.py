"""The rows that methods are compared on: labelled providers with their features, links and simple aggregates."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Book:
    """`providers`: every provider of the lake with own and neighbour features, sorted by provider_id; `edges`: its
    care_graph; `simple`: a few sums per provider, what anyone would start from (index provider_id).

    `rows` are positions in `providers` of the labelled ones, with `confirmed` (0/1), the day `decided` and `as_of`, the
    day the features end. `features` are the columns that methods may read.
    """

    providers: pd.DataFrame
    edges: pd.DataFrame
    simple: pd.DataFrame
    features: list[str]
    rows: np.ndarray
    confirmed: np.ndarray
    decided: np.ndarray
    as_of: date

    @property
    def ids(self) -> np.ndarray:
        """provider_id of the labelled rows."""
        return self.providers["provider_id"].to_numpy(str)[self.rows]

    def values(self, columns: list[str]) -> np.ndarray:
        """Columns of the labelled rows [rows, columns]; what is missing is NaN."""
        return self.providers[columns].to_numpy(dtype=np.float64, na_value=np.nan)[self.rows]

    def sums(self) -> np.ndarray:
        """`simple` of the labelled rows."""
        return self.simple.loc[self.ids].to_numpy(dtype=np.float64, na_value=np.nan)

    def labels(self, at: np.ndarray) -> pd.DataFrame:
        """The labels at positions of the labelled rows, as training reads them."""
        confirmed = self.confirmed[at]
        return pd.DataFrame({"target_id": self.ids[at], "confirmed": confirmed, "selected": 1})

    def with_labels(self, confirmed: np.ndarray) -> Book:
        return replace(self, confirmed=confirmed)

    def with_noise(self, at: np.ndarray, seed: int) -> Book:
        """The features at positions of the labelled rows replaced by those of other rows, times ten."""
        rng = np.random.default_rng(seed)
        drawn = rng.choice(self.rows, len(at))
        where = self.rows[at]
        providers, simple = self.providers.copy(), self.simple.copy()
        numeric = [name for name in self.features if name in providers]
        providers[numeric] = providers[numeric].astype(np.float64)
        columns = [providers.columns.get_loc(name) for name in numeric]
        providers.iloc[where, columns] = providers.iloc[drawn, columns].to_numpy() * 10
        ids = self.providers["provider_id"].to_numpy(str)
        simple = simple.astype(np.float64)
        simple.loc[ids[where]] = simple.loc[ids[drawn]].to_numpy() * 10
        return replace(self, providers=providers, simple=simple)
