"""Members of one snapshot whose following months can be looked back on: what the risk models learn from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from catalog import TABLES

HORIZON_MONTHS = 12
FEATURES: tuple[str, ...] = tuple(TABLES["member_features"].feature_names)
CATEGORIES = ("inpatient", "outpatient", "professional", "pharmacy")
CONTEXT = ("age_band", "months_observed")

# Shares of members on each side. The same member is on the same side of every snapshot. Everything learnt is learnt on
# three folds and judged, calibrated and widened on the fourth, each in turn; nothing is ever learnt from the unseen.
FOLDS = ("fold_0", "fold_1", "fold_2", "fold_3")
SIDES = {**dict.fromkeys(FOLDS, 0.20), "unseen": 0.20}


@dataclass(frozen=True)
class Rows:
    """One row per member of a snapshot, in the order of `frame`.

    `cost` is USD per year of coverage and `weight` the covered share of the horizon: someone covered for six
    months who cost 3,000 counts as half a member at 6,000. `side` is one of SIDES. `features` are the columns that
    a model may learn from; the frame holds no other. `traits` (sex, age_band) are for judging a model, which cannot
    read them; absent where the frame tells them itself. `parts` [rows, CATEGORIES] make up the cost, where known.
    """

    frame: pd.DataFrame
    cost: np.ndarray
    weight: np.ndarray
    side: np.ndarray
    features: tuple[str, ...] = FEATURES
    traits: pd.DataFrame | None = None
    parts: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.cost)

    def take(self, keep: np.ndarray) -> Rows:
        frame = self.frame[keep].reset_index(drop=True)
        traits = None if self.traits is None else self.traits[keep].reset_index(drop=True)
        parts = None if self.parts is None else self.parts[keep]
        cost, weight, side = self.cost[keep], self.weight[keep], self.side[keep]
        return replace(self, frame=frame, cost=cost, weight=weight, side=side, traits=traits, parts=parts)

    @property
    def taught(self) -> np.ndarray:
        """Which rows may teach [bool]: all but the unseen side."""
        return np.isin(self.side, FOLDS)

    @property
    def learning(self) -> Rows:
        """The members that may teach."""
        return self.take(self.taught)

    def on(self, *sides: str) -> Rows:
        """The members of these sides."""
        return self.take(np.isin(self.side, sides))

    def only(self, features: tuple[str, ...]) -> Rows:
        """The same members without any other feature, nor the age band where age is none of them."""
        traits = traits_of(self.frame) if self.traits is None else self.traits
        return replace(self, frame=model_input(self.frame, features), features=features, traits=traits)


def labelled(features: pd.DataFrame, outcomes: pd.DataFrame, seed: int) -> Rows:
    """Join a snapshot's member_features with its member_outcomes; members with history and a whole horizon only.

    A member without observed months, without covered months in the horizon, or whose horizon is not over
    yet has no known cost: it is left out, never taken for zero.
    """
    known = outcomes[outcomes["complete"].astype(bool) & (outcomes["months_covered"] > 0)]
    parts = [f"allowed_{name}" for name in CATEGORIES]
    told = parts if set(parts) <= set(known) and not known[parts].isna().to_numpy().any() else []
    joined = features.merge(known[["member_id", "months_covered", "allowed_amount", *told]], on="member_id")
    joined = joined[joined["months_observed"] > 0].sort_values("member_id").reset_index(drop=True)
    weight = np.minimum(joined["months_covered"].to_numpy(float) / HORIZON_MONTHS, 1.0)
    # A refund larger than the year's claims would be a negative cost, which no cost distribution holds.
    cost = np.maximum(joined["allowed_amount"].astype(float).to_numpy(), 0.0) / weight
    rows = Rows(model_input(joined), cost, weight, sides(joined["member_id"], seed))
    if not told:
        return rows
    return replace(rows, parts=np.maximum(joined[told].astype(float).to_numpy(), 0.0) / weight[:, None])


def traits_of(frame: pd.DataFrame) -> pd.DataFrame:
    """The sex and age_band of each row, as the fairness of a model is judged by."""
    sex = frame["sex_male"].map({1.0: "male", 0.0: "female"}).fillna("unknown")
    return pd.DataFrame({"sex": sex, "age_band": frame["age_band"].astype(str)})


def model_input(features: pd.DataFrame, names: Sequence[str] = FEATURES) -> pd.DataFrame:
    """member_id (where given), CONTEXT and the named features as doubles, ready for a risk model of these features.

    The age band goes with the feature `age`: a model that may not know the age does not see the band either.
    """
    context = ("member_id", "months_observed", *(("age_band",) if "age" in names else ()))
    frame = features[[name for name in context if name in features]].reset_index(drop=True)
    frame = frame.assign(months_observed=features["months_observed"].fillna(0).to_numpy(float))
    return pd.concat([frame, features[list(names)].astype(float).reset_index(drop=True)], axis=1)


def matrix(frame: pd.DataFrame, names: Sequence[str] = FEATURES) -> np.ndarray:
    """The named features as a float32 matrix; a missing value is NaN, which the trees understand."""
    return frame[list(names)].to_numpy(np.float32)


def sides(member_ids: pd.Series, seed: int, turn: int = 0) -> np.ndarray:
    """The side of each member by a hash of its id: stable from run to run and from snapshot to snapshot.

    Each `turn` of len(SIDES) deals other members to the unseen side; after all of them everybody was there once.
    """
    hashed = pd.util.hash_array(member_ids.to_numpy(object), hash_key=f"{seed % 10**16:016d}")
    place = ((hashed % np.uint64(1_000_000)).astype(float) / 1_000_000 + turn / len(SIDES)) % 1.0
    return np.array(list(SIDES))[np.searchsorted(np.cumsum(list(SIDES.values()))[:-1], place, side="right")]
