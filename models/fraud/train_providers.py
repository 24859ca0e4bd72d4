"""Learn who to investigate: trees, lines and a graph network cross-fitted, then blended as far as each earns it."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pandas as pd

from models.fraud import trees
from models.fraud.baselines import logistic_margins
from models.fraud.blend import Blend, cross_fitted, fit_blend
from models.fraud.compare import paired_ap
from models.fraud.folds import FOLDS, fold_of, held_out_margins, provider_folds
from models.fraud.inputs import GRAPH, LINE, TREE, enough, matrix, names, provider_columns
from models.fraud.linear import fit_lines
from models.fraud.measure import CAPACITY
from models.fraud.providers import ProviderLearners, ProviderModel, prepared
from models.fraud.result import OutOfFold, Trained, control_sample_note, measured
from models.fraud.search import described, search_shapes
from models.fraud.trained_again import leave_out_schemes, train_with_another_seed
from models.fraud.unsupervised import fit_tails

LINE_STRENGTHS = (0.01, 0.03, 0.1, 0.3, 1.0)
MOST_LINKS = 20_000_000
"""Links above which the driver, which holds their table and tensors but no messages, would need more than 8 GiB
(benchmarks/graph_sampling.py); the neighbour aggregates still carry the graph."""


def train_providers(
    providers: pd.DataFrame,
    edges: pd.DataFrame,
    labels: pd.DataFrame,
    seed: int,
    capacity: float = CAPACITY,
    kept_out: Collection[str] = (),
    trials: int = 0,
) -> Trained[ProviderModel]:
    """Learn from the providers of one day (sorted by provider_id), their care_graph, and `inputs.labels_of` (where it
    holds schemes, the gate can ask for schemes never seen).

    With fewer than 20 labels of either outcome the model is the unsupervised one, and the notes say so. Of the
    providers `kept_out` nothing shapes what is usual: a benchmark tests on them. `trials` is the budget of the search
    for each fold's shape of trees (search.py).
    """
    features = names(provider_columns())
    values = matrix(providers, features)
    used = ~providers["provider_id"].isin(kept_out).to_numpy()
    tails = fit_tails(features, values[used], providers["peer_group"][used])
    known = labels[labels["target_id"].isin(providers["provider_id"])].reset_index(drop=True)
    if not enough(known["confirmed"]):
        note = f"{int(known['confirmed'].sum())} confirmed of {len(known)} investigated providers"
        note += ": too few to learn from; ranked without labels"
        return Trained(ProviderModel(features, tails, None), notes=[note])

    folds = provider_folds(known, seed)
    position = pd.Series(np.arange(len(providers)), index=providers["provider_id"])
    at = known["target_id"].map(position).to_numpy(dtype=np.int64)
    rows = OutOfFold(known["confirmed"].to_numpy(), known["selected"].to_numpy(), fold_of(known["target_id"], folds))
    rows.targets = known["target_id"].to_numpy(str)
    found = Trained(ProviderModel(features, tails, None), out_of_fold=rows, notes=[control_sample_note(rows)])

    groups = known["target_id"].to_numpy(str)
    grown_on = (features, values[at], rows.confirmed, groups, rows.fold, seed)
    shapes = search_shapes(trees.PROVIDER_TREES, *grown_on, trials)
    found.search = described(shapes, trials)
    boosters, found.rounds = trees.train_boosters(shapes, *grown_on)
    above_peers = prepared(tails, values[at], providers["peer_group"].iloc[at])
    lines = fit_lines(above_peers, rows.confirmed, rows.fold, *LINE_STRENGTHS)
    rows.margins[TREE] = held_out_margins(trees.margins(boosters, features, values[at]), rows.fold)
    rows.margins[LINE] = held_out_margins(lines.margins(above_peers), rows.fold)
    aside = np.flatnonzero(~used)
    networks = _networks(found, providers, values, edges, at, aside, seed)
    blend = _blend(found, providers, values, edges, at, aside, networks, seed)
    if "scheme" in known:
        again = (features, values[at], groups)
        leave_out_schemes(rows, known["scheme"], again, trees.PROVIDER_TREES, int(np.median(found.rounds)), seed)
        train_with_another_seed(rows, again, shapes, found.rounds, seed)
    rows.margins["logistic regression"] = logistic_margins(values[at], rows.confirmed, rows.fold)
    rows.margins["total paid alone"] = providers["paid_amount"].to_numpy(dtype=np.float64)[at]
    rows.margins["without labels"] = (
        ProviderModel(features, tails, None).score(providers, edges)["margin"].to_numpy()[at]
    )
    found.scores = measured(rows, found.final, capacity, seed)
    found.model = ProviderModel(features, tails, ProviderLearners(boosters, lines, networks, blend, folds))
    return found


def shuffled(edges: pd.DataFrame, seed: int) -> pd.DataFrame:
    """The same graph with its ends dealt anew within each kind of link: degrees stay, who knows whom does not."""
    rng = np.random.default_rng(seed)
    ordered = edges.sort_values(["edge_type", "from_id", "to_id"], ignore_index=True)
    ends = ordered.groupby("edge_type")["to_id"].transform(lambda several: rng.permutation(several.to_numpy()))
    return ordered.assign(to_id=ends)


def _networks(
    found: Trained[ProviderModel],
    providers: pd.DataFrame,
    values: np.ndarray,
    edges: pd.DataFrame,
    at: np.ndarray,
    aside: np.ndarray,
    seed: int,
) -> list[bytes]:
    """One network per fold, and its out-of-fold margins into the rows; none without a graph or with too large a one."""
    rows = _rows(found)
    if not 0 < len(edges) <= MOST_LINKS:
        found.notes.append(f"no graph network: {len(edges):,} links, and the driver may hold 1 to {MOST_LINKS:,}")
        return []
    made, margin = _graph_margins(rows, providers, values, edges, at, aside, seed)
    rows.margins[GRAPH] = margin
    return made


def _graph_margins(
    rows: OutOfFold,
    providers: pd.DataFrame,
    values: np.ndarray,
    edges: pd.DataFrame,
    at: np.ndarray,
    aside: np.ndarray,
    seed: int,
) -> tuple[list[bytes], np.ndarray]:
    """A network per fold and what they say out of fold. Positions `at` are labelled, those `aside` are tested on."""
    from models.fraud import graph, graph_data  # PyTorch takes seconds to import

    care = graph_data.care_graph(providers["provider_id"], values, edges)
    made = []
    for held_out in range(FOLDS):
        train = rows.fold != held_out
        unseen = np.concatenate([at[~train], aside])
        made.append(graph.train_network(care, at[train], rows.confirmed[train], unseen, seed + held_out))
    return made, held_out_margins(graph.margins(made, care)[at], rows.fold)


def _blend(
    found: Trained[ProviderModel],
    providers: pd.DataFrame,
    values: np.ndarray,
    edges: pd.DataFrame,
    at: np.ndarray,
    aside: np.ndarray,
    networks: list[bytes],
    seed: int,
) -> Blend:
    """Trees and lines calibrated, with the network's margin beside them if it improves the ranking by more than one
    standard error in the same folds and loses when the graph is shuffled."""
    rows = _rows(found)
    found.final = "blend"
    if networks:
        alone, _ = _cross_fitted(rows, (TREE, LINE))
        with_graph, probability = _cross_fitted(rows, (TREE, LINE, GRAPH))
        gain = paired_ap(rows.confirmed, with_graph, alone, rows.fold)
        said = f"trees and lines with the graph network against those without: {gain}"
        if gain.earned:
            _, control = _graph_margins(rows, providers, values, shuffled(edges, seed), at, aside, seed)
            real = paired_ap(rows.confirmed, rows.margins[GRAPH], control, rows.fold)
            if real.difference > 0:
                found.notes.append(f"{said}; the network loses when links are shuffled ({real}): blended")
                rows.margins["blend"], rows.probability = with_graph, probability
                return _fitted(rows, (TREE, LINE, GRAPH))
            said += f"; with shuffled links the network is no worse ({real})"
        found.notes.append(f"{said}: the blend leaves the network out")
        rows.margins["blend with the graph network"] = with_graph
    rows.margins["blend"], rows.probability = _cross_fitted(rows, (TREE, LINE))
    return _fitted(rows, (TREE, LINE))


def _cross_fitted(rows: OutOfFold, inputs: tuple[str, ...]) -> tuple[np.ndarray, np.ndarray]:
    margins = np.column_stack([rows.margins[name] for name in inputs])
    return cross_fitted(inputs, margins, rows.confirmed, rows.selected, rows.fold)


def _fitted(rows: OutOfFold, inputs: tuple[str, ...]) -> Blend:
    return fit_blend(inputs, np.column_stack([rows.margins[name] for name in inputs]), rows.confirmed, rows.selected)


def _rows(found: Trained[ProviderModel]) -> OutOfFold:
    assert found.out_of_fold is not None  # noqa: S101 - only called with labels
    return found.out_of_fold
