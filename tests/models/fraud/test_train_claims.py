"""Learning which claims to open, given who billed them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import average_precision_score

from models.fraud.claims import ClaimLearners, ClaimModel
from models.fraud.folds import claim_groups, fold_of
from models.fraud.inputs import MIN_LABELS_PER_CLASS
from models.fraud.providers import SUPERVISED, UNSUPERVISED, ProviderModel
from models.fraud.result import Trained
from models.fraud.serve import claim_signature, predict_claims, predict_providers, provider_signature
from models.fraud.train_claims import train_claims
from tests.models.fraud.book import CLAIM_TELLS, Book
from tests.models.fraud.conftest import SEED, with_score

pytestmark = pytest.mark.slow
Frames = tuple[pd.DataFrame, pd.DataFrame]


@pytest.fixture(scope="module")
def frames(made: Book, found_providers: Trained[ProviderModel]) -> Frames:
    return with_score(made, found_providers)


@pytest.fixture(scope="module")
def learnt(found_claims: Trained[ClaimModel]) -> ClaimLearners:
    assert found_claims.model.learnt is not None
    return found_claims.model.learnt


def test_claims_are_ranked_better_than_by_their_provider_alone(found_claims: Trained[ClaimModel]) -> None:
    assert found_claims.model.basis == SUPERVISED
    ap = {method: found["ap"].value for method, found in found_claims.scores.items()}
    assert ap["blend"] > ap["provider score alone"] + 0.1 > ap["paid alone"] + 0.1
    assert found_claims.scores["blend"]["ece"].value < 0.05


def test_labelled_claims_are_scored_only_by_models_that_never_saw_their_provider(
    found_claims: Trained[ClaimModel], found_providers: Trained[ProviderModel], learnt: ClaimLearners, frames: Frames
) -> None:
    labelled = frames[1].sort_values("claim_id", ignore_index=True)
    rows, providers = found_claims.out_of_fold, found_providers.model.learnt
    assert rows is not None and providers is not None
    assert learnt.folds == providers.folds  # every labelled claim is of a labelled provider, whose fold it keeps
    assert np.array_equal(fold_of(claim_groups(labelled), learnt.folds), rows.fold)
    own = np.column_stack([rows.margins[name] for name in learnt.blend.inputs])
    assert found_claims.model.margin(labelled) == pytest.approx(learnt.blend.margin(own))


def test_turned_labels_of_a_fold_do_not_reach_its_own_scores(
    found_claims: Trained[ClaimModel], learnt: ClaimLearners, frames: Frames
) -> None:
    sample, labelled = frames
    inside = fold_of(claim_groups(labelled), learnt.folds) == 2
    turned = labelled.assign(confirmed=np.where(inside, 1 - labelled["confirmed"], labelled["confirmed"]))
    again = train_claims(sample, turned, learnt.folds, SEED).model.learnt
    assert again is not None
    assert again.boosters[2] == learnt.boosters[2] and again.boosters[1] != learnt.boosters[1]
    assert np.array_equal(again.lines.weight[2], learnt.lines.weight[2])


def test_probabilities_are_calibrated_shares(found_claims: Trained[ClaimModel], frames: Frames) -> None:
    model = found_claims.model
    margin = model.margin(frames[0])
    probability = model.probability(margin)
    assert ((probability > 0) & (probability < 1)).all()
    assert (np.diff(probability[np.argsort(margin)]) >= 0).all()


@pytest.mark.parametrize("exact", [True, False], ids=["exact", "approximate"])
def test_contributions_explain_every_difference_within_a_fold(
    found_claims: Trained[ClaimModel], learnt: ClaimLearners, frames: Frames, exact: bool
) -> None:
    model, claims = found_claims.model, frames[0]
    parts = model.contributions(claims, exact)
    rest = pd.Series(model.margin(claims) - parts.sum(axis=1))
    assert rest.groupby(fold_of(claim_groups(claims), learnt.folds)).std().max() < 1e-3
    strongest = np.array(model.features)[np.argsort(-np.abs(parts).mean(axis=0))[:3]]
    assert set(CLAIM_TELLS) < set(strongest)


def test_a_saved_model_scores_and_explains_the_same_bit_for_bit(
    found_claims: Trained[ClaimModel], frames: Frames, tmp_path: Path
) -> None:
    again = ClaimModel.load(found_claims.model.save(tmp_path / "model"))
    assert np.array_equal(again.margin(frames[0]), found_claims.model.margin(frames[0]))
    assert np.array_equal(again.contributions(frames[0], True), found_claims.model.contributions(frames[0], True))
    assert {file.suffix for file in tmp_path.rglob("*.*")} == {".ubj", ".safetensors", ".json"}


def test_what_mlflow_serves_is_what_is_published(
    made: Book,
    found_claims: Trained[ClaimModel],
    found_providers: Trained[ProviderModel],
    frames: Frames,
    tmp_path: Path,
) -> None:
    claims, folder = frames[0], found_claims.model.save(tmp_path / "claims")
    served = predict_claims(folder, claims[claim_signature().columns])
    assert np.array_equal(served["margin"], found_claims.model.margin(claims))
    alone = predict_providers(found_providers.model.save(tmp_path / "providers"), provider_signature())
    assert alone["fraud_probability"].between(0, 1).all()


def test_too_few_labels_rank_without_them_and_say_so(made: Book, frames: Frames, tmp_path: Path) -> None:
    sample, labelled = frames
    confirmed = labelled["confirmed"] == 1
    few = pd.concat([labelled[confirmed].head(MIN_LABELS_PER_CLASS - 1), labelled[~confirmed]]).head(100)
    found = train_claims(sample, few, {}, SEED)
    assert (found.model.basis, found.metrics) == (UNSUPERVISED, {})
    assert found.notes[0].endswith("of 100 investigated claims: too few to learn from; ranked without labels")
    margin = found.model.margin(sample)
    assert np.isnan(found.model.probability(margin)).all()
    guilty = sample["provider_id"].isin(made.providers["provider_id"][made.guilty]).to_numpy()
    assert average_precision_score(guilty, margin) > guilty.mean()
    assert np.array_equal(ClaimModel.load(found.model.save(tmp_path / "model")).margin(sample), margin)


def test_labels_of_one_provider_s_guilt_cannot_be_split(frames: Frames) -> None:
    sample, labelled = frames
    several = pd.concat([labelled.head(60)] * 2, ignore_index=True)
    one = several.assign(
        confirmed=(several.index < 60).astype(int), provider_id=np.where(several.index < 60, "p1", "p2")
    )
    found = train_claims(sample, one, {}, SEED)
    assert found.model.basis == UNSUPERVISED
    assert "belong to too few providers" in found.notes[0]
