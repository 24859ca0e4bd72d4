from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.underwriting.credibility import (
    Credibility,
    buhlmann_straub,
    full_credibility_claims,
    full_credibility_member_months,
    limited_fluctuation,
)


def panel(text: str) -> pd.DataFrame:
    rows = [line.split() for line in text.strip().splitlines()]
    return pd.DataFrame([(g, float(w), float(x)) for g, w, x in rows], columns=["group_id", "exposure", "ratio"])


def world(seed: int, groups: int, periods: int, within: float, between: float) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    exposure = rng.uniform(20, 400, (groups, periods))
    true = 1.0 + rng.normal(0, np.sqrt(between), groups)
    ratio = true[:, None] + rng.normal(0, 1, (groups, periods)) * np.sqrt(within / exposure)
    group = np.repeat(np.arange(groups), periods)
    return pd.DataFrame({"group_id": group, "exposure": exposure.ravel(), "ratio": ratio.ravel()})


def test_the_estimators_by_hand() -> None:
    # Means 2, 4, 3; within (2+2+0)/3 = 4/3 (weight 1 each); spread 2*(1+1+0) = 4, between (4 - 2*4/3)/(6-12/6) = 1/3.
    found = buhlmann_straub(panel("a 1 1\na 1 3\nb 1 3\nb 1 5\nc 1 3\nc 1 3"))
    assert found.within == pytest.approx(4 / 3)
    assert found.between == pytest.approx(1 / 3)
    assert found.k == pytest.approx(4.0)
    assert found.z(2.0) == pytest.approx(1 / 3)
    assert found.centre == pytest.approx(3.0)


def test_the_estimators_are_unbiased_before_clipping() -> None:
    found = [buhlmann_straub(world(seed, 60, 3, 40.0, 0.25)) for seed in range(500)]
    assert np.mean([one.within for one in found]) == pytest.approx(40.0, rel=0.02)
    assert np.mean([one.between for one in found]) == pytest.approx(0.25, rel=0.03)


def test_groups_that_differ_by_chance_alone_get_the_mean_of_the_book() -> None:
    found = buhlmann_straub(panel("a 1 1\na 1 3\nb 1 1\nb 1 3"))
    assert found.between == 0.0
    assert found.z(1e9) == 0.0
    assert found.blend(9.0, 100.0) == pytest.approx(2.0)


@given(st.integers(0, 10_000), st.integers(2, 30), st.integers(2, 5), st.floats(0.01, 1.0))
def test_blends_balance_to_the_book_and_lie_between(seed: int, groups: int, periods: int, between: float) -> None:
    data = world(seed, groups, periods, 20.0, between)
    found = buhlmann_straub(data)
    total = data["exposure"].groupby(data["group_id"]).sum()
    own = (data["exposure"] * data["ratio"]).groupby(data["group_id"]).sum() / total
    z, blend = found.z(total.to_numpy()), found.blend(own.to_numpy(), total.to_numpy())
    assert ((z >= 0) & (z <= 1)).all()
    assert np.sum(total * blend) == pytest.approx(np.sum(total * own))
    low, high = np.minimum(own, found.centre), np.maximum(own, found.centre)
    assert ((blend >= low - 1e-9) & (blend <= high + 1e-9)).all()


@given(st.floats(0.01, 1e4), st.floats(0.0, 10.0), st.floats(0, 1e7), st.floats(0, 1e7))
def test_z_rises_with_exposure(within: float, between: float, one: float, other: float) -> None:
    for found in (
        Credibility("buhlmann_straub", within, between, 1.0, 1.0, None, 2),
        limited_fluctuation(within),
    ):
        low, high = found.z(min(one, other)), found.z(max(one, other))
        assert 0.0 <= low <= high <= 1.0


def test_full_credibility_is_1082_claims() -> None:
    assert full_credibility_claims() == pytest.approx(1082.2, abs=0.1)
    assert full_credibility_claims(0.95, 0.05) == pytest.approx(1536.6, abs=0.1)


def test_limited_fluctuation_in_months_agrees_with_claims() -> None:
    # A compound Poisson month: variance over mean squared is (1 + cv^2) / frequency.
    frequency, cv = 0.4, 3.0
    found = limited_fluctuation((1 + cv**2) / frequency)
    assert found.full == pytest.approx(full_credibility_member_months(frequency, cv))
    assert found.z(found.k) == pytest.approx(0.5)
    assert found.z(found.full * 2) == 1.0


def test_the_stated_error_is_the_error_made() -> None:
    rng = np.random.default_rng(3)
    believed = Credibility("buhlmann_straub", 40.0, 0.09, 1.0, 1e9, None, 100)
    for exposure in (50.0, 500.0, 5_000.0):
        true = 1.0 + rng.normal(0, 0.3, 40_000)
        own = true + rng.normal(0, np.sqrt(40.0 / exposure), 40_000)
        assert np.mean((believed.blend(own, exposure) - true) ** 2) == pytest.approx(
            believed.error_variance(exposure), rel=0.03
        )


def test_one_period_cannot_be_estimated_from() -> None:
    with pytest.raises(ValueError, match="limited_fluctuation"):
        buhlmann_straub(panel("a 1 1\nb 1 2"))


def test_saved_and_loaded_it_is_the_same() -> None:
    found = limited_fluctuation(25.0)
    assert Credibility.load(found.save()) == found
