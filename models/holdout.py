"""Predictions of a version on cases that it never learnt from, as rows of the table holdout_predictions."""

from __future__ import annotations

import pandas as pd

COLUMNS = (
    "target_type",
    "target_id",
    "holdout",
    "fold",
    "drawn_with",
    "weight",
    "actual",
    "predicted",
    "margin",
    "lower",
    "upper",
    "champion_predicted",
    "champion_margin",
    "again_margin",
    "left_out_with",
    "unseen_margin",
)
_NAMES = ("drawn_with", "fold", "left_out_with")


def holdout(target_type: str, words: str, **columns: object) -> pd.DataFrame:
    """One row per case, sorted by target_id; what is not given is null (weight: 1). `words` say what the cases are."""
    given = {"weight": 1.0, **columns}
    frame = pd.DataFrame(given).assign(target_type=target_type, holdout=words)
    for name in COLUMNS:
        if name not in frame:
            frame[name] = None if name in _NAMES else float("nan")
    return frame[list(COLUMNS)].sort_values("target_id", ignore_index=True)


def nothing(target_type: str) -> pd.DataFrame:
    """No case with a known outcome."""
    return holdout(target_type, "none", target_id=[], actual=[], predicted=[])
