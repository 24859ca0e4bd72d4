"""Shared members and what chance makes of them, on graphs small enough to work out by hand."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pyspark.sql import DataFrame, SparkSession

from features.care_graph import MEMBER_PROVIDER, PROVIDER_PHYSICIAN
from features.case_members import common_links, common_words, shown_lines
from features.neighbour_features import MAX_DEGREE
from features.shared_links import links, shared_pairs, strongest_pairs, with_expected
from tests.features.tables import interpreted

# Members and the providers they see; `crowd` sees too many to make pairs. A, B and C are in the north, X and Y in the
# south.
VISITS = {
    "m1": "A B",
    "m2": "A B",
    "m3": "A C",
    "m4": "A",
    "m5": "X Y",
    "m6": "X Y A",
    "crowd": " ".join(["B", "C", *[f"h{number}" for number in range(MAX_DEGREE)]]),
}
STAFF = {"d1": "A C", "d2": "X"}
MARKETS = {"A": "north", "B": "north", "C": "north", "X": "south", "Y": "south"}


@pytest.fixture(scope="module", autouse=True)
def uncompiled(spark: SparkSession) -> Iterator[None]:
    with interpreted(spark):
        yield


@pytest.fixture(scope="module")
def graph(spark: SparkSession) -> DataFrame:
    edges = [(MEMBER_PROVIDER, member, p, 1) for member, seen in VISITS.items() for p in seen.split()]
    edges += [(PROVIDER_PHYSICIAN, p, doctor, 1) for doctor, under in STAFF.items() for p in under.split()]
    return spark.createDataFrame(edges, "edge_type string, from_id string, to_id string, claim_count bigint").coalesce(
        1
    )


@pytest.fixture(scope="module")
def members(graph: DataFrame) -> DataFrame:
    return links(graph, MEMBER_PROVIDER).localCheckpoint()


@pytest.fixture(scope="module")
def rings(spark: SparkSession) -> DataFrame:
    return spark.createDataFrame([("case-1", name) for name in "ABX"], "case_id string, provider_id string")


def by_pair(pairs: DataFrame, column: str) -> dict[str, float]:
    return {row["left_provider_id"] + row["right_provider_id"]: row[column] for row in pairs.collect()}


def test_pairs_share_members_and_a_crowd_makes_none(members: DataFrame) -> None:
    assert by_pair(shared_pairs(members, 1), "shared") == {"AB": 2, "AC": 1, "XY": 2, "AX": 1, "AY": 1}
    assert by_pair(shared_pairs(members, 2), "shared") == {"AB": 2, "XY": 2}


def test_pairs_share_physicians(graph: DataFrame) -> None:
    assert by_pair(shared_pairs(links(graph, PROVIDER_PHYSICIAN), 1), "shared") == {"AC": 1}


def test_chance_spreads_the_meetings_of_each_market_by_volume(spark: SparkSession, members: DataFrame) -> None:
    """North: volumes A 4, B 2, C 1, six ordered meetings over 7 * 7 - 21 = 28. South: X 2, Y 2, A 1, eight over 16."""
    markets = spark.createDataFrame(list(MARKETS.items()), "provider_id string, market string")
    found = with_expected(shared_pairs(members, 1), members, markets)
    expected = {"AB": 8 * 6 / 28, "AC": 4 * 6 / 28, "XY": 2.0, "AX": 1.0, "AY": 1.0}
    assert by_pair(found, "expected") == pytest.approx(expected)
    assert by_pair(found, "left_volume") == {"AB": 5, "AC": 5, "XY": 2, "AX": 5, "AY": 5}


def test_the_strongest_pairs_of_each_provider(members: DataFrame) -> None:
    assert by_pair(strongest_pairs(shared_pairs(members, 1), 1), "shared") == {"AB": 2, "AC": 1, "XY": 2}


def test_members_and_words_that_two_of_a_case_have_in_common(
    spark: SparkSession, members: DataFrame, rings: DataFrame
) -> None:
    (case,) = common_links(members, rings).collect()
    assert case.asDict() == {"case_id": "case-1", "link_count": 6, "shared_ids": ["m1", "m2", "m6"]}
    described = [("A", "12-3"), ("B", "99-9"), ("X", "12-3"), ("C", "99-9"), ("Y", None)]
    told = common_words(spark.createDataFrame(described, "provider_id string, tax_id string"), rings, "tax_id")
    assert [row.asDict() for row in told.collect()] == [{"case_id": "case-1", "shared_ids": ["12-3"]}]


def test_the_lines_shown_are_those_of_shared_members_first_to_review_first(
    spark: SparkSession, members: DataFrame, rings: DataFrame
) -> None:
    claims = [("c1", "A", "m1", 3), ("c2", "B", "m1", 1), ("c3", "A", "m4", 2), ("c4", "C", "m1", 4)]
    scored = spark.createDataFrame(claims, "claim_id string, provider_id string, member_id string, fraud_rank bigint")
    lines = scored.selectExpr("claim_id", "array(concat(claim_id, '-1'), concat(claim_id, '-2')) as claim_line_ids")
    (shown,) = shown_lines(scored, lines, rings, common_links(members, rings)).collect()
    assert shown.asDict() == {"case_id": "case-1", "evidence": ["c2-1", "c1-1"]}
