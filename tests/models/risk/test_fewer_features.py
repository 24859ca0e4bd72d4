"""A model for a use that forbids a field was never shown it, whatever is put into the field later."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from models.risk.model import RiskModel
from models.risk.names import kept_features
from models.risk.train import Trained, train
from tests.models.risk.book import book
from tests.models.risk.conftest import SEED, snapshot


@pytest.fixture(scope="module")
def members() -> pd.DataFrame:
    features, _, _ = book(200, 3)
    features.loc[0, "months_observed"] = 0
    return features


@pytest.fixture(scope="module")
def sexless() -> Trained:
    return train(snapshot(600, 1), snapshot(600, 2), SEED, kept_features({"sex_male"}))


def test_a_forbidden_field_moves_neither_prediction_nor_reasons(sexless: Trained, members: pd.DataFrame) -> None:
    answered = sexless.model.answer(members)
    for other in (1.0 - members["sex_male"], np.nan):
        pd.testing.assert_frame_equal(sexless.model.answer(members.assign(sex_male=other)), answered)
    pd.testing.assert_frame_equal(sexless.model.answer(members.drop(columns="sex_male")), answered)
    assert "SEX" not in {reason["code"] for reasons in answered["reasons"] for reason in reasons}


def test_the_full_model_does_read_it(trained: Trained, members: pd.DataFrame) -> None:
    other = trained.model.answer(members.assign(sex_male=1.0 - members["sex_male"]))
    assert not other["expected_cost"].equals(trained.model.answer(members)["expected_cost"])


def test_no_booster_and_no_rate_names_it(sexless: Trained) -> None:
    trees = sexless.model.trees
    assert trees is not None
    bags = [trees.cost.tweedie, trees.cost.squared, trees.interval.quantiles, *trees.attachment.classifiers.values()]
    named = [booster.feature_names or ["sex_male"] for bag in bags for booster in bag.boosters]
    assert all("sex_male" not in names for names in [*named, trees.cost.line.features])
    assert not any("male" in cell for cell in sexless.model.manual.rates)


def test_it_is_saved_with_its_features(sexless: Trained, members: pd.DataFrame, tmp_path: Path) -> None:
    again = RiskModel.load(sexless.model.save(tmp_path))
    assert again.features == kept_features({"sex_male"})
    pd.testing.assert_frame_equal(again.answer(members), sexless.model.answer(members))


def test_without_age_the_age_band_goes_too(members: pd.DataFrame) -> None:
    found = train(snapshot(600, 1), snapshot(600, 2), SEED, kept_features({"age"})).model
    answered = found.answer(members)
    pd.testing.assert_frame_equal(found.answer(members.assign(age=1.0, age_band="85+")), answered)
    assert set(found.manual.rates) <= {"male", "female", "unknown"}
    assert "rate for sex," in found.answer(members)["reasons"].iloc[0][0]["text"]


def test_without_any_feature_everybody_gets_the_book_s_mean(members: pd.DataFrame) -> None:
    found = train(snapshot(600, 1), snapshot(600, 2), SEED, ()).model
    answered = found.answer(members[["months_observed"]])
    assert answered["expected_cost"].nunique() == 1
    assert answered["expected_cost"].iloc[0] == pytest.approx(found.manual.book, abs=0.005)  # told to the cent


def test_a_model_that_does_not_know_the_sex_is_still_judged_by_it(sexless: Trained) -> None:
    assert set(sexless.fairness.groups["trait"]) == {"sex", "age_band"}
    assert {"male", "female"} <= set(sexless.fairness.groups["group"])
