"""Rings: ties drawn into groups of providers that hang together, none larger than an investigator can take on.

Providers are near each other as far as they are tied to the same ones (weighted Jaccard distance of their ties, each
counted as tied to itself), and average linkage (Sokal and Michener 1958) draws the near ones together within each
connected component. So a provider that is tied to one of a ring is not in it, and one tied to two rings does not make
one of them, as mere components would have it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial.distance import pdist, squareform

LOOSEST = 0.45
"""Greatest mean distance at which groups are drawn together. Three providers in a row, A - B - C, are just above it."""

LEAST_PROVIDERS = 3
MOST_PROVIDERS = 12
"""What hangs together beyond this is cut where it is loosest; where it has no seam it is refused."""

MOST_TOGETHER = 2_000
"""Providers of one component compared all with all; of a larger one the weaker half of its ties is let go first."""


@dataclass(frozen=True)
class Ring:
    """`providers` in order of id; `component` is how many providers hang together with it by some tie."""

    providers: tuple[str, ...]
    component: int


@dataclass(frozen=True)
class Rings:
    """`refused` are the providers of groups larger than MOST_PROVIDERS that have no seam to be cut at."""

    found: tuple[Ring, ...]
    refused: frozenset[str]


def rings(ties: pd.DataFrame) -> Rings:
    """Rings of `ties` (left_provider_id, right_provider_id, lift above 1), in order of their first provider.

    No provider is in two. The order of the ties changes nothing.
    """
    ordered = ties.sort_values(["left_provider_id", "right_provider_id"], ignore_index=True)
    found: list[Ring] = []
    refused: set[str] = set()
    for names, weights in _components(ordered):
        for group in _groups(weights):
            members = tuple(sorted(names[group].tolist()))
            if len(members) > MOST_PROVIDERS:
                refused |= set(members)
            elif len(members) >= LEAST_PROVIDERS:
                found.append(Ring(members, len(names)))
    return Rings(tuple(sorted(found, key=lambda ring: ring.providers)), frozenset(refused))


def _components(ties: pd.DataFrame) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Names of the providers of each connected component, and how strongly each pair of them is tied."""
    ends = ties[["left_provider_id", "right_provider_id"]].to_numpy(dtype=str)
    names, position = np.unique(ends, return_inverse=True)
    left, right = position.reshape(ends.shape).T
    strength = np.log(ties["lift"].to_numpy(dtype=np.float64))
    shape = (len(names), len(names))
    count, label = connected_components(coo_array((strength, (left, right)), shape=shape), directed=False)
    for component in range(count):
        inside, tied = np.flatnonzero(label == component), label[left] == component
        if len(inside) > MOST_TOGETHER:
            yield from _components(ties[tied & (ties["lift"] > ties["lift"][tied].median())])
            continue
        weights = np.zeros((len(inside), len(inside)))
        rows, columns = np.searchsorted(inside, left[tied]), np.searchsorted(inside, right[tied])
        weights[rows, columns] = weights[columns, rows] = strength[tied]
        np.fill_diagonal(weights, weights.max(axis=1))
        yield names[inside], weights


def _groups(weights: np.ndarray) -> list[np.ndarray]:
    """Positions of each group of one component."""
    half = pdist(weights, "braycurtis")
    distance = squareform(np.round(2 * half / (1 + half), 9))  # Jaccard; rounded, so that equal ones are equal
    label = fcluster(_tree(distance), LOOSEST, criterion="distance")
    return [part for group in _parts(label) for part in _cut(group, distance)]


def _cut(group: np.ndarray, distance: np.ndarray) -> list[np.ndarray]:
    """A group too large, cut at the greatest distance that leaves none too large; whole where there is no such one."""
    if len(group) <= MOST_PROVIDERS:
        return [group]
    tree = _tree(distance[np.ix_(group, group)])
    for height in np.unique(tree[:, 2])[::-1]:
        parts = _parts(fcluster(tree, np.nextafter(height, -1), criterion="distance"))
        if LEAST_PROVIDERS <= max(map(len, parts)) <= MOST_PROVIDERS:
            return [group[part] for part in parts]
    return [group]


def _tree(distance: np.ndarray) -> np.ndarray:
    return np.asarray(linkage(squareform(distance, checks=False), method="average"))


def _parts(label: np.ndarray) -> list[np.ndarray]:
    return [np.flatnonzero(label == one) for one in np.unique(label)]
