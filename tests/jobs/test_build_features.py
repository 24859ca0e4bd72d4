"""The job: every table as of its days, and nothing committed when a claim is lost or doubled."""

from __future__ import annotations

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
from lake import Lake
from tests.features.made_up import AS_OF, book
from tests.features.spec import rows

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
    """A lake that holds the canonical tables of a made-up book."""
    lake, texts = Lake(str(tmp_path_factory.mktemp("features") / "lake")), book(seed=5)
    for table, text in CANONICAL.items():
        lake.overwrite(rows(spark, table, texts[text]), table, "b1")
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


@pytest.mark.slow
def test_all_tables_as_of_their_days(
    spark: SparkSession, delivered: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    job.build(spark, delivered, AS_OF, run="a run")
    training_days = ["2022-12-31", "2023-12-31"]
    assert {table for table in FEATURES if delivered.exists(table)} == FEATURES
    assert delivered.partitions("claim_features") == [str(AS_OF)]
    assert delivered.partitions("member_features") == [*training_days, str(AS_OF)]
    assert delivered.partitions("member_outcomes") == training_days
    claims = delivered.read(spark, "claim_features")
    assert claims.count() == claims.select("claim_id").distinct().count() > 0
    written = {(table, day) for table in FEATURES for day in delivered.partitions(table)}
    assert written == {(table, str(day)) for table, day in job._partitions(AS_OF)}
    assert {delivered.made_by(table, day) for table, day in written} == {"a run"}

    with capture_logs() as said:
        job.warn_of_older_features(delivered, AS_OF)
        monkeypatch.setattr(job, "_run_name", lambda *_: "a run")
        job.warn_of_older_features(delivered, AS_OF)
    assert [(one["log_level"], "run `underwatch build-features`" in one["event"]) for one in said] == [
        ("warning", True)
    ]


def test_a_run_is_named_for_what_it_reads(spark: SparkSession, delivered: Lake) -> None:
    name = job._run_name(delivered, AS_OF)
    assert job._run_name(delivered, AS_OF) == name
    assert job._run_name(delivered, date(2023, 1, 1)) != name
    delivered.overwrite(delivered.read(spark, "members"), "members", "b1")
    assert job._run_name(delivered, AS_OF) != name
