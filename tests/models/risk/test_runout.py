from __future__ import annotations

import pandas as pd
import pytest

from models.risk.runout import completion, matured
from tests.models.risk.conftest import snapshot


def _year(known_then: float, known_now: float, members: int = 60) -> tuple[pd.DataFrame, pd.DataFrame]:
    ids = [f"m{row}" for row in range(members)]
    return (
        pd.DataFrame({"member_id": ids, "months_observed": 12, "cost_12m": known_then}),
        pd.DataFrame({"member_id": ids, "months_covered": 12, "allowed_amount": known_now}),
    )


def test_claims_that_came_after_the_year_s_end_are_counted_in() -> None:
    assert completion(*_year(900.0, 1000.0)) == pytest.approx(0.9)


def test_a_member_covered_for_part_of_the_year_is_not_compared() -> None:
    features, outcomes = _year(900.0, 1000.0, members=61)
    outcomes.loc[0, ["months_covered", "allowed_amount"]] = [6, 500_000.0]
    assert completion(features, outcomes) == pytest.approx(0.9)


def test_too_few_members_say_nothing() -> None:
    assert completion(*_year(900.0, 1000.0, members=10)) is None


def test_matured_costs_are_what_they_will_be() -> None:
    rows = snapshot(30, 1).rows
    assert matured(rows, 0.8).cost == pytest.approx(rows.cost / 0.8)
    assert matured(rows, None) is rows
