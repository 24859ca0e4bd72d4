"""Which ties make a ring, on graphs small enough to draw."""

from __future__ import annotations

from itertools import combinations

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from models.cases.rings import LEAST_PROVIDERS, MOST_PROVIDERS, Ring, rings


def ties(*pairs: str, lift: float = 20.0) -> pd.DataFrame:
    """`A-B` is a tie; `A-B:50` one with that lift."""
    rows = []
    for pair in pairs:
        ends, _, given_lift = pair.partition(":")
        left, right = sorted(ends.split("-"))
        rows.append((left, right, float(given_lift or lift)))
    return pd.DataFrame(rows, columns=["left_provider_id", "right_provider_id", "lift"])


def all_of(names: str, lift: str = "") -> list[str]:
    return [f"{left}-{right}{lift}" for left, right in combinations(names.split(), 2)]


def found(*pairs: str) -> list[str]:
    return ["".join(ring.providers) for ring in rings(ties(*pairs)).found]


def test_three_tied_with_each_other_are_one_case() -> None:
    assert rings(ties("A-B", "B-C", "A-C")).found == (Ring(("A", "B", "C"), component=3),)


def test_two_rings_apart_are_two_cases() -> None:
    assert found(*all_of("A B C"), *all_of("X Y Z")) == ["ABC", "XYZ"]


def test_a_pair_is_no_ring() -> None:
    assert found("A-B", "X-Y") == []


def test_one_tie_between_two_rings_does_not_make_them_one() -> None:
    assert found(*all_of("A B C"), *all_of("X Y Z"), "C-X") == ["ABC", "XYZ"]
    assert {ring.component for ring in rings(ties(*all_of("A B C"), *all_of("X Y Z"), "C-X")).found} == {6}


def test_who_is_tied_to_one_of_a_ring_is_not_in_it() -> None:
    assert found(*all_of("A B C D"), "D-E") == ["ABCD"]


def test_a_ring_may_lack_a_tie() -> None:
    assert found("A-B", "B-C", "C-D", "D-A", "A-C") == ["ABCD"]


def test_what_is_too_large_is_cut_where_it_is_loosest() -> None:
    letters = [f"a{n:02}" for n in range(10)], [f"b{n:02}" for n in range(10)]
    inside = [pair for group in letters for pair in all_of(" ".join(group), ":100")]
    across = [f"{left}-{right}:40" for left in letters[0] for right in letters[1]]
    both = rings(ties(*inside, *across))
    assert [ring.providers for ring in both.found] == [tuple(group) for group in letters]
    assert {ring.component for ring in both.found} == {20}
    assert both.refused == frozenset()


def test_what_is_too_large_and_has_no_seam_is_refused() -> None:
    crowd = [f"p{n:02}" for n in range(MOST_PROVIDERS + 1)]
    assert rings(ties(*all_of(" ".join(crowd)))).found == ()
    assert rings(ties(*all_of(" ".join(crowd)))).refused == frozenset(crowd)


def test_no_ties_no_rings() -> None:
    assert rings(ties()).found == ()


_PAIRS = st.lists(
    st.tuples(
        st.sampled_from("ABCDEFGHIJKLMNOP"), st.sampled_from("ABCDEFGHIJKLMNOP"), st.sampled_from([5.0, 9.0, 40.0])
    ),
    max_size=60,
    unique_by=lambda tie: frozenset(tie[:2]),
).map(lambda made: [(min(a, b), max(a, b), lift) for a, b, lift in made if a != b])


@given(made=_PAIRS, data=st.data())
def test_the_order_of_ties_changes_nothing_and_nobody_is_in_two_rings(
    made: list[tuple[str, str, float]], data: st.DataObject
) -> None:
    columns = ["left_provider_id", "right_provider_id", "lift"]
    shuffled = data.draw(st.permutations(made))
    one, other = rings(pd.DataFrame(made, columns=columns)), rings(pd.DataFrame(shuffled, columns=columns))
    assert one == other
    members = [provider for ring in one.found for provider in ring.providers]
    assert len(members) == len(set(members))
    assert not set(members) & one.refused
    assert all(LEAST_PROVIDERS <= len(ring.providers) <= MOST_PROVIDERS for ring in one.found)
