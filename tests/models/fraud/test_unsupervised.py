from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from models.fraud.inputs import claim_columns, names, provider_columns
from models.fraud.unsupervised import EDIT_WEIGHT, EDITS, Tails, fit_tails, score

ROWS = 1000
GROUPS = pd.Series(["all"] * ROWS)
NAMES = ["long right", "long left", "seldom"]


@pytest.fixture(scope="module")
def values() -> np.ndarray:
    chance = np.random.default_rng(2)
    right, left = chance.lognormal(0, 1, ROWS), -chance.lognormal(0, 1, ROWS)
    return np.column_stack([right, left, chance.random(ROWS) < 0.02]).astype(float)


@pytest.fixture(scope="module")
def tails(values: np.ndarray) -> Tails:
    return fit_tails(NAMES, values, GROUPS)


def surprise(tails: Tails, *row: float) -> np.ndarray:
    return np.asarray(tails.surprise(np.array([row]), GROUPS[:1])[0])


def test_the_long_side_is_the_strange_one(tails: Tails) -> None:
    assert surprise(tails, 50.0, -1, 0)[0] > 5 > 0 == surprise(tails, 0.01, -1, 0)[0]
    assert surprise(tails, 1.0, -50, 0)[1] > 5 > 0 == surprise(tails, 1.0, -0.01, 0)[1]


def test_surprise_is_the_log_of_the_tail_above_that_of_a_typical_row(tails: Tails, values: np.ndarray) -> None:
    rare = float(np.quantile(values[:, 0], 0.95))
    assert surprise(tails, rare, -1, 0)[0] == pytest.approx(-np.log(0.05) - 1, abs=0.2)
    assert surprise(tails, float(np.median(values[:, 0])), -1, 0)[0] == 0


def test_what_everyone_does_is_no_surprise_and_what_few_do_is(tails: Tails) -> None:
    assert surprise(tails, 1, -1, 0)[2] == 0
    assert surprise(tails, 1, -1, 1)[2] == pytest.approx(-np.log(0.02) - 1, abs=0.5)


def test_what_is_usual_takes_nothing_from_what_is_strange(tails: Tails) -> None:
    assert score(tails.surprise(np.array([[50.0, -0.01, 0]]), GROUPS[:1])) == surprise(tails, 50.0, -1, 0)[0]


def test_a_hard_rule_s_hit_says_more_than_a_deviation_as_rare(values: np.ndarray, tails: Tails) -> None:
    edited = fit_tails([NAMES[0], NAMES[1], "lines_after_death"], values, GROUPS)
    assert surprise(edited, 1, -1, 1)[2] == pytest.approx(EDIT_WEIGHT * surprise(tails, 1, -1, 1)[2])


def test_every_edit_is_a_feature_of_the_catalog() -> None:
    assert set(EDITS) <= {*names(provider_columns()), *names(claim_columns())}


def test_a_missing_value_is_no_surprise(tails: Tails) -> None:
    assert surprise(tails, np.nan, np.nan, np.nan).tolist() == [0, 0, 0]


def test_nothing_is_stranger_than_the_book_is_large(tails: Tails) -> None:
    assert surprise(tails, 1e12, -1e12, 1e12).max() <= np.log(ROWS + 1) - 1


def test_a_planted_outlier_comes_first(values: np.ndarray) -> None:
    planted = values.copy()
    planted[123] = [40, -40, 1]
    strangeness = score(fit_tails(NAMES, planted, GROUPS).surprise(planted, GROUPS))
    assert strangeness.argmax() == 123


def test_a_row_s_surprise_grows_with_its_value(tails: Tails) -> None:
    rising = np.column_stack([np.linspace(0, 60, 200), np.zeros((200, 2))])
    assert (np.diff(tails.surprise(rising, pd.Series(["all"] * 200))[:, 0]) >= 0).all()


def test_a_column_nobody_knows_is_no_error() -> None:
    values = np.column_stack([np.arange(30.0), np.full(30, np.nan)])
    found = fit_tails(["known", "unknown"], values, pd.Series(["all"] * 30))
    assert np.isfinite(found.surprise(values, pd.Series(["all"] * 30))).all()


def test_saved_tails_surprise_the_same(tails: Tails, values: np.ndarray, tmp_path: Path) -> None:
    tails.save(tmp_path)
    assert np.array_equal(Tails.load(tmp_path).surprise(values, GROUPS), tails.surprise(values, GROUPS))
