"""Who a quote covers: the members asked for beside what the lake knows of them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from models.risk.rows import FEATURES

KNOWN, NO_HISTORY, UNKNOWN = "known", "no_history", "unknown"
_FROM = (0, 18, 35, 45, 55, 65, 75, 85)
_BANDS = ("0-17", "18-34", "35-44", "45-54", "55-64", "65-74", "75-84", "85+")


def census(asked: pd.DataFrame, features: pd.DataFrame) -> pd.DataFrame:
    """One row per member asked for, in their order: member_id, row_number, status, and the columns of member_features.

    `asked`: row_number, member_id (token) and, where the request tells them, `age` (years) and `sex_male` (1, 0), which
    serve only for members that the lake does not know. `features`: rows of member_features of one day.
    """
    kept = features.drop_duplicates("member_id").set_index("member_id")
    found = kept.reindex(asked["member_id"]).reset_index()
    found.insert(1, "row_number", asked["row_number"].to_numpy())
    unknown = ~found["member_id"].isin(kept.index).to_numpy()
    months = found["months_observed"].fillna(0).astype(int)
    status = np.where(unknown, UNKNOWN, np.where(months > 0, KNOWN, NO_HISTORY))
    found = found.assign(months_observed=months, status=status)
    for name in FEATURES:
        found[name] = found[name].astype(float)
    told_age, told_sex = (_told(asked, name)[unknown] for name in ("age", "sex_male"))
    found.loc[unknown, "age"], found.loc[unknown, "sex_male"] = told_age, told_sex
    found.loc[unknown, "age_band"] = age_band(told_age)
    return found


def age_band(ages: np.ndarray) -> np.ndarray:
    """The bands of member_features.age_band; "unknown" where the age is missing."""
    place = np.searchsorted(_FROM, np.nan_to_num(ages, nan=0.0), side="right") - 1
    return np.where(np.isnan(ages), "unknown", np.array(_BANDS, object)[np.maximum(place, 0)])


def _told(asked: pd.DataFrame, name: str) -> np.ndarray:
    return asked[name].to_numpy(float) if name in asked else np.full(len(asked), np.nan)
