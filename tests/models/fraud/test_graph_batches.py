"""Batches of the care graph, and that no label reaches the provider whose label is asked for."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import torch

from models.fraud import graph_batches
from models.fraud.graph_batches import UNKNOWN, Batch, Batches, Scale
from models.fraud.graph_data import LINK_FEATURES, CareGraph, care_graph

COUNT = 12
EVERYONE = np.arange(COUNT)
KNOWN = np.where(EVERYONE % 3 == 0, 1, np.where(EVERYONE % 3 == 1, 0, UNKNOWN))


def care() -> CareGraph:
    """Twelve providers in a circle, each sharing a member with the next."""
    rows = [("member_provider", f"m{one}", f"p{other % COUNT:02}") for one in EVERYONE for other in (one, one + 1)]
    frame = pd.DataFrame(rows, columns=["edge_type", "from_id", "to_id"])
    values = np.arange(COUNT * 2.0).reshape(COUNT, 2)
    return care_graph(
        pd.Series([f"p{one:02}" for one in EVERYONE]), values, frame.assign(claim_count=1, line_count=1, paid_amount=1)
    )


def batches(known: np.ndarray | None) -> Batches:
    width = {"provider": 2, "member": LINK_FEATURES, "physician": LINK_FEATURES}
    scale = Scale(*({kind: torch.full((size,), level) for kind, size in width.items()} for level in (0.0, 1.0)))
    return Batches(care(), scale, known, seed=3)


def inputs(known: np.ndarray, epoch: int = 0) -> list[tuple[Batch, dict[int, list[float]]]]:
    """Per batch to learn from, what the network is told of each provider in it."""
    found = []
    for batch in batches(known).to_learn(EVERYONE, epoch):
        # Features of provider n begin with log(1 + 2n): they say which node it is.
        ids = np.round(np.expm1(batch.features["provider"][:, 0].numpy()) / 2).astype(int)
        assert ids[: len(batch.providers)].tolist() == batch.providers.tolist()
        found.append((batch, dict(zip(ids.tolist(), batch.features["provider"][:, -2:].tolist(), strict=True))))
    return found


@pytest.fixture(autouse=True)
def whole_values(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(graph_batches, "_EXTREME", 1e9)


def test_each_provider_is_asked_for_once_an_epoch_in_an_order_of_its_own() -> None:
    orders = [torch.cat([batch.providers for batch in batches(None).to_learn(EVERYONE, epoch)]) for epoch in (0, 1, 0)]
    assert all(sorted(order.tolist()) == EVERYONE.tolist() for order in orders)
    assert torch.equal(orders[0], orders[2])
    assert not torch.equal(orders[0], orders[1])
    scored = torch.cat([batch.providers for batch in batches(None).to_score(EVERYONE[::-1])])
    assert scored.tolist() == EVERYONE[::-1].tolist()


def test_labels_of_a_batch_s_own_providers_are_told_to_nobody_and_those_of_neighbours_are() -> None:
    others = 0
    for batch, told in inputs(KNOWN):
        for provider, label in told.items():
            if provider in batch.providers.tolist():
                assert label == [0.0, 0.0]
            else:
                assert label == [float(KNOWN[provider] == 1), float(KNOWN[provider] == 0)]
                others += any(label)
    assert others > 0


def test_turning_a_label_changes_no_input_of_the_batch_that_asks_for_it() -> None:
    planted = KNOWN.copy()
    planted[4] = 1 - planted[4]
    changed = []
    for (batch, before), (_, after) in zip(inputs(KNOWN), inputs(planted), strict=True):
        if 4 in batch.providers.tolist():
            assert before == after
        changed.append(before != after)
    assert any(changed), "it is told to the batches of its neighbours"
