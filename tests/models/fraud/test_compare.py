"""The corrected resampled t test of Nadeau and Bengio (2003), against a case worked by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from models.fraud.compare import Paired, corrected_t, paired_ap


def test_worked_example() -> None:
    # Three folds of a five-fold split: mean .2, variance .01, and 1/4 more variance for the shared training rows.
    found = corrected_t(np.array([0.1, 0.2, 0.3]), test_share=0.2)
    t = 0.2 / math.sqrt((1 / 3 + 1 / 4) * 0.01)
    assert found.difference == pytest.approx(0.2)
    assert found.t == pytest.approx(t)
    assert found.p == pytest.approx(0.5 - t / (2 * math.sqrt(2 + t * t)))  # Student's t with two degrees, closed form
    assert found.t < 0.2 / math.sqrt(0.01 / 3), "the correction makes the test harder"


def test_the_other_way_round_is_the_mirror_image() -> None:
    there, back = (corrected_t(sign * np.array([0.1, 0.0, 0.3]), 0.2) for sign in (1, -1))
    assert (back.difference, back.t) == pytest.approx((-there.difference, -there.t))
    assert there.p + back.p == pytest.approx(1)


@pytest.mark.parametrize(
    ("differences", "t", "earned"),
    [([0.1, 0.1], math.inf, True), ([-0.1, -0.1], -math.inf, False), ([0.0, 0.0], 0.0, False), ([], 0.0, False)],
    ids=["always better", "always worse", "the same", "no fold"],
)
def test_differences_that_do_not_vary(differences: list[float], t: float, earned: bool) -> None:
    found = corrected_t(np.array(differences), 0.2)
    assert found.t == t
    assert found.earned is earned


def test_earned_means_more_than_one_standard_error() -> None:
    assert Paired(0.02, 1.1, 0.17).earned
    assert not Paired(0.02, 0.9, 0.21).earned
    assert str(Paired(0.02, 1.1, 0.17)) == "+0.020 AP a fold (t 1.10, p 0.17)"


def test_folds_of_one_outcome_are_left_out() -> None:
    fold = np.repeat([0, 1, 2], 4)
    confirmed = np.array([1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0])
    perfect, backward = confirmed.astype(float), -confirmed.astype(float)
    # Backward, one confirmed of four comes last: average precision 1/4 against 1.
    assert paired_ap(confirmed, perfect, backward, fold).difference == pytest.approx(0.75)
