from __future__ import annotations

import numpy as np

from models.risk.interval import _conformal
from models.risk.measure import measure_interval
from models.risk.train import Trained


def test_conformal_shift_leaves_the_promised_share_beyond() -> None:
    """19 scores 1..19: a twentieth exceeds the shift with a chance of 1 in 20."""
    assert _conformal(np.arange(1.0, 20.0), 0.05) == 19.0
    assert _conformal(np.array([]), 0.05) == 0.0


def test_interval_holds_what_it_promises_for_members_never_seen(trained: Trained) -> None:
    assert trained.test is not None
    low, high = (trained.predicted[name].to_numpy() for name in ("expected_cost_lower", "expected_cost_upper"))
    found = measure_interval(trained.test.rows, low, high)
    assert 0.85 <= found["interval_coverage"] <= 0.99
