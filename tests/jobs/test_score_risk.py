"""Pricing of a small generated book that took the whole way: delivery, canonical tables, features, model."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pandas as pd
import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from catalog import TABLES
from catalog.errors import MissingTable
from jobs.retrain import RetrainWhen
from jobs.score_risk import POINTS, TABLE, score_as_of
from jobs.train_risk import train_as_of
from lake import Lake
from models.registry import Registry
from models.risk.names import MODEL

pytestmark = pytest.mark.slow
Generated = tuple[Lake, date]


@pytest.fixture(scope="module")
def scored(spark: SparkSession, generated: Generated) -> Iterator[Generated]:
    patch = pytest.MonkeyPatch()
    patch.delenv("UNDERWATCH_MLFLOW", raising=False)
    train_as_of(spark, *generated, RetrainWhen.if_data_changed, seed=1)
    assert score_as_of(spark, *generated)
    yield generated
    patch.undo()


def staged(spark: SparkSession, at: Generated) -> pd.DataFrame:
    lake, day = at
    found: pd.DataFrame = lake.read_staged(spark, lake.staged(TABLE, day)).toPandas()
    return found.sort_values("member_id", ignore_index=True)


@pytest.fixture(scope="module")
def predictions(spark: SparkSession, scored: Generated) -> pd.DataFrame:
    return staged(spark, scored)


def test_every_member_covered_on_the_day_is_priced_once(
    spark: SparkSession, scored: Generated, predictions: pd.DataFrame
) -> None:
    lake, day = scored
    covered = lake.read(spark, "eligibility").where(
        (F.col("enrollment_start_date") <= F.lit(day)) & (F.col("enrollment_end_date") >= F.lit(day))
    )
    expected = sorted(row.member_id for row in covered.select("member_id").distinct().collect())
    assert predictions["member_id"].tolist() == expected
    assert list(predictions) == TABLES[TABLE].column_names


def test_the_expected_cost_lies_in_its_interval(predictions: pd.DataFrame) -> None:
    lower, expected, upper = (
        predictions[name].astype(float) for name in ("expected_cost_lower", "expected_cost", "expected_cost_upper")
    )
    assert (lower >= 0).all() and (lower <= expected).all() and (expected <= upper).all()
    assert (expected > 0).any()


def test_relative_risk_is_one_for_the_book(predictions: pd.DataFrame) -> None:
    cost = predictions["expected_cost"].astype(float)
    assert predictions["relative_risk"].mean() == pytest.approx(1.0)
    assert predictions["relative_risk"].to_numpy() == pytest.approx((cost / cost.mean()).to_numpy(), abs=1e-3)


def test_a_higher_attachment_point_is_exceeded_less_often(predictions: pd.DataFrame) -> None:
    for chances in predictions["high_cost_probability"]:
        assert chances.keys() == set(POINTS)
        in_order = [chances[point] for point in sorted(POINTS, key=int)]
        assert in_order == sorted(in_order, reverse=True)
        assert all(0 <= chance <= 1 for chance in in_order)


def test_every_prediction_says_why_and_by_which_version(scored: Generated, predictions: pd.DataFrame) -> None:
    champion = Registry(scored[0].root).champion(MODEL)
    stamped = predictions[["model_name", "model_version", "run_id"]].drop_duplicates().to_numpy().tolist()
    assert stamped == [[MODEL, champion.version, champion.run_id]]
    assert predictions["reasons"].map(len).between(1, 5).all()
    assert all(reason["text"] and reason["code"] for reasons in predictions["reasons"] for reason in reasons)
    assert (predictions["horizon_months"] == 12).all()


def test_scoring_twice_leaves_the_rows_and_their_time(
    spark: SparkSession, scored: Generated, predictions: pd.DataFrame
) -> None:
    assert not score_as_of(spark, *scored)
    pd.testing.assert_frame_equal(staged(spark, scored), predictions)


def test_a_day_without_members_names_the_mend(spark: SparkSession, scored: Generated) -> None:
    with pytest.raises(MissingTable, match="underwatch build-features"):
        score_as_of(spark, scored[0], date(1999, 12, 31))
