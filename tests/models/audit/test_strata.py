"""Strata and allocation: everything is in one stratum, and the sample is as large as asked."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.audit.strata import FLOOR, allocate, boundaries, certainty_cut, stratify

AMOUNTS = st.one_of(
    st.lists(st.integers(1, 500_000_000), min_size=1, max_size=300),
    st.lists(st.sampled_from([1, 100, 2_500, 1_000_000]), min_size=1, max_size=300),
    st.builds(
        lambda seed, rows: np.ceil(np.random.default_rng(seed).lognormal(9, 2, rows)).astype(int).tolist(),
        st.integers(0, 1000),
        st.integers(1, 900),
    ),
)


@settings(max_examples=150, deadline=None)
@given(AMOUNTS, st.integers(2, 400))
def test_strata_add_up_to_the_frame_and_the_sample_to_its_size(amounts: list[int], size: int) -> None:
    cents = np.array(amounts, dtype=np.int64)
    number, strata = stratify(cents, size)
    assert sum(one.claims for one in strata) == len(cents)
    assert sum(one.paid_cents for one in strata) == sum(amounts)
    assert sum(one.drawn for one in strata) == min(size, len(cents))
    assert [one.number for one in strata] == sorted(set(number.tolist()))
    for one in strata:
        held = cents[number == one.number]
        assert (len(held), held.sum()) == (one.claims, one.paid_cents)
        assert (held.min(), held.max()) == (one.low_cents, one.high_cents)
        assert 1 <= one.drawn <= one.claims
    # Amounts of one stratum lie above all of the stratum before it: a claim's stratum follows from its amount.
    assert all(below.high_cents < above.low_cents for below, above in itertools.pairwise(strata))


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 500), st.floats(0, 1e7)), min_size=1, max_size=6),
    st.floats(0, 1),
)
def test_allocation_is_whole_and_within_its_bounds(strata: list[tuple[int, float]], share: float) -> None:
    counts, spread = np.array([one[0] for one in strata]), np.array([one[1] for one in strata])
    size = max(len(strata), int(share * counts.sum()))
    drawn = allocate(counts, spread, size)
    assert drawn.sum() == size
    assert (drawn <= counts).all()
    assert (drawn >= np.minimum(np.minimum(FLOOR, size // len(counts)), counts)).all()


def test_neyman_draws_in_proportion_to_count_times_spread() -> None:
    assert allocate(np.array([1000, 500, 100]), np.array([1.0, 4.0, 10.0]), 80).tolist() == [20, 40, 20]


def test_what_a_small_stratum_cannot_take_the_others_share() -> None:
    assert allocate(np.array([1000, 1000, 12]), np.array([1.0, 3.0, 9999.0]), 92).tolist() == [20, 60, 12]


def test_without_spread_claims_are_drawn_in_proportion_to_their_number() -> None:
    assert allocate(np.array([300, 100]), np.zeros(2), 80).tolist() == [60, 20]


def test_claims_a_sample_by_size_would_be_sure_to_hold_are_all_reviewed() -> None:
    cents = np.array([100] * 900 + [4_000, 50_000])
    # 10 of 144,000: a claim of 14,400 or more; then 9 of 94,000: of 10,445 or more.
    assert certainty_cut(cents, 10) == 50_000
    number, strata = stratify(cents, 40)
    assert [(one.low_cents, one.certainty) for one in strata] == [(100, False), (4_000, True)]
    assert number.tolist() == [1] * 900 + [2, 2]


def test_at_most_half_of_the_sample_is_certain_and_equal_amounts_stay_together() -> None:
    cents = np.array([1] * 1000 + [900] * 4 + [1000] * 4)
    assert certainty_cut(cents, 10) == 1000


def test_strata_are_parted_where_the_roots_of_the_frequencies_are() -> None:
    # Two heaps of equal frequency: the second half of the roots begins with the second heap.
    cents = np.array([100] * 50 + [1_000] * 50)
    assert len(boundaries(cents, 2)) == 1
    assert 100 <= boundaries(cents, 2)[0] < 1_000


@pytest.mark.parametrize("amounts", [[500] * 300, [1, 2] * 200])
def test_few_distinct_amounts_make_few_strata(amounts: list[int]) -> None:
    _, strata = stratify(np.array(amounts), 100)
    assert len(strata) <= len(set(amounts))


def test_a_frame_no_larger_than_the_sample_is_reviewed_whole() -> None:
    _, (only,) = stratify(np.array([5, 7, 9]), 100)
    assert (only.claims, only.drawn, only.certainty) == (3, 3, True)
