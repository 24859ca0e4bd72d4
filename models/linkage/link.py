"""Provider ids in, judged pairs and providers out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import log2

import pandas as pd

from models.linkage.clusters import clusters
from models.linkage.pairs import judged_pairs
from models.linkage.records import records
from models.linkage.weights import DEFAULT_THRESHOLD, MODEL_VERSION


def link(providers: Iterable[Mapping[str, str | None]], threshold: float = DEFAULT_THRESHOLD) -> pd.DataFrame:
    """One row per pair judged: the columns of `provider_links` but for `as_of`.

    `threshold` lies between 0 and 1. `providers` has one mapping per provider_id with what records.READS names; what is
    absent is unknown.
    """
    compared = records(providers)
    pairs = judged_pairs(compared)
    verified = zip(compared["provider_id"].to_pylist(), compared["verified_npi"].to_pylist(), strict=True)
    npi = {provider: number for provider, number in verified if number}

    ids = list(zip(pairs["left_provider_id"], pairs["right_provider_id"], strict=True))
    likely = pairs["match_probability"] >= threshold
    weights = dict(zip(ids, pairs["match_weight"], strict=True))
    links = {pair: weights[pair] for pair, is_likely in zip(ids, likely, strict=True) if is_likely}
    # As sure of which of two providers it is as a link has to be of one.
    found = clusters(links, npi, margin=log2(threshold / (1 - threshold)))
    conflict = pd.Series([pair in found.withheld for pair in ids], index=pairs.index, dtype=bool)
    return pairs.assign(
        linked=likely & ~conflict,
        npi_conflict=conflict,
        provider_entity_id=[_shared(found.entity, *pair) for pair in ids],
        threshold=float(threshold),
        model_version=MODEL_VERSION,
    )


def entities(links: pd.DataFrame) -> dict[str, str]:
    """Provider id -> provider_entity_id, of rows of `provider_links`. Whoever is not in it is a provider alone."""
    together = links[links["provider_entity_id"].notna()]
    return {
        provider: entity
        for side in ("left_provider_id", "right_provider_id")
        for provider, entity in zip(together[side], together["provider_entity_id"], strict=True)
    }


def _shared(entity: Mapping[str, str], left: str, right: str) -> str | None:
    """The provider that holds both, if one does."""
    return entity[left] if left in entity and entity[left] == entity.get(right) else None
