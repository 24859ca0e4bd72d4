"""Learning who to investigate, on a made-up book whose guilty providers are known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import average_precision_score

from models.fraud.folds import UNSEEN, fold_of
from models.fraud.inputs import GRAPH, LINE, TREE
from models.fraud.plots import plot_calibration, plot_precision_recall
from models.fraud.providers import SUPERVISED, UNSUPERVISED, ProviderLearners, ProviderModel
from models.fraud.result import Trained
from models.fraud.train_providers import train_providers
from tests.models.fraud.book import Book
from tests.models.fraud.conftest import SEED

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def learnt(found_providers: Trained[ProviderModel]) -> ProviderLearners:
    assert found_providers.model.learnt is not None
    return found_providers.model.learnt


@pytest.fixture(scope="module")
def scores(made: Book, found_providers: Trained[ProviderModel]) -> pd.DataFrame:
    return found_providers.model.score(made.providers, made.edges)


def test_the_guilty_are_found_whether_investigated_or_not(
    made: Book, found_providers: Trained[ProviderModel], scores: pd.DataFrame
) -> None:
    assert found_providers.model.basis == SUPERVISED
    ap = {method: found["ap"].value for method, found in found_providers.scores.items()}
    assert ap["blend"] > 0.75 > 0.5 > ap["total paid alone"]
    assert {TREE, LINE, GRAPH, "logistic regression", "without labels"} < ap.keys()
    never = ~made.providers["provider_id"].isin(made.labels("provider")["target_id"]).to_numpy()
    assert average_precision_score(made.guilty[never], scores["margin"][never]) > 0.75


def test_labelled_providers_are_scored_only_by_models_that_never_saw_them(
    made: Book, found_providers: Trained[ProviderModel], learnt: ProviderLearners
) -> None:
    labels, rows = made.labels("provider"), found_providers.out_of_fold
    assert rows is not None
    fold = fold_of(made.providers["provider_id"], learnt.folds)
    assert set(made.providers["provider_id"][fold != UNSEEN]) == set(labels["target_id"])
    at = made.providers["provider_id"].isin(labels["target_id"]).to_numpy()
    published = found_providers.model.margins(made.providers, made.edges)[at]
    for method in (TREE, LINE, GRAPH):
        assert published[method].to_numpy() == pytest.approx(rows.margins[method])


def test_scores_keep_the_contract(made: Book, scores: pd.DataFrame) -> None:
    assert scores["provider_id"].tolist() == made.providers["provider_id"].tolist()
    assert scores.notna().all().all()
    assert scores["fraud_probability"].between(0, 1).all()
    assert (np.diff(scores.sort_values("margin")["fraud_probability"]) >= 0).all()


def test_contributions_make_the_margin(
    made: Book, found_providers: Trained[ProviderModel], learnt: ProviderLearners, scores: pd.DataFrame
) -> None:
    model = found_providers.model
    parts = model.contributions(made.providers, scores)
    assert parts.shape == (len(made.providers), len(model.explained_columns))
    # Each fold's models have an intercept of their own; within a fold contributions explain every difference.
    fold = fold_of(made.providers["provider_id"], learnt.folds)
    rest = pd.Series(scores["margin"] - parts.sum(axis=1))
    assert rest.groupby(fold).std().max() < 1e-3


def test_a_saved_model_scores_and_explains_the_same_bit_for_bit(
    made: Book, found_providers: Trained[ProviderModel], scores: pd.DataFrame, tmp_path: Path
) -> None:
    again = ProviderModel.load(found_providers.model.save(tmp_path / "model"))
    pd.testing.assert_frame_equal(again.score(made.providers, made.edges), scores, check_exact=True)
    parts = [model.contributions(made.providers, scores) for model in (again, found_providers.model)]
    assert np.array_equal(*parts)
    assert {file.suffix for file in tmp_path.rglob("*.*")} == {".ubj", ".safetensors", ".json"}
    assert not [file for file in tmp_path.rglob("*.*") if file.read_bytes()[:1] == b"\x80"], "a pickle begins so"


def test_names_say_nothing(made: Book, found_providers: Trained[ProviderModel], scores: pd.DataFrame) -> None:
    """Providers nobody investigated are scored the same under other names."""
    model, known = found_providers.model, set(made.labels("provider")["target_id"])
    other = {name: f"zz{name}" for name in made.providers["provider_id"] if name not in known}
    renamed = made.providers.assign(provider_id=made.providers["provider_id"].replace(other))
    edges = made.edges.assign(from_id=made.edges["from_id"].replace(other), to_id=made.edges["to_id"].replace(other))
    found = model.score(renamed, edges)
    assert found["margin"].to_numpy() == pytest.approx(scores["margin"].to_numpy(), abs=1e-4)


def test_the_network_is_in_the_blend_only_where_its_note_says_so(
    found_providers: Trained[ProviderModel], learnt: ProviderLearners
) -> None:
    (note,) = [one for one in found_providers.notes if "with the graph network" in one]
    assert (GRAPH in learnt.blend.inputs) == note.endswith("blended")
    assert (GRAPH in learnt.blend.inputs) != note.endswith("leaves the network out")


def test_metrics_and_plots_are_those_of_the_published_ranking(found_providers: Trained[ProviderModel]) -> None:
    metrics, rows = found_providers.metrics, found_providers.out_of_fold
    assert rows is not None
    assert metrics["oof_ap_lower"] < metrics["oof_ap"] == found_providers.scores["blend"]["ap"].value
    assert (metrics["labelled"], metrics["confirmed"]) == (160, 40)
    assert found_providers.table()["method"].tolist() == list(found_providers.scores)
    curves = plot_precision_recall(found_providers, rows, "a title").axes[0]
    assert {line.get_label().split(":")[0] for line in curves.lines} >= {*found_providers.scores, "at random"}
    assert plot_calibration(rows, "a title").axes[0].get_ylabel() == "share confirmed"


def test_too_few_labels_rank_without_them_and_say_so(made: Book, tmp_path: Path) -> None:
    few = made.labels("provider").head(60)  # 15 confirmed
    found = train_providers(made.providers, made.edges, few, SEED)
    assert (found.model.basis, found.metrics, found.scores) == (UNSUPERVISED, {}, {})
    assert found.notes == ["15 confirmed of 60 investigated providers: too few to learn from; ranked without labels"]
    scores = found.model.score(made.providers, made.edges)
    assert scores["fraud_probability"].isna().all()
    assert sorted(scores["provider_score"]) == pytest.approx(np.arange(1, 241) / 240)
    assert average_precision_score(made.guilty, scores["margin"]) > 0.3  # at random: .25
    again = ProviderModel.load(found.model.save(tmp_path / "model")).score(made.providers, made.edges)
    pd.testing.assert_frame_equal(again, scores, check_exact=True)


def test_a_label_of_a_provider_without_claims_is_left_aside(made: Book) -> None:
    stranger = pd.DataFrame({"target_id": ["gone"], "confirmed": [1], "selected": [1]})
    found = train_providers(made.providers, made.edges, pd.concat([made.labels("provider").head(60), stranger]), SEED)
    assert found.notes[0].startswith("15 confirmed of 60")
