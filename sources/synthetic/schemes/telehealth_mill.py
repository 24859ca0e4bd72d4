"""A telehealth mill: short calls to people all over the country, billed as long ones. Held out of every investigation.

Source: HHS OIG, "Special Fraud Alert: OIG Alerts Practitioners To Exercise Caution When Entering Into Arrangements
With Purported Telemedicine Companies" (July 2022).
"""

from __future__ import annotations

import numpy as np

from sources.synthetic import claims as c
from sources.synthetic.claims import Claims, join
from sources.synthetic.codes import hcpcs, modifier
from sources.synthetic.diagnoses import acute
from sources.synthetic.schemes.scheme import Camouflage, Culprits, days_between, number
from sources.synthetic.world import World

NAME = "telehealth_mill"
SPECIALTIES = ("telehealth", "internal medicine", "family medicine", "behavioral health")
_CALLS = hcpcs("99443", "99214", "99442", "99421")


def commit(claims: Claims, world: World, culprits: Culprits, rng: np.random.Generator) -> Claims:
    """Add calls to people of every area, in bursts of a few weeks, at most once or twice each.

    Disguised ones go to people of the culprit's own area, on any day.
    """
    parts, camouflage = [claims], Camouflage(world, NAME)
    volume = np.bincount(claims.headers["provider"], minlength=len(world.billing))
    for provider, since, share in zip(culprits.providers, culprits.since, culprits.share, strict=True):
        count = int(np.clip(volume[provider] * share, 40, 0.25 * len(world.people) + 40))
        person = rng.integers(0, len(world.people), count)
        burst = rng.choice(days_between(since, world.settings.last_day - 15, 9, rng), count)
        day = burst + rng.integers(0, 15, count)
        disguised = camouflage.of(count)
        near = world.people["area"].to_numpy() == world.billing["area"].to_numpy()[provider]
        person = np.where(disguised, camouflage.some(np.flatnonzero(near), count), person)
        day = np.where(disguised, camouflage.days(since, world.settings.last_day, count), day)
        rows = np.flatnonzero(world.insured(person, day))
        staff = world.staff[provider]
        made = c.headers(
            len(rows),
            person=person[rows],
            provider=provider,
            first=day[rows],
            place=10,
            diagnosis=acute(len(rows), rng),
            physician=rng.choice(staff[:2], len(rows)) if len(staff) else c.NOBODY,
            scheme=number(NAME),
        )
        lines = c.lines(
            len(rows),
            claim=np.arange(len(rows)),
            code=rng.choice(_CALLS, len(rows), p=(0.45, 0.3, 0.2, 0.05)),
            modifier=modifier("95"),
        )
        parts.append(Claims(made, lines))
    return join(parts)
