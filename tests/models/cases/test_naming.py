"""A case keeps its name while most of its providers stay."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from models.cases.naming import named
from models.cases.rings import Ring


def ring(letters: str) -> Ring:
    return Ring(tuple(sorted(letters)), len(letters))


def names(*rings: str, earlier: dict[str, str] | None = None) -> dict[str, str]:
    """{providers: case_id}"""
    before = {name: frozenset(letters) for name, letters in (earlier or {}).items()}
    return {"".join(one.providers): name for name, one in named([ring(each) for each in rings], before).items()}


def test_the_same_providers_get_the_same_name_whatever_else_is_found() -> None:
    assert names("ABC")["ABC"] == names("ABC", "XYZ")["ABC"]
    assert names("ABC")["ABC"] != names("ABD")["ABD"]


def test_a_ring_that_grows_keeps_its_name() -> None:
    assert names("ABCD", earlier={"case-1": "ABC"}) == {"ABCD": "case-1"}


def test_a_ring_that_lost_most_of_its_providers_is_a_new_one() -> None:
    assert names("ABXYZ", earlier={"case-1": "ABC"})["ABXYZ"] != "case-1"


def test_of_two_parts_the_nearer_keeps_the_name() -> None:
    found = names("ABC", "DEFG", earlier={"case-1": "ABCDEFG"})
    assert found["DEFG"] == "case-1"
    assert found["ABC"] != "case-1"


def test_a_new_ring_never_takes_the_name_of_an_earlier_one() -> None:
    first = names("ABC")["ABC"]
    assert names("ABC", earlier={first: "XYZ"})["ABC"] != first


@given(st.permutations(["ABC", "DEF", "GHIJ", "KLM"]), st.permutations([("c1", "ABD"), ("c2", "EFG"), ("c3", "GHIK")]))
def test_order_changes_nothing(rings: list[str], earlier: list[tuple[str, str]]) -> None:
    assert names(*rings, earlier=dict(earlier)) == names("ABC", "DEF", "GHIJ", "KLM", earlier=dict(sorted(earlier)))
