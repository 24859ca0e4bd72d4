"""A whole book: the honest world, the fraud in it, and what of it was known on the last day."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sources.synthetic import investigations, schemes, spending
from sources.synthetic.adjustments import version_lines, versions
from sources.synthetic.claims import Claims
from sources.synthetic.culprits import choose
from sources.synthetic.fill_versions import fill_versions
from sources.synthetic.honest import honest_claims
from sources.synthetic.schemes.scheme import Culprits
from sources.synthetic.settings import Settings
from sources.synthetic.world import World, world


@dataclass(frozen=True)
class Book:
    """`versions` and `lines` are what is delivered of `claims`, `fill_versions` of `fills`; `truth` has one row per
    billing provider; `cases` and `reviews` are investigations of providers and of claims. In `reviews`, claims count
    medical claims first, then fills."""

    world: World
    claims: Claims
    versions: pd.DataFrame
    lines: pd.DataFrame
    fills: pd.DataFrame
    fill_versions: pd.DataFrame
    truth: pd.DataFrame
    cases: pd.DataFrame
    reviews: pd.DataFrame


def make_book(settings: Settings, say: Callable[[str], None] = lambda text: None) -> Book:
    """Generate a book; `say` is told what is being made. The same settings always give the same book."""
    say("people and providers")
    made = world(settings)
    say("visits, stays and fills")
    claims, fills = honest_claims(made)
    say("fraud schemes")
    culprits = choose(made, claims, fills)
    for scheme, _ in schemes.MEDICAL:
        claims = scheme.commit(claims, made, culprits[scheme.NAME], settings.stream(scheme.NAME))
    fills = schemes.PHARMACY[0].commit(
        fills, made, culprits[schemes.PHARMACY[0].NAME], settings.stream("phantom_refills")
    )
    say("prices, run-out and adjustments")
    claims = spending.price(claims, made.billing, made.people, settings)
    delivered = versions(claims, settings).sort_values(["paid_day", "claim", "version"], ignore_index=True)
    lines = version_lines(claims, delivered, made.billing)
    paid_fills = fill_versions(fills, settings).sort_values(["paid_day", "fill", "version"], ignore_index=True)
    say("investigations")
    known = _known_claims(claims, delivered, lines, fills, paid_fills)
    truth = _provider_truth(made, culprits, known)
    cases = investigations.provider_investigations(truth, settings)
    reviews = investigations.claim_investigations(cases, known, settings)
    cases, reviews = investigations.recover(cases, reviews, known, settings)
    return Book(made, claims, delivered, lines, fills, paid_fills, truth, cases, reviews)


def _known_claims(
    claims: Claims, delivered: pd.DataFrame, lines: pd.DataFrame, fills: pd.DataFrame, paid_fills: pd.DataFrame
) -> pd.DataFrame:
    """One row per claim, medical claims first and then fills: provider, scheme, paid by its last version and first
    paid_day (the largest int64 if never delivered)."""
    amount = np.bincount(lines["row"], weights=lines["paid"], minlength=len(delivered))
    last = delivered.assign(paid=amount).groupby("claim").agg(paid=("paid", "last"), paid_day=("paid_day", "first"))
    medical = claims.headers[["provider", "scheme"]].join(last)
    fill = paid_fills.groupby("fill").agg(paid=("paid", "last"), paid_day=("paid_day", "first"))
    both = pd.concat([medical, fills[["provider", "scheme"]].join(fill)], ignore_index=True)
    never = np.iinfo("int64").max
    return both.assign(
        paid=both["paid"].fillna(0.0), paid_day=both["paid_day"].fillna(-1).astype("int64").replace(-1, never)
    )


def _provider_truth(made: World, culprits: dict[str, Culprits], known: pd.DataFrame) -> pd.DataFrame:
    """scheme, since, ring (-1 none), look_alike and paid of each billing provider. Who was chosen but never had
    a chance to cheat is honest."""
    n = len(made.billing)
    paid = np.bincount(known["provider"], weights=known["paid"], minlength=n)
    seen = known[(known["scheme"] > 0) & (known["paid_day"] <= made.settings.last_day)]
    scheme = np.zeros(n, dtype="int64")
    scheme[seen["provider"]] = seen["scheme"]
    since, ring = np.zeros(n, dtype="int64"), np.full(n, -1)
    for name, group in culprits.items():
        since[group.providers] = group.since
        if name == "dme_lab_ring":
            ring[group.providers] = group.ring
    return pd.DataFrame(
        {
            "scheme": scheme,
            "since": since,
            "ring": np.where(scheme > 0, ring, -1),
            "look_alike": made.billing["look_alike"],
            "paid": paid,
        }
    )
