"""A provider and all its claims are on one side of every split."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.fraud.folds import (
    FOLDS,
    UNSEEN,
    claim_folds,
    claim_groups,
    every_training_side_has_both,
    fold_of,
    held_out_margins,
    provider_folds,
    unseen_by,
)


def labels(confirmed: int, unfounded: int) -> pd.DataFrame:
    outcomes = [1] * confirmed + [0] * unfounded
    return pd.DataFrame({"target_id": [f"p{row:03}" for row in range(len(outcomes))], "confirmed": outcomes})


def claims(providers: list[str | None], confirmed: list[int]) -> pd.DataFrame:
    ids = [f"c{row}" for row in range(len(providers))]
    return pd.DataFrame({"claim_id": ids, "provider_id": providers, "confirmed": confirmed})


def test_every_labelled_provider_is_held_out_once_and_confirmed_ones_are_spread() -> None:
    known = labels(confirmed=23, unfounded=41)
    folds = provider_folds(known, seed=1)
    assert folds.keys() == set(known["target_id"])
    per_fold = known.groupby(known["target_id"].map(folds))["confirmed"].agg(["sum", "size"])
    assert len(per_fold) == FOLDS
    assert per_fold["sum"].between(4, 5).all()
    assert per_fold["size"].between(12, 14).all()


def test_folds_depend_on_labels_and_seed_not_on_row_order() -> None:
    known = labels(20, 30)
    assert provider_folds(known.sample(frac=1, random_state=3), seed=1) == provider_folds(known, seed=1)
    assert provider_folds(known, seed=2) != provider_folds(known, seed=1)


@settings(max_examples=30, deadline=None)
@given(
    owners=st.lists(st.sampled_from(["a", "b", "c", "d", "e", "f", "g", None]), min_size=12, max_size=60),
    seed=st.integers(0, 99),
)
def test_claims_of_a_provider_share_its_fold(owners: list[str | None], seed: int) -> None:
    known = claims(owners, [row % 2 for row in range(len(owners))])
    folds = claim_folds(known, {"a": 3, "b": 0}, seed)
    fold = fold_of(claim_groups(known), folds)
    assert ((fold >= 0) & (fold < FOLDS)).all()
    for owner in {one for one in owners if one}:
        assert len(set(fold[known["provider_id"] == owner])) == 1
    assert {folds[owner] for owner in ("a",) if owner in owners} <= {3}
    assert {folds[owner] for owner in ("b",) if owner in owners} <= {0}


def test_a_claim_without_provider_stands_for_itself() -> None:
    assert claim_groups(claims(["p", None, None], [0, 0, 1])).tolist() == ["p", "claim:c1", "claim:c2"]


def test_a_few_groups_have_a_fold_each() -> None:
    folds = claim_folds(claims(["a", "b", "b"], [0, 1, 1]), {}, seed=1)
    assert folds == {"a": 0, "b": 1}


def test_a_row_is_judged_by_the_model_that_never_saw_its_label() -> None:
    margins = np.array([[1.0, 2.0, 6.0], [1.0, 2.0, 6.0], [1.0, 2.0, 6.0]])
    fold = fold_of(pd.Series(["x", "y", "nobody looked"]), {"x": 0, "y": 2})
    assert fold.tolist() == [0, 2, UNSEEN]
    assert unseen_by(margins, fold).tolist() == [1.0, 6.0, 3.0]
    assert held_out_margins(margins[:2], fold[:2]).tolist() == [1.0, 6.0]


@pytest.mark.parametrize(
    ("confirmed", "fold", "both"),
    [([1, 0, 1, 0], [0, 0, 1, 1], True), ([1, 1, 0, 0], [0, 0, 1, 1], False), ([1, 0, 0, 0], [0, 1, 1, 1], False)],
)
def test_a_training_side_of_one_outcome_is_noticed(confirmed: list[int], fold: list[int], both: bool) -> None:
    assert every_training_side_has_both(np.array(confirmed), np.array(fold), folds=2) is both
