"""One provider holds a fifth of all edges: the features are those of an engine that shuffles nothing."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from pyspark.sql import SparkSession

from benchmarks.feature_speed import duckdb_features
from benchmarks.feature_speed.compare import check_same
from benchmarks.feature_speed.engine import TABLES
from benchmarks.feature_speed.made_up_lines import HUB_SHARE, LINES, PROVIDERS, made_up_lines
from benchmarks.feature_speed.portable_features import features
from tests.faults.ledger import Ledger

pytestmark = pytest.mark.slow


def test_a_provider_with_a_fifth_of_all_edges(spark: SparkSession, tmp_path: Path, ledger: Ledger) -> None:
    made_up_lines(tmp_path, 40_000, hub=True)
    ours = [tmp_path / f"{table}.parquet" for table in TABLES]
    anew = [tmp_path / f"{table}-anew.parquet" for table in TABLES]
    features(spark, tmp_path / LINES, tmp_path / PROVIDERS, *ours)
    duckdb_features.features(tmp_path / LINES, tmp_path / PROVIDERS, *anew)
    for table, one, other in zip(TABLES, anew, ours, strict=True):
        check_same(table, one, other, "Spark")
    graph, expected = duckdb.read_parquet(f"{ours[0]}/*.parquet"), duckdb.read_parquet(str(anew[0]))
    edges = graph.filter("edge_type = 'member_provider'")
    ((most,),) = edges.aggregate("to_id, count(*) as n").aggregate("max(n)").fetchall()
    assert most > HUB_SHARE / 2 * len(edges)
    key = "edge_type, from_id, to_id, line_count, paid_amount"
    ledger.note(
        "a provider with a fifth of all edges",
        "none needed",
        *(one.project(key).order("all").fetchall() for one in (expected, graph)),
    )
