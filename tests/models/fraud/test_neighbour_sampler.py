"""Drawing neighbours, on graphs small enough to count."""

from __future__ import annotations

import numpy as np
import torch
from torch_geometric.sampler import HeteroSamplerOutput, NodeSamplerInput

from models.fraud.neighbour_sampler import LinksByEnd, NeighbourSampler, draw_without_replacement

TREATED, TREATS = ("member", "treated_by", "provider"), ("provider", "treats", "member")
MEMBERS, PROVIDERS = 60, 5
# Provider 0 has forty members, provider 1 two of them, provider 2 the last one alone, 3 and 4 share one.
LINKS = torch.tensor([[*range(40), 3, 7, 59, 50, 50], [*[0] * 40, 1, 1, 2, 3, 4]])


def sampler(seed: int = 1, most: tuple[int, ...] = (8, 2)) -> NeighbourSampler:
    links = {TREATED: LinksByEnd(LINKS, PROVIDERS), TREATS: LinksByEnd(LINKS.flip(0), MEMBERS)}
    return NeighbourSampler(links, {"member": MEMBERS, "provider": PROVIDERS}, dict.fromkeys(links, most), seed)


def drawn(of: NeighbourSampler, *providers: int) -> HeteroSamplerOutput:
    asked = torch.tensor(providers)
    return of.sample_from_nodes(NodeSamplerInput(asked, asked, None, "provider"))


def test_every_link_drawn_is_a_link_of_the_graph_under_its_own_number() -> None:
    found = drawn(sampler(), 0, 1, 3)
    for kind, links in {TREATED: LINKS, TREATS: LINKS.flip(0)}.items():
        ends = torch.stack([found.node[kind[0]][found.row[kind]], found.node[kind[2]][found.col[kind]]])
        assert torch.equal(ends, links[:, found.edge[kind]])
        assert len(found.edge[kind].unique()) == len(found.edge[kind])


def test_a_node_gives_all_its_links_or_as_many_different_ones_as_are_wanted() -> None:
    found = drawn(sampler(), 0, 1, 2)
    into = found.col[TREATED][: found.num_sampled_edges[TREATED][0]]
    assert torch.bincount(into).tolist() == [8, 2, 1]


def test_hops_are_counted_and_nodes_are_there_once_the_ones_asked_for_first() -> None:
    found = drawn(sampler(), 3)
    assert found.node["provider"].tolist() == [3, 4]
    assert found.node["member"].tolist() == [50]
    assert found.num_sampled_nodes == {"member": [0, 1, 0], "provider": [1, 0, 1]}
    assert found.num_sampled_edges == {TREATED: [1, 0], TREATS: [0, 2]}


def test_the_draw_follows_seed_epoch_and_batch_alone() -> None:
    one, same, other = sampler(), sampler(), sampler(seed=2)
    first = drawn(one, 0)
    drawn(same, 1, 2)  # what was drawn before does not matter
    assert torch.equal(drawn(same, 0).edge[TREATED], first.edge[TREATED])
    assert not torch.equal(drawn(other, 0).edge[TREATED], first.edge[TREATED])
    one.epoch = 1
    assert not torch.equal(drawn(one, 0).edge[TREATED], first.edge[TREATED])


def test_every_number_is_drawn_as_often_as_any_other_and_once() -> None:
    numbers = draw_without_replacement(np.full(6000, 7), 3, np.random.default_rng(3))
    assert (np.diff(np.sort(numbers, axis=1), axis=1) > 0).all()
    share = np.bincount(numbers.ravel(), minlength=7) / 6000
    assert np.abs(share - 3 / 7).max() < 0.03


def test_nodes_without_links_are_no_error() -> None:
    empty = LinksByEnd(torch.zeros((2, 0), dtype=torch.int64), 4)
    assert [len(part) for part in empty.draw(np.arange(4), 3, np.random.default_rng(0))] == [0, 0]
    lonely = NeighbourSampler({TREATED: LinksByEnd(LINKS[:, :0], 5)}, {"member": 0, "provider": 5}, {TREATED: (4,)}, 1)
    assert drawn(lonely, 2).node["provider"].tolist() == [2]
