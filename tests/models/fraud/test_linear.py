from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from models.fraud.linear import Lines, fit_lines, signed_log

ROWS = 120
FOLD = np.arange(ROWS) % 3


@pytest.fixture(scope="module")
def values() -> np.ndarray:
    chance = np.random.default_rng(3)
    made = chance.normal(size=(ROWS, 4))
    made[:, 3] = 2.0  # says nothing
    made[chance.random(ROWS) < 0.1, 1] = np.nan
    return made


@pytest.fixture(scope="module")
def confirmed(values: np.ndarray) -> np.ndarray:
    return (values[:, 0] + np.random.default_rng(4).normal(0, 0.5, ROWS) > 0).astype(int)


@pytest.fixture(scope="module")
def lines(values: np.ndarray, confirmed: np.ndarray) -> Lines:
    return fit_lines(values, confirmed, FOLD, 1.0)


def test_contributions_and_intercept_make_the_margin(lines: Lines, values: np.ndarray) -> None:
    margins = lines.margins(values)
    own = lines.contributions(values, FOLD).sum(axis=1) + lines.intercept[FOLD]
    assert own == pytest.approx(margins[np.arange(ROWS), FOLD])
    unseen = lines.contributions(values, np.full(ROWS, -1)).sum(axis=1) + lines.intercept.mean()
    assert unseen == pytest.approx(margins.mean(axis=1))


def test_a_missing_or_constant_value_adds_nothing(lines: Lines, values: np.ndarray) -> None:
    parts = lines.contributions(values, FOLD)
    assert (parts[np.isnan(values[:, 1]), 1] == 0).all()
    assert (parts[:, 3] == 0).all()
    assert np.isfinite(lines.margins(np.full((1, 4), np.nan))).all()


def test_an_extreme_value_counts_as_five_spreads(lines: Lines) -> None:
    far, at_five = np.zeros((1, 4)), np.zeros((1, 4))
    far[0, 0], at_five[0, 0] = 1e12, lines.mean[0, 0] + 5 * lines.spread[0, 0]
    assert lines.margins(far)[0, 0] == pytest.approx(lines.margins(at_five)[0, 0])


def test_the_line_finds_what_tells(lines: Lines) -> None:
    assert (lines.weight[:, 0] > 3 * np.abs(lines.weight[:, 1:]).max()).all()


def test_the_held_out_fold_shapes_nothing(lines: Lines, values: np.ndarray, confirmed: np.ndarray) -> None:
    held_out = FOLD == 1
    other = values.copy()
    other[held_out] *= 100
    again = fit_lines(other, np.where(held_out, 1 - confirmed, confirmed), FOLD, 1.0)
    for part in ("mean", "spread", "weight", "intercept"):
        assert np.array_equal(getattr(again, part)[1], getattr(lines, part)[1])
        assert not np.array_equal(getattr(again, part)[0], getattr(lines, part)[0])


def test_saved_lines_come_back_bit_for_bit(lines: Lines, values: np.ndarray, tmp_path: Path) -> None:
    lines.save(tmp_path)
    assert np.array_equal(Lines.load(tmp_path).margins(values), lines.margins(values))


def test_signed_log_keeps_sign_order_and_zero() -> None:
    assert signed_log(np.array([-np.e + 1, 0.0, np.e - 1])) == pytest.approx([-1, 0, 1])


def test_of_several_strengths_the_one_that_predicts_best_is_taken(confirmed: np.ndarray) -> None:
    noise = np.random.default_rng(5).normal(size=(ROWS, 30))
    chosen = fit_lines(noise, confirmed, FOLD, 1e-4, 100.0)
    assert chosen.weight == pytest.approx(fit_lines(noise, confirmed, FOLD, 1e-4).weight)
