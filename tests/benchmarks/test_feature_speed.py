"""Every engine of the feature benchmark makes Spark's tables, and a table that differs is told."""

from __future__ import annotations

import importlib
from pathlib import Path

import duckdb
import pytest
from pyspark.sql import SparkSession

from benchmarks.feature_speed.compare import Different, check_same
from benchmarks.feature_speed.engine import PEERS, TABLES
from benchmarks.feature_speed.made_up_lines import HUB_SHARE, LINES, PROVIDERS, made_up_lines
from benchmarks.feature_speed.portable_features import features
from tests.features.tables import interpreted

COUNT = 5000


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory, spark: SparkSession) -> Path:
    """Made-up lines, and beside them what Spark makes of them."""
    folder = tmp_path_factory.mktemp("book")
    made_up_lines(folder, COUNT)
    with interpreted(spark):
        features(spark, folder / LINES, folder / PROVIDERS, *(folder / f"{table}.parquet" for table in TABLES))
    return folder


@pytest.mark.parametrize("engine", PEERS)
def test_a_peer_makes_the_tables_that_spark_makes(engine: str, book: Path, tmp_path: Path) -> None:
    files = [tmp_path / f"{table}.parquet" for table in TABLES]
    importlib.import_module(f"benchmarks.feature_speed.{engine}_features").features(
        book / LINES, book / PROVIDERS, *files
    )
    edges, providers = (
        check_same(table, book / f"{table}.parquet", tmp_path / f"{table}.parquet", engine) for table in TABLES
    )
    assert edges > COUNT / 10
    assert providers == 40


@pytest.mark.parametrize(
    ("planted", "said"),
    [
        ("replace(active_months + 1 as active_months) from made", "active_months"),
        ("replace(growth * 1.00001 as growth) from made", "growth"),
        ("replace(coalesce(state, 'OH') as state) from made", "state"),
        ("replace(if(provider_id < '1000000070', null, total_paid) as total_paid) from made", "total_paid"),
        ("replace('nan'::double as claims_per_member) from made", "claims_per_member"),
        ("replace(if(state = 'OH', 'ME', state) as state) from made", "state"),
        ("replace(provider_id || '0' as provider_id) from made", r"0 of 40 keys \(provider_id, as_of\)"),
        ("exclude (code_count) from made", "code_count"),
        ("from made where provider_id > '1000000000'", "39 rows"),
    ],
)
def test_a_planted_difference_is_told(planted: str, said: str, book: Path, tmp_path: Path) -> None:
    right, wrong = book / "provider_features.parquet", tmp_path / "wrong.parquet"
    with duckdb.connect() as connection:
        connection.execute(f"create view made as select * from '{right}/*.parquet'")
        connection.execute(f"copy (select * {planted}) to '{wrong}' (format parquet)")
    with pytest.raises(Different, match=f"provider_features.*{said}"):
        check_same("provider_features", right, wrong, "a peer")


def test_the_last_digits_may_differ(book: Path, tmp_path: Path) -> None:
    right, near = book / "provider_features.parquet", tmp_path / "near.parquet"
    with duckdb.connect() as connection:
        nearly = f"select * replace(total_paid * 1.0000001 as total_paid) from '{right}/*.parquet'"
        connection.execute(f"copy ({nearly}) to '{near}' (format parquet)")
    assert check_same("provider_features", right, near, "a peer") == 40


def test_the_same_number_makes_the_same_lines_and_a_hub_holds_a_fifth(tmp_path: Path) -> None:
    for folder, hub in (("one", False), ("two", False), ("hub", True)):
        made_up_lines(tmp_path / folder, COUNT, hub)
    assert (tmp_path / "one" / LINES).read_bytes() == (tmp_path / "two" / LINES).read_bytes()
    largest = f"select max(n) / sum(n) from (select count(*) as n from '{tmp_path}/hub/{LINES}' group by provider_id)"
    assert duckdb.sql(largest).fetchall()[0][0] == pytest.approx(HUB_SHARE, abs=0.03)
