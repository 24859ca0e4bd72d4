"""A network must live off the links: guilt that shows in nothing else is found, and lost when they are shuffled."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from safetensors.torch import load
from sklearn.metrics import roc_auc_score

from models.fraud import graph, graph_batches
from models.fraud.graph_batches import UNKNOWN
from models.fraud.graph_data import CareGraph, care_graph
from models.fraud.train_providers import shuffled

COUNT = 160
IDS = pd.Series([f"p{row:03}" for row in range(COUNT)])
GUILTY = (np.arange(COUNT) % 4 == 0).astype(int)
TRAIN, HELD_OUT = np.arange(0, 110), np.arange(110, COUNT)


def ring_links() -> pd.DataFrame:
    """Every provider treats six members; those of the guilty see six of the guilty, the others one provider."""
    rows = []
    for row, provider in enumerate(IDS):
        members = [f"ring{(row // 4 + k) % 40}" for k in range(6)] if GUILTY[row] else [f"m{row}-{k}" for k in range(6)]
        rows += [("member_provider", member, provider) for member in members]
        rows.append(("provider_physician", provider, f"d{row // 2}"))
    frame = pd.DataFrame(rows, columns=["edge_type", "from_id", "to_id"])
    return frame.assign(claim_count=1, line_count=1, paid_amount=10.0)


def care(edges: pd.DataFrame) -> CareGraph:
    noise = np.random.default_rng(2).normal(size=(COUNT, 3))
    noise[::9, 1] = np.nan
    return care_graph(IDS, noise, edges)


def held_out_auc(over: CareGraph) -> float:
    network = graph.train_network(over, TRAIN, GUILTY[TRAIN], HELD_OUT, seed=1)
    return float(roc_auc_score(GUILTY[HELD_OUT], graph.margins([network], over)[HELD_OUT, 0]))


def test_guilt_that_only_links_show_is_found_and_lost_when_they_are_shuffled() -> None:
    assert held_out_auc(care(ring_links())) > 0.95
    assert held_out_auc(care(shuffled(ring_links(), seed=1))) < 0.75


def test_shuffling_keeps_every_degree_and_kind() -> None:
    before, after = ring_links(), shuffled(ring_links(), seed=1)
    for end in ("from_id", "to_id"):
        keys = ["edge_type", end]
        assert after[keys].value_counts().to_dict() == before[keys].value_counts().to_dict()
    assert len(after.merge(before, on=["edge_type", "from_id", "to_id"])) < len(before) / 4


def test_the_same_seed_gives_the_same_bytes() -> None:
    over = care(ring_links())
    one, same, other = (graph.train_network(over, TRAIN, GUILTY[TRAIN], HELD_OUT, seed) for seed in (1, 1, 2))
    assert one == same
    assert one != other
    assert np.array_equal(graph.margins([one], over), graph.margins([same], over))


def test_told_labels_are_read_and_that_of_a_held_out_provider_says_nothing_about_it() -> None:
    over = care(ring_links())
    told = graph.train_network(over, TRAIN, GUILTY[TRAIN], HELD_OUT, seed=1, told=True)
    known = np.full((COUNT, 1), UNKNOWN)
    known[TRAIN, 0] = GUILTY[TRAIN]
    before = graph.margins([told], over, known)
    assert roc_auc_score(GUILTY[HELD_OUT], before[HELD_OUT, 0]) > 0.95
    turned = known.copy()
    turned[TRAIN, 0] = 1 - known[TRAIN, 0]
    assert not np.allclose(graph.margins([told], over, turned)[HELD_OUT], before[HELD_OUT])
    # Training is given no label of theirs, so there is none to turn; a caller that forgets the labels is told so.
    with pytest.raises(ValueError, match="known"):
        graph.margins([told], over)


def test_neighbours_are_drawn_not_passed_through_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(graph_batches, "DRAWN", (2, 2))
    monkeypatch.setattr(graph_batches, "DRAWN_TO_SCORE", (3, 3))
    assert held_out_auc(care(ring_links())) > 0.9


def test_held_out_providers_do_not_shape_the_scale() -> None:
    over = care(ring_links())
    stored = load(graph.train_network(over, TRAIN, GUILTY[TRAIN], HELD_OUT, seed=1))
    values = over.features["provider"][TRAIN].numpy()
    assert stored["mean/provider"].numpy() == pytest.approx(np.nanmean(values, axis=0), abs=1e-6)
    assert stored["spread/provider"].numpy() == pytest.approx(np.nanstd(values, axis=0), abs=1e-6)


def test_networks_speak_side_by_side() -> None:
    over = care(ring_links())
    several = [graph.train_network(over, TRAIN, GUILTY[TRAIN], HELD_OUT, seed) for seed in (1, 2)]
    both = graph.margins(several, over)
    assert both.shape == (COUNT, 2)
    assert np.isfinite(both).all()
    assert np.array_equal(both[:, 1:], graph.margins(several[1:], over))
