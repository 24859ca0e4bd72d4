"""Error by group, on people whose costs are made up so that the answer is known."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from models.fairness.groups import by_group, spread, wrongly_priced


def people(size: int = 400) -> tuple[np.ndarray, np.ndarray, np.ndarray, pd.Series]:
    """Half of group a, half of group b; both cost the same, and b is predicted twice what it costs."""
    rng = np.random.default_rng(3)
    cost = rng.gamma(2.0, 500.0, size)
    group = pd.Series(np.where(np.arange(size) % 2 == 0, "a", "b"))
    expected = np.where(group == "a", cost, 2 * cost)
    return cost, expected, np.ones(size), group


def test_each_group_has_its_own_calibration() -> None:
    table = by_group(*people(), seed=1).set_index("group")
    assert table["members"].tolist() == [200, 200]
    assert table["predictive_ratio"].tolist() == pytest.approx([1.0, 2.0])
    assert table.loc["a", "mae_over_mean"] == pytest.approx(0.0)
    assert table.loc["b", "mean_predicted"] == pytest.approx(2 * table.loc["b", "mean_actual"])


def test_members_count_by_the_share_of_the_year_they_were_covered() -> None:
    cost, expected = np.array([100.0, 300.0]), np.array([100.0, 100.0])
    table = by_group(cost, expected, np.array([1.0, 0.5]), pd.Series(["a", "a"]), seed=1)
    assert table["mean_actual"].tolist() == pytest.approx([250 / 1.5])
    assert table["predictive_ratio"].tolist() == pytest.approx([150 / 250])


def test_who_costs_little_and_is_predicted_high_is_wronged() -> None:
    """The book's mean is 100, so the adverse decision falls above 150."""
    cost, expected = np.array([0.0, 0.0, 200.0, 200.0]), np.array([160.0, 10.0, 160.0, 160.0])
    table = by_group(cost, expected, np.ones(4), pd.Series(["a", "a", "b", "b"]), seed=1).set_index("group")
    assert table["adverse_share"].tolist() == [0.5, 1.0]
    assert table.loc["a", "adverse_wrong_share"] == 0.5
    assert np.isnan(table.loc["b", "adverse_wrong_share"])


def test_a_group_is_held_against_the_others_not_against_its_cost() -> None:
    """All are predicted at 1.5 times their cost, as after a cheap year: the level is wrong, nobody is wronged."""
    cost, _, weight, group = people()
    level = by_group(cost, 1.5 * cost, weight, group, seed=1)
    assert level["predictive_ratio"].tolist() == pytest.approx([1.5, 1.5])
    assert level["relative_ratio"].tolist() == pytest.approx([1.0, 1.0])
    assert wrongly_priced(level).empty
    table = by_group(*people(), seed=1).set_index("group")
    assert table["relative_ratio"].tolist() == pytest.approx([0.5, 2.0])


def test_a_lone_group_has_nobody_to_be_held_against() -> None:
    cost, expected, weight, _ = people()
    table = by_group(cost, expected, weight, pd.Series(["all"] * len(cost)), seed=1)
    ends = ["relative_ratio", "relative_ratio_lower", "relative_ratio_upper"]
    assert table[ends].to_numpy().tolist() == [[1.0, 1.0, 1.0]]


def test_chance_alone_seldom_refuses_a_right_model() -> None:
    """Costs skewed as claims are, predicted at their mean, in eight groups: one book in twenty is refused at most."""
    refused = 0
    for draw in range(40):
        rng = np.random.default_rng(draw)
        size = 1000
        mean = rng.gamma(1.0, 4000.0, size) + 500.0
        cost = mean * np.exp(rng.normal(-0.98, 1.4, size))
        group = pd.Series(rng.integers(0, 8, size).astype(str))
        refused += len(wrongly_priced(by_group(cost, mean, np.ones(size), group, seed=draw, tests=8))) > 0
    assert refused <= 2


def test_only_groups_of_enough_members_are_judged() -> None:
    assert wrongly_priced(by_group(*people(400), seed=1))["group"].tolist() == ["a", "b"], "each beside the other"
    assert wrongly_priced(by_group(*people(150), seed=1)).empty


def test_the_spread_is_of_predicted_over_actual() -> None:
    assert spread(*people()) == pytest.approx(1.0)
    assert spread(*people(20)) == 0.0
