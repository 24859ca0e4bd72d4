"""What holds for every feature table: declared columns, one row per key, nothing lost, order of input irrelevant."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

import features
from catalog import TABLES
from features.known import History
from tests.features.made_up import AS_OF, Texts
from tests.features.spec import history
from tests.features.tables import Tables, feature_tables

NAMES = [name for name, table in TABLES.items() if table.layer == "feature"]
SOURCES = sorted(Path(features.__file__).parent.glob("*.py"))


@pytest.mark.parametrize("table", NAMES)
def test_columns_are_those_of_the_catalog(tables: Tables, table: str) -> None:
    made = [(field.name, field.dataType.simpleString()) for field in tables.schemas[table]]
    assert made == [(column.name, column.type) for column in TABLES[table].columns]


@pytest.mark.parametrize("table", NAMES)
def test_one_row_per_key_and_no_null_where_none_may_be(tables: Tables, table: str) -> None:
    found, described = tables.rows[table], TABLES[table]
    assert found, f"the made-up book gives {table} no rows"
    assert len({tuple(row[name] for name in described.key) for row in found}) == len(found)
    required = [column.name for column in described.columns if not column.nullable]
    assert [name for name in required if any(row[name] is None for row in found)] == []


def test_every_known_claim_is_there_once_with_its_dollars(tables: Tables) -> None:
    dollars: dict[str, object] = {}
    for line in tables.known_lines:
        dollars[line["claim_id"]] = dollars.get(line["claim_id"], 0) + line["paid_amount"]
    claims = tables.rows["claim_features"]
    assert {row["claim_id"]: row["paid_amount"] for row in claims} == dollars
    assert len(claims) == len(dollars)


def test_graph_dollars_are_those_of_the_look_back(tables: Tables) -> None:
    expected = sum(
        line["paid_amount"]
        for line in tables.known_lines
        if line["provider_id"] and AS_OF.replace(year=2023) < line["service_from"] <= AS_OF
    )
    edges = [row for row in tables.rows["care_graph"] if row["edge_type"] == "member_provider"]
    assert sum(row["paid_amount"] for row in edges) == expected
    assert sum(row["paid_amount"] for row in tables.rows["provider_features"]) == expected
    assert sum(row["line_count"] for row in edges) == len(tables.year)


def test_without_a_directory_nobody_s_classes_of_drugs_are_known(tables: Tables) -> None:
    assert {row["drug_class_count"] for row in tables.rows["member_features"]} == {None}


def test_order_and_partitioning_of_the_input_change_nothing(
    spark: SparkSession, made_up: Texts, tables: Tables
) -> None:
    book = history(spark, **made_up)
    shuffled = {
        field.name: getattr(book, field.name).orderBy(F.rand(3)).repartition(5)
        for field in fields(History)
        if field.name != "lines"
    }
    lines = book.lines.orderBy(F.rand(3)).repartition(5)
    again = feature_tables(History(lines=lines, **shuffled), AS_OF)
    for table in NAMES:
        assert again.comparable(table) == tables.comparable(table)


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.name)
def test_features_read_nothing_write_nothing_and_have_no_clock(source: Path) -> None:
    forbidden = r"\.read\b|\.write\b|\.table\(|current_date|current_timestamp|\bnow\(|\btoday\("
    assert re.findall(forbidden, source.read_text()) == []
