"""What monitoring calls moved, and what it does not."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from models import drift
from models.drift import BREACH, NOT_MEASURED, OK

RNG = np.random.default_rng(5)
BOOK = pd.DataFrame({"paid": RNG.lognormal(5, 1, 3000), "flag": (RNG.random(3000) < 0.1).astype(float)})


def found(now: pd.DataFrame) -> dict[tuple[str, str], str]:
    return {(one.check_name, one.subject): one.status for one in drift.features(BOOK, now, "a test")}


def test_another_draw_of_the_same_book_has_not_moved() -> None:
    again = BOOK.sample(2000, replace=True, random_state=1)
    assert set(found(again).values()) == {OK}


def test_each_kind_of_move_is_a_breach_of_its_own_kind() -> None:
    dearer = found(BOOK.assign(paid=BOOK["paid"] * 2))
    assert [key for key, status in dearer.items() if status == BREACH] == [("feature_drift", "paid")]
    gone = found(BOOK.assign(flag=BOOK["flag"].where(RNG.random(3000) < 0.5)))
    assert {key for key, status in gone.items() if status == BREACH} == {("feature_drift", "flag"), ("missing", "flag")}
    rarer = found(BOOK.assign(flag=0.0))
    assert rarer["feature_drift", "flag"] == BREACH, "a flag that nobody has any more"


def test_a_handful_of_rows_shows_no_drift() -> None:
    assert found(BOOK.head(5))["feature_drift", "paid"] == NOT_MEASURED


def test_volume_and_mix() -> None:
    assert [drift.volume("t", 100, now, "a test").status for now in (51, 49, 199, 201)] == [OK, BREACH, OK, BREACH]
    assert drift.volume("t", 0, 5, "a test").status == NOT_MEASURED
    before = pd.Series({"professional": 80.0, "pharmacy": 20.0})
    assert drift.mix("kind", before, before * 3, "a test").value == 0
    moved = drift.mix("kind", before, pd.Series({"professional": 60.0, "dental": 40.0}), "a test")
    assert (moved.value, moved.status) == (pytest.approx(0.4), BREACH)


def test_outcomes_that_came_in_bear_probabilities_out_or_do_not() -> None:
    said = RNG.random(2000)
    outcomes = (RNG.random(2000) < said).astype(float)
    assert drift.probabilities("p", said, outcomes, "a test").status == OK
    assert drift.probabilities("p", np.clip(said + 0.3, 0, 1), outcomes, "a test").status == BREACH
    assert drift.probabilities("p", said[:10], outcomes[:10], "a test").status == NOT_MEASURED


def test_too_few_hits_among_those_ranked_first_are_a_breach() -> None:
    hit = np.array([1.0] * 20 + [0.0] * 80)
    assert [drift.hits("first", hit, promised, "a test").status for promised in (0.15, 0.25, 0.5)] == [OK, OK, BREACH]
    assert drift.hits("first", hit, None, "a test").status == NOT_MEASURED


@pytest.mark.parametrize(("predicted", "status"), [(1.2, OK), (1.3, BREACH), (0.85, OK), (0.7, BREACH)])
def test_the_level_of_cost(predicted: float, status: str) -> None:
    assert drift.cost_level("cost", predicted * 1000, 1000, 500, "a test").status == status
    assert drift.cost_level("cost", predicted, 0, 500, "a test").status == NOT_MEASURED


def test_the_interval_of_a_share_is_wilson_s() -> None:
    assert drift.wilson(10, 100) == pytest.approx(
        (0.0552, 0.1744), abs=1e-4
    )  # Wilson (1927), as R's prop.test gives it


def test_a_group_is_a_breach_only_where_its_whole_interval_lies_beyond_the_bounds() -> None:
    groups = pd.DataFrame(
        {
            "group": ["dear", "cheap", "wide", "few", "alike"],
            "members": [200.0, 200.0, 200.0, 5.0, 200.0],
            "relative_ratio": [1.5, 0.6, 1.5, 3.0, 1.0],
            "relative_ratio_lower": [1.3, 0.5, 1.1, 2.0, 0.9],
            "relative_ratio_upper": [1.7, 0.7, 1.9, 4.0, 1.1],
        }
    )
    found = {one.subject: (one.status, one.value) for one in drift.group_prices(groups, "sex", "a test")}
    assert {subject: status for subject, (status, _) in found.items()} == {
        "sex dear": BREACH,
        "sex cheap": BREACH,
        "sex wide": OK,
        "sex few": NOT_MEASURED,
        "sex alike": OK,
    }
    assert found["sex cheap"][1] == pytest.approx(1 / 0.7) and found["sex alike"][1] == 1.0
