"""A feature that only tells groups apart is a proxy; one that tells costs apart within each group is not."""

from __future__ import annotations

import numpy as np
import pandas as pd

from models.fairness.proxy import proxies

SIZE = 3000
RNG = np.random.default_rng(11)
GROUP = RNG.random(SIZE) < 0.3
SICKNESS = RNG.gamma(1.0, 1.0, SIZE) + 0.8 * GROUP
"""People of the group are sicker on average, and sickness costs whoever has it."""
COST = 1000 * SICKNESS * RNG.gamma(2.0, 0.5, SIZE) + 900 * GROUP
FRAME = pd.DataFrame(
    {
        "planted": GROUP + RNG.normal(0, 0.4, SIZE),
        "sickness": SICKNESS,
        "noise": RNG.normal(0, 1, SIZE),
        "sex_male": GROUP.astype(float),
    }
)
TRAITS = {"origin": pd.Series(np.where(GROUP, "one", "other"))}


def found(used: dict[str, float], traits: dict[str, pd.Series]) -> list[str]:
    contributions = np.tile([used.get(name, 0.0) for name in FRAME], (SIZE, 1))
    return [one.feature for one in proxies(FRAME, list(FRAME), contributions, traits, COST)]


def test_a_planted_proxy_is_found() -> None:
    assert found({"planted": 1.0, "sickness": 1.0, "noise": 1.0}, TRAITS) == ["planted"]


def test_a_feature_the_model_does_not_use_is_none() -> None:
    assert found({"planted": 0.001, "sickness": 1.0}, TRAITS) == []


def test_the_trait_itself_is_not_its_own_proxy() -> None:
    assert found({"sex_male": 1.0}, {"sex": pd.Series(np.where(GROUP, "male", "female"))}) == []
    assert found({"sex_male": 1.0}, TRAITS) == ["sex_male"]


def test_the_sentence_says_what_was_measured() -> None:
    (one,) = proxies(FRAME[["planted"]], ["planted"], np.ones((SIZE, 1)), TRAITS, COST)
    assert "planted stands in for origin" in str(one)
    assert one.auc > 0.9 and abs(one.within) < 0.5 * abs(one.pooled)


def test_small_groups_are_not_judged() -> None:
    few = pd.Series(np.where(np.arange(SIZE) < 40, "few", "rest"))
    marked = pd.DataFrame({"mark": (few == "few").astype(float)})
    assert proxies(marked, ["mark"], np.ones((SIZE, 1)), {"origin": few}, COST) == []
