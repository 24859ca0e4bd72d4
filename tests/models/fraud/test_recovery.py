"""What comes back of what was paid: by hand, drawn towards the book, and never made up."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.fraud.recovery import Recovery, learn_recovery


def _cases(*rows: tuple[str, float, float | None]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["kind", "paid_amount", "recovered_amount"])


def test_where_nobody_says_what_came_back_it_is_taken_as_all() -> None:
    found = learn_recovery(_cases(("inpatient", 100, None), ("outpatient", 100, None)))
    assert (found, found.basis) == (Recovery(), "assumed")
    assert found.of(pd.Series(["inpatient", None])).tolist() == [1.0, 1.0]


def test_nothing_recovered_is_known_and_not_the_same_as_unknown() -> None:
    found = learn_recovery(_cases(("inpatient", 100, 0.0), ("inpatient", 300, None)))
    assert (found.book, found.cases, found.basis) == (0.0, 1, "investigations")


def test_the_book_s_share_is_of_dollars_not_of_cases() -> None:
    found = learn_recovery(_cases(("a", 900, 90.0), ("a", 100, 100.0)))
    assert found.book == pytest.approx(0.19)
    assert found.of(pd.Series(["a", "never seen"])).tolist() == pytest.approx([0.19, 0.19])


def test_more_than_what_is_at_stake_counts_as_all_of_it() -> None:
    assert learn_recovery(_cases(("a", 100, 250.0))).book == 1.0
    assert learn_recovery(_cases(("a", -5, 10.0), ("a", 0, 10.0))).basis == "assumed"


def test_a_kind_is_drawn_towards_the_book_by_its_credibility() -> None:
    found = learn_recovery(_cases(("a", 100, 10.0), ("a", 100, 30.0), ("b", 100, 70.0), ("b", 100, 90.0)))
    # Shares .2 and .8 around .5; within: 4 x 100 x .01 / 2 = 2; between: (2 x 200 x .09 - 2) / (400 - 200) = .17
    credible = 200 / (200 + 2 / 0.17)
    assert found.shares == pytest.approx({"a": 0.5 - 0.3 * credible, "b": 0.5 + 0.3 * credible})


def test_kinds_that_differ_no_more_than_chance_get_the_book_s_share() -> None:
    found = learn_recovery(_cases(("a", 100, 0.0), ("a", 100, 90.0), ("b", 100, 10.0), ("b", 100, 84.0)))
    assert set(found.shares.values()) == {found.book}


def test_a_single_case_of_each_kind_says_nothing_about_the_kind() -> None:
    found = learn_recovery(_cases(("a", 100, 0.0), ("b", 100, 100.0)))
    assert found.shares == {"a": 0.5, "b": 0.5}


@settings(max_examples=80, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from("abcd"), st.floats(0.01, 1e6), st.one_of(st.none(), st.floats(0, 2e6, allow_nan=False))
        ),
        max_size=40,
    )
)
def test_shares_lie_between_nothing_and_all_and_between_own_and_book(rows: list[tuple[str, float, float]]) -> None:
    found = learn_recovery(_cases(*rows))
    cases = _cases(*rows).dropna()
    assert found.cases == len(cases)
    assert 0 <= found.book <= 1
    for kind, share in found.shares.items():
        own = cases[cases["kind"] == kind]
        mean = np.minimum(own["recovered_amount"], own["paid_amount"]).sum() / own["paid_amount"].sum()
        low, high = sorted((mean, found.book))
        assert low - 1e-9 <= share <= high + 1e-9
