from __future__ import annotations

import numpy as np
import pytest

from models.risk.tail import fit_tail


def test_a_pareto_tail_is_found_beyond_the_data_s_body() -> None:
    ratio = np.random.default_rng(1).pareto(3.0, 50_000)
    tail = fit_tail(ratio * 1000, np.full(50_000, 1000.0))
    assert tail.exceeds(np.array([1.0]))[0] == pytest.approx((ratio > 1).mean(), abs=0.01)
    assert tail.exceeds(np.array([9.0]))[0] == pytest.approx(10.0**-3, rel=0.5)


def test_survival_falls_and_quantile_is_its_inverse() -> None:
    tail = fit_tail(np.random.default_rng(1).exponential(1000, 60), np.full(60, 1000.0))
    at = np.linspace(0, 20, 50)
    assert (np.diff(tail.exceeds(at)) <= 1e-12).all()
    assert tail.exceeds(np.array([tail.quantile(0.97)]))[0] == pytest.approx(0.03)
