"""What the gate asks of a training done otherwise: a scheme left out, another seed."""

from __future__ import annotations

import numpy as np
import pytest

from models.fraud.claims import ClaimModel
from models.fraud.promote import from_predictions
from models.fraud.providers import ProviderModel
from models.fraud.result import Trained
from models.fraud.trained_again import MIN_SCHEME_CASES, UNNAMED, left_out_with
from tests.models.fraud.book import SCHEMES


def cases(*several: tuple[str, str | None, int]) -> tuple[np.ndarray, np.ndarray]:
    """Schemes and groups of `count` cases of each (group, scheme)."""
    groups, schemes, counts = zip(*several, strict=True)
    return np.repeat(np.array(schemes, dtype=object), counts), np.repeat(np.array(groups), counts)


def test_a_group_is_left_out_whole_with_its_scheme_and_cleared_ones_are_dealt_out() -> None:
    scheme, groups = cases(
        ("p1", "upcoding", MIN_SCHEME_CASES), ("p1", None, 3), ("p2", "phantom", MIN_SCHEME_CASES + 1),
        ("p2", "upcoding", 2), ("p3", None, 4), ("p4", None, 1), ("p5", "rare", 2), ("p6", UNNAMED, 30),
    )  # fmt: skip
    with_group = dict(zip(groups, left_out_with(scheme, groups), strict=True))
    assert with_group == {
        "p1": "upcoding", "p2": "phantom", "p3": "phantom", "p4": "upcoding", "p5": None, "p6": None,
    }  # fmt: skip


def test_schemes_of_few_cases_leave_nothing_out() -> None:
    scheme, groups = cases(("p1", "upcoding", MIN_SCHEME_CASES - 1), ("p2", None, 5))
    assert not any(left_out_with(scheme, groups))


@pytest.mark.slow
def test_trained_models_are_asked_both(
    found_claims: Trained[ClaimModel], found_providers: Trained[ProviderModel]
) -> None:
    from models.fraud.holdout import out_of_fold

    for kind, found in (("claim", found_claims), ("provider", found_providers)):
        rows = found.out_of_fold
        assert rows is not None and rows.again_margin is not None and rows.left_out_with is not None
        assert set(rows.left_out_with) == set(SCHEMES) | ({None} & set(rows.left_out_with))
        assert not np.array_equal(rows.again_margin, rows.margins["blend"])
        parts = {part.name: part for part in from_predictions(out_of_fold(kind, rows, found.final), "", 1)}
        if kind == "claim":  # of 160 providers the order is not judged
            assert parts["unseen schemes"].figures["lower"] > 0.2
            assert parts["stability"].figures["same"] > 0.5
