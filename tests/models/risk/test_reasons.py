from __future__ import annotations

import numpy as np
import pandas as pd

from models.risk.reasons import explain, typical_values
from models.risk.rows import FEATURES


def _member(**values: float) -> pd.DataFrame:
    return pd.DataFrame([{"age_band": "45-54", **dict.fromkeys(FEATURES, 0.0), **values}])


def test_reason_says_value_average_and_factor() -> None:
    frame = _member(cost_12m=12_345.0)
    contributions = np.zeros((1, len(FEATURES)))
    contributions[0, FEATURES.index("cost_12m")] = np.log(2.0)
    (reason,) = explain(frame, contributions, {"45-54": {"cost_12m": 4_000.0}, "": {}})[0]
    assert reason["code"] == "COST_LAST_YEAR"
    assert (reason["value"], reason["expected"]) == (12_345.0, 4_000.0)
    for said in ("12,345 USD", "4,000 USD", "(cost x 2.00)"):
        assert said in reason["text"]


def test_strongest_first_and_unknown_values_are_no_reason() -> None:
    contributions = np.zeros((1, len(FEATURES)))
    contributions[0, FEATURES.index("age")] = 0.3
    contributions[0, FEATURES.index("admissions")] = -0.5
    contributions[0, FEATURES.index("top_month_share")] = 0.9
    found = explain(_member(age=50.0, top_month_share=np.nan), contributions, {"": {}})[0]
    assert [reason["code"] for reason in found] == ["ADMISSIONS", "AGE"]


def test_typical_values_are_means_of_the_age_band() -> None:
    old = _member(admissions=8.0).assign(age_band="85+")
    frame = pd.concat([_member(admissions=1.0), _member(admissions=3.0), old])
    typical = typical_values(frame)
    assert typical["45-54"]["admissions"] == 2.0
    assert typical[""]["admissions"] == 4.0
