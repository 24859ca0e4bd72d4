from __future__ import annotations

import numpy as np
import pytest

from models.risk.bag import fit_bag, rising, settled
from models.risk.line import fit_line
from models.risk.rows import FOLDS, Rows
from tests.models.risk.conftest import SEED, snapshot

SQUARED = {"objective": "reg:squarederror"}


@pytest.fixture(scope="module")
def rows() -> Rows:
    return snapshot(600, 1).rows


def test_nobody_s_honest_prediction_knows_their_cost(rows: Rows) -> None:
    """Turn one fold's costs upside down: its own predictions stay, those of others move."""
    own = rows.side == FOLDS[1]
    target = np.log1p(rows.cost)
    other = np.where(own, 20.0 - target, target)
    for fit in (lambda to: fit_bag(SQUARED, rows, to, SEED)[1], lambda to: fit_line(rows, to)[1]):
        before, after = fit(target), fit(other)
        assert np.abs(after - before)[rows.side == FOLDS[0]].max() > 0.1
        # Its costs choose how many rounds all boosters run, and nothing else.
        assert np.corrcoef(after[own], before[own])[0, 1] > 0.95


def test_the_unseen_side_teaches_nothing(rows: Rows) -> None:
    unseen = rows.side == "unseen"
    target = np.log1p(rows.cost)
    poisoned = np.where(unseen, 1e6, target)
    bag, _ = fit_bag(SQUARED, rows, target, SEED)
    assert np.array_equal(fit_bag(SQUARED, rows, poisoned, SEED)[0].margin(rows.frame), bag.margin(rows.frame))
    assert np.array_equal(
        fit_line(rows, poisoned)[0].predict(rows.frame), fit_line(rows, target)[0].predict(rows.frame)
    )


def test_contributions_sum_to_the_margin(rows: Rows) -> None:
    bag, _ = fit_bag(SQUARED, rows, np.log1p(rows.cost), SEED)
    parts, start = bag.contributions(rows.frame)
    assert parts.sum(axis=1) + start == pytest.approx(bag.margin(rows.frame), abs=1e-9)


def test_what_rounding_lost_goes_where_the_parts_are() -> None:
    moved = settled(np.array([[1.0, -3.0, 0.0], [0.0, 0.0, 0.0]]), np.array([-1.6, 0.3]))
    assert moved == pytest.approx(np.array([[1.1, -2.7, 0.0], [0.1, 0.1, 0.1]]))


def test_what_must_not_lower_a_cost() -> None:
    assert rising(("age", "cost_12m", "cost_trend", "has_copd", "condition_count")) == (0, 1, 0, 1, 1)
    assert rising(("cost_post_acute_12m", "readmissions", "days_since_discharge")) == (1, 1, -1)
