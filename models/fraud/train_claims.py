"""Learn which claims to open: boosters over claim features and the provider's out-of-fold score."""

from __future__ import annotations

import numpy as np
import pandas as pd

from models.fraud import trees
from models.fraud.baselines import logistic_margins
from models.fraud.blend import cross_fitted, fit_blend
from models.fraud.claims import ClaimLearners, ClaimModel
from models.fraud.compare import paired_ap
from models.fraud.folds import FOLDS, claim_folds, claim_groups, every_training_side_has_both, fold_of
from models.fraud.inputs import PROVIDER_SCORE, claim_columns, enough, matrix, names
from models.fraud.measure import CAPACITY
from models.fraud.result import OutOfFold, Trained, control_sample_note, measured
from models.fraud.unsupervised import fit_tails

_INPUT = ("claim",)


def train_claims(
    sample: pd.DataFrame, labelled: pd.DataFrame, provider_folds: dict[str, int], seed: int, capacity: float = CAPACITY
) -> Trained[ClaimModel]:
    """Learn from investigated claims; `sample` of all claims says what is usual.

    Both frames hold claim_features and provider_score (by models that never saw the provider's label); `labelled`
    also confirmed and selected. `provider_folds` are the provider model's, empty where it has none.
    """
    features = names(claim_columns())
    tails = fit_tails(features, matrix(sample, features), sample["peer_group"])
    model = ClaimModel(features, tails, None)
    if not enough(labelled["confirmed"]):
        note = f"{int(labelled['confirmed'].sum())} confirmed of {len(labelled)} investigated claims"
        return Trained(model, notes=[f"{note}: too few to learn from; ranked without labels"])
    ordered = labelled.sort_values("claim_id", ignore_index=True)
    groups = claim_groups(ordered)
    folds = claim_folds(ordered, provider_folds, seed)
    rows = OutOfFold(
        ordered["confirmed"].to_numpy(), ordered["selected"].to_numpy(), fold_of(groups, folds), groups.to_numpy(str)
    )
    if not every_training_side_has_both(rows.confirmed, rows.fold):
        note = "the labels of one outcome belong to too few providers to split"
        return Trained(model, notes=[f"{note}; ranked without labels"])
    found = Trained(model, "claim model", out_of_fold=rows, notes=[control_sample_note(rows)])

    values = matrix(ordered, features)
    boosters = []
    for held_out in range(FOLDS):
        train = rows.fold != held_out
        booster, rounds = trees.train_booster(
            features, values[train], rows.confirmed[train], groups.to_numpy(str)[train], seed
        )
        boosters.append(booster)
        found.rounds.append(rounds)
    raw = trees.margins(boosters, features, values)[np.arange(len(rows.fold)), rows.fold][:, None]
    margin, rows.probability = cross_fitted(_INPUT, raw, rows.confirmed, rows.selected, rows.fold)
    rows.margins["claim model"] = margin
    _baselines(found, ordered, features, values, rows)
    found.scores = measured(rows, found.final, capacity, seed)
    blend = fit_blend(_INPUT, raw, rows.confirmed, rows.selected)
    found.model = ClaimModel(features, tails, ClaimLearners(boosters, blend, folds))
    return found


def _baselines(
    found: Trained[ClaimModel], claims: pd.DataFrame, features: list[str], values: np.ndarray, rows: OutOfFold
) -> None:
    score = values[:, features.index(PROVIDER_SCORE.name)]
    rows.margins["provider score alone"] = np.nan_to_num(score, nan=0.0)
    rows.margins["paid alone"] = claims["paid_amount"].to_numpy(dtype=np.float64)
    rows.margins["logistic regression"] = logistic_margins(values, rows.confirmed, rows.fold)
    gain = paired_ap(rows.confirmed, rows.margins["claim model"], rows.margins["logistic regression"], rows.fold)
    found.notes.append(f"trees against logistic regression in the same folds: {gain}")
