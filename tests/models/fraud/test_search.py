from __future__ import annotations

import numpy as np
import pytest

from models.fraud import trees
from models.fraud.search import SEARCHED, described, search_shapes

NAMES = ["one", "other", "noise"]
ROWS, TRIALS = 160, 8
CHANCE = np.random.default_rng(4)
VALUES = CHANCE.normal(size=(ROWS, len(NAMES)))
# Only both together tell, which trees of single splits cannot learn.
CONFIRMED = ((VALUES[:, 0] * VALUES[:, 1] > 0) & (CHANCE.random(ROWS) < 0.95)).astype(int)
GROUPS = np.array([f"g{row}" for row in range(ROWS)])
FOLD = np.arange(ROWS) % 2
STUMPS: dict[str, object] = {**trees.PROVIDER_TREES, "max_depth": 1, "colsample_bytree": 1.0}


def searched(confirmed: np.ndarray, trials: int = TRIALS) -> list[dict[str, object]]:
    return search_shapes(STUMPS, NAMES, VALUES, confirmed, GROUPS, FOLD, 1, trials)


@pytest.fixture(scope="module")
def shapes() -> list[dict[str, object]]:
    return searched(CONFIRMED)


def test_a_better_shape_is_found_within_the_training_rows(shapes: list[dict[str, object]]) -> None:
    for fold, shape in enumerate(shapes):
        train = fold != FOLD
        rows = (NAMES, VALUES[train], CONFIRMED[train], GROUPS[train])
        assert trees.inner_loss(shape, *rows, 1) < trees.inner_loss(STUMPS, *rows, 1)
        assert int(str(shape["max_depth"])) > 1


def test_the_held_out_fold_decides_nothing_and_the_same_seed_finds_the_same(shapes: list[dict[str, object]]) -> None:
    other = CONFIRMED.copy()
    other[FOLD == 1] = CHANCE.permutation(other[FOLD == 1])
    again = searched(other)
    assert again[1] == shapes[1]


def test_without_a_budget_the_shape_stays() -> None:
    assert searched(CONFIRMED, 0) == [STUMPS] * 2
    assert searched(CONFIRMED, 1) == [STUMPS] * 2, "the first trial is the shape as it was"


def test_the_record_names_trials_and_each_fold_s_choice(shapes: list[dict[str, object]]) -> None:
    said = described(shapes, TRIALS)
    assert said["search.trials"] == TRIALS
    assert said["search.max_depth"] == ", ".join(str(shape["max_depth"]) for shape in shapes)
    assert set(said) == {"search.trials", *(f"search.{name}" for name in SEARCHED)}
    assert described(shapes, 0) == {"search.trials": 0}
