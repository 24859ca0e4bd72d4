"""Names of cases that last: a ring keeps its name from one day to the next while most of its providers stay.

A new ring is named by a hash of its provider ids, so that the same providers get the same name wherever they are found.
Its strongest pair would not do: which pair is strongest changes with every month of claims.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence, Set

from models.cases.rings import Ring

LEAST_OVERLAP = 0.5
"""Providers in both over providers in either, from which a ring is the earlier case."""


def named(rings: Sequence[Ring], earlier: Mapping[str, Set[str]]) -> dict[str, Ring]:
    """case_id -> ring. `earlier` maps the case_id of each case of an earlier day to its providers."""
    overlaps = [
        (-overlap, name, place)
        for name, before in earlier.items()
        for place, ring in enumerate(rings)
        if (overlap := len(before & set(ring.providers)) / len(before | set(ring.providers))) >= LEAST_OVERLAP
    ]
    kept: dict[int, str] = {}
    for _, name, place in sorted(overlaps):
        if place not in kept and name not in kept.values():
            kept[place] = name
    taken = set(earlier)
    for place, ring in enumerate(rings):
        if place not in kept:
            kept[place] = _fresh(ring.providers, taken)
            taken.add(kept[place])
    return {kept[place]: ring for place, ring in enumerate(rings)}


def _fresh(providers: tuple[str, ...], taken: Set[str]) -> str:
    words = "\n".join(providers)
    while True:
        words = hashlib.sha256(words.encode()).hexdigest()
        name = f"case-{words[:12]}"
        if name not in taken:  # else an earlier case was named so and has since become another
            return name
