from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from models.risk.deviance import deviance
from models.risk.measure import by_decile, gini, mae_over_mean, predictive_ratio, r2, r2_capped
from models.risk.rows import Rows

ONE = np.ones(4)
COST = np.array([0.0, 100.0, 200.0, 500.0])


def test_perfect_predictions() -> None:
    assert r2(COST, COST, ONE) == 1.0
    assert predictive_ratio(COST, COST, ONE) == 1.0
    assert mae_over_mean(COST, COST, ONE) == 0.0
    assert deviance(COST[1:], COST[1:]) == pytest.approx(0.0)


def test_the_mean_explains_nothing() -> None:
    assert r2(COST, np.full(4, 200.0), ONE) == 0.0
    assert mae_over_mean(COST, np.full(4, 200.0), ONE) == pytest.approx(600 / 4 / 200)


def test_cap_hides_what_lies_above_it() -> None:
    assert r2_capped(np.array([0.0, 1e6]), np.array([0.0, 3e5]), np.ones(2)) == 1.0


def test_gini_of_one_payer_found_and_missed() -> None:
    cost = np.array([0.0, 0.0, 0.0, 100.0])
    assert gini(cost, np.array([1.0, 2.0, 3.0, 4.0]), ONE) == pytest.approx(0.75)
    assert gini(cost, np.array([4.0, 3.0, 2.0, 1.0]), ONE) == pytest.approx(-0.75)


def test_a_half_covered_member_weighs_half() -> None:
    assert predictive_ratio(np.array([100.0, 100.0]), np.array([100.0, 400.0]), np.array([1.0, 0.5])) == 2.0


def test_deciles_hold_every_member_once() -> None:
    rows = Rows(pd.DataFrame(), np.arange(40.0), np.ones(40), np.full(40, "unseen"))
    predicted = pd.DataFrame({"expected_cost": rows.cost, "expected_cost_lower": 0.0, "expected_cost_upper": 35.0})
    table = by_decile(rows, predicted)
    assert table["members"].tolist() == [4] * 10
    assert table["interval_coverage"].tolist() == [1.0] * 9 + [0.0]
