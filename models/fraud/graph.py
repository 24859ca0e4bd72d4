"""A graph network over members, providers and physicians (PyTorch Geometric, GraphSAGE per kind of link).

Learns and scores by batches of providers with neighbours drawn for each (neighbour_sampler.py), so memory follows the
batch, not the graph. Every provider's features pass along the links, but only labels of the training folds enter the
loss.
"""

from __future__ import annotations

import json

import numpy as np
import torch
from safetensors.torch import load, save
from torch import nn
from torch_geometric.nn import HeteroConv, SAGEConv

from models.fraud.data_parallel import average_gradients, own_share
from models.fraud.graph_batches import UNKNOWN, Batches, Scale
from models.fraud.graph_data import EDGE_TYPES, LINK_FEATURES, NODE_TYPES, CareGraph

HIDDEN = 32
LAYERS = 2
EPOCHS = 120
PATIENCE = 15
VALIDATION_SHARE = 0.2
_LEARNING_RATE, _WEIGHT_DECAY, _DROPOUT = 0.01, 5e-3, 0.4


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


def train_network(
    graph: CareGraph, train: np.ndarray, confirmed: np.ndarray, held_out: np.ndarray, seed: int, told: bool = False
) -> bytes:
    """Train on the providers at positions `train`; safetensors bytes of the weights and the scale.

    Stops when the loss on a fifth of the training providers no longer falls. `held_out` are positions whose
    features must not shape the scale. With `told` the network also reads the labels of neighbours that it learns from,
    never that of a provider whose label it is asked for at that step. Processes of one group (data_parallel.py) learn
    together and return the same bytes.
    """
    _be_deterministic(seed)
    scale = _fit_scale(graph, held_out)
    fit, watch = (train[part] for part in _inner_split(confirmed, seed))
    label = np.full(graph.features["provider"].shape[0], UNKNOWN, dtype=np.int64)
    label[train] = confirmed
    known = np.full_like(label, UNKNOWN)
    known[fit] = label[fit]
    batches = Batches(graph, scale, known if told else None, seed)
    target = torch.from_numpy(label.astype(np.float32))
    network = CareNetwork(batches.provider_features)
    optimiser = torch.optim.AdamW(network.parameters(), lr=_LEARNING_RATE, weight_decay=_WEIGHT_DECAY)
    loss_of = nn.BCEWithLogitsLoss()
    best, best_state, waited = np.inf, network.state_dict(), 0
    for epoch in range(EPOCHS):
        network.train()
        for batch in batches.to_learn(own_share(fit), epoch):
            optimiser.zero_grad()
            loss_of(network(batch.features, batch.edges)[: len(batch.providers)], target[batch.providers]).backward()
            average_gradients(network)
            optimiser.step()
        watched = float(loss_of(_said(network, batches, watch), target[torch.from_numpy(watch)]))
        if watched < best - 1e-4:
            best, waited = watched, 0
            best_state = {name: value.clone() for name, value in network.state_dict().items()}
        elif (waited := waited + 1) >= PATIENCE:
            break
    return _to_bytes(best_state, scale, told)


def margins(networks: list[bytes], graph: CareGraph, known: np.ndarray | None = None) -> np.ndarray:
    """Log odds [providers, networks].

    `known` [providers, networks] are labels (1, 0 or UNKNOWN) that networks trained with `told` read: column k must
    leave out those that network k is measured on.
    """
    _be_deterministic(0)
    everyone = np.arange(graph.features["provider"].shape[0])
    columns = []
    for number, stored in enumerate(networks):
        network, scale, told = _from_bytes(stored)
        given = known[:, number] if told and known is not None else None
        if told and given is None:
            raise ValueError("the network reads its neighbours' labels: give them as `known`")
        batches = Batches(graph, scale, given, seed=0)
        columns.append(_said(network, batches, everyone).numpy().astype(np.float64))
    return np.column_stack(columns)


def _said(network: CareNetwork, batches: Batches, providers: np.ndarray) -> torch.Tensor:
    """Log odds [providers] of the network as it stands."""
    network.eval()
    with torch.no_grad():
        parts = [network(batch.features, batch.edges)[: len(batch.providers)] for batch in batches.to_score(providers)]
    return torch.cat(parts) if parts else torch.zeros(0)


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


def _be_deterministic(seed: int) -> None:
    torch.manual_seed(seed)
    # Threads that wait for each other cost more than a batch's work, tens of times more on a busy machine.
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)


def _to_bytes(weights: dict[str, torch.Tensor], scale: Scale, told: bool) -> bytes:
    tensors = {f"network/{name}": value.contiguous() for name, value in weights.items()}
    for kind in NODE_TYPES:
        tensors[f"mean/{kind}"], tensors[f"spread/{kind}"] = scale.mean[kind], scale.spread[kind]
    return bytes(save(tensors, {"shape": json.dumps({"hidden": HIDDEN, "layers": LAYERS, "told": told})}))


def _from_bytes(stored: bytes) -> tuple[CareNetwork, Scale, bool]:
    """The network, its scale, and whether it reads labels: then it was given more features than have a scale."""
    tensors = load(stored)
    scale = Scale(*({kind: tensors[f"{part}/{kind}"] for kind in NODE_TYPES} for part in ("mean", "spread")))
    provider_features = tensors["network/encode.provider.weight"].shape[1]
    network = CareNetwork(provider_features)
    network.load_state_dict(
        {name.removeprefix("network/"): value for name, value in tensors.items() if name.startswith("network/")}
    )
    return network, scale, provider_features > len(scale.mean["provider"])
