"""A graph network over members, providers and physicians (PyTorch Geometric, GraphSAGE per kind of link).

Full batch: every provider's features pass along the links, but only labels of the training folds enter the loss.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass

import numpy as np
import torch
from safetensors.torch import load, save
from torch import nn
from torch_geometric.nn import HeteroConv, SAGEConv

from models.fraud.graph_data import EDGE_TYPES, LINK_FEATURES, NODE_TYPES, CareGraph

HIDDEN = 32
LAYERS = 2
EPOCHS = 120
PATIENCE = 15
VALIDATION_SHARE = 0.2
_LEARNING_RATE, _WEIGHT_DECAY, _DROPOUT = 0.01, 5e-3, 0.4
_EXTREME = 5.0
_EDGES_PER_THREAD = 500_000


class CareNetwork(nn.Module):
    """Two rounds of messages, then one log odds per provider from all that it heard and its own features."""

    def __init__(self, provider_features: int) -> None:
        super().__init__()
        sizes = {"provider": provider_features, "member": LINK_FEATURES, "physician": LINK_FEATURES}
        self.encode = nn.ModuleDict({kind: nn.Linear(sizes[kind], HIDDEN) for kind in NODE_TYPES})
        self.rounds = nn.ModuleList(
            [
                HeteroConv({edge: SAGEConv((HIDDEN, HIDDEN), HIDDEN) for edge in EDGE_TYPES}, aggr="mean")
                for _ in range(LAYERS)
            ]
        )
        self.drop = nn.Dropout(_DROPOUT)
        self.decide = nn.Linear(HIDDEN * (LAYERS + 1), 1)

    def forward(
        self, features: dict[str, torch.Tensor], edges: dict[tuple[str, str, str], torch.Tensor]
    ) -> torch.Tensor:
        """Log odds [providers]."""
        state = {kind: self.encode[kind](features[kind]).relu() for kind in NODE_TYPES}
        heard = [state["provider"]]
        for messages in self.rounds:
            # What a node already knew is kept beside what it hears, so that depth does not wash it out.
            news = messages({kind: self.drop(one) for kind, one in state.items()}, edges)
            state = {kind: (news[kind] + state[kind]).relu() if kind in news else state[kind] for kind in NODE_TYPES}
            heard.append(state["provider"])
        return torch.Tensor(self.decide(self.drop(torch.cat(heard, dim=1)))).squeeze(-1)


@dataclass(frozen=True)
class Scale:
    """Mean and spread of each node feature, learnt without the held-out providers."""

    mean: dict[str, torch.Tensor]
    spread: dict[str, torch.Tensor]

    def apply(self, graph: CareGraph) -> dict[str, torch.Tensor]:
        """Standardised features; a missing value becomes the mean, an extreme one is held at five spreads."""
        return {
            kind: ((graph.features[kind] - self.mean[kind]) / self.spread[kind])
            .nan_to_num(0.0)
            .clamp(-_EXTREME, _EXTREME)
            for kind in NODE_TYPES
        }


def train_network(graph: CareGraph, train: np.ndarray, confirmed: np.ndarray, held_out: np.ndarray, seed: int) -> bytes:
    """Train on the providers at positions `train`; safetensors bytes of the weights and the scale.

    Stops when the loss on a fifth of the training providers no longer falls. `held_out` are positions whose
    features must not shape the scale.
    """
    _be_deterministic(seed, graph)
    scale = _fit_scale(graph, held_out)
    features = scale.apply(graph)
    network = CareNetwork(features["provider"].shape[1])
    fit, watch = _inner_split(confirmed, seed)
    rows, target = torch.from_numpy(train.astype(np.int64)), torch.from_numpy(confirmed.astype(np.float32))
    optimiser = torch.optim.AdamW(network.parameters(), lr=_LEARNING_RATE, weight_decay=_WEIGHT_DECAY)
    loss_of = nn.BCEWithLogitsLoss()
    best, best_state, waited = np.inf, network.state_dict(), 0
    for _ in range(EPOCHS):
        network.train()
        optimiser.zero_grad()
        loss_of(network(features, graph.edges)[rows[fit]], target[fit]).backward()
        optimiser.step()
        network.eval()
        with torch.no_grad():
            watched = float(loss_of(network(features, graph.edges)[rows[watch]], target[watch]))
        if watched < best - 1e-4:
            best, waited = watched, 0
            best_state = {name: value.clone() for name, value in network.state_dict().items()}
        elif (waited := waited + 1) >= PATIENCE:
            break
    return _to_bytes(best_state, scale)


def margins(networks: list[bytes], graph: CareGraph) -> np.ndarray:
    """Log odds [providers, networks]."""
    _be_deterministic(0, graph)
    columns = []
    for stored in networks:
        network, scale = _from_bytes(stored, graph.features["provider"].shape[1])
        network.eval()
        with torch.no_grad():
            columns.append(network(scale.apply(graph), graph.edges).numpy().astype(np.float64))
    return np.column_stack(columns)


def _fit_scale(graph: CareGraph, held_out: np.ndarray) -> Scale:
    mean, spread = {}, {}
    for kind in NODE_TYPES:
        values = graph.features[kind].numpy().astype(np.float64)
        if kind == "provider":
            values = np.delete(values, held_out, axis=0)
        known = ~np.isnan(values)
        count = np.maximum(known.sum(axis=0), 1)
        centre = np.where(known, values, 0.0).sum(axis=0) / count
        deviation = np.sqrt(np.where(known, (values - centre) ** 2, 0.0).sum(axis=0) / count)
        mean[kind] = torch.from_numpy(centre.astype(np.float32))
        spread[kind] = torch.from_numpy(np.where(deviation > 1e-6, deviation, 1.0).astype(np.float32))
    return Scale(mean, spread)


def _inner_split(confirmed: np.ndarray, seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    rng = np.random.default_rng(seed)
    watched = np.zeros(len(confirmed), dtype=bool)
    for outcome in (0, 1):
        rows = np.flatnonzero(confirmed == outcome)
        watched[rng.permutation(rows)[: max(1, int(VALIDATION_SHARE * len(rows)))]] = True
    return torch.from_numpy(np.flatnonzero(~watched)), torch.from_numpy(np.flatnonzero(watched))


def _be_deterministic(seed: int, graph: CareGraph) -> None:
    torch.manual_seed(seed)
    # Threads that wait for each other cost more than a small graph's work, tens of times more on a busy machine.
    edges = sum(links.shape[1] for links in graph.edges.values())
    torch.set_num_threads(min(os.cpu_count() or 1, 1 + edges // _EDGES_PER_THREAD))
    torch.use_deterministic_algorithms(True)


def _to_bytes(weights: dict[str, torch.Tensor], scale: Scale) -> bytes:
    tensors = {f"network/{name}": value.contiguous() for name, value in weights.items()}
    for kind in NODE_TYPES:
        tensors[f"mean/{kind}"], tensors[f"spread/{kind}"] = scale.mean[kind], scale.spread[kind]
    return bytes(save(tensors, {"shape": json.dumps({"hidden": HIDDEN, "layers": LAYERS})}))


def _from_bytes(stored: bytes, provider_features: int) -> tuple[CareNetwork, Scale]:
    tensors = load(stored)
    network = CareNetwork(provider_features)
    network.load_state_dict(
        {name.removeprefix("network/"): value for name, value in tensors.items() if name.startswith("network/")}
    )
    scale = Scale(*({kind: tensors[f"{part}/{kind}"] for kind in NODE_TYPES} for part in ("mean", "spread")))
    return network, scale
