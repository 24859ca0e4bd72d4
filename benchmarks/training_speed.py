"""How fast models learn, beside bare XGBoost, LightGBM and PyTorch Geometric: python -m benchmarks.training_speed

Everyone gets the same matrix and parameters, or the same graph, and as many threads as Underwatch takes.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from statistics import median
from typing import Annotated, TypeVar

import lightgbm as lgb
import numpy as np
import torch
import typer
import xgboost as xgb
from sklearn.metrics import average_precision_score
from sklearn.model_selection import StratifiedGroupKFold
from torch import nn
from torch_geometric.nn import HeteroConv, SAGEConv

from benchmarks.graph_sampling import LABELLED, made_up_graph
from benchmarks.record import append, machine, markdown_table, versions
from models.fraud import trees
from models.fraud.graph import HIDDEN, LAYERS, CareNetwork
from models.fraud.graph_batches import Batch, Batches, Scale
from models.fraud.graph_data import EDGE_TYPES, NODE_TYPES, CareGraph
from models.fraud.inputs import claim_columns, names

SECTION = "Learning"
_CONFIRMED, _ROWS_A_PROVIDER, _HELD_OUT = 0.15, 20, 4
_RATE, _DECAY, _DROPOUT = 0.01, 5e-3, 0.4
"""Of models/fraud/graph.py, for the loop that is written without it."""

BARE, BARE_LOOP = "bare xgboost.train", "bare loop, the same batches drawn before"
_COLUMNS = ("way", "seconds>", "processor seconds>", "x bare>", "processor x bare>")

T = TypeVar("T")
Matrix = tuple[np.ndarray, np.ndarray, np.ndarray]
Spent = tuple[float, float]
"""Seconds, and processor seconds of all threads: other work on the machine adds little to these."""

Features, Edges = dict[str, torch.Tensor], dict[tuple[str, str, str], torch.Tensor]


def main(
    claims: Annotated[int, typer.Option(help="Investigated claims to learn from.")] = 20_000,
    links: Annotated[int, typer.Option(help="Links of the graph.")] = 200_000,
    epochs: Annotated[int, typer.Option(help="Epochs of each loop; the median counts.")] = 5,
    seed: Annotated[int, typer.Option(help="Seed of everything random.")] = 1,
    write: Annotated[Path | None, typer.Option(help="Append the tables to this page, as docs/benchmarks.md.")] = None,
) -> None:
    """Time the claim model's trees and the graph network's epoch beside the same by bare libraries.

    Example: python -m benchmarks.training_speed --claims 100000 --links 1000000
    """
    trees_of = trees_beside_peers(claims, seed)
    loops = epochs_beside_peers(links, epochs, seed)
    grown = [[*_told(name, spent, trees_of[BARE][0]), f"{ap:.3f}"] for name, (spent, ap) in trees_of.items()]
    learnt = [_told(name, spent, loops[BARE_LOOP]) for name, spent in loops.items()]
    command = f"python -m benchmarks.training_speed --claims {claims} --links {links}"
    packages = versions("xgboost-cpu", "lightgbm", "torch", "torch-geometric")
    said = f"`{command}`, {machine()}, {packages}. Trees of {claims:,} claims:\n\n"
    said += markdown_table((*_COLUMNS, "average precision>"), grown)
    said += f"\n\nAn epoch of the graph network, {links:,} links, {LABELLED:,} labelled providers, one thread:\n\n"
    said += markdown_table(_COLUMNS, learnt) + "\n"
    print(said)
    if write:
        append(write, SECTION, said)


def made_up_claims(rows: int, seed: int) -> Matrix:
    """Values [rows, features of claims] with gaps, which are confirmed, and the provider of each."""
    chance = np.random.default_rng(seed)
    values = chance.lognormal(0, 1, (rows, len(claim_columns())))
    tell = np.log(values[:, :6]).sum(axis=1) + chance.normal(0, 1, rows)
    values[chance.random(values.shape) < 0.05] = np.nan
    return values, (tell > np.quantile(tell, 1 - _CONFIRMED)).astype(int), np.arange(rows) // _ROWS_A_PROVIDER


def trees_beside_peers(rows: int, seed: int) -> dict[str, tuple[Spent, float]]:
    """By way: the time it took, and the average precision on a quarter held out.

    Peers grow as many trees as Underwatch chose. It chooses by cross-validation within the rows, which is three
    trainings more: the second peer does that too.
    """
    values, confirmed, groups = made_up_claims(rows, seed)
    held = groups % _HELD_OUT == 0
    features, learn = names(claim_columns()), (values[~held], confirmed[~held])
    params = {**trees.CLAIM_TREES, "seed": seed, "nthread": trees.threads_for(len(learn[0]))}

    def ours() -> tuple[bytes, int]:
        return trees.train_booster(trees.CLAIM_TREES, features, *learn, groups[~held], seed)

    (booster, rounds), spent = _timed(ours)
    found = {f"Underwatch, which chose {rounds} trees": (trees.margins([booster], features, values[held])[:, 0], spent)}

    def bare() -> np.ndarray:
        made = xgb.train(params, xgb.DMatrix(*learn), rounds)
        return np.asarray(made.predict(xgb.DMatrix(values[held])))

    def bare_with_choice() -> np.ndarray:
        data = xgb.DMatrix(*learn)
        split = StratifiedGroupKFold(trees.INNER_FOLDS, shuffle=True, random_state=seed)
        folds = list(split.split(*learn, groups[~held]))
        xgb.cv(params, data, trees.MAX_ROUNDS, folds=folds, early_stopping_rounds=trees.PATIENCE, as_pandas=False)
        return np.asarray(xgb.train(params, data, rounds).predict(xgb.DMatrix(values[held])))

    def lightgbm() -> np.ndarray:
        made = lgb.train(_for_lightgbm(params), lgb.Dataset(*learn), rounds)
        return np.asarray(made.predict(values[held]))

    peers = {BARE: bare, "bare xgboost.cv and train": bare_with_choice, "LightGBM": lightgbm}
    found |= {name: _timed(peer) for name, peer in peers.items()}
    return {
        name: (spent, float(average_precision_score(confirmed[held], said))) for name, (said, spent) in found.items()
    }


def _for_lightgbm(params: dict[str, object]) -> dict[str, object]:
    """The same shape of trees in LightGBM's words."""
    depth = int(str(params["max_depth"]))
    return {
        "objective": "binary",
        "learning_rate": params["eta"],
        "max_depth": depth,
        "num_leaves": 2**depth,
        "min_sum_hessian_in_leaf": params["min_child_weight"],
        "min_data_in_leaf": 1,
        "lambda_l2": params["lambda"],
        "bagging_fraction": params["subsample"],
        "bagging_freq": 1,
        "feature_fraction": params["colsample_bytree"],
        "max_bin": params["max_bin"],
        "num_threads": params["nthread"],
        "seed": params["seed"],
        "verbose": -1,
    }


