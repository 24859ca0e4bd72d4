"""A fraud version's predictions out of fold: no case was seen by the models that judge it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from models.fraud.result import OutOfFold
from models.holdout import holdout, nothing

WORDS = "labelled cases, out of fold"


def out_of_fold(target_type: str, rows: OutOfFold | None, final: str) -> pd.DataFrame:
    """One row per labelled target; none where there was nothing to learn from."""
    if rows is None or rows.targets is None:
        return nothing(target_type)
    return holdout(
        target_type,
        WORDS,
        target_id=rows.targets,
        fold=rows.fold,
        drawn_with=None if rows.groups is None else rows.groups,
        actual=rows.confirmed.astype(float),
        predicted=np.nan if rows.probability is None else rows.probability,
        margin=rows.margins[final],
        again_margin=np.nan if rows.again_margin is None else rows.again_margin,
        left_out_with=rows.left_out_with,
        unseen_margin=np.nan if rows.unseen_margin is None else rows.unseen_margin,
    )


def with_champion(held: pd.DataFrame, scores: pd.DataFrame) -> pd.DataFrame:
    """Beside each case what the champion says of it. `scores`: target_id, margin, fraud_probability.

    The champion too is cross-fitted: a case that it learnt from is judged by its models that did not.
    """
    said = scores.drop_duplicates("target_id").set_index("target_id")
    ids = held["target_id"]
    return held.assign(
        champion_predicted=ids.map(said["fraud_probability"]).to_numpy(float),
        champion_margin=ids.map(said["margin"]).to_numpy(float),
    )
