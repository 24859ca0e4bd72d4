"""Rows written without Spark are read by Spark and by SQL like any others."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pytest
from pyspark.sql import SparkSession

from catalog import TABLES
from jobs.sql import answer
from lake import Lake
from lake.arrow_types import arrow_schema, arrow_type

TABLE = "underwriting_members"


def row(number: int, cost: float, request: str = "r1") -> dict[str, object]:
    reason = {"code": "AGE", "text": "Is 50", "value": 50.0, "expected": 40.0, "contribution": 0.1, "evidence": []}
    return {
        "request_id": request,
        "row_number": number,
        "member_id": f"token{number}",
        "status": "known",
        "expected_cost": cost,
        "expected_cost_lower": 0.0,
        "expected_cost_upper": 2 * cost,
        "relative_risk": 1.0,
        "high_cost_probability": {"50000": 0.1},
        "reasons": [reason],
        "model_name": "risk_cost",
        "model_version": "1",
        "run_id": "run",
        "scored_at": datetime(2026, 1, 2, tzinfo=UTC),
    }


@pytest.mark.parametrize("table", TABLES.values(), ids=list(TABLES))
def test_every_type_of_the_catalog_has_an_arrow_type(spark: SparkSession, table: object) -> None:
    from catalog.table import Table

    assert isinstance(table, Table)
    empty = pa.Table.from_pylist([], arrow_schema(table))
    assert empty.schema.names == table.column_names


def test_a_nested_type_keeps_its_names() -> None:
    kind = arrow_type("array<struct<code:string,amount:decimal(14,2),lines:array<string>>>")
    assert [field.name for field in kind.value_type] == ["code", "amount", "lines"]
    assert kind.value_type.field("amount").type == pa.decimal128(14, 2)
    with pytest.raises(ValueError, match="interval is no type"):
        arrow_type("interval")


def test_rows_are_read_back_by_spark_and_by_sql(spark: SparkSession, tmp_path: Path) -> None:
    lake = Lake(str(tmp_path))
    lake.write_rows([row(1, 100.0), row(2, 300.0)], TABLE, "r1")
    found = lake.read(spark, TABLE).orderBy("row_number").collect()
    assert [one["expected_cost"] for one in found] == [100.0, 300.0]
    assert found[0]["reasons"][0]["code"] == "AGE"
    assert found[0]["high_cost_probability"] == {"50000": 0.1}
    assert found[0]["adverse_notice"] is None
    assert answer(lake, f"select sum(expected_cost) from {TABLE}")[1] == [(400.0,)]


def test_writing_a_partition_again_replaces_it(tmp_path: Path) -> None:
    lake = Lake(str(tmp_path))
    lake.write_rows([row(1, 100.0)], TABLE, "r1")
    lake.write_rows([row(1, 50.0, "r2")], TABLE, "r2")
    lake.write_rows([row(1, 200.0)], TABLE, "r1")
    said = answer(lake, f"select request_id, expected_cost from {TABLE} order by 1")[1]
    assert said == [("r1", 200.0), ("r2", 50.0)]


def test_a_row_that_does_not_fit_its_table_is_refused(tmp_path: Path) -> None:
    lake = Lake(str(tmp_path))
    with pytest.raises(ValueError, match="unknown columns"):
        lake.write_rows([{**row(1, 1.0), "colour": "red"}], TABLE, "r1")
    with pytest.raises(ValueError, match="lacks"):
        lake.write_rows([{**row(1, 1.0), "expected_cost": None}], TABLE, "r1")
    assert not lake.exists(TABLE)
