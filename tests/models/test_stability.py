"""The population stability index."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.stability import stability_index

numbers = st.lists(st.one_of(st.floats(-1e6, 1e6), st.just(float("nan"))), min_size=1, max_size=60)


@settings(max_examples=150, deadline=None)
@given(before=numbers, now=numbers)
def test_the_index_is_finite_never_negative_and_nought_for_the_same(before: list[float], now: list[float]) -> None:
    one, other = np.array(before), np.array(now)
    assert stability_index(one, one) == pytest.approx(0, abs=1e-12)
    index = stability_index(one, other)
    assert np.isfinite(index) and index >= -1e-12


def test_the_stability_index_is_nought_for_the_same_and_grows_with_the_shift() -> None:
    scores = np.random.default_rng(1).normal(size=5000)
    assert stability_index(scores, scores) == pytest.approx(0, abs=1e-9)
    moved = [stability_index(scores, scores + shift) for shift in (0.1, 0.5, 2.0)]
    assert moved == sorted(moved) and moved[0] < 0.1 < 0.25 < moved[2]
    assert stability_index(np.ones(100), np.ones(100)) == 0
