"""The search drops what burdens a group and keeps what the prediction needs."""

from __future__ import annotations

import numpy as np
import pandas as pd

from models.fairness.alternative import Held, Predict, search_alternative

SIZE = 2000
RNG = np.random.default_rng(5)
GROUP = pd.Series(np.where(RNG.random(SIZE) < 0.5, "a", "b"))
NEED = RNG.gamma(2.0, 500.0, SIZE)
FRAME = pd.DataFrame({"need": NEED, "postcode": np.where(GROUP == "a", 1.0, 0.0)})
HELD = Held(FRAME, NEED, np.ones(SIZE), GROUP)


def squared(cost: np.ndarray, expected: np.ndarray, weight: np.ndarray) -> float:
    return float(np.average((cost - expected) ** 2, weights=weight)) + 1000.0


def fit(features: tuple[str, ...]) -> Predict:
    """A model that charges group a 5 USD more by its postcode, and knows nothing without `need`."""

    def predict(frame: pd.DataFrame) -> np.ndarray:
        base = frame["need"].to_numpy() if "need" in features else np.full(len(frame), NEED.mean())
        return base + (5.0 * frame["postcode"].to_numpy() if "postcode" in features else 0.0)

    return predict


def test_a_feature_that_only_burdens_a_group_is_left_out() -> None:
    found = search_alternative(fit, ["need", "postcode"], ["need", "postcode"], HELD, squared)
    assert found.dropped == ("postcode",)
    full, *others = found.tried.to_dict("records")
    assert full["without"] == "" and full["within"]
    assert {one["without"]: one["within"] for one in others} == {
        "need": False,
        "postcode": True,
        "postcode, need": False,
    }


def test_nothing_is_dropped_where_nothing_narrows_the_spread() -> None:
    found = search_alternative(fit, ["need"], ["need"], HELD, squared)
    assert found.dropped == ()
    assert len(found.tried) == 2
