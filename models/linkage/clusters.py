"""Links drawn into providers: who is linked directly or by way of others is one, and never across two NPIs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

Pair = tuple[str, str]
_TIE = 1e-9
"""Weights nearer than this are equal."""


@dataclass(frozen=True)
class Clusters:
    """`entity` maps each linked provider id to the smallest id of its provider; who is not in it is alone.

    `withheld` are links not followed, because they would have drawn two NPIs into one provider.
    """

    entity: Mapping[str, str]
    withheld: frozenset[Pair]


def clusters(links: Mapping[Pair, float], npi: Mapping[str, str], margin: float = 0.0) -> Clusters:
    """Connected components of the links, each with at most one NPI. The order of the links changes nothing.

    `links` maps pairs to their match weight (log2 of the odds); `npi` holds the right NPI of ids that have one. Ids
    without an NPI that hang together may be linked to holders of several NPIs: they are drawn to the NPI whose best
    link outweighs the best of every other by `margin`, and where none does, to none, for which one is not guessed.
    """
    without = _components(pair for pair in links if not (pair[0] in npi or pair[1] in npi))
    reached: dict[str, dict[str, float]] = defaultdict(dict)
    for (left, right), weight in links.items():
        for one, other in ((left, right), (right, left)):
            if one not in npi and other in npi:
                best = reached[without.get(one, one)]
                best[npi[other]] = max(weight, best.get(npi[other], weight))
    owner = {group: _owner(best, margin) for group, best in reached.items()}

    def owner_of(provider: str) -> str | None:
        return npi.get(provider) or owner.get(without.get(provider, provider))

    def is_withheld(left: str, right: str) -> bool:
        return (left in npi or right in npi) and (owner_of(left) != owner_of(right) or owner_of(left) is None)

    withheld = frozenset(pair for pair in links if is_withheld(*pair))
    return Clusters(_components(pair for pair in links if pair not in withheld), withheld)


def _owner(best: Mapping[str, float], margin: float) -> str | None:
    """The NPI whose best link is ahead of all others by the margin."""
    first, *others = sorted(best.items(), key=lambda item: -item[1])
    return first[0] if not others or first[1] - others[0][1] >= max(margin, _TIE) else None


def _components(links: Iterable[Pair]) -> dict[str, str]:
    """Id -> smallest id of its component, by union-find."""
    parent: dict[str, str] = {}

    def root(node: str) -> str:
        parent.setdefault(node, node)
        while parent[node] != node:
            parent[node] = parent[parent[node]]  # halves the way for the next one
            node = parent[node]
        return node

    for left, right in links:
        low, high = sorted((root(left), root(right)))
        parent[high] = low
    return {node: root(node) for node in list(parent)}
