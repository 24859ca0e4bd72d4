from __future__ import annotations

import pandas as pd
import pytest

from models.risk.rows import SIDES, labelled, sides
from tests.models.risk.book import book


def test_half_a_year_of_coverage_is_half_a_member_at_twice_the_cost() -> None:
    features, outcomes, _ = book(1, 1)
    rows = labelled(features, outcomes.assign(months_covered=6, allowed_amount=3000.0), seed=1)
    assert (rows.cost[0], rows.weight[0]) == (6000.0, 0.5)


@pytest.mark.parametrize("unknown", [{"complete": False}, {"months_covered": 0}])
def test_an_unknown_outcome_is_left_out_not_zero(unknown: dict) -> None:
    features, outcomes, _ = book(3, 1)
    assert len(labelled(features, outcomes.assign(**unknown), seed=1)) == 0


def test_a_member_without_history_teaches_nothing() -> None:
    features, outcomes, _ = book(3, 1)
    features.loc[0, "months_observed"] = 0
    assert len(labelled(features, outcomes, seed=1)) == 2


def test_refunds_do_not_make_a_negative_year() -> None:
    features, outcomes, _ = book(1, 1)
    assert labelled(features, outcomes.assign(allowed_amount=-50.0), seed=1).cost[0] == 0.0


def test_a_member_stays_on_its_side_whatever_else_the_snapshot_holds() -> None:
    ids = pd.Series([f"m{row}" for row in range(2000)])
    found = sides(ids, seed=1)
    assert (sides(ids[1000:], seed=1) == found[1000:]).all()
    assert (sides(ids, seed=2) != found).any()
    for side, share in SIDES.items():
        assert (found == side).mean() == pytest.approx(share, abs=0.04)
