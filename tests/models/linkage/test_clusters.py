"""Being one provider is an equivalence, never spans two NPIs, and does not depend on the order of the links."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from models.linkage.clusters import Pair, clusters

_IDS = st.sampled_from([f"p{number}" for number in range(8)])
_LINKS = st.dictionaries(
    st.tuples(_IDS, _IDS).filter(lambda pair: pair[0] < pair[1]), st.sampled_from([4.0, 9.0, 13.0]), max_size=14
)
_NPIS = st.dictionaries(_IDS, st.sampled_from(["n1", "n2", "n3"]))


@given(_LINKS, _NPIS, st.sampled_from([0.0, 4.25]))
def test_linked_ids_form_an_equivalence_without_two_npis(
    links: dict[Pair, float], npi: dict[str, str], margin: float
) -> None:
    found = clusters(links, npi, margin)
    entity = found.entity
    for (left, right), _ in links.items():
        if (left, right) not in found.withheld:
            assert entity[left] == entity[right]
        else:
            assert left in npi or right in npi
            assert left not in entity or entity[left] != entity.get(right)
    for provider, name in entity.items():
        assert entity[name] == name <= provider  # a provider is named by its smallest id, which belongs to it
    held = {(entity[provider], number) for provider, number in npi.items() if provider in entity}
    assert len({name for name, _ in held}) == len(held)


@given(_LINKS, _NPIS, st.randoms(use_true_random=False))
def test_neither_order_nor_sides_of_the_links_matter(
    links: dict[Pair, float], npi: dict[str, str], random: object
) -> None:
    pairs = list(links.items())
    random.shuffle(pairs)  # type: ignore[attr-defined]
    turned = {(right, left): weight for (left, right), weight in pairs}
    one, other = clusters(links, npi), clusters(turned, npi)
    assert one.entity == other.entity
    assert one.withheld == {(left, right) for right, left in other.withheld}


@given(_LINKS, st.data())
def test_a_link_taken_back_leaves_no_trace(links: dict[Pair, float], data: st.DataObject) -> None:
    """Without NPIs: what is linked otherwise stays, and nothing new comes together."""
    back = data.draw(st.sets(st.sampled_from(sorted(links)))) if links else set()
    before, after = clusters(links, {}), clusters({pair: 9.0 for pair in links if pair not in back}, {})
    together = [pair for pair in links if after.entity.get(pair[0]) == after.entity.get(pair[1], "")]
    assert all(before.entity[left] == before.entity[right] for left, right in together)
    assert clusters({**dict.fromkeys(back, 9.0), **{p: 9.0 for p in links if p not in back}}, {}) == before


def test_who_could_be_either_of_two_npis_is_neither() -> None:
    npi = {"a": "n1", "b": "n2"}
    found = clusters({("a", "c"): 9.0, ("b", "c"): 9.0, ("c", "d"): 9.0}, npi, margin=4.0)
    assert found.entity == {"c": "c", "d": "c"}
    assert found.withheld == {("a", "c"), ("b", "c")}


def test_who_is_far_likelier_one_of_them_is_that_one() -> None:
    npi = {"a": "n1", "b": "n2"}
    found = clusters({("a", "c"): 13.0, ("b", "c"): 6.0, ("c", "d"): 9.0}, npi, margin=4.0)
    assert found.entity == {"a": "a", "c": "a", "d": "a"}
    assert found.withheld == {("b", "c")}
