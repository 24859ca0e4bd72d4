"""Learn who to investigate: trees and graph network cross-fitted, then blended as far as each earns it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from models.fraud import trees
from models.fraud.baselines import logistic_margins
from models.fraud.blend import Blend, cross_fitted, fit_blend
from models.fraud.compare import paired_ap
from models.fraud.folds import FOLDS, fold_of, provider_folds
from models.fraud.inputs import enough, matrix, names, provider_columns
from models.fraud.measure import CAPACITY
from models.fraud.providers import GRAPH, TREE, ProviderLearners, ProviderModel
from models.fraud.result import OutOfFold, Trained, control_sample_note, measured
from models.fraud.unsupervised import fit_tails

MOST_EDGES = 5_000_000
"""Links above which full-batch messages no longer fit one machine; the neighbour aggregates still carry the graph."""


def train_providers(
    providers: pd.DataFrame, edges: pd.DataFrame, labels: pd.DataFrame, seed: int, capacity: float = CAPACITY
) -> Trained[ProviderModel]:
    """Learn from the providers of one day (sorted by provider_id), their care_graph, and `inputs.labels_of`.

    With fewer than 20 labels of either outcome the model is the unsupervised one, and the notes say so.
    """
    features = names(provider_columns())
    values = matrix(providers, features)
    tails = fit_tails(features, values, providers["peer_group"])
    known = labels[labels["target_id"].isin(providers["provider_id"])].reset_index(drop=True)
    if not enough(known["confirmed"]):
        note = f"{int(known['confirmed'].sum())} confirmed of {len(known)} investigated providers"
        note += ": too few to learn from; ranked without labels"
        return Trained(ProviderModel(features, tails, None), notes=[note])

    folds = provider_folds(known, seed)
    position = pd.Series(np.arange(len(providers)), index=providers["provider_id"])
    at = known["target_id"].map(position).to_numpy(dtype=np.int64)
    rows = OutOfFold(known["confirmed"].to_numpy(), known["selected"].to_numpy(), fold_of(known["target_id"], folds))
    found = Trained(ProviderModel(features, tails, None), out_of_fold=rows, notes=[control_sample_note(rows)])

    boosters = _boosters(found, features, values[at], known["target_id"].to_numpy(), seed)
    rows.margins["trees"] = _held_out(trees.margins(boosters, features, values[at]), rows.fold)
    networks = _networks(found, providers, values, edges, at, seed)
    blend = _blend(found, providers, values, edges, at, networks, seed)
    _baselines(rows, providers, values, at)
    found.scores = measured(rows, found.final, capacity, seed)
    found.model = ProviderModel(features, tails, ProviderLearners(boosters, networks, blend, folds))
    return found


def shuffled(edges: pd.DataFrame, seed: int) -> pd.DataFrame:
    """The same graph with its ends dealt anew within each kind of link: degrees stay, who knows whom does not."""
    rng = np.random.default_rng(seed)
    ordered = edges.sort_values(["edge_type", "from_id", "to_id"], ignore_index=True)
    ends = ordered.groupby("edge_type")["to_id"].transform(lambda several: rng.permutation(several.to_numpy()))
    return ordered.assign(to_id=ends)


def _boosters(
    found: Trained[ProviderModel], features: list[str], values: np.ndarray, groups: np.ndarray, seed: int
) -> list[bytes]:
    rows, made = _rows(found), []
    for held_out in range(FOLDS):
        train = rows.fold != held_out
        booster, rounds = trees.train_booster(features, values[train], rows.confirmed[train], groups[train], seed)
        made.append(booster)
        found.rounds.append(rounds)
    return made


def _networks(
    found: Trained[ProviderModel], providers: pd.DataFrame, values: np.ndarray, edges: pd.DataFrame,
    at: np.ndarray, seed: int,
) -> list[bytes]:
    """One network per fold, and its out-of-fold margins into the rows; none without a graph or with too large a one."""
    rows = _rows(found)
    if not 0 < len(edges) <= MOST_EDGES:
        found.notes.append(f"no graph network: {len(edges):,} links, and 1 to {MOST_EDGES:,} fit one batch")
        return []
    made, margin = _graph_margins(rows, providers, values, edges, at, seed)
    rows.margins["graph network"] = margin
    return made


def _graph_margins(
    rows: OutOfFold, providers: pd.DataFrame, values: np.ndarray, edges: pd.DataFrame, at: np.ndarray, seed: int
) -> tuple[list[bytes], np.ndarray]:
    from models.fraud import graph, graph_data  # PyTorch takes seconds to import

    care = graph_data.care_graph(providers["provider_id"], values, edges)
    made = []
    for held_out in range(FOLDS):
        train = rows.fold != held_out
        made.append(graph.train_network(care, at[train], rows.confirmed[train], at[~train], seed + held_out))
    return made, _held_out(graph.margins(made, care)[at], rows.fold)


def _blend(
    found: Trained[ProviderModel], providers: pd.DataFrame, values: np.ndarray, edges: pd.DataFrame,
    at: np.ndarray, networks: list[bytes], seed: int,
) -> Blend:
    """Calibrated trees, with the network's margin beside them if it improves the ranking by more than one standard
    error in the same folds and loses when the graph is shuffled."""
    rows = _rows(found)
    tree = rows.margins["trees"]
    alone, alone_probability = cross_fitted((TREE,), tree[:, None], rows.confirmed, rows.selected, rows.fold)
    if networks:
        both = np.column_stack([tree, rows.margins["graph network"]])
        margin, probability = cross_fitted((TREE, GRAPH), both, rows.confirmed, rows.selected, rows.fold)
        gain = paired_ap(rows.confirmed, margin, tree, rows.fold)
        said = f"trees with the graph network against trees alone: {gain}"
        if gain.earned:
            _, control = _graph_margins(rows, providers, values, shuffled(edges, seed), at, seed)
            real = paired_ap(rows.confirmed, rows.margins["graph network"], control, rows.fold)
            if real.difference > 0:
                found.notes.append(f"{said}; the network loses when links are shuffled ({real}): blended")
                rows.margins["blend"], rows.probability, found.final = margin, probability, "blend"
                return fit_blend((TREE, GRAPH), both, rows.confirmed, rows.selected)
            said += f"; with shuffled links it is no worse ({real})"
        found.notes.append(f"{said}: the blend leaves the network out")
        rows.margins["trees + graph network"] = margin
    # The cross-fitted calibration changes the order between folds a little: measured is what is published.
    rows.margins["blend"], rows.probability, found.final = alone, alone_probability, "blend"
    return fit_blend((TREE,), tree[:, None], rows.confirmed, rows.selected)


def _baselines(rows: OutOfFold, providers: pd.DataFrame, values: np.ndarray, at: np.ndarray) -> None:
    rows.margins["total paid alone"] = providers["paid_amount"].to_numpy(dtype=np.float64)[at]
    rows.margins["logistic regression"] = logistic_margins(values[at], rows.confirmed, rows.fold)


def _held_out(margins: np.ndarray, fold: np.ndarray) -> np.ndarray:
    return np.asarray(margins[np.arange(len(fold)), fold])


def _rows(found: Trained[ProviderModel]) -> OutOfFold:
    assert found.out_of_fold is not None  # noqa: S101 - only called with labels
    return found.out_of_fold
