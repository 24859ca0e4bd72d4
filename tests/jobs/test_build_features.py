"""The job: every table as of its days, and nothing committed when a claim is lost or doubled."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from structlog.testing import capture_logs

import jobs.build_features as job
from catalog import TABLES
from catalog.errors import Unreconciled
from jobs.sql import connect
from lake import Lake
from tests.features.made_up import AS_OF, book
from tests.features.spec import rows

HOME = Path(__file__).resolve().parents[2]
CANONICAL = {
    "claim_lines": "lines",
    "pharmacy_claims": "fills",
    "members": "members",
    "providers": "providers",
    "eligibility": "eligibility",
}
FEATURES = {name for name, table in TABLES.items() if table.layer == "feature"}


@pytest.fixture(scope="module")
def delivered(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """A lake that holds the canonical tables of a made-up book, and what one of its two drugs is."""
    lake, texts = Lake(str(tmp_path_factory.mktemp("features") / "lake")), book(seed=5)
    for table, text in CANONICAL.items():
        lake.overwrite(rows(spark, table, texts[text]), table, "b1")
    told = {"product_code": "000010001", "drug_class": "Insulin Analog", "edition": "product.txt"}
    lake.write_rows([{"directory": "fda-ndc", **told}], "drug_classes", "fda-ndc")
    return lake


def doubled(claims: DataFrame) -> DataFrame:
    """With one claim twice that cost nothing: the dollars still add up."""
    return claims.unionByName(claims.where(F.col("paid_amount") == 0).limit(1))


def lost(claims: DataFrame) -> DataFrame:
    """Without one claim that cost nothing."""
    free = claims.where(F.col("paid_amount") == 0).agg(F.min("claim_id").alias("claim_id"))
    return claims.join(free, "claim_id", "left_anti")


def dearer(claims: DataFrame) -> DataFrame:
    return claims.withColumn("paid_amount", F.col("paid_amount") + 1)


@pytest.mark.parametrize("damaged", [doubled, lost, dearer])
def test_claims_that_do_not_add_up_stop_the_build(
    spark: SparkSession, delivered: Lake, monkeypatch: pytest.MonkeyPatch, damaged: Callable[[DataFrame], DataFrame]
) -> None:
    def plain(signals: DataFrame, *_: object) -> DataFrame:
        """Claims and dollars alone: quicker than all features, and enough to reconcile."""
        claims = signals.groupBy("claim_id").agg(F.sum("paid_amount").alias("paid_amount"))
        rest = [column for column in TABLES["claim_features"].columns if column.name not in claims.columns]
        return damaged(claims.withColumns({column.name: F.lit(None).cast(column.type) for column in rest}))

    monkeypatch.setattr(job, "claim_features", plain)
    with pytest.raises(Unreconciled, match="a join lost or doubled rows"):
        job.build(spark, delivered, AS_OF)
    assert not delivered.exists("claim_features")


@pytest.fixture(scope="module")
def built(spark: SparkSession, delivered: Lake, tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """The same lake with its feature tables, computed by Spark."""
    root = tmp_path_factory.mktemp("built") / "lake"
    shutil.copytree(delivered.root, root)
    lake = Lake(str(root))
    job.build(spark, lake, AS_OF, run="a run")
    return lake


@pytest.mark.slow
def test_all_tables_as_of_their_days(spark: SparkSession, built: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    training_days = ["2022-12-31", "2023-12-31"]
    assert {table for table in FEATURES if built.exists(table)} == FEATURES
    assert built.partitions("claim_features") == [str(AS_OF)]
    assert built.partitions("member_features") == [*training_days, str(AS_OF)]
    assert built.partitions("member_outcomes") == training_days
    claims = built.read(spark, "claim_features")
    assert claims.count() == claims.select("claim_id").distinct().count() > 0
    classes = built.read(spark, "member_features", partition=AS_OF).agg(F.max("drug_class_count")).collect()
    assert [tuple(row) for row in classes] == [(1.0,)], "the directory that was loaded is read"
    written = {(table, day) for table in FEATURES for day in built.partitions(table)}
    assert written == {(table, str(day)) for table, day in job._partitions(AS_OF)}
    assert {built.made_by(table, day) for table, day in written} == {"a run"}

    with capture_logs() as said:
        job.warn_of_older_features(built, AS_OF)
        monkeypatch.setattr(job, "_run_name", lambda *_: "a run")
        job.warn_of_older_features(built, AS_OF)
    assert [(one["log_level"], "run `underwatch build-features`" in one["event"]) for one in said] == [
        ("warning", True)
    ]


@pytest.mark.slow
def test_both_engines_build_the_same_tables(delivered: Lake, built: Lake, tmp_path: Path) -> None:
    other = tmp_path / "lake"
    shutil.copytree(delivered.root, other)
    command = ["build-features", f"--lake={other}", f"--as-of={AS_OF}", "--engine=sail"]
    done = subprocess.run([sys.executable, "-m", "jobs.cli", *command], cwd=HOME, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    for table in sorted(FEATURES):
        assert comparable(Lake(str(other)), table) == comparable(built, table), table


def comparable(lake: Lake, table: str) -> list[str]:
    """All rows in the order of their key, as text, doubles to nine digits: the order of a sum shows in its last."""
    key = ", ".join(TABLES[table].key)
    rows = connect(lake).sql(f"select * from {table} order by {key}").fetchall()
    return [str([float(f"{value:.9g}") if isinstance(value, float) else value for value in row]) for row in rows]


def test_a_run_is_named_for_what_it_reads(spark: SparkSession, delivered: Lake) -> None:
    name = job._run_name(delivered, AS_OF)
    assert job._run_name(delivered, AS_OF) == name
    assert job._run_name(delivered, date(2023, 1, 1)) != name
    delivered.overwrite(delivered.read(spark, "members"), "members", "b1")
    assert job._run_name(delivered, AS_OF) != name
