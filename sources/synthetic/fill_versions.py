"""A fill's life: paid at once; some are reversed because nobody picked the drug up."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sources.synthetic.lag import PHARMACY, received_and_paid
from sources.synthetic.settings import Settings

_REVERSED, _REJECTED = 0.012, 0.02
_COPAY_SHARE, _MOST = 0.2, 60.0


def fill_versions(fills: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """One row per delivered version of a fill: fill (position), version, frequency, received, paid_day and the amounts
    charge, allowed and paid in USD."""
    rng = settings.stream("fill versions")
    n = len(fills)
    day = fills["day"].to_numpy()
    received, paid_day = received_and_paid(day, np.full(n, PHARMACY), day, rng)
    allowed = fills["allowed"].to_numpy()
    paid = np.round(allowed - np.minimum(_COPAY_SHARE * allowed, _MOST), 2)
    rejected = rng.random(n) < _REJECTED
    first = pd.DataFrame(
        {
            "fill": np.arange(n),
            "version": 1,
            "frequency": "1",
            "received": received,
            "paid_day": paid_day,
            "charge": np.round(allowed * 1.3, 2),
            "allowed": np.where(rejected, 0.0, allowed),
            "paid": np.where(rejected, 0.0, paid),
        }
    )
    rows = np.flatnonzero((rng.random(n) < _REVERSED) & ~rejected)
    again = received[rows] + rng.integers(5, 20, len(rows))
    later = np.maximum(again, paid_day[rows]) + 1
    second = pd.DataFrame(
        {
            "fill": rows,
            "version": 2,
            "frequency": "8",
            "received": again,
            "paid_day": later,
            "charge": first["charge"].to_numpy()[rows],
            "allowed": 0.0,
            "paid": -paid[rows],
        }
    )
    made = pd.concat([first, second], ignore_index=True)
    return made[made["paid_day"] <= settings.last_day].reset_index(drop=True)
