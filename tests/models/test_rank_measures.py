"""The measures of a ranking are scikit-learn's."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, roc_auc_score

from models.rank_measures import auc, average_precision

cases = st.lists(st.tuples(st.integers(0, 1), st.integers(-3, 3)), min_size=2, max_size=30)


@given(cases)
def test_they_are_those_of_scikit_learn_ties_or_not(rows: list[tuple[int, int]]) -> None:
    confirmed, margin = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    if confirmed.any():
        assert average_precision(confirmed, margin) == pytest.approx(average_precision_score(confirmed, margin))
    if 0 < confirmed.sum() < len(confirmed):
        assert auc(confirmed, margin) == pytest.approx(roc_auc_score(confirmed, margin))


def test_one_outcome_alone_ranks_nothing() -> None:
    margin = np.array([2.0, 1.0])
    assert average_precision(np.zeros(2), margin) == 0.0
    assert average_precision(np.ones(2), margin) == 1.0
    assert np.isnan(auc(np.ones(2), margin)) and np.isnan(auc(np.zeros(0), np.zeros(0)))