class BareNetwork(nn.Module):
    """The network of models/fraud/graph.py as one would write it with PyTorch Geometric alone."""

    def __init__(self, widths: dict[str, int]) -> None:
        super().__init__()
        self.encode = nn.ModuleDict({kind: nn.Linear(width, HIDDEN) for kind, width in widths.items()})
        self.convs = nn.ModuleList()
        for _ in range(LAYERS):
            convs = {edge: SAGEConv((HIDDEN, HIDDEN), HIDDEN) for edge in EDGE_TYPES}
            self.convs.append(HeteroConv(convs, aggr="mean"))
        self.out = nn.Linear(HIDDEN * (LAYERS + 1), 1)

    def forward(self, features: Features, edges: Edges) -> torch.Tensor:
        hidden = {kind: self.encode[kind](x).relu() for kind, x in features.items()}
        states = [hidden["provider"]]
        for conv in self.convs:
            news = conv({kind: nn.functional.dropout(x, _DROPOUT) for kind, x in hidden.items()}, edges)
            hidden = {kind: (news[kind] + x).relu() for kind, x in hidden.items()}
            states.append(hidden["provider"])
        return torch.Tensor(self.out(nn.functional.dropout(torch.cat(states, dim=1), _DROPOUT))).squeeze(-1)


def epochs_beside_peers(links: int, epochs: int, seed: int) -> dict[str, Spent]:
    """The time of an epoch by way.

    PyTorch Geometric's own neighbour loaders need compiled extensions; the bare loop over batches gets the batches of
    an epoch already drawn, so that what lies above it is the price of drawing.
    """
    torch.set_num_threads(1)  # as Underwatch does
    graph, guilty = made_up_graph(links, seed)
    asked = np.random.default_rng(seed).permutation(len(guilty))[:LABELLED]
    target = torch.from_numpy(guilty.astype(np.float32))
    batches = Batches(graph, _unscaled(graph), None, seed)
    widths = {kind: x.shape[1] for kind, x in graph.features.items()}
    drawn = list(batches.to_learn(asked, 0))
    whole = Batch(torch.from_numpy(asked), _unscaled(graph).apply(graph), graph.edges)

    def ours(network: nn.Module, optimiser: torch.optim.Optimizer, epoch: int) -> None:
        for batch in batches.to_learn(asked, epoch):
            said = network(batch.features, batch.edges)[: len(batch.providers)]
            _step(optimiser, said, target[batch.providers])

    def over(some: Sequence[Batch], all_at_once: bool) -> Epoch:
        def epoch(network: nn.Module, optimiser: torch.optim.Optimizer, _: int) -> None:
            for batch in some:
                said = network(batch.features, batch.edges)
                said = said[batch.providers] if all_at_once else said[: len(batch.providers)]
                _step(optimiser, said, target[batch.providers])

        return epoch

    return {
        "Underwatch, drawing neighbours": _epoch_time(CareNetwork(batches.provider_features), ours, epochs),
        BARE_LOOP: _epoch_time(BareNetwork(widths), over(drawn, False), epochs),
        "bare loop, the whole graph a step": _epoch_time(BareNetwork(widths), over([whole], True), epochs),
    }


