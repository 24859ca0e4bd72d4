"""Members of one snapshot whose following months can be looked back on: what the risk models learn from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from catalog import TABLES

HORIZON_MONTHS = 12
FEATURES: tuple[str, ...] = tuple(TABLES["member_features"].feature_names)
CONTEXT = ("age_band", "months_observed")

# Shares of members on each side. The same member is on the same side of every snapshot.
SIDES = {"fit": 0.50, "tune": 0.10, "calibrate": 0.20, "unseen": 0.20}


@dataclass(frozen=True)
class Rows:
    """One row per member of a snapshot, in the order of `frame`.

    `cost` is USD per year of coverage and `weight` the covered share of the horizon: someone covered for six
    months who cost 3,000 counts as half a member at 6,000. `side` is one of SIDES.
    """

    frame: pd.DataFrame
    cost: np.ndarray
    weight: np.ndarray
    side: np.ndarray

    def __len__(self) -> int:
        return len(self.cost)

    def take(self, keep: np.ndarray) -> Rows:
        return Rows(self.frame[keep].reset_index(drop=True), self.cost[keep], self.weight[keep], self.side[keep])

    def on(self, *sides: str) -> Rows:
        """The members of these sides."""
        return self.take(np.isin(self.side, sides))


def labelled(features: pd.DataFrame, outcomes: pd.DataFrame, seed: int) -> Rows:
    """Join a snapshot's member_features with its member_outcomes; members with history and a whole horizon only.

    A member without observed months, without covered months in the horizon, or whose horizon is not over
    yet has no known cost: it is left out, never taken for zero.
    """
    known = outcomes[outcomes["complete"].astype(bool) & (outcomes["months_covered"] > 0)]
    joined = features.merge(known[["member_id", "months_covered", "allowed_amount"]], on="member_id")
    joined = joined[joined["months_observed"] > 0].sort_values("member_id").reset_index(drop=True)
    weight = np.minimum(joined["months_covered"].to_numpy(float) / HORIZON_MONTHS, 1.0)
    # A refund larger than the year's claims would be a negative cost, which no cost distribution holds.
    cost = np.maximum(joined["allowed_amount"].astype(float).to_numpy(), 0.0) / weight
    return Rows(model_input(joined), cost, weight, sides(joined["member_id"], seed))


def model_input(features: pd.DataFrame) -> pd.DataFrame:
    """member_id (where given), CONTEXT and FEATURES as doubles, ready for every risk model."""
    frame = features[[name for name in ("member_id", *CONTEXT) if name in features]].reset_index(drop=True)
    frame = frame.assign(months_observed=features["months_observed"].fillna(0).to_numpy(float))
    return pd.concat([frame, features[list(FEATURES)].astype(float).reset_index(drop=True)], axis=1)


def matrix(frame: pd.DataFrame) -> np.ndarray:
    """FEATURES as a float32 matrix; a missing value is NaN, which the trees understand."""
    return frame[list(FEATURES)].to_numpy(np.float32)


def sides(member_ids: pd.Series, seed: int) -> np.ndarray:
    """The side of each member by a hash of its id: stable from run to run and from snapshot to snapshot."""
    hashed = pd.util.hash_array(member_ids.to_numpy(object), hash_key=f"{seed % 10**16:016d}")
    place = (hashed % np.uint64(1_000_000)).astype(float) / 1_000_000
    return np.array(list(SIDES))[np.searchsorted(np.cumsum(list(SIDES.values()))[:-1], place, side="right")]
