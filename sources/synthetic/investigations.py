"""Closed investigations: who was looked at, why, and what was found. Selection is biased as in life.

Fraudulent and large billers are tipped off, flagged by rules or referred more often; honest look-alikes draw attention
too. One provider in twelve is a random control. Three outcomes in a hundred are wrong. An investigation starts after
the fraud and is decided 3 to 9 months later; what is undecided on the last day of the book is not delivered, and the
held-out scheme is never looked at.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from sources.synthetic.claims import HELD_OUT, SCHEMES
from sources.synthetic.settings import Settings

_FRAUD_SEEN, _HONEST_SEEN, _CONTROL = 0.48, 0.11, 0.08
_WRONG = 0.03
_CLAIMS_EACH = 40
_REASONS = np.array(["tip", "rule", "referral"])


def provider_investigations(truth: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """One row per decided investigation: provider, selection, confirmed, scheme (position), opened, decided (days).

    `truth` has one row per billing provider: scheme, since (first day of fraud), look_alike, paid.
    """
    rng = settings.stream("investigations")
    n = len(truth)
    fraud = (truth["scheme"] > 0).to_numpy()
    size = truth["paid"].rank(pct=True).to_numpy()
    pull = np.where(fraud, _FRAUD_SEEN * (0.6 + 0.8 * size), _HONEST_SEEN * (0.3 + 1.3 * size))
    pull *= np.where((truth["look_alike"] > 0).to_numpy() & ~fraud, 2.5, 1.0)
    suspected = rng.random(n) < pull
    control = ~suspected & (rng.random(n) < _CONTROL)
    # The earliest cases need half a year of claims to look at.
    opened = rng.integers(150, max(151, settings.last_day - 130), n)
    opened = np.maximum(opened, np.where(fraud, truth["since"], 0) + rng.integers(90, 200, n))
    decided = opened + rng.integers(90, 271, n)
    looked_at = (
        (suspected | control) & (truth["scheme"] != SCHEMES.index(HELD_OUT)).to_numpy() & (decided <= settings.last_day)
    )
    confirmed = fraud ^ (rng.random(n) < _WRONG)
    found = np.where(fraud, truth["scheme"], rng.integers(1, 5, n))
    made = pd.DataFrame(
        {
            "provider": np.arange(n),
            "selection": np.where(control, "random", rng.choice(_REASONS, n, p=(0.3, 0.45, 0.25))),
            "confirmed": confirmed,
            "scheme": np.where(confirmed, found, 0),
            "opened": opened,
            "decided": decided,
        }
    )
    return made[looked_at].reset_index(drop=True)


def claim_investigations(cases: pd.DataFrame, claims: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """Up to 40 reviewed claims per case; half by amount, half at random, all paid before the case was opened.

    `claims` has one row per delivered claim: provider, scheme, paid, paid_day. The answer names the claim's row there.
    """
    rng = settings.stream("claim reviews")
    parts = []
    order = np.argsort(claims["provider"].to_numpy(), kind="stable")
    provider = claims["provider"].to_numpy()[order]
    for case in cases.itertuples():
        first, last = np.searchsorted(provider, [case.provider, case.provider + 1])
        rows = order[first:last]
        rows = rows[claims["paid_day"].to_numpy()[rows] <= case.opened]
        if not len(rows):
            continue
        weight = np.maximum(claims["paid"].to_numpy()[rows], 1.0)
        weight = 0.5 * weight / weight.sum() + 0.5 / len(rows)
        picked = rng.choice(rows, min(_CLAIMS_EACH, len(rows)), replace=False, p=weight / weight.sum())
        parts.append(
            pd.DataFrame(
                {
                    "claim": picked,
                    "provider": case.provider,
                    "selection": case.selection,
                    "opened": case.opened,
                    "decided": np.maximum(case.decided - rng.integers(0, 30, len(picked)), case.opened + 30),
                }
            )
        )
    if not parts:
        return pd.DataFrame(columns=["claim", "provider", "selection", "opened", "decided", "confirmed", "scheme"])
    made = pd.concat(parts, ignore_index=True)
    scheme = claims["scheme"].to_numpy()[made["claim"]]
    confirmed = (scheme > 0) ^ (rng.random(len(made)) < _WRONG)
    return made.assign(
        confirmed=confirmed, scheme=np.where(confirmed, np.where(scheme > 0, scheme, rng.integers(1, 5, len(made))), 0)
    )


def recover(
    cases: pd.DataFrame, reviews: pd.DataFrame, claims: pd.DataFrame, settings: Settings
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Both with `recovered` in USD: half of a reviewed claim's payment, a tenth to a half of a provider's fraudulent
    ones."""
    rng = settings.stream("recoveries")
    claim_paid = claims["paid"].to_numpy()[reviews["claim"].to_numpy().astype("int64")]
    reviews = reviews.assign(recovered=np.round(np.maximum(claim_paid, 0) * 0.5, 2))
    loss = (
        claims[claims["scheme"] > 0].groupby("provider")["paid"].sum().reindex(cases["provider"]).fillna(0).to_numpy()
    )
    return cases.assign(recovered=np.round(np.maximum(loss, 0) * rng.uniform(0.1, 0.5, len(cases)), 2)), reviews
