from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit

from models.fraud.blend import Blend, cross_fitted, fit_blend
from models.fraud.measure import calibration_error

ROWS = 3000
FOLD = np.arange(ROWS) % 5
CHANCE = np.random.default_rng(8)
TRUTH = CHANCE.normal(-1.5, 1.5, ROWS)
CONFIRMED = (CHANCE.random(ROWS) < expit(TRUTH)).astype(int)
GOOD = 4 * TRUTH + 3  # far too sure of itself
NOISE = CHANCE.normal(0, 50, ROWS)
NOBODY = np.zeros(ROWS, dtype=int)


def share(blend: Blend, margins: np.ndarray) -> np.ndarray:
    """What each input has to say in the blend, whatever its scale."""
    said = np.array(blend.weights) * margins.std(axis=0)
    return np.asarray(said / said.sum())


def test_an_overconfident_margin_is_calibrated() -> None:
    _, probability = cross_fitted(("good",), GOOD[:, None], CONFIRMED, NOBODY, FOLD)
    assert ((probability > 0) & (probability < 1)).all()
    assert calibration_error(CONFIRMED, probability) < 0.03 < 0.1 < calibration_error(CONFIRMED, expit(GOOD))


def test_the_blend_knows_the_slope_and_the_level() -> None:
    blend = fit_blend(("good",), GOOD[:, None], CONFIRMED, NOBODY)
    assert blend.weights[0] == pytest.approx(1 / 4, rel=0.1)
    assert blend.intercept == pytest.approx(-3 / 4, abs=0.15)


def test_a_useless_or_backward_learner_earns_next_to_nothing() -> None:
    beside_noise = np.column_stack([GOOD, NOISE])
    assert share(fit_blend(("good", "noise"), beside_noise, CONFIRMED, NOBODY), beside_noise)[1] < 0.1
    beside_backward = np.column_stack([GOOD, -TRUTH])
    assert fit_blend(("good", "backward"), beside_backward, CONFIRMED, NOBODY).weight("backward") == 0.0


def test_equals_share_the_weight() -> None:
    twins = np.column_stack([GOOD, 10 * GOOD])
    assert share(fit_blend(("one", "other"), twins, CONFIRMED, NOBODY), twins) == pytest.approx([0.5, 0.5], abs=0.01)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 3))
def test_whatever_the_margins_weights_are_not_negative_and_something_ranks(seed: int, inputs: int) -> None:
    chance = np.random.default_rng(seed)
    margins = chance.normal(0, 10.0 ** chance.integers(-2, 3), (80, inputs))
    confirmed = np.r_[0, 1, chance.integers(0, 2, 78)]
    blend = fit_blend(tuple("abc"[:inputs]), margins, confirmed, chance.integers(0, 2, 80))
    assert min(blend.weights) >= 0 < max(blend.weights)
    probability = blend.probability(margins)
    assert ((probability >= 0) & (probability <= 1)).all()
    order = np.argsort(blend.margin(margins))
    assert (np.diff(probability[order]) >= 0).all()


def test_a_fold_s_own_labels_say_nothing_about_it() -> None:
    margins = np.column_stack([GOOD, NOISE])
    inside = FOLD == 2
    margin, probability = cross_fitted(("a", "b"), margins, CONFIRMED, NOBODY, FOLD)
    turned = np.where(inside, 1 - CONFIRMED, CONFIRMED)
    other_margin, other_probability = cross_fitted(("a", "b"), margins, turned, NOBODY, FOLD)
    assert np.array_equal(other_margin[inside], margin[inside])
    assert np.array_equal(other_probability[inside], probability[inside])
    assert not np.array_equal(other_probability[~inside], probability[~inside])


def test_a_control_sample_tells_suspicion_from_guilt() -> None:
    picked = (np.arange(ROWS) % 2).astype(int)
    suspected = (np.random.default_rng(9).random(ROWS) < expit(TRUTH + 2 * picked)).astype(int)
    blend = fit_blend(("good",), GOOD[:, None], suspected, picked)
    assert blend.selected == pytest.approx(2, abs=0.3)
    nobody_looked, looked = blend.probability(GOOD[:, None]), blend.probability(GOOD[:, None], picked)
    assert nobody_looked.mean() == pytest.approx(expit(TRUTH).mean(), abs=0.03)
    assert (looked[picked == 1] > nobody_looked[picked == 1]).all()


def test_without_a_control_sample_nothing_is_corrected() -> None:
    blend = fit_blend(("good",), GOOD[:, None], CONFIRMED, np.ones(ROWS, dtype=int))
    assert blend.selected is None
    assert np.array_equal(blend.probability(GOOD[:, None], np.ones(ROWS)), blend.probability(GOOD[:, None]))


def test_a_blend_comes_back_from_its_fields() -> None:
    blend = Blend(("a", "b"), -1.25, (0.1, 0.3), None)
    assert Blend.from_dict(blend.as_dict()) == blend
    assert blend.weight("c") == 0.0
