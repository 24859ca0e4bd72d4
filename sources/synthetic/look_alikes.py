"""Honest providers that look like fraud at first sight: a detector that flags them wastes a reviewer's day.

- large_provider: the biggest practice of its kind, many patients and physicians
- high_acuity: a specialist with the sickest patients, so nearly all visits are of the highest levels
- team_billing: many clinicians bill under their lead physician, whose days seem impossibly long
- corrected_claims: a clerk resends denied claims under a new number, so that they look like duplicates
- rural_sole: the only practice for miles, seen by everybody and by people far away
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from sources.synthetic.claims import LOOK_ALIKES, Claims, copies, join
from sources.synthetic.settings import Settings

_SPECIALTIES = {
    "large_provider": ("internal medicine", "family medicine", "orthopedics", "cardiology"),
    "high_acuity": ("oncology", "cardiology", "nephrology", "pulmonology", "neurology"),
    "team_billing": ("physical therapy", "behavioral health", "family medicine"),
    "corrected_claims": ("gastroenterology", "pediatrics", "internal medicine", "family medicine", "cardiology"),
}
_PROVIDERS_EACH = 110  # one look-alike of each kind per so many billing providers
_RESENT = 0.18  # of the clerk's claims


def look_alike(name: str) -> int:
    return LOOK_ALIKES.index(name)


def mark(billing: pd.DataFrame, names: tuple[str, ...], settings: Settings) -> pd.DataFrame:
    """Billing providers with `look_alike` and `staffing` (relative number of physicians), and what follows from it."""
    rng = settings.stream("look-alikes")
    billing = billing.assign(look_alike=0, staffing=1.0)
    each = max(1, round(len(billing) / _PROVIDERS_EACH))
    rural = billing.index[
        (billing["area"] == settings.areas - 1) & (billing["specialty"] == names.index("family medicine"))
    ]
    billing.loc[rural, "look_alike"] = look_alike("rural_sole")
    for kind, specialties in _SPECIALTIES.items():
        allowed = billing["specialty"].isin([names.index(name) for name in specialties]) & (billing["look_alike"] == 0)
        free = np.flatnonzero(allowed)
        billing.loc[rng.choice(free, min(each, len(free)), replace=False), "look_alike"] = look_alike(kind)
    is_kind = {kind: billing["look_alike"] == look_alike(kind) for kind in LOOK_ALIKES[1:]}
    billing.loc[is_kind["large_provider"], "attraction"] = billing["attraction"].max() * 2.5
    billing.loc[is_kind["large_provider"], "staffing"] = 4.0
    billing.loc[is_kind["high_acuity"], "style"] = 1.7
    billing.loc[is_kind["team_billing"], "attraction"] = billing["attraction"].quantile(0.97)
    billing.loc[is_kind["team_billing"], "staffing"] = 4.0
    return billing


def bill_as_a_team(claims: Claims, billing: pd.DataFrame, lead: np.ndarray) -> Claims:
    """Claims of teams carry their lead physician (`lead`: physician of each billing provider)."""
    headers = claims.headers
    provider = headers["provider"].to_numpy()
    team = billing["look_alike"].to_numpy()[provider] == look_alike("team_billing")
    physician = np.where(team, lead[provider], headers["physician"])
    return Claims(headers.assign(physician=physician.astype("int32")), claims.lines)


def resend(claims: Claims, billing: pd.DataFrame, settings: Settings) -> Claims:
    """Clerks' claims: the first is denied, the same service follows under a new claim number."""
    rng = settings.stream("resent claims")
    clerk = billing["look_alike"].to_numpy()[claims.headers["provider"]] == look_alike("corrected_claims")
    rows = np.flatnonzero(clerk & (rng.random(len(claims)) < _RESENT))
    first = claims.headers.copy()
    first.loc[rows, ["denied", "look_alike"]] = [True, look_alike("corrected_claims")]
    again = copies(claims, rows)
    wait = rng.integers(40, 120, len(rows))
    again = Claims(
        again.headers.assign(look_alike=look_alike("corrected_claims"), received_after=again.headers["last"] + wait),
        again.lines,
    )
    return join([Claims(first, claims.lines), again])


def tag(claims: Claims, billing: pd.DataFrame) -> Claims:
    """Mark every claim of the other look-alikes, for the false-alarm rate by kind."""
    kind = billing["look_alike"].to_numpy()[claims.headers["provider"]]
    kind = np.where(kind == look_alike("corrected_claims"), claims.headers["look_alike"], kind)
    return Claims(claims.headers.assign(look_alike=kind.astype("int8")), claims.lines)
