from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from models.risk.interval import _conformal, _lowered, _widen
from models.risk.measure import measure_interval
from models.risk.train import Trained
from tests.models.risk.conftest import snapshot


def test_conformal_shift_leaves_the_promised_share_beyond() -> None:
    """19 scores 1..19: a twentieth exceeds the shift with a chance of 1 in 20."""
    assert _conformal(np.arange(1.0, 20.0), 0.05) == 19.0
    assert _conformal(np.array([]), 0.05) == 0.0


def test_interval_holds_what_it_promises_for_members_never_seen(trained: Trained) -> None:
    assert trained.test is not None
    low, high = (trained.predicted[name].to_numpy() for name in ("expected_cost_lower", "expected_cost_upper"))
    found = measure_interval(trained.test.rows, low, high)
    assert 0.85 <= found["interval_coverage"] <= 0.99


def test_where_many_cost_nothing_the_whole_tenth_lies_above() -> None:
    """Traces of a cent as lower ends would leave out every member without cost, and the upper end would give way."""
    rng = np.random.default_rng(1)
    actual = np.where(rng.random(2000) < 0.4, 0.0, rng.normal(6.0, 1.0, 2000))
    low, high = np.full(2000, 1e-4), np.full(2000, 5.0)
    down, up = _widen(low, high, actual)
    outside = (actual < _lowered(low, down)) | (actual > high + up)
    assert outside.mean() == pytest.approx(0.10, abs=0.005)


def test_each_tenth_of_expected_cost_is_covered(trained: Trained) -> None:
    """Of 3,000 other members of the same kind."""
    rows = snapshot(3000, 1).rows.take(np.arange(3000) >= 1500)
    found = trained.model.predict(rows.frame)
    bands = pd.qcut(found["expected_cost"], 5, labels=False)
    inside = (rows.cost >= np.floor(found["expected_cost_lower"])) & (rows.cost <= found["expected_cost_upper"])
    assert inside.groupby(bands).mean().between(0.84, 0.96).all(), "300 in a band: two points are one standard error"
