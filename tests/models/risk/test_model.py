from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from catalog.errors import ModelUnavailable
from models.risk.model import PREDICTED, RiskModel
from models.risk.rows import model_input
from models.risk.train import Trained
from tests.models.risk.book import book


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    features, _, _ = book(300, 3)
    features.loc[0, "months_observed"] = 0
    return model_input(features)


def test_expected_lies_within_its_interval_and_chances_fall(trained: Trained, frame: pd.DataFrame) -> None:
    found = trained.model.predict(frame)
    assert list(found) == list(PREDICTED)
    assert (found["expected_cost_lower"] >= 0).all()
    assert (found["expected_cost_lower"] <= found["expected_cost"]).all()
    assert (found["expected_cost"] <= found["expected_cost_upper"]).all()
    assert found.filter(like="above_").stack().between(0, 1).all()
    assert (found["above_50000"] >= found["above_100000"]).all()
    assert (found["above_100000"] >= found["above_250000"]).all()


def test_a_member_without_history_is_priced_by_age_and_sex(trained: Trained, frame: pd.DataFrame) -> None:
    (reason,) = trained.model.reasons(frame)[0]
    assert reason["code"] == "TOO_LITTLE_HISTORY"
    assert trained.model.predict(frame)["expected_cost"][0] == trained.model.manual.predict(frame)[0]


def test_contributions_and_constant_are_the_log_of_expected_cost(trained: Trained, frame: pd.DataFrame) -> None:
    assert trained.model.trees is not None
    cost = trained.model.trees.cost
    _, reference = cost.dollars(frame)
    assert np.log(reference) + cost.contributions(frame).sum(axis=1) == pytest.approx(
        np.log(cost.predict(frame)), abs=1e-9
    )


def test_drivers_in_dollars_and_the_reference_are_the_expected_cost(trained: Trained, frame: pd.DataFrame) -> None:
    """Whatever the blend leans on: each part alone and all of them."""
    assert trained.model.trees is not None
    cost = trained.model.trees.cost
    for weights in (cost.weights, (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.2, 0.0, 0.8), (0.3, 0.3, 0.4)):
        blend = replace(cost, weights=weights)
        dollars, reference = blend.dollars(frame)
        assert np.abs(dollars).max() > 1.0
        assert reference + dollars.sum(axis=1) == pytest.approx(blend.predict(frame), rel=1e-9)
        assert dollars.shape == (len(frame), len(trained.model.features))


def test_more_cost_or_a_condition_never_lowers_what_the_trees_expect(trained: Trained, frame: pd.DataFrame) -> None:
    assert trained.model.trees is not None
    cost = replace(trained.model.trees.cost, weights=(0.5, 0.5, 0.0))
    for name in ("cost_12m", "has_diabetes", "admissions"):
        assert (cost.predict(frame.assign(**{name: frame[name] + 1.0})) >= cost.predict(frame) - 1e-9).all()


def test_saved_model_predicts_and_explains_the_same(trained: Trained, frame: pd.DataFrame, tmp_path: Path) -> None:
    again = RiskModel.load(trained.model.save(tmp_path))
    pd.testing.assert_frame_equal(again.predict(frame), trained.model.predict(frame))
    assert again.reasons(frame) == trained.model.reasons(frame)


def test_each_member_s_prediction_is_its_own(trained: Trained, frame: pd.DataFrame) -> None:
    """Spark scores in batches of any size."""
    part = trained.model.predict(frame[100:150])
    pd.testing.assert_frame_equal(part, trained.model.predict(frame)[100:150])


def test_a_model_of_other_features_is_refused(trained: Trained, tmp_path: Path) -> None:
    file = trained.model.save(tmp_path) / "risk.json"
    file.write_text(file.read_text().replace('"admissions"', '"admissions_of_yore"'))
    with pytest.raises(ModelUnavailable, match="train-risk"):
        RiskModel.load(tmp_path)
