from __future__ import annotations

from pathlib import Path

import numpy as np

from models.risk.graph import GraphModel, shuffled
from models.risk.rows import model_input
from models.risk.train import Trained
from tests.models.risk.book import book


def test_saved_graph_model_predicts_the_same(trained: Trained, tmp_path: Path) -> None:
    assert trained.graph is not None
    features, _, edges = book(200, 3)
    frame = model_input(features)
    again = GraphModel.load(trained.graph.save(tmp_path))
    expected = trained.graph.predict(frame, edges)
    assert np.array_equal(again.predict(frame, edges), expected)
    assert (expected > 0).all()


def test_edges_reach_the_prediction(trained: Trained) -> None:
    assert trained.graph is not None
    features, _, edges = book(200, 3)
    frame = model_input(features)
    assert not np.allclose(trained.graph.predict(frame, edges), trained.graph.predict(frame, None))


def test_shuffling_keeps_every_degree() -> None:
    _, _, edges = book(100, 1)
    mixed = shuffled(edges, seed=1)
    for end in ("from_id", "to_id"):
        assert mixed[end].value_counts().to_dict() == edges[end].value_counts().to_dict()


def test_challenger_is_told_apart_from_champion(trained: Trained) -> None:
    assert any("graph challenger" in note for note in trained.notes)
    assert {"gain_over_trees", "gain_over_shuffled_edges"} <= set(trained.graph_metrics)
