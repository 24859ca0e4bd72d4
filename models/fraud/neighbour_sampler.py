"""Draws a few neighbours of a few nodes, so that a network learns from graphs too large to pass through it whole.

Hop by hop (GraphSAGE, Hamilton et al. 2017), for PyTorch Geometric's `NodeLoader`. Its own neighbour loaders need
compiled extensions that are not to be had everywhere; this one needs NumPy alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch_geometric.sampler import BaseSampler, HeteroSamplerOutput, NodeSamplerInput

EdgeType = tuple[str, str, str]


class LinksByEnd:
    """Links of one kind ordered by the node they point to (compressed sparse columns).

    Those of node n lie from `start[n]` to `start[n + 1]`; `origin` is where each comes from, `link` its position among
    the links given.
    """

    def __init__(self, links: torch.Tensor, ends: int) -> None:
        origin, end = links.numpy()
        # Stable, so that equal graphs are sampled equally.
        self.link = np.argsort(end, kind="stable")
        self.origin = origin[self.link]
        self.start = np.concatenate([[0], np.cumsum(np.bincount(end, minlength=ends))])

    def draw(self, nodes: np.ndarray, most: int, chance: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Up to `most` links of each of the nodes: their places in `origin`, and for each the position in `nodes`.

        A node of no more links gives all, one of more gives `most` different ones, each set of them equally likely.
        """
        first, degree = self.start[nodes], self.start[nodes + 1] - self.start[nodes]
        few = np.flatnonzero((degree > 0) & (degree <= most))
        whole = np.repeat(few, degree[few])
        step = np.arange(len(whole)) - np.repeat(np.cumsum(degree[few]) - degree[few], degree[few])
        many = np.flatnonzero(degree > most)
        drawn = draw_without_replacement(degree[many], most, chance)
        places = np.concatenate([first[whole] + step, (first[many][:, None] + drawn).ravel()])
        return places, np.concatenate([whole, np.repeat(many, most)])


def draw_without_replacement(sizes: np.ndarray, count: int, chance: np.random.Generator) -> np.ndarray:
    """`count` different numbers below each of the sizes [sizes, count]; every size must exceed `count`.

    Floyd's algorithm (Bentley and Floyd 1987): work and memory follow `count`, not the sizes, so that a laboratory with
    a million members costs no more than a practice.
    """
    drawn = np.full((len(sizes), count), -1, dtype=np.int64)
    if not len(sizes):
        return drawn
    for place in range(count):
        last = sizes - count + place
        number = chance.integers(0, last + 1)
        drawn[:, place] = np.where((drawn == number[:, None]).any(axis=1), last, number)
    return drawn


class NeighbourSampler(BaseSampler):
    """`links`: kind of link -> its links; `nodes`: kind of node -> how many; `fan_out`: kind of link -> the most links
    drawn into a node at each hop.

    The same seed, epoch and batch give the same draw, whatever was drawn before.
    """

    def __init__(
        self,
        links: Mapping[EdgeType, LinksByEnd],
        nodes: Mapping[str, int],
        fan_out: Mapping[EdgeType, tuple[int, ...]],
        seed: int,
    ) -> None:
        self._links = dict(links)
        self._fan_out, self._hops = dict(fan_out), max(len(most) for most in fan_out.values())
        self._seed, self.epoch = seed, 0
        # Place of a node among those of the batch, -1 outside; only what a batch touched is reset after it.
        self._place = {kind: np.full(count, -1, dtype=np.int64) for kind, count in nodes.items()}

    def sample_from_nodes(self, index: NodeSamplerInput, **_: Any) -> HeteroSamplerOutput:
        """The nodes asked for come first among those of their kind. A node's links are drawn once, at the hop after it
        was met; those met at the last hop bring features only."""
        seeds = index.node.numpy()
        chance = np.random.default_rng([self._seed, self.epoch, int(seeds[0])])
        nodes: dict[str, list[np.ndarray]] = {kind: [np.zeros(0, dtype=np.int64)] for kind in self._place}
        nodes[str(index.input_type)] = [seeds]
        self._number(nodes)
        found: dict[EdgeType, list[tuple[np.ndarray, np.ndarray, np.ndarray]]] = {kind: [] for kind in self._links}
        for hop in range(self._hops):
            met: dict[str, list[np.ndarray]] = {kind: [] for kind in self._place}
            for kind, links in self._links.items():
                frontier = nodes[kind[2]][-1]
                places, whose = links.draw(frontier, self._fan_out[kind][hop], chance)
                found[kind].append((links.origin[places], frontier[whose], links.link[places]))
                met[kind[0]].append(links.origin[places])
            for node_kind, several in met.items():
                seen = np.unique(np.concatenate([np.zeros(0, dtype=np.int64), *several]))
                nodes[node_kind].append(seen[self._place[node_kind][seen] < 0])
            self._number(nodes)
        output = self._output(nodes, found, (index.input_id, index.time))
        for node_kind, hops in nodes.items():
            for some in hops:
                self._place[node_kind][some] = -1
        return output

    def sample_from_edges(self, *_: Any, **__: Any) -> HeteroSamplerOutput:
        raise NotImplementedError("providers are scored, not links: sample from nodes")

    def _number(self, nodes: dict[str, list[np.ndarray]]) -> None:
        """Number the nodes met last after those met before."""
        for kind, hops in nodes.items():
            before = sum(len(some) for some in hops[:-1])
            self._place[kind][hops[-1]] = np.arange(before, before + len(hops[-1]))

    def _output(
        self,
        nodes: dict[str, list[np.ndarray]],
        found: dict[EdgeType, list[tuple[np.ndarray, np.ndarray, np.ndarray]]],
        metadata: tuple[Any, Any],
    ) -> HeteroSamplerOutput:
        parts = {kind: [np.concatenate(one) for one in zip(*hops, strict=True)] for kind, hops in found.items()}
        return HeteroSamplerOutput(
            node={kind: torch.from_numpy(np.concatenate(hops)) for kind, hops in nodes.items()},
            row={kind: torch.from_numpy(self._place[kind[0]][origin]) for kind, (origin, _, _) in parts.items()},
            col={kind: torch.from_numpy(self._place[kind[2]][end]) for kind, (_, end, _) in parts.items()},
            edge={kind: torch.from_numpy(link) for kind, (_, _, link) in parts.items()},
            num_sampled_nodes={kind: [len(some) for some in hops] for kind, hops in nodes.items()},
            num_sampled_edges={kind: [len(one[0]) for one in hops] for kind, hops in found.items()},
            metadata=metadata,
        )
