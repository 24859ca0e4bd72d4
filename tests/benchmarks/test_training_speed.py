"""The training benchmark holds Underwatch against peers that learn the same."""

from __future__ import annotations

import pytest
import torch

from benchmarks.training_speed import BareNetwork, epochs_beside_peers, trees_beside_peers
from models.fraud.graph import CareNetwork
from models.fraud.graph_data import LINK_FEATURES


def test_peers_learn_what_our_trees_learn() -> None:
    ours, *peers = [ap for _, ap in trees_beside_peers(4000, seed=1).values()]
    assert ours > 0.3  # one claim in seven is confirmed
    assert peers == pytest.approx([ours] * 3, abs=0.07)


def test_the_bare_loop_trains_a_network_of_our_size() -> None:
    bare = BareNetwork({"provider": 40, "member": LINK_FEATURES, "physician": LINK_FEATURES})
    assert _weights(bare) == _weights(CareNetwork(40))


def test_every_loop_is_timed() -> None:
    spent = epochs_beside_peers(5000, epochs=1, seed=1)
    assert len(spent) == 3
    assert all(seconds > 0 and worked > 0 for seconds, worked in spent.values())


def _weights(network: torch.nn.Module) -> int:
    return sum(one.numel() for one in network.parameters())
