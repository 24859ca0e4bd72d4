"""The input columns a registered risk version answers to."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from models.risk.rows import FEATURES, model_input


def signature_input(features: Sequence[str] = FEATURES) -> pd.DataFrame:
    """Two made-up members, the second without history: no row of a real one is needed to name columns and types."""
    rows = [
        {"age_band": "45-54", "months_observed": 12.0, **dict.fromkeys(FEATURES, 0.0), "age": 50.0},
        {"age_band": "unknown", "months_observed": 0.0, **dict.fromkeys(FEATURES, float("nan"))},
    ]
    return model_input(pd.DataFrame(rows), features)
