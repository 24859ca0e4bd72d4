"""The model card, from a made-up version."""

from __future__ import annotations

import pytest

from models.card import card
from models.registry import RegisteredModel

METRICS = {"oot_r2": 0.3, "oot_r2_lower": 0.2, "oot_r2_upper": 0.4, "graph_oot_r2": 0.1}


@pytest.mark.parametrize(
    ("name", "row", "other"),
    [
        ("risk_cost", "| oot_r2 | 0.3 | 0.2 to 0.4 |", "graph_oot_r2"),
        ("risk_cost_graph", "| graph_oot_r2 | 0.1 |", "| oot_r2"),
    ],
)
def test_a_card_has_the_metrics_of_its_own_version(name: str, row: str, other: str) -> None:
    """The run that trains a cost model measures its graph challenger too."""
    text = card(RegisteredModel(name, "1", "run", {}, METRICS), {}, None, [], [])
    assert row in text
    assert other not in text
