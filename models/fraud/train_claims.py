"""Learn which claims to open: trees and lines over claim features and the provider's out-of-fold score."""

from __future__ import annotations

import numpy as np
import pandas as pd

from models.fraud import trees
from models.fraud.blend import cross_fitted, fit_blend
from models.fraud.claims import ClaimLearners, ClaimModel
from models.fraud.compare import paired_ap
from models.fraud.folds import claim_folds, claim_groups, every_training_side_has_both, fold_of, held_out_margins
from models.fraud.inputs import LINE, PROVIDER_SCORE, TREE, claim_columns, enough, matrix, names
from models.fraud.linear import fit_lines, signed_log
from models.fraud.measure import CAPACITY
from models.fraud.result import OutOfFold, Trained, control_sample_note, measured
from models.fraud.search import described, search_shapes
from models.fraud.trained_again import leave_out_schemes, train_with_another_seed
from models.fraud.unsupervised import fit_tails

_INPUTS = (TREE, LINE)
LINE_STRENGTH = 0.1


def train_claims(
    sample: pd.DataFrame,
    labelled: pd.DataFrame,
    provider_folds: dict[str, int],
    seed: int,
    capacity: float = CAPACITY,
    trials: int = 0,
) -> Trained[ClaimModel]:
    """Learn from investigated claims; `sample` of all claims says what is usual.

    Both frames hold claim_features and provider_score (by models that never saw the provider's label); `labelled`
    also confirmed and selected, and scheme where the gate is to ask for schemes never seen. `provider_folds` are the
    provider model's, empty where it has none. `trials` is the budget of the search for each fold's shape of trees
    (search.py).
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
    rows.targets = ordered["claim_id"].to_numpy(str)
    found = Trained(model, "blend", out_of_fold=rows, notes=[control_sample_note(rows)])

    values = matrix(ordered, features)
    grown_on = (features, values, rows.confirmed, groups.to_numpy(str), rows.fold, seed)
    shapes = search_shapes(trees.CLAIM_TREES, *grown_on, trials)
    found.search = described(shapes, trials)
    boosters, found.rounds = trees.train_boosters(shapes, *grown_on)
    lines = fit_lines(signed_log(values), rows.confirmed, rows.fold, LINE_STRENGTH)
    rows.margins[TREE] = held_out_margins(trees.margins(boosters, features, values), rows.fold)
    rows.margins[LINE] = held_out_margins(lines.margins(signed_log(values)), rows.fold)
    raw = np.column_stack([rows.margins[name] for name in _INPUTS])
    rows.margins["blend"], rows.probability = cross_fitted(_INPUTS, raw, rows.confirmed, rows.selected, rows.fold)
    if "scheme" in ordered:
        again = (features, values, groups.to_numpy(str))
        leave_out_schemes(rows, ordered["scheme"], again, trees.CLAIM_TREES, int(np.median(found.rounds)), seed)
        train_with_another_seed(rows, again, shapes, found.rounds, seed)
    _baselines(found, model, ordered, rows)
    found.scores = measured(rows, found.final, capacity, seed)
    blend = fit_blend(_INPUTS, raw, rows.confirmed, rows.selected)
    found.model = ClaimModel(features, tails, ClaimLearners(boosters, lines, blend, folds))
    return found


def _baselines(found: Trained[ClaimModel], unlabelled: ClaimModel, claims: pd.DataFrame, rows: OutOfFold) -> None:
    score = claims[PROVIDER_SCORE.name].to_numpy(dtype=np.float64)
    rows.margins["provider score alone"] = np.nan_to_num(score, nan=0.0)
    rows.margins["paid alone"] = claims["paid_amount"].to_numpy(dtype=np.float64)
    rows.margins["without labels"] = unlabelled.margin(claims)
    gain = paired_ap(rows.confirmed, rows.margins["blend"], rows.margins["provider score alone"], rows.fold)
    found.notes.append(f"blend against the provider's score alone in the same folds: {gain}")