Epoch = Callable[[nn.Module, torch.optim.Optimizer, int], None]


def _epoch_time(network: nn.Module, epoch: Epoch, epochs: int) -> Spent:
    optimiser = torch.optim.AdamW(network.train().parameters(), lr=_RATE, weight_decay=_DECAY)
    each = [_timed(partial(epoch, network, optimiser, number))[1] for number in range(epochs)]
    return median(seconds for seconds, _ in each), median(worked for _, worked in each)


def _step(optimiser: torch.optim.Optimizer, said: torch.Tensor, target: torch.Tensor) -> None:
    optimiser.zero_grad()
    nn.functional.binary_cross_entropy_with_logits(said, target).backward()
    optimiser.step()


def _unscaled(graph: CareGraph) -> Scale:
    width = {kind: graph.features[kind].shape[1] for kind in NODE_TYPES}
    return Scale(*({kind: torch.full((size,), level) for kind, size in width.items()} for level in (0.0, 1.0)))


def _timed(work: Callable[[], T]) -> tuple[T, Spent]:
    started, worked = time.perf_counter(), time.process_time()
    made = work()
    return made, (time.perf_counter() - started, time.process_time() - worked)


def _told(name: str, spent: Spent, bare: Spent) -> list[str]:
    return [name, *(f"{one:.2f}" for one in spent), *(f"{a / b:.2f}" for a, b in zip(spent, bare, strict=True))]


if __name__ == "__main__":
    typer.run(main)
