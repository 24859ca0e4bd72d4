"""Training of fraud on a made-up lake, and what of it can be found in the MLflow store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession

from catalog.errors import MissingTable
from jobs.fraud_tables import known_investigations
from jobs.retrain import RetrainWhen
from jobs.train_fraud import CLAIM_MODEL, PROVIDER_MODEL, READS, Settings, train_as_of
from lake import Lake
from models.fraud.inputs import claim_columns, names, provider_columns
from models.registry import RegisteredModel, Registry
from tests.jobs.books import DAY, write_fraud, write_investigations
from tests.models.fraud.book import Book, book

NAMES = (PROVIDER_MODEL, CLAIM_MODEL)
WHEN = RetrainWhen.if_data_changed
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def made() -> Book:
    return book(count=160, investigated=120, claims_each=4)


@pytest.fixture(scope="module")
def lake(spark: SparkSession, made: Book, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lake]:
    """A lake with version 1 of both models trained."""
    patch = pytest.MonkeyPatch()
    patch.delenv("UNDERWATCH_MLFLOW", raising=False)
    trained = Lake(str(tmp_path_factory.mktemp("fraud") / "lake"))
    write_fraud(spark, trained, made)
    assert train_as_of(spark, trained, DAY, WHEN) == dict.fromkeys(NAMES, "1")
    yield trained
    patch.undo()


@pytest.fixture(scope="module", params=NAMES)
def champion(lake: Lake, request: pytest.FixtureRequest) -> RegisteredModel:
    return Registry(lake.root).champion(request.param)


@pytest.fixture(scope="module")
def run(lake: Lake, champion: RegisteredModel) -> Any:
    import mlflow

    return mlflow.MlflowClient(Registry(lake.root).uri).get_run(champion.run_id)


def test_the_first_version_is_champion_and_says_what_it_was_trained_from(lake: Lake, champion: RegisteredModel) -> None:
    assert (champion.version, champion.aliases, champion.tags["score_basis"]) == ("1", ("champion",), "supervised")
    assert champion.tags["as_of"] == str(DAY)
    for table in [*READS, "investigations"]:
        assert champion.tags[f"lake.{table}"] == str(lake.version(table))
    assert champion.fingerprint


def test_the_run_holds_parameters_metrics_and_plots(champion: RegisteredModel, run: Any) -> None:
    import mlflow

    params, metrics = run.data.params, run.data.metrics
    assert (params["as_of"], params["seed"], params["capacity"]) == (str(DAY), "1", "0.05")
    assert {"trees.max_depth", "trees_per_fold"} <= params.keys()
    assert params["search.trials"] == "0"
    assert metrics["oof_ap_lower"] <= metrics["oof_ap"] <= metrics["oof_ap_upper"]
    assert {"oof_auc", "oof_brier", "oof_ece", "oof_precision_at_capacity", "labelled", "confirmed"} <= metrics.keys()
    files = {file.path for file in mlflow.MlflowClient().list_artifacts(champion.run_id)}
    assert {"precision_recall.png", "calibration.png", "out_of_fold.json"} <= files


def test_the_experiment_is_named_for_the_task(run: Any) -> None:
    import mlflow

    assert mlflow.MlflowClient().get_experiment(run.info.experiment_id).name == "fraud"


def test_the_version_is_kept_in_safe_files_and_served_under_its_signature(champion: RegisteredModel) -> None:
    import mlflow

    files = [file for file in champion.folder.rglob("*") if file.is_file()]
    assert {file.suffix for file in files} == {".ubj", ".safetensors", ".json"}
    served = mlflow.pyfunc.load_model(f"models:/{champion.name}/1")
    columns = provider_columns() if champion.name == PROVIDER_MODEL else claim_columns()
    assert set(names(columns)) < set(served.metadata.signature.inputs.input_names())
    assert served.metadata.signature.outputs.input_names() == ["margin", "fraud_probability"]


def test_no_row_of_the_book_is_kept_with_the_model(champion: RegisteredModel, made: Book) -> None:
    # Provider ids say which fold a label was in; claims and members have no business there.
    kept = b"".join(file.read_bytes() for file in champion.folder.rglob("*") if file.is_file())
    assert not [claim for claim in made.claims["claim_id"] if claim.encode() in kept]


def test_the_claim_model_names_the_provider_version_it_learnt_beside(lake: Lake) -> None:
    assert Registry(lake.root).champion(CLAIM_MODEL).tags["provider_version"] == "1"


def test_the_same_data_keeps_the_version(spark: SparkSession, lake: Lake, capsys: pytest.CaptureFixture[str]) -> None:
    assert train_as_of(spark, lake, DAY, WHEN) == dict.fromkeys(NAMES, "1")
    assert "trained from the same data, parameters and code: kept" in capsys.readouterr().out
    assert train_as_of(spark, lake, DAY, RetrainWhen.if_missing, Settings(seed=9)) == dict.fromkeys(NAMES, "1")


def test_labels_that_vanish_leave_the_champion_and_new_ones_train_anew(
    spark: SparkSession, lake: Lake, made: Book, capsys: pytest.CaptureFixture[str]
) -> None:
    write_investigations(spark, lake, made.investigations.head(10))
    assert train_as_of(spark, lake, DAY, WHEN) == dict.fromkeys(NAMES, "2")
    said = capsys.readouterr().out
    assert "too few to learn from; ranked without labels" in said
    assert f"has no labels to learn from and {CLAIM_MODEL} version 1 had: challenger" in said
    for name in NAMES:
        assert Registry(lake.root).champion(name).version == "1"
        challenger = Registry(lake.root).aliased(name, "challenger")
        assert challenger is not None and challenger.tags["score_basis"] == "unsupervised"
    assert train_as_of(spark, lake, DAY, WHEN) == dict.fromkeys(NAMES, "2"), "the challenger stands for this data"


def test_a_day_without_features_names_the_mend(spark: SparkSession, tmp_path: Any) -> None:
    with pytest.raises(MissingTable, match="underwatch build-features"):
        train_as_of(spark, Lake(str(tmp_path)), DAY, WHEN)


def test_what_was_decided_lately_may_be_left_out(spark: SparkSession, made: Book, tmp_path: Path) -> None:
    fresh = Lake(str(tmp_path / "lake"))
    write_investigations(spark, fresh, made.investigations, DAY, "b1")
    decided = known_investigations(spark, fresh, DAY)
    latest = decided.agg({"known_date": "max"}).first()[0]
    mature = known_investigations(spark, fresh, DAY, mature_days=(DAY - latest).days + 1)
    assert mature.count() == decided.where(f"known_date < date '{latest}'").count() < decided.count()
