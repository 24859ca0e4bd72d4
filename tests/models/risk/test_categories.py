from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.risk.categories import SPLIT, CategoryModel, fit_categories, in_cents
from models.risk.cost import fit_cost
from models.risk.rows import CATEGORIES, Rows
from models.risk.train import Trained, last_year_manual, train
from tests.models.risk.book import book
from tests.models.risk.conftest import SEED, snapshot


@given(
    st.integers(0, 10**10),
    st.lists(st.floats(0.0, 1e6), min_size=4, max_size=4).filter(lambda costs: sum(costs) > 1e-3),
)
def test_cents_sum_to_the_total_and_lie_within_one_of_their_share(total: int, costs: list[float]) -> None:
    shares = np.array([costs]) / sum(costs)
    (cents,) = in_cents(np.array([total]), shares)
    assert cents.sum() == total
    assert (np.abs(cents - total * shares[0]) <= 1.0 + 1e-5).all()


def test_every_answer_s_categories_sum_to_its_expected_cost(trained: Trained) -> None:
    members, _, _ = book(300, 3)
    members.loc[0, "months_observed"] = 0
    found = trained.model.answer(members)
    cents = np.rint(found[list(SPLIT)].to_numpy() * 100)
    assert cents.sum(axis=1).tolist() == np.rint(found["expected_cost"].to_numpy() * 100).tolist()
    assert (cents >= 0).all()
    assert (found["expected_cost_lower"] <= found["expected_cost"]).all()
    assert (found["expected_cost"] <= found["expected_cost_upper"]).all()


def test_members_are_shared_out_by_their_own_features() -> None:
    """Where has_diabetes says that all is pharmacy, and else all is inpatient."""
    rows = snapshot(800, 1).rows
    ill = rows.frame["has_diabetes"].to_numpy() > 0
    parts = np.zeros((len(rows), 4))
    parts[:, CATEGORIES.index("pharmacy")] = np.where(ill, rows.cost, 0.0)
    parts[:, CATEGORIES.index("inpatient")] = np.where(ill, 0.0, rows.cost)
    made = Rows(rows.frame, rows.cost, rows.weight, rows.side, parts=parts)
    _, honest = fit_cost(made, SEED)
    model = fit_categories(made, honest, SEED)
    assert model is not None and set(model.bags) == {"inpatient", "pharmacy"}
    shares = pd.DataFrame(model.shares(made.frame), columns=list(CATEGORIES))
    said = shares["pharmacy"] @ made.cost / made.cost.sum()
    assert said == pytest.approx(made.cost[ill].sum() / made.cost.sum(), abs=0.05)
    assert shares.loc[ill, "pharmacy"].mean() > 0.7 > 0.35 > shares.loc[~ill, "pharmacy"].mean()
    assert (shares[["outpatient", "professional"]] == 0.0).all().all()


def test_each_category_s_total_is_right_on_members_not_seen(trained: Trained) -> None:
    rows = snapshot(8000, 3).rows  # other people: a few hundred would leave a category's share to chance
    expected = trained.model.predict(rows.frame)["expected_cost"].to_numpy()
    assert trained.model.categories is not None and rows.parts is not None
    said = (expected[:, None] * trained.model.categories.shares(rows.frame)).sum(axis=0) / expected.sum()
    assert said == pytest.approx(rows.parts.sum(axis=0) / rows.cost.sum(), abs=0.05)


def test_saved_shares_are_the_same(trained: Trained, tmp_path: Path) -> None:
    model = trained.model.categories
    assert model is not None
    again = CategoryModel.load(tmp_path, model.save(tmp_path))
    frame = snapshot(100, 3).rows.frame
    assert np.array_equal(again.shares(frame), model.shares(frame))


def test_a_manual_rate_is_shared_out_as_the_book_is() -> None:
    few = train(snapshot(20, 1), snapshot(20, 2), SEED).model
    untold = last_year_manual(book(30, 1)[0].assign(cost_pharmacy_12m=0.0)).model
    for model in (few, untold):
        found = model.answer(book(10, 3)[0])
        assert found[list(SPLIT)].sum(axis=1).tolist() == pytest.approx(found["expected_cost"].tolist())
    assert (untold.answer(book(10, 3)[0])["expected_pharmacy"] == 0.0).all()


def test_outcomes_that_tell_no_categories_leave_them_empty() -> None:
    earlier = snapshot(300, 1)
    bare = Rows(earlier.rows.frame, earlier.rows.cost, earlier.rows.weight, earlier.rows.side)
    assert fit_categories(bare, bare.cost, SEED) is None
