from __future__ import annotations

import numpy as np

from models.risk.rows import model_input
from models.risk.train import Trained, last_year_manual, train
from tests.models.risk.book import book
from tests.models.risk.conftest import SEED, snapshot


def test_trees_beat_every_baseline_on_members_and_years_never_seen(trained: Trained) -> None:
    scores = trained.scores[trained.scores["test"] == "next year, unseen members"].set_index("method")
    assert scores.loc["trees", "deviance"] < scores.loc[["age_sex", "last_year", "linear"], "deviance"].min()
    assert scores.loc["trees", "r2"] > scores.loc["age_sex", "r2"]


def test_reports_all_members_and_unseen_ones_apart(trained: Trained) -> None:
    assert trained.metrics["oot_members"] == 1500
    assert 0 < trained.metrics["oot_unseen_members"] < 400
    assert trained.metrics["oot_r2_lower"] <= trained.metrics["oot_r2"] <= trained.metrics["oot_r2_upper"]


def test_same_seed_same_model(trained: Trained) -> None:
    again = train(snapshot(1500, 1), snapshot(1500, 2), SEED)
    frame = model_input(book(200, 3)[0])
    assert again.model.predict(frame).equals(trained.model.predict(frame))


def test_the_year_tested_on_teaches_nothing(trained: Trained) -> None:
    other = train(snapshot(1500, 1), snapshot(1500, 5), SEED)
    frame = model_input(book(200, 3)[0])
    assert other.model.predict(frame).equals(trained.model.predict(frame))


def test_two_years_of_claims_learn_from_the_only_year_and_say_so() -> None:
    found = train(snapshot(0, 1), snapshot(300, 2), SEED)
    assert found.model.trees is not None
    assert found.test is not None and found.test.key == "in_time_unseen"
    assert any("no later year" in note for note in found.notes)


def test_too_few_members_give_the_manual_rate_alone_and_say_so() -> None:
    found = train(snapshot(20, 1), snapshot(20, 2), SEED)
    assert found.model.describe() == {"basis": "manual"}
    assert "only 40 members" in found.notes[0]
    frame = model_input(book(20, 3)[0])
    predicted = found.model.predict(frame)
    assert np.isfinite(predicted.to_numpy()).all()
    assert found.model.reasons(frame)[0][0]["code"] == "MANUAL_RATE"


def test_about_fifty_members_do_not_crash() -> None:
    for members in (50, 60, 80):
        assert np.isfinite(
            train(snapshot(members, 1), snapshot(members, 2), SEED)
            .model.predict(model_input(book(10, 3)[0]))
            .to_numpy()
        ).all()


def test_without_any_known_outcome_last_year_s_cost_gives_the_rate() -> None:
    found = last_year_manual(model_input(book(30, 1)[0]))
    assert "untested" in found.notes[0]
    assert found.model.manual.book > 0
