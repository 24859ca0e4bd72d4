from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import gamma, lognorm, norm

from models.risk.tail import fit_tail
from models.underwriting.member_costs import MemberCosts, member_costs
from models.underwriting.stop_loss import aggregate, draw_years, specific
from tests.models.underwriting.worlds import EXPONENTIAL


def stop_loss_of_gamma(members: int, mean: float, attachment: float) -> float:
    """E[(S - d)+] of a sum of exponentials, which is gamma."""
    total, d = members * mean, attachment * members * mean
    return float(total * gamma.sf(d, members + 1, scale=mean) - d * gamma.sf(d, members, scale=mean))


def test_aggregate_cover_meets_its_closed_form() -> None:
    for members in (5, 40):
        costs = member_costs(np.full(members, 5_000.0), EXPONENTIAL)
        found = aggregate(draw_years(costs, 1, years=60_000), members * 5_000.0)
        exact = stop_loss_of_gamma(members, 5_000.0, 1.25)
        assert abs(found.expected - exact) < 3.5 * found.error + 0.005 * exact
        assert found.error < 0.03 * exact


def test_specific_cover_meets_the_lognormal_s_closed_form() -> None:
    sigma, mean, point = 1.2, 20_000.0, 100_000
    ratio = np.random.default_rng(1).lognormal(-(sigma**2) / 2, sigma, 400_000)
    costs = member_costs(np.full(200, mean), fit_tail(ratio * mean, np.full(len(ratio), mean)))
    d = np.log(point / mean)
    exact = 200 * (mean * norm.cdf((sigma**2 / 2 - d) / sigma) - point * norm.cdf((-(sigma**2) / 2 - d) / sigma))
    assert costs.excess(point).sum() == pytest.approx(exact, rel=0.04)  # the fitted Pareto tail is not lognormal
    found = specific(draw_years(costs, 2, years=20_000), point)
    assert abs(found.expected - costs.excess(point).sum()) < 3.5 * found.error
    assert lognorm.sf(point, sigma, scale=mean * np.exp(-(sigma**2) / 2)) == pytest.approx(
        1 - (1 - found.chance) ** (1 / 200), rel=0.05
    )


def test_the_mean_is_the_expected_cost_and_the_chances_are_the_predicted() -> None:
    expected = np.array([1_000.0, 8_000.0, 60_000.0])
    chances = np.array([[0.001, 0.0002, 0.00005], [0.02, 0.006, 0.001], [0.4, 0.15, 0.02]])
    points = (50_000, 100_000, 250_000)
    costs = member_costs(expected, EXPONENTIAL, chances, points)
    assert costs.mean == pytest.approx(expected, rel=1e-6)
    drawn = np.vstack(list(costs.draws(np.random.default_rng(1), 200_000)))
    assert drawn.mean(0) == pytest.approx(expected, rel=0.02)
    for column, point in enumerate(points):
        assert (drawn > point).mean(0)[1:] == pytest.approx(chances[1:, column], rel=0.12)


def test_no_dollar_is_paid_by_both_covers() -> None:
    costs = MemberCosts(member_costs(np.full(30, 30_000.0), EXPONENTIAL).grid)
    drawn = draw_years(costs, 1, (50_000,), years=5_000)
    alone = aggregate(drawn, 900_000.0)
    beside = aggregate(drawn, 900_000.0, over_specific=50_000)
    assert beside.expected < alone.expected
    assert (drawn.paid[:, 0] <= drawn.total).all()
    with pytest.raises(ValueError, match="draw_years"):
        specific(drawn, 75_000)


def test_the_same_seed_draws_the_same_years_and_an_unsure_level_spreads_them() -> None:
    costs = member_costs(np.full(50, 5_000.0), EXPONENTIAL)
    first, again = draw_years(costs, 7, years=3_000), draw_years(costs, 7, years=3_000)
    assert (first.total == again.total).all()
    unsure = draw_years(costs, 7, level=1.1, level_sd=0.3, years=3_000)
    assert unsure.total.std() > 1.5 * first.total.std()
    assert unsure.total.mean() == pytest.approx(1.1 * 250_000, rel=0.03)
