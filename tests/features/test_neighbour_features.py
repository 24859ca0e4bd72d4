"""What the providers around a provider look like, on graphs small enough to work out by hand."""

from __future__ import annotations

from datetime import date

import pytest
from pyspark.sql import DataFrame, Row, SparkSession
from pyspark.sql import functions as F

from catalog import TABLES
from features.neighbour_features import MAX_DEGREE, neighbour_features
from tests.features.spec import by_key

AS_OF = date(2024, 12, 31)

# Members and the providers they see. A and B share two members, B and C one: A - B - C is a chain.
# X, Y and Z share two members each with each other; loner shares none. `crowd` sees too many to make neighbours.
VISITS = {
    "m1": "A B",
    "m2": "A B",
    "m3": "B C",
    "m4": "A",
    "m5": "A",
    "r1": "X Y Z",
    "r2": "X Y Z",
    "r3": "X",
    "q": "loner",
    "crowd": " ".join(["loner", *[f"h{number}" for number in range(MAX_DEGREE)]]),
}
STAFF = {"d1": "A C", "d2": "A loner", "d3": "B"}
PAID_PER_MEMBER = {"A": 100.0, "B": 10.0, "C": 40.0, "X": 1.0, "Y": 2.0, "Z": 4.0, "loner": 7.0}


def graph(spark: SparkSession) -> DataFrame:
    treated = [("member_provider", member, p) for member, seen in VISITS.items() for p in seen.split()]
    staffed = [("provider_physician", p, doctor) for doctor, under in STAFF.items() for p in under.split()]
    return spark.createDataFrame(treated + staffed, "edge_type string, from_id string, to_id string")


def providers(spark: SparkSession) -> DataFrame:
    seen = [(p, PAID_PER_MEMBER.get(p)) for p in sorted({p for seen in VISITS.values() for p in seen.split()})]
    volume = {p: float(sum(p in seen.split() for seen in VISITS.values())) for p, _ in seen}
    frame = spark.createDataFrame(
        [(p, paid, volume[p]) for p, paid in seen], "provider_id string, paid double, n double"
    )
    absent = [
        name for name in TABLES["provider_features"].feature_names if name not in ("paid_per_member", "member_volume")
    ]
    return frame.withColumnsRenamed({"paid": "paid_per_member", "n": "member_volume"}).withColumns(
        {name: F.lit(None).cast("double") for name in absent}
    )


@pytest.fixture(scope="module")
def found(spark: SparkSession) -> dict[str, Row]:
    return by_key(neighbour_features(graph(spark), providers(spark), AS_OF), "provider_id")


def values(found: dict[str, Row], feature: str, names: str) -> list[float | None]:
    return [found[name][feature] for name in names.split()]


def test_every_provider_has_a_row(found: dict[str, Row]) -> None:
    assert len(found) == 7 + MAX_DEGREE


def test_neighbours_share_a_member_or_a_physician(found: dict[str, Row]) -> None:
    assert values(found, "co_provider_count", "A B C X loner") == [1, 2, 1, 2, 0]
    assert values(found, "co_physician_provider_count", "A B C loner") == [2, 0, 1, 1]


def test_a_crowd_makes_no_neighbours(found: dict[str, Row]) -> None:
    assert values(found, "co_provider_count", "loner h0") == [0, 0]


def test_first_hop_is_weighted_by_shared_members_and_leaves_the_provider_out(found: dict[str, Row]) -> None:
    """B: twice A's 100 and once C's 40. A: B's 10 alone."""
    assert values(found, "member_mean_paid_per_member", "A B C loner") == [10.0, 80.0, 10.0, None]


def test_one_shared_member_makes_no_maximum(found: dict[str, Row]) -> None:
    assert values(found, "member_max_paid_per_member", "A B C X") == [10.0, 100.0, None, 4.0]


def test_second_hop_leaves_the_provider_out(found: dict[str, Row]) -> None:
    """A looks through B at C and C through B at A; B looks through A and C at nobody but itself.

    X looks through Y at Z and through Z at Y."""
    assert values(found, "second_hop_paid_per_member", "A C B loner") == [40.0, 100.0, None, None]
    assert values(found, "second_hop_paid_per_member", "X Y Z") == [3.0, 2.5, 1.5]


def test_colleagues_are_weighted_by_shared_physicians(found: dict[str, Row]) -> None:
    assert values(found, "physician_mean_paid_per_member", "A B C") == [23.5, None, 100.0]


def test_a_metric_unknown_of_all_neighbours_is_unknown(found: dict[str, Row]) -> None:
    assert values(found, "member_mean_paid_vs_code", "A X") == [None, None]


def test_shares_of_members(found: dict[str, Row]) -> None:
    assert values(found, "shared_member_share", "A B X loner") == pytest.approx([0.5, 1, 2 / 3, 0])
    assert values(found, "strongest_shared_share", "A B X loner") == [
        0.5,
        pytest.approx(2 / 3),
        pytest.approx(2 / 3),
        0.0,
    ]


def test_members_who_go_round_a_ring(found: dict[str, Row]) -> None:
    assert values(found, "ring_member_share", "A B X Y") == pytest.approx([0, 0, 2 / 3, 1])


def test_pairs_who_share_most_with_each_other(found: dict[str, Row]) -> None:
    assert values(found, "mutual_strongest", "A B C X loner") == [1.0, 1.0, 0.0, 1.0, 0.0]
