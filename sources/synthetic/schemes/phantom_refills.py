"""Phantom refills: a pharmacy bills refills of dear drugs that nobody ordered or picked up.

Source: HHS OIG, "Retail Pharmacies With Questionable Part D Billing", OEI-02-09-00600 (2012): billing for drugs that
were never provided shows as many refills and dear drugs per patient.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from sources.synthetic.pharmacy import PRICE
from sources.synthetic.schemes.scheme import Camouflage, Culprits, number
from sources.synthetic.world import World

NAME = "phantom_refills"
SPECIALTIES = ("retail pharmacy",)
_DEAR = 40.0  # USD a fill


def commit(fills: pd.DataFrame, world: World, culprits: Culprits, rng: np.random.Generator) -> pd.DataFrame:
    """Add refills 4 to 16 days after true fills, most of them of dear drugs; disguised ones 20 to 27 days after."""
    parts, camouflage = [fills], Camouflage(world, NAME)
    for provider, since, share in zip(culprits.providers, culprits.since, culprits.share, strict=True):
        own = fills[(fills["provider"] == provider) & (fills["day"] >= since)]
        wanted = share * np.where(PRICE[own["drug"]] >= _DEAR, 0.8, 0.15)
        again = own[rng.random(len(own)) < wanted]
        wait = np.where(camouflage.of(len(again)), camouflage.days(20, 27, len(again)), rng.integers(4, 17, len(again)))
        again = again.assign(day=again["day"] + wait, scheme=number(NAME))
        parts.append(again[world.insured(again["person"].to_numpy(), again["day"].to_numpy())])
    return pd.concat(parts, ignore_index=True)
