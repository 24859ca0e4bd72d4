"""Cases of a made-up book: three towns of honest care, and three providers of different towns who share a list."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date

import pytest
from pyspark.sql import DataFrame, Row, SparkSession
from pyspark.sql import functions as F

from catalog import TABLES
from expectations import suite
from expectations.run import run_suite
from features.care_graph import MEMBER_PROVIDER, PROVIDER_PHYSICIAN
from jobs.case_tables import Cases, case_rows, earlier_cases, find_cases
from lake import Lake
from tests.expectations.rows import rows
from tests.features.tables import interpreted

pytestmark = pytest.mark.slow
TOWNS, PROVIDERS, MEMBERS, LISTED = 3, 22, 600, 18
RING = ("p0-00", "p1-00", "p2-00")
DAY = date(2025, 12, 31)
EDGE = "edge_type string, from_id string, to_id string, claim_count bigint"


def edges() -> list[tuple[str, str, str, int]]:
    """Everyone sees four providers of the own town; some, of all towns, also the whole ring. One physician works for
    two of the ring, another for all providers."""
    dice = random.Random(4)
    made = set()
    for number in range(MEMBERS):
        town = number % TOWNS
        seen = {f"p{town}-{place:02}" for place in dice.sample(range(PROVIDERS), 4)}
        made |= {
            (MEMBER_PROVIDER, f"m{number:03}", provider, 1) for provider in seen | set(RING if number < LISTED else ())
        }
    everyone = {provider for _, _, provider, _ in made}
    made |= {(PROVIDER_PHYSICIAN, provider, "everywhere", 1) for provider in everyone}
    made |= {(PROVIDER_PHYSICIAN, provider, "d1", 1) for provider in RING[:2]}
    return sorted(made)


@pytest.fixture(scope="module", autouse=True)
def uncompiled(spark: SparkSession) -> Iterator[None]:
    with interpreted(spark):
        yield


@pytest.fixture(scope="module")
def graph(spark: SparkSession) -> DataFrame:
    return spark.createDataFrame(edges(), EDGE).coalesce(1)


@pytest.fixture(scope="module")
def cases(graph: DataFrame) -> Cases:
    return find_cases(graph, {})


@pytest.fixture(scope="module")
def table(spark: SparkSession, cases: Cases) -> DataFrame:
    """The table without lineage, with what scoring hands to it made up."""
    visits = [(f"{member}/{provider}", provider, member, number) for number, (kind, member, provider, _) in
              enumerate(edges()) if kind == MEMBER_PROVIDER]  # fmt: skip
    claims = spark.createDataFrame(visits, "claim_id string, provider_id string, member_id string, fraud_rank bigint")
    lines = claims.selectExpr("claim_id", "array(concat(claim_id, '-1')) as claim_line_ids")
    scored = [(provider, 10, 1000.0, 7 - place, 0.1 * place, "supervised") for place, provider in enumerate(RING)]
    judged = spark.createDataFrame(
        scored,
        "provider_id string, claim_count bigint, paid_amount double, fraud_rank bigint, fraud_probability double, "
        "score_basis string",
    ).withColumn("case_id", F.lit(None).cast("string"))
    described = rows(spark, "providers", *[{"provider_id": f"'{p}'", "tax_id": "'12-3'"} for p in RING[1:]])
    link = {"left_provider_id": f"'{RING[0]}'", "right_provider_id": f"'{RING[1]}'"}
    links = rows(spark, "provider_links", link)
    return case_rows(cases, described, links, judged, claims, lines).localCheckpoint()


@pytest.fixture(scope="module")
def case(table: DataFrame) -> Row:
    """Its one row."""
    (row,) = table.collect()
    return row


def test_those_who_share_a_list_are_one_case_and_the_towns_are_none(cases: Cases) -> None:
    assert [ring.providers for ring in cases.rings.values()] == [RING]
    assert cases.refused == 0
    assert set(cases.ties["kind"]) == {"members"}  # a physician of everyone ties nobody


def test_the_order_of_rows_changes_nothing(graph: DataFrame, cases: Cases) -> None:
    again = find_cases(graph.orderBy(F.rand(3)).repartition(4), {})
    assert again.rings == cases.rings


def test_a_case_keeps_the_name_of_an_earlier_day(spark: SparkSession, graph: DataFrame, lake: Lake) -> None:
    assert earlier_cases(spark, lake, DAY) == {}
    for day, name in (("2025-10-31", "case-old"), ("2025-11-30", "case-kept"), ("2025-12-31", "case-of-the-day")):
        before = {"case_id": f"'{name}'", "as_of": f"date'{day}'", "provider_ids": f"array('{RING[0]}', '{RING[2]}')"}
        lake.overwrite(rows(spark, "cases", before), "cases", day)
    assert list(find_cases(graph, earlier_cases(spark, lake, DAY)).rings) == ["case-kept"]


def test_the_row_says_what_binds_the_case(cases: Cases, case: Row) -> None:
    assert case["case_id"] in cases.rings
    assert (tuple(case["provider_ids"]), case["provider_count"]) == (RING, 3)
    assert (case["claim_count"], case["paid_amount"]) == (30, 3000.0)
    assert set(case["shared_member_ids"]) >= {f"m{number:03}" for number in range(LISTED)}
    assert case["shared_member_count"] == len(case["shared_member_ids"])
    assert (case["shared_physician_ids"], case["shared_tax_ids"], case["shared_zip_codes"]) == (["d1"], ["12-3"], [])
    assert (case["bound_by"], case["strongest_provider_id"], case["fraud_rank"]) == ("members", RING[2], 5)
    assert case["pair_shared"] >= 3 * LISTED > 3 * case["pair_expected"]
    made = {column.name for column in TABLES["cases"].columns if column.role != "lineage"} - {"as_of"}
    assert made <= set(case.asDict())


def test_the_row_passes_the_checks_of_its_table(spark: SparkSession, table: DataFrame) -> None:
    lineage = {
        column.name: F.lit(None).cast(column.type) for column in TABLES["cases"].columns if column.role == "lineage"
    }
    known = rows(spark, "provider_features", *[{"provider_id": f"'{provider}'"} for provider in RING])
    made = table.withColumns(lineage | {"as_of": F.lit(DAY)})
    failed = {outcome.check.name for outcome in run_suite("cases", made, suite("cases"), lambda _: known).outcomes
              if outcome.status != "passed"}  # fmt: skip
    assert failed == {f"{name} is filled" for name in lineage}


def test_reasons_count_members_name_physicians_and_cite_lines_of_shared_members(case: Row) -> None:
    told = {reason["code"]: reason for reason in case["reasons"]}
    assert list(told) == ["SHARED_MEMBERS", "SAME_PROVIDER", "SHARED_PHYSICIANS", "SHARED_TAX_ID"]
    assert f"{case['shared_member_count']} members go to two or more" in told["SHARED_MEMBERS"]["text"]
    assert not any(member in reason["text"] for reason in told.values() for member in case["shared_member_ids"])
    assert "d1" in told["SHARED_PHYSICIANS"]["text"]
    shown = told["SHARED_MEMBERS"]["evidence"]
    assert shown and {line.split("/")[0] for line in shown} <= set(case["shared_member_ids"])
    assert {line.split("/")[1].removesuffix("-1") for line in shown} <= set(RING)


def test_a_book_without_rings_has_no_rows(spark: SparkSession, graph: DataFrame) -> None:
    honest = find_cases(graph.where(~F.col("from_id").rlike("^m0(0.|1[0-7])$")), {})
    assert honest.rings == {}
    assert honest.providers.collect() == []
