"""Training and scoring of risk on a made-up lake: three snapshots of the same 400 members."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from catalog import TABLES
from catalog.errors import ModelUnavailable, NothingToDo
from jobs.replay import published, replayed
from jobs.retrain import RetrainWhen
from jobs.score_risk import score_as_of
from jobs.train_risk import train_as_of
from lake import Lake
from models.registry import Registry
from models.risk.model import RiskModel
from tests.jobs.books import DAY as AS_OF
from tests.jobs.books import DAYS, as_table, write_risk
from tests.models.risk.book import book
from tests.models.risk.test_runout import SLOW, SLOW_YEAR, triangle

WHEN = RetrainWhen.if_data_changed
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def trained(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lake]:
    """A lake with version 1 trained and its predictions staged."""
    patch = pytest.MonkeyPatch()
    patch.delenv("UNDERWATCH_MLFLOW", raising=False)
    lake = Lake(str(tmp_path_factory.mktemp("risk") / "lake"))
    for year, day in enumerate(DAYS):
        write_risk(spark, lake, day, year, members=400)
    lags = triangle(as_of=AS_OF, inpatient=SLOW).assign(cumulative_amount=0)
    lake.overwrite(as_table(spark, lags, "lag_triangle"), "lag_triangle", AS_OF)
    assert train_as_of(spark, lake, AS_OF, WHEN, seed=1) == "1"
    assert score_as_of(spark, lake, AS_OF)
    yield lake
    patch.undo()


@pytest.fixture(scope="module")
def predictions(spark: SparkSession, trained: Lake) -> pd.DataFrame:
    return trained.read_staged(spark, trained.staged("risk_predictions", AS_OF)).toPandas()


def test_every_member_of_the_day_is_predicted_once(predictions: pd.DataFrame) -> None:
    assert sorted(predictions["member_id"]) == sorted(f"m{row}" for row in range(400))
    assert list(predictions) == TABLES["risk_predictions"].column_names


def test_predictions_keep_the_contract(predictions: pd.DataFrame) -> None:
    assert predictions.notna().all().all()
    assert (predictions["expected_cost_lower"] >= 0).all()
    assert (predictions["expected_cost_lower"] <= predictions["expected_cost"]).all()
    assert (predictions["expected_cost"] <= predictions["expected_cost_upper"]).all()
    assert predictions["relative_risk"].mean() == pytest.approx(1.0)
    for chances in predictions["high_cost_probability"]:
        assert chances.keys() == {"50000", "100000", "250000"}
        assert 1 >= chances["50000"] >= chances["100000"] >= chances["250000"] >= 0


def test_every_prediction_says_why(predictions: pd.DataFrame) -> None:
    codes = {reason["code"] for reasons in predictions["reasons"] for reason in reasons}
    assert predictions["reasons"].map(len).between(1, 5).all()
    assert codes <= {c.code for c in TABLES["member_features"].columns} | {"TOO_LITTLE_HISTORY"}
    new = predictions.set_index("member_id").loc["m0"]
    assert [reason["code"] for reason in new["reasons"]] == ["TOO_LITTLE_HISTORY"]
    assert new["months_observed"] == 0


def test_the_stamped_version_is_champion_in_the_store(trained: Lake, predictions: pd.DataFrame) -> None:
    champion = Registry(trained.root).champion("risk_cost")
    stamped = predictions[["model_name", "model_version", "run_id"]].drop_duplicates().to_numpy().tolist()
    assert stamped == [["risk_cost", champion.version, champion.run_id]]
    assert {"oot_r2", "oot_unseen_r2", "oot_unseen_interval_coverage", "oot_age_sex_r2"} <= champion.metrics.keys()
    challenger = Registry(trained.root).aliased("risk_cost_graph", "challenger")
    assert challenger is not None and challenger.intact


def test_the_tested_year_is_completed_by_the_book_s_lag_triangle(trained: Lake) -> None:
    champion = Registry(trained.root).champion("risk_cost")
    assert SLOW_YEAR < champion.metrics["completion"] < 1.0
    assert "lake.lag_triangle" in champion.tags
    assert "each service category by its own share" in champion.tags["notes"]


def test_mlflow_s_own_loader_gives_the_published_prediction(
    spark: SparkSession, trained: Lake, predictions: pd.DataFrame
) -> None:
    import mlflow

    version = Registry(trained.root).champion("risk_cost").version
    served = mlflow.pyfunc.load_model(f"models:/risk_cost/{version}")
    names = served.metadata.signature.inputs.input_names()
    members = trained.read(spark, "member_features").where(F.col("as_of") == F.lit(AS_OF)).toPandas()
    members = members.sort_values("member_id").reset_index(drop=True).astype({"months_observed": float})
    expected = served.predict(members[names])["expected_cost"].to_numpy()
    published = predictions.sort_values("member_id")["expected_cost"].astype(float).to_numpy()
    assert expected == pytest.approx(published, abs=0.006)
    graph = mlflow.pyfunc.load_model("models:/risk_cost_graph/1")
    assert (graph.predict(members[names])["expected_cost"] > 0).all()


def test_published_predictions_come_out_again(spark: SparkSession, trained: Lake, tmp_path: Path) -> None:
    staged = trained.staged("risk_predictions", AS_OF)
    copy = Lake(str(tmp_path / "lake"))
    shutil.copytree(trained.root, copy.root)
    copy.commit(staged, run="publish")
    (was,) = published(copy, "risk_predictions", str(AS_OF))
    run_id = was.recipe.models["risk_cost"]["run_id"]
    assert published(copy, run_id) == [was]
    ((_, result),) = replayed(spark, copy, [was], Lake(str(tmp_path / "again")))
    assert result.identical, result
    assert result.published == result.again == 400


def test_a_second_run_trains_nothing_and_leaves_the_staged_rows(spark: SparkSession, trained: Lake) -> None:
    before = trained.staged("risk_predictions", AS_OF)
    assert train_as_of(spark, trained, AS_OF, WHEN, seed=1) == "1"
    assert not score_as_of(spark, trained, AS_OF)
    assert trained.staged("risk_predictions", AS_OF) == before


def test_a_model_that_may_not_know_a_field_stands_beside_the_full_one(spark: SparkSession, trained: Lake) -> None:
    assert train_as_of(spark, trained, AS_OF, WHEN, seed=1, without=frozenset({"sex_male"})) == "1"
    registry = Registry(trained.root)
    champion = registry.champion("risk_cost_without_sex_male")
    assert "sex_male" not in RiskModel.load(champion.folder).features
    assert registry.champion("risk_cost").version == "1"
    assert "sex_male" in RiskModel.load(registry.champion("risk_cost").folder).features


def test_a_graph_that_won_scores_with_the_version_it_won_beside(spark: SparkSession, trained: Lake) -> None:
    registry = Registry(trained.root)
    registry.promote("risk_cost_graph", "1")
    assert score_as_of(spark, trained, AS_OF)
    staged = trained.read_staged(spark, trained.staged("risk_predictions", AS_OF))
    assert [row.model_name for row in staged.select("model_name").distinct().collect()] == ["risk_cost_graph"]
    registry.drop_alias("risk_cost_graph", "champion")
    assert score_as_of(spark, trained, AS_OF)


def test_changed_data_or_a_wish_trains_anew(spark: SparkSession, trained: Lake) -> None:
    assert train_as_of(spark, trained, AS_OF, RetrainWhen.always, seed=1) == "2"
    assert train_as_of(spark, trained, AS_OF, RetrainWhen.if_missing, seed=9) == "2"
    write_risk(spark, trained, DAYS[1], year=7, members=400)
    assert train_as_of(spark, trained, AS_OF, WHEN, seed=1) == "3"


def test_a_lake_of_few_members_is_priced_by_the_manual_rate(
    spark: SparkSession, lake: Lake, capsys: pytest.CaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("UNDERWATCH_MLFLOW", raising=False)
    for year, day in enumerate(DAYS):
        write_risk(spark, lake, day, year, members=20)
    train_as_of(spark, lake, AS_OF, WHEN, seed=1)
    assert "the manual rate by age and sex alone" in capsys.readouterr().out
    score_as_of(spark, lake, AS_OF)
    staged = lake.read_staged(spark, lake.staged("risk_predictions", AS_OF))
    assert staged.count() == 20
    assert staged.where("expected_cost <= 0").count() == 0


def test_scoring_without_a_model_names_the_mend(
    spark: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("UNDERWATCH_MLFLOW", raising=False)
    with pytest.raises(ModelUnavailable, match="underwatch train-risk"):
        score_as_of(spark, Lake(str(tmp_path)), AS_OF)


def test_without_anybody_s_complete_claims_there_is_nothing_to_train(spark: SparkSession, lake: Lake) -> None:
    for year, day in enumerate(DAYS):
        features = book(3, year)[0].assign(as_of=day, months_observed=0)
        lake.overwrite(as_table(spark, features, "member_features").limit(0), "member_features", day)
    with pytest.raises(NothingToDo, match="fraud scores do not need it"):
        train_as_of(spark, lake, AS_OF, WHEN, seed=1)
