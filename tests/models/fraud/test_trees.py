from __future__ import annotations

import numpy as np
import pytest

from models.fraud import trees

NAMES = ["tell", "noise", "gap"]
ROWS = 240
FOLD = np.arange(ROWS) % 3
GROUPS = np.array([f"g{row}" for row in range(ROWS)])


@pytest.fixture(scope="module")
def values() -> np.ndarray:
    made = np.random.default_rng(5).normal(size=(ROWS, len(NAMES)))
    made[::7, 2] = np.nan
    return made


@pytest.fixture(scope="module")
def confirmed(values: np.ndarray) -> np.ndarray:
    return (values[:, 0] + np.random.default_rng(6).normal(0, 0.4, ROWS) > 0.5).astype(int)


def train(values: np.ndarray, confirmed: np.ndarray) -> list[bytes]:
    return trees.train_boosters(trees.PROVIDER_TREES, NAMES, values, confirmed, GROUPS, FOLD, seed=1)[0]


@pytest.fixture(scope="module")
def boosters(values: np.ndarray, confirmed: np.ndarray) -> list[bytes]:
    return train(values, confirmed)


@pytest.mark.parametrize("exact", [True, False], ids=["Shapley", "approximate"])
def test_contributions_sum_to_the_margin_less_the_intercept(
    boosters: list[bytes], values: np.ndarray, exact: bool
) -> None:
    for booster in boosters:
        margin = trees.margins([booster], NAMES, values)[:, 0]
        rest = margin - trees.contributions([booster], NAMES, values, exact).sum(axis=1)
        assert rest == pytest.approx(np.full(ROWS, rest[0]), abs=1e-4)


def test_the_feature_that_tells_contributes_most(boosters: list[bytes], values: np.ndarray) -> None:
    weight = np.abs(trees.contributions(boosters, NAMES, values, exact=True)).mean(axis=0)
    assert weight[0] > 3 * weight[1:].max()


def test_a_row_is_explained_by_the_booster_that_scores_it(boosters: list[bytes], values: np.ndarray) -> None:
    fold = np.where(np.arange(ROWS) < 9, -1, FOLD)
    found = trees.contributions_unseen(boosters, NAMES, values, fold, exact=True)
    assert found[:9] == pytest.approx(trees.contributions(boosters, NAMES, values[:9], exact=True))
    own = fold == 2
    assert found[own] == pytest.approx(trees.contributions([boosters[2]], NAMES, values[own], exact=True))


def test_labels_of_the_held_out_fold_change_nothing(
    boosters: list[bytes], values: np.ndarray, confirmed: np.ndarray
) -> None:
    again = train(values, np.where(FOLD == 1, 1 - confirmed, confirmed))
    assert again[1] == boosters[1]
    assert again[0] != boosters[0]


def test_the_same_seed_gives_the_same_bytes(boosters: list[bytes], values: np.ndarray, confirmed: np.ndarray) -> None:
    assert train(values, confirmed) == boosters


def test_the_number_of_trees_stays_in_its_bounds(values: np.ndarray, confirmed: np.ndarray) -> None:
    _, rounds = trees.train_booster(trees.CLAIM_TREES, NAMES, values, confirmed, GROUPS, seed=1)
    assert trees.MIN_ROUNDS <= rounds <= trees.MAX_ROUNDS


def test_labels_of_one_outcome_are_refused(values: np.ndarray) -> None:
    with pytest.raises(ValueError, match="one outcome"):
        trees.train_booster(trees.PROVIDER_TREES, NAMES, values, np.zeros(ROWS, dtype=int), GROUPS, seed=1)
