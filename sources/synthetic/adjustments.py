"""A claim's life: denied originals, replacements (frequency 7) and voids (frequency 8), each with its own dates.

Only versions paid by the last day of the book are delivered, so recent months are immature.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from sources.synthetic.claims import Claims
from sources.synthetic.lag import received_and_paid
from sources.synthetic.settings import Settings
from sources.synthetic.spending import paid_share

_DENIED, _REPLACED, _VOIDED = 0.05, 0.03, 0.01
_DENIED_MENDED = 0.35  # of denied claims come back corrected; they count towards the replacements


def versions(claims: Claims, settings: Settings) -> pd.DataFrame:
    """One row per claim version: claim, version, frequency, received, paid_day, pays (False when denied) and factor
    (amounts relative to the first version)."""
    rng = settings.stream("adjustments")
    headers = claims.headers
    n = len(headers)
    received, paid = received_and_paid(
        headers["last"].to_numpy(),
        headers["lag"].to_numpy(),
        headers["received_after"].to_numpy(),
        settings.stream("lag"),
    )
    resent = headers["denied"].to_numpy()
    denied = resent | (rng.random(n) < _DENIED)
    first = pd.DataFrame(
        {
            "claim": np.arange(n),
            "version": 1,
            "frequency": "1",
            "received": received,
            "paid_day": paid,
            "pays": ~denied,
            "factor": 1.0,
        }
    )
    plain = (_REPLACED - _DENIED * _DENIED_MENDED) / (1 - _DENIED)
    draw = rng.random(n)
    # A claim sent again under a new number is not also replaced.
    replaced = np.where(denied, draw < _DENIED_MENDED, draw < plain) & ~resent
    voided = ~replaced & ~denied & (draw > 1 - _VOIDED)
    rows = np.flatnonzero(replaced | voided)
    received_again = paid[rows] + rng.integers(8, 80, len(rows))
    factor = np.where(denied[rows], 1.0, rng.choice([0.7, 0.85, 0.95, 1.0, 1.1], len(rows)))
    second = pd.DataFrame(
        {
            "claim": rows,
            "version": 2,
            "frequency": np.where(voided[rows], "8", "7"),
            "received": received_again,
            "paid_day": received_again + rng.integers(4, 40, len(rows)),
            "pays": True,
            "factor": np.where(voided[rows], -1.0, factor),
        }
    )
    made = pd.concat([first, second], ignore_index=True)
    return made[made["paid_day"] <= settings.last_day].reset_index(drop=True)


def version_lines(claims: Claims, made: pd.DataFrame, billing: pd.DataFrame) -> pd.DataFrame:
    """One row per delivered line: position in `made` (row), line number, code, revenue, modifier, units and the amounts
    charge, allowed and paid in USD.

    A denied version is charged but allows nothing. A void repeats the charge, allows nothing and takes back what
    was paid.
    """
    where = claims.lines["claim"].to_numpy()
    first = np.searchsorted(where, made["claim"])
    count = np.searchsorted(where, made["claim"], side="right") - first
    row = np.repeat(np.arange(len(made)), count)
    number = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
    made_lines = claims.lines.iloc[first[row] + number].reset_index(drop=True)
    version = made.iloc[row]
    factor, pays = version["factor"].to_numpy(), version["pays"].to_numpy()
    full = np.round(made_lines["allowed"].to_numpy() * np.abs(factor), 2)
    total = np.bincount(row, weights=full, minlength=len(made))
    paid = np.round(full * paid_share(total)[row], 2) * pays * np.sign(factor)
    provider = claims.headers["provider"].to_numpy()[made["claim"].to_numpy()[row]]
    markup = np.maximum(billing["markup"].to_numpy()[provider], 1.05)
    return made_lines.assign(
        row=row,
        number=number + 1,
        charge=np.round(full * markup, 2),
        allowed=np.where(pays & (factor > 0), full, 0.0),
        paid=paid + 0.0,
    ).drop(columns="claim")
