"""Services billed for people who have died.

Source: HHS OIG, "Medicare Payments Made on Behalf of Deceased Beneficiaries in 2011", OEI-04-12-00130 (2013).
"""

from __future__ import annotations

import numpy as np

from sources.synthetic.claims import Claims, copies, join
from sources.synthetic.schemes.scheme import Camouflage, Culprits, number
from sources.synthetic.world import World

NAME = "services_after_death"
SPECIALTIES = (
    "durable medical equipment",
    "home health",
    "family medicine",
    "internal medicine",
    "behavioral health",
    "physical therapy",
)
_MOST_DAYS = 300


def commit(claims: Claims, world: World, culprits: Culprits, rng: np.random.Generator) -> Claims:
    """Go on billing the dead as if they came: copies of the culprits' own claims, up to ten months after death.

    Disguised ones end within ten days of it, as bills that were only dated wrongly would.
    """
    camouflage = Camouflage(world, NAME)
    last = world.settings.last_day
    dead = np.flatnonzero(world.death_day < last - 20)
    insured = dead[world.insured(dead, world.death_day[dead])]
    if not len(insured) or not len(culprits):
        return claims
    parts = [claims]
    provider_of = claims.headers["provider"].to_numpy()
    for provider, share in zip(culprits.providers, culprits.share, strict=True):
        own = np.flatnonzero(provider_of == provider)
        if not len(own):
            continue
        count = int(np.clip(share * len(own) * 0.5, 6, 70))
        person = rng.choice(insured, count)
        after_days = rng.integers(5, _MOST_DAYS, count)
        day = world.death_day[person] + np.where(camouflage.of(count), camouflage.days(1, 10, count), after_days)
        rows = np.flatnonzero(day <= last)
        after = copies(claims, rng.choice(own, len(rows)))
        headers = after.headers.assign(
            person=person[rows],
            first=day[rows],
            last=day[rows],
            scheme=number(NAME),
            look_alike=0,
            received_after=-10_000,
            denied=False,
        )
        parts.append(Claims(headers.astype(claims.headers.dtypes), after.lines))
    return join(parts)
