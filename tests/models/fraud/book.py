"""A made-up book in which some providers bill impossible days and pass members round a ring."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.fraud.inputs import claim_columns, labels_of, names, provider_columns

TELLS = ("max_physician_units_in_day", "duplicate_line_share", "ring_member_share")
SCHEMES = ("impossible_days", "member_ring")
"""By turns; both show in all tells, so who learnt from one finds the other."""
CLAIM_TELLS = ("physician_units_same_day", "duplicate_lines")


@dataclass(frozen=True)
class Book:
    """`providers` are provider_features with neighbour_features; `claims` claim_features; `guilty` [providers]."""

    providers: pd.DataFrame
    edges: pd.DataFrame
    investigations: pd.DataFrame
    claims: pd.DataFrame
    guilty: np.ndarray

    def labels(self, kind: str) -> pd.DataFrame:
        return labels_of(self.investigations[self.investigations["target_type"] == kind])


def book(count: int = 240, investigated: int = 160, claims_each: int = 8, seed: int = 7) -> Book:
    """A quarter of `count` providers is guilty; the first `investigated` of them were looked at, one in three at
    random."""
    chance = np.random.default_rng(seed)
    guilty = np.arange(count) % 4 == 0
    providers = _providers(chance, guilty)
    claims = _claims(chance, providers, guilty, claims_each)
    looked_at = providers["provider_id"].iloc[:investigated]
    of_claims = claims[claims["provider_id"].isin(looked_at)]
    investigations = pd.concat(
        [
            _investigations("provider", looked_at, guilty[:investigated]),
            _investigations("claim", of_claims["claim_id"], of_claims["false"].to_numpy()),
        ],
        ignore_index=True,
    )
    return Book(providers, _edges(chance, providers, guilty), investigations, claims.drop(columns="false"), guilty)


def _providers(chance: np.random.Generator, guilty: np.ndarray) -> pd.DataFrame:
    count, features = len(guilty), names(provider_columns())
    values = pd.DataFrame(chance.lognormal(0, 1, (count, len(features))), columns=features)
    for tell in TELLS:
        values[tell] += guilty * chance.lognormal(1, 1, count)
    values = values.mask(chance.random(values.shape) < 0.03)
    return values.assign(
        provider_id=[f"p{row:04}" for row in range(count)],
        peer_group=np.where(np.arange(count) % 3 == 0, "facility", "practice"),
        claim_count=chance.poisson(60, count) + 1,
        paid_amount=np.round(chance.lognormal(8, 1, count), 2),
    )


def _claims(chance: np.random.Generator, providers: pd.DataFrame, guilty: np.ndarray, each: int) -> pd.DataFrame:
    owner = np.repeat(np.arange(len(guilty)), each)
    false = guilty[owner] & (chance.random(len(owner)) < 0.6)
    features = [name for name in names(claim_columns()) if name != "provider_score"]
    values = pd.DataFrame(chance.lognormal(0, 1, (len(owner), len(features))), columns=features)
    for tell in CLAIM_TELLS:
        values[tell] += false * chance.lognormal(1, 1, len(owner))
    return values.mask(chance.random(values.shape) < 0.03).assign(
        claim_id=[f"c{row:05}" for row in range(len(owner))],
        provider_id=providers["provider_id"].to_numpy()[owner],
        peer_group=providers["peer_group"].to_numpy()[owner],
        paid_amount=np.round(chance.lognormal(5, 1, len(owner)), 2),
        false=false,
    )


def _investigations(kind: str, targets: pd.Series, confirmed: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "target_type": kind,
            "target_id": targets.to_numpy(),
            "outcome": np.where(confirmed, "confirmed", "unfounded"),
            "selection": np.where(np.arange(len(targets)) % 3 == 0, "random", "tip"),
            "scheme": [SCHEMES[row // 32 % 2] if one else None for row, one in enumerate(confirmed)],
        }
    )


def _edges(chance: np.random.Generator, providers: pd.DataFrame, guilty: np.ndarray) -> pd.DataFrame:
    """Every provider treats eight members; the guilty draw theirs from a pool of their own."""
    ids, members = providers["provider_id"].to_numpy(), 4 * len(providers)
    to = np.repeat(np.arange(len(ids)), 8)
    ring = guilty[to] & (chance.random(len(to)) < 0.9)
    member = np.where(ring, chance.integers(0, 60, len(to)), chance.integers(60, members, len(to)))
    care = pd.DataFrame({"edge_type": "member_provider", "from_id": [f"m{one}" for one in member], "to_id": ids[to]})
    staff = pd.DataFrame(
        {
            "edge_type": "provider_physician",
            "from_id": ids,
            "to_id": [f"d{one}" for one in chance.integers(0, len(ids) // 2, len(ids))],
        }
    )
    edges = pd.concat([care, staff]).drop_duplicates(ignore_index=True)
    return edges.assign(claim_count=1, line_count=2, paid_amount=100.0)
