from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.fraud.measure import Interval, calibration_error, measures, with_intervals


def test_measures_of_a_worked_example() -> None:
    """Review order confirmed, not, confirmed, not: precision 1, 1/2, 2/3, 2/4 at the four depths."""
    found = measures(np.array([0, 1, 0, 1]), np.array([1.0, 2.0, 3.0, 4.0]), capacity=0.25)
    assert found["ap"] == pytest.approx((1 + 2 / 3) / 2)
    assert found["auc"] == pytest.approx(3 / 4)
    assert (found["precision_at_capacity"], found["recall_at_capacity"]) == (1.0, 0.5)
    assert found["recall_at_k"] == 0.5
    assert "brier" not in found


@pytest.mark.parametrize(
    ("capacity", "precision", "recall"), [(0.001, 1.0, 0.5), (0.26, 0.5, 0.5), (0.75, 2 / 3, 1.0), (1.0, 0.5, 1.0)]
)
def test_capacity_is_rounded_up_to_whole_cases(capacity: float, precision: float, recall: float) -> None:
    found = measures(np.array([1, 0, 1, 0]), np.array([4.0, 3.0, 2.0, 1.0]), capacity=capacity)
    assert found["precision_at_capacity"] == pytest.approx(precision)
    assert found["recall_at_capacity"] == pytest.approx(recall)


def test_calibration_error_is_the_mean_gap_over_bins_of_equal_size() -> None:
    said = np.array([0.1, 0.3, 0.6, 0.8])
    confirmed = np.array([0, 0, 1, 0])
    # Bins {.1, .3} and {.6, .8}: said .2 and .7, found 0 and .5.
    assert calibration_error(confirmed, said, bins=2) == pytest.approx((0.2 + 0.2) / 2)
    assert calibration_error(np.array([1, 0]), np.array([0.5, 0.5]), bins=1) == 0.0
    assert measures(confirmed, said, said)["brier"] == pytest.approx((0.01 + 0.09 + 0.16 + 0.64) / 4)


def test_the_interval_holds_the_value_and_narrows_with_labels() -> None:
    width = []
    for count in (100, 1600):
        chance = np.random.default_rng(4)
        confirmed = chance.integers(0, 2, count)
        margin = confirmed + chance.normal(0, 1, count)
        found = with_intervals(confirmed, margin, 1 / (1 + np.exp(-margin)))
        for name, interval in found.items():
            assert interval.lower < interval.upper, name
            # A calibration error sums absolute gaps, which the noise of resampling raises.
            assert name == "ece" or interval.lower <= interval.value <= interval.upper, name
        width.append(found["auc"].upper - found["auc"].lower)
    assert width[1] < width[0] / 2


def test_claims_of_a_provider_are_drawn_together() -> None:
    confirmed, margin = np.array([1, 0, 1, 0, 0, 1]), np.arange(6.0)
    together = with_intervals(confirmed, margin, groups=np.array(["p"] * 6))
    assert together["ap"].lower == together["ap"].upper == together["ap"].value
    apart = with_intervals(confirmed, margin, groups=np.array(list("abcdef")))
    assert apart["ap"].lower < apart["ap"].upper


def test_the_same_seed_gives_the_same_interval() -> None:
    confirmed, margin = np.array([1, 0, 1, 0, 0, 1] * 5), np.arange(30.0)
    assert with_intervals(confirmed, margin, seed=3) == with_intervals(confirmed, margin, seed=3)
    assert str(Interval(0.5, 0.25, 0.75)) == "0.500 [0.250, 0.750]"


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.integers(-3, 3)), min_size=2, max_size=40))
def test_measures_are_shares(rows: list[tuple[bool, int]]) -> None:
    confirmed = np.array([1, 0, *[int(said) for said, _ in rows]])
    margin = np.array([0.0, 0.0, *[float(one) for _, one in rows]])
    found = measures(confirmed, margin, 1 / (1 + np.exp(-margin)))
    assert all(0 <= value <= 1 for value in found.values())
