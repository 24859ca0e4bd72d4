from __future__ import annotations

import numpy as np
import pytest

from models.risk.curve import fit_curve


def test_bands_end_at_their_actual_cost_and_the_total_agrees() -> None:
    rng = np.random.default_rng(1)
    raw = rng.gamma(1.0, 1000.0, 5000)
    cost, weight = 0.5 * raw**1.1, rng.uniform(0.2, 1.0, 5000)
    curve = fit_curve(raw, cost, weight)
    said = curve(raw)
    assert np.sum(weight * said) == pytest.approx(np.sum(weight * cost))
    for band in np.array_split(np.argsort(raw), 10):
        assert np.sum((weight * said)[band]) / np.sum((weight * cost)[band]) == pytest.approx(1.0, abs=0.05)


def test_the_cheapest_tenth_is_right_though_much_of_it_lies_on_the_floor() -> None:
    rng = np.random.default_rng(2)
    need = rng.gamma(1.0, 1000.0, 20_000)
    raw, cost = need - 30.0, need + 300.0  # a line may go below zero
    said = fit_curve(raw, cost, np.ones(20_000))(raw)
    for band in np.array_split(np.argsort(raw), 10):
        assert said[band].mean() / cost[band].mean() == pytest.approx(1.0, abs=0.05)


def test_it_never_falls_and_nobody_is_expected_to_cost_nothing() -> None:
    raw = np.linspace(-500.0, 20_000.0, 2000)
    cost = np.where(raw < 5000, 3000.0, 1000.0)  # dearer members were thought cheaper
    curve = fit_curve(raw, cost, np.ones(2000))
    at = curve(np.linspace(-5000, 50_000, 400))
    assert (np.diff(at) >= -1e-9).all()
    assert (at > 0).all()


def test_few_members_are_scaled_alone() -> None:
    curve = fit_curve(np.array([1.0, 3.0]), np.array([200.0, 600.0]), np.ones(2))
    assert curve(np.array([2.0, 10.0])) == pytest.approx([400.0, 2000.0])
