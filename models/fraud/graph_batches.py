"""The care graph dealt out in batches: some providers, and neighbours drawn around them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch_geometric.data import HeteroData
from torch_geometric.loader import NodeLoader

from models.fraud.graph_data import EDGE_TYPES, NODE_TYPES, CareGraph
from models.fraud.neighbour_sampler import EdgeType, LinksByEnd, NeighbourSampler

UNKNOWN = -1
"""Label of a provider that nobody investigated, or that must not be told."""
BATCH, LEAST_BATCHES = 256, 4
"""Providers of a step; where labels are told fewer, so that an epoch has LEAST_BATCHES steps: of one step's providers
no label is told."""
DRAWN, DRAWN_TO_SCORE = (32, 16), (128, 64)
"""Most links drawn of each kind into a provider, and into each node found so: few to learn from, as each epoch draws
anew; more to score with, as that is done once."""
_EXTREME = 5.0


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


@dataclass(frozen=True)
class Batch:
    """`providers`: positions of those asked for; they are the first provider nodes of `features`, in this order."""

    providers: torch.Tensor
    features: dict[str, torch.Tensor]
    edges: dict[EdgeType, torch.Tensor]


class Batches:
    """Deals `graph` out. `known` [providers] are labels (1, 0 or UNKNOWN) told as two more features, or None."""

    def __init__(self, graph: CareGraph, scale: Scale, known: np.ndarray | None, seed: int) -> None:
        features = scale.apply(graph)
        self._told, self._seed = known is not None, seed
        if known is not None:
            labels = torch.from_numpy(np.column_stack([known == 1, known == 0]).astype(np.float32))
            features["provider"] = torch.cat([features["provider"], labels], dim=1)
        self.provider_features = features["provider"].shape[1]
        self._data = HeteroData()
        for node in NODE_TYPES:
            self._data[node].x = features[node]
        for edge in EDGE_TYPES:
            self._data[edge].edge_index = graph.edges[edge]
        nodes = {node: len(features[node]) for node in NODE_TYPES}
        links = {kind: LinksByEnd(some, nodes[kind[2]]) for kind, some in graph.edges.items()}
        self._learn, self._score = (
            NeighbourSampler(links, nodes, dict.fromkeys(EDGE_TYPES, most), seed) for most in (DRAWN, DRAWN_TO_SCORE)
        )

    def to_learn(self, providers: np.ndarray, epoch: int) -> Iterator[Batch]:
        """The providers in an order, and with neighbours, of this epoch. Their own labels are told to nobody in their
        batch: a label would travel to a shared member and back."""
        self._learn.epoch = epoch
        size = max(1, min(BATCH, -(-len(providers) // LEAST_BATCHES))) if self._told else BATCH
        for batch in self._dealt(self._learn, providers, size, torch.Generator().manual_seed(self._seed + epoch)):
            if self._told:
                batch.features["provider"][: len(batch.providers), -2:] = 0.0
            yield batch

    def to_score(self, providers: np.ndarray) -> Iterator[Batch]:
        """The providers in their order, the same each time."""
        yield from self._dealt(self._score, providers, BATCH, None)

    def _dealt(
        self, sampler: NeighbourSampler, providers: np.ndarray, size: int, order: torch.Generator | None
    ) -> Iterator[Batch]:
        asked = ("provider", torch.from_numpy(providers.astype(np.int64)))
        loader = NodeLoader(self._data, sampler, asked, batch_size=size, shuffle=order is not None, generator=order)
        for part in loader:
            first = part["provider"].n_id[: part["provider"].batch_size]
            yield Batch(first, part.x_dict, part.edge_index_dict)
