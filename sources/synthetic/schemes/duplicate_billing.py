"""Duplicate billing: a service that was paid is sent again as if it were another one.

Source: CMS, "Medicare Claims Processing Manual", chapter 1, "Detection of Duplicate Claims": exact duplicates agree in
patient, provider, service and day and are refused, suspect ones differ in a modifier or a day and need review. Who
cheats varies just those.
"""

from __future__ import annotations

import numpy as np

from sources.synthetic.claims import PROFESSIONAL, Claims, copies, join
from sources.synthetic.codes import modifier
from sources.synthetic.schemes.scheme import Camouflage, Culprits, drawn, number
from sources.synthetic.world import World

NAME = "duplicate_billing"
SPECIALTIES = (
    "family medicine",
    "internal medicine",
    "pediatrics",
    "dermatology",
    "ophthalmology",
    "clinical laboratory",
    "durable medical equipment",
    "obstetrics and gynecology",
    "cardiology",
    "orthopedics",
)
_MOVED = 0.4  # of the duplicates carry a day one or two later


def commit(claims: Claims, world: World, culprits: Culprits, rng: np.random.Generator) -> Claims:
    """Add a second claim for the touched professional claims, received some weeks after the service.

    Disguised ones lie one to three weeks later, as a follow-up would.
    """
    rows = np.flatnonzero(drawn(claims, culprits, rng) & (claims.headers["kind"].to_numpy() == PROFESSIONAL))
    again = copies(claims, rows)
    moved = rng.random(len(rows)) < _MOVED
    shift = np.where(moved, rng.integers(1, 3, len(rows)), 0)
    camouflage = Camouflage(world, NAME)
    disguised = camouflage.of(len(rows))
    shift = np.where(disguised, camouflage.days(7, 21, len(rows)), shift)
    first = again.headers["first"].to_numpy() + shift
    headers = again.headers.assign(
        first=first,
        last=first,
        scheme=number(NAME),
        look_alike=0,
        received_after=first + rng.integers(15, 60, len(rows)),
    )
    marked = (moved & (rng.random(len(rows)) < 0.5) & ~disguised)[again.lines["claim"].to_numpy()]
    lines = again.lines.assign(modifier=np.where(marked, modifier("59"), again.lines["modifier"]).astype("int8"))
    sent = np.flatnonzero(world.insured(headers["person"].to_numpy(), first))
    return join([claims, copies(Claims(headers.astype(claims.headers.dtypes), lines), sent)])
