"""Who treats whom."""

from __future__ import annotations

from datetime import date

import pytest
from pyspark.sql import Row, SparkSession

from features.care_graph import care_graph
from tests.features.spec import by_key, history

LINES = """
claim line member provider physician day        paid
c1    1    m1     p1       d1        2024-01-05 100
c1    2    m1     p1       d2        2024-01-09 40
c2    1    m1     p1       d1        2024-03-01 10
c3    1    m1     p2       -         2024-02-01 7
c4    1    m2     p1       d1        2024-02-02 5
"""
Edge = tuple[str, str, str]


@pytest.fixture(scope="module")
def edges(spark: SparkSession) -> dict[Edge, Row]:
    graph = care_graph(history(spark, LINES).lines, date(2024, 12, 31))
    return by_key(graph, "edge_type", "from_id", "to_id")


def test_edges_are_pairs_with_a_claim_between_them(edges: dict[Edge, Row]) -> None:
    treated = {pair[1:] for pair in edges if pair[0] == "member_provider"}
    staffed = {pair[1:] for pair in edges if pair[0] == "provider_physician"}
    assert treated == {("m1", "p1"), ("m1", "p2"), ("m2", "p1")}
    assert staffed == {("p1", "d1"), ("p1", "d2")}


def test_weights_of_an_edge(edges: dict[Edge, Row]) -> None:
    edge = edges["member_provider", "m1", "p1"]
    assert (edge["claim_count"], edge["line_count"], float(edge["paid_amount"])) == (2, 3, 150.0)
    assert (edge["first_service"], edge["last_service"]) == (date(2024, 1, 5), date(2024, 3, 1))
    edge = edges["provider_physician", "p1", "d1"]
    assert (edge["claim_count"], edge["line_count"], float(edge["paid_amount"])) == (3, 3, 115.0)
