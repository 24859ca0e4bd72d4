"""Models that are damaged, moved or away while members are scored: nothing wrong is published, a retry completes."""

from __future__ import annotations

import shutil
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from pyspark.sql import SparkSession

from catalog.errors import ModelUnavailable
from jobs.retrain import RetrainWhen
from jobs.score_risk import score_as_of
from jobs.train_risk import train_as_of
from lake import Lake
from models.registry import Registry
from tests.faults.ledger import Ledger, tries
from tests.jobs.books import DAY, DAYS, write_risk

pytestmark = pytest.mark.slow
MODEL, TABLE, MEMBERS = "risk_cost", "risk_predictions", 20


@pytest.fixture(scope="module")
def lake(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lake]:
    """Two versions of a model, the first one champion and its predictions published."""
    patch = pytest.MonkeyPatch()
    patch.delenv("UNDERWATCH_MLFLOW", raising=False)
    lake = Lake(str(tmp_path_factory.mktemp("models") / "lake"))
    for year, day in enumerate(DAYS):
        write_risk(spark, lake, day, year, members=MEMBERS)
    for seed in (1, 2):
        train_as_of(spark, lake, DAY, RetrainWhen.always, seed=seed)
    Registry(lake.root).promote(MODEL, "1")
    publish(spark, lake)
    yield lake
    patch.undo()


def publish(spark: SparkSession, lake: Lake) -> None:
    score_as_of(spark, lake, DAY)
    lake.commit(lake.staged(TABLE, DAY))


def versions(lake: Lake) -> list[tuple[str, str]]:
    """Member and model version of each row that readers see."""
    return sorted(duckdb.read_parquet(lake.files(TABLE)).project("member_id, model_version").fetchall())


def whole(version: str) -> list[tuple[str, str]]:
    return sorted((f"m{number}", version) for number in range(MEMBERS))


def test_bytes_of_a_model_are_damaged(spark: SparkSession, lake: Lake, ledger: Ledger) -> None:
    registry = Registry(lake.root)
    files = sorted(path for path in registry.champion(MODEL).folder.rglob("*") if path.is_file())
    for place in range(tries(2, len(files))):
        file = files[place % len(files)]
        sound = file.read_bytes()
        file.write_bytes(sound[:-1] + bytes([sound[-1] ^ 1]))  # one bit
        with pytest.raises(ModelUnavailable, match=r"is missing or damaged; run `underwatch train-risk"):
            score_as_of(spark, lake, DAY)
        assert versions(lake) == whole("1")
        file.write_bytes(sound)
        publish(spark, lake)
        ledger.note("model bytes damaged while scoring", "file restored, scored again", whole("1"), versions(lake))


def test_the_model_server_is_away(
    spark: SparkSession, lake: Lake, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    monkeypatch.setenv("UNDERWATCH_MLFLOW", f"http://127.0.0.1:{port}")
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "1")
    with pytest.raises(ModelUnavailable, match="the model store does not answer"):
        score_as_of(spark, lake, DAY)
    assert versions(lake) == whole("1")
    monkeypatch.delenv("UNDERWATCH_MLFLOW")
    publish(spark, lake)
    ledger.note("MLflow away while scoring", "scored again when it is back", whole("1"), versions(lake))


def test_the_store_s_file_is_damaged(spark: SparkSession, lake: Lake, ledger: Ledger, tmp_path: Path) -> None:
    copy = tmp_path / "lake"
    shutil.copytree(lake.root, copy)
    database = copy / "mlflow" / "mlflow.db"
    sound = database.read_bytes()
    database.write_bytes(b"not a database" * 1000)
    with pytest.raises(ModelUnavailable, match="the model store does not answer"):
        score_as_of(spark, Lake(str(copy)), DAY)
    database.write_bytes(sound)
    publish(spark, Lake(str(copy)))
    ledger.note("MLflow's database damaged", "restored, scored again", whole("1"), versions(Lake(str(copy))))


def test_the_alias_moves_while_members_are_scored(spark: SparkSession, lake: Lake, ledger: Ledger) -> None:
    """Back and forth all the while; every published table is of one version all the same."""
    registry, over = Registry(lake.root), threading.Event()

    def move() -> None:
        while not over.is_set():
            for version in ("2", "1"):
                registry.promote(MODEL, version)

    for _ in range(tries(1, 5)):
        over.clear()
        mover = threading.Thread(target=move)
        mover.start()
        try:
            publish(spark, lake)
        finally:
            over.set()
            mover.join()
        seen = versions(lake)
        ledger.note("alias moved while scoring", "none needed: one version", whole(seen[0][1]), seen)
    registry.promote(MODEL, "2")
    publish(spark, lake)
    ledger.note("alias moved while scoring", "none needed: one version", whole("2"), versions(lake))
