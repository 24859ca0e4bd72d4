"""The care graph as tensors, read off a graph small enough to draw."""

from __future__ import annotations

import numpy as np
import pandas as pd
import torch

from models.fraud.graph_data import EDGE_TYPES, MEMBER_PROVIDER, PROVIDER_PHYSICIAN, care_graph
from models.fraud.linear import signed_log

EDGES = """
type               from to  claims lines paid
member_provider    m1   pa  3      5     100
member_provider    m1   pb  1      1     10
member_provider    m2   pa  2      4     50
member_provider    m2   px  9      9     900
provider_physician pa   d1  5      9     150
provider_physician pb   d1  1      1     10
"""
"""px is no provider of the day."""


def edges(text: str = EDGES) -> pd.DataFrame:
    head, *rows = [line.split() for line in text.strip().splitlines()]
    names = {"type": "edge_type", "from": "from_id", "to": "to_id", "claims": "claim_count", "lines": "line_count"}
    frame = pd.DataFrame(rows, columns=[names.get(name, "paid_amount") for name in head])
    return frame.astype({"claim_count": int, "line_count": int, "paid_amount": float})


PROVIDERS, VALUES = pd.Series(["pa", "pb"]), np.array([[0.0, np.nan], [np.e - 1, -1.0]])


def test_links_point_both_ways_between_positions() -> None:
    links = care_graph(PROVIDERS, VALUES, edges()).edges
    assert links[MEMBER_PROVIDER].tolist() == [[0, 0, 1], [0, 1, 0]]
    assert links[PROVIDER_PHYSICIAN].tolist() == [[0, 1], [0, 0]]
    assert torch.equal(links["provider", "treats", "member"], links[MEMBER_PROVIDER].flip(0))
    assert torch.equal(links["physician", "works_for", "provider"], links[PROVIDER_PHYSICIAN].flip(0))
    assert set(links) == set(EDGE_TYPES)


def test_nodes_carry_what_passes_over_their_links() -> None:
    features = care_graph(PROVIDERS, VALUES, edges()).features
    # providers, claims, lines, paid, share of the claims that is with the main provider
    members = [[2, 4, 6, 110], [1, 2, 4, 50]]
    assert np.allclose(features["member"][:, :4], signed_log(np.array(members)))
    assert np.allclose(features["member"][:, 4], [3 / 4, 1.0])
    assert np.allclose(features["physician"][0, :4], signed_log(np.array([2, 6, 10, 160])))
    assert np.allclose(features["provider"], [[0, np.nan], [1, -np.log(2)]], equal_nan=True)


def test_order_of_rows_does_not_matter() -> None:
    one, other = (care_graph(PROVIDERS, VALUES, rows) for rows in (edges(), edges().iloc[::-1]))
    for kind in EDGE_TYPES:
        assert torch.equal(one.edges[kind], other.edges[kind])
    for node in ("member", "physician"):
        assert torch.equal(one.features[node], other.features[node])


def test_no_links_are_no_error() -> None:
    graph = care_graph(PROVIDERS, VALUES, edges().head(0))
    assert all(links.shape == (2, 0) for links in graph.edges.values())
    assert graph.features["member"].shape == (0, 5)
