"""Phantom billing: services that were never rendered, often more than a day has hours.

Source: NHCAA, "The Challenge of Health Care Fraud" (billing for services that were never rendered, with genuine
patient information), and DOJ case releases on "impossible days", where a therapist billed more than 24 hours.
"""

from __future__ import annotations

import numpy as np

from sources.synthetic.claims import Claims, copies, join
from sources.synthetic.codes import hcpcs
from sources.synthetic.schemes.scheme import Camouflage, Culprits, days_between, drawn, number, patients_near
from sources.synthetic.world import World

NAME = "phantom_billing"
SPECIALTIES = (
    "physical therapy",
    "behavioral health",
    "family medicine",
    "internal medicine",
    "pain management",
    "orthopedics",
    "home health",
    "pediatrics",
)
_TIMED = hcpcs("97110", "97140", "97530")
_BUSY_DAYS = 24  # days on which half of the invented visits fall


def commit(claims: Claims, world: World, culprits: Culprits, rng: np.random.Generator) -> Claims:
    """Add invented claims modelled on the culprits' own, for patients of theirs or people who never came.

    Disguised ones are of the culprit's own patients, spread over its days, and of usual length.
    """
    rows = np.flatnonzero(drawn(claims, culprits, rng))
    invented = copies(claims, rows)
    disguised = Camouflage(world, NAME).of(len(rows))
    headers = invented.headers
    person, day = headers["person"].to_numpy().copy(), headers["first"].to_numpy().copy()
    for provider, since in zip(culprits.providers, culprits.since, strict=True):
        own = np.flatnonzero(headers["provider"].to_numpy() == provider)
        day[own] = days_between(since, world.settings.last_day, len(own), rng)
        busy = days_between(since, world.settings.last_day, _BUSY_DAYS, rng)
        crowded = (rng.random(len(own)) < 0.5) & ~disguised[own]
        day[own] = np.where(crowded, rng.choice(busy, len(own)), day[own])
        strangers = (rng.random(len(own)) < 0.35) & ~disguised[own]
        person[own] = np.where(strangers, patients_near(world, provider, len(own), rng), person[own])
    # The insurer would see at once that somebody is not covered; such claims are not sent.
    sent = np.flatnonzero(world.insured(person, day))
    headers = headers.assign(person=person, first=day, last=day, scheme=number(NAME), look_alike=0)
    stretched = np.isin(invented.lines["code"], _TIMED) & ~disguised[invented.lines["claim"].to_numpy()]
    units = invented.lines["units"].to_numpy() + 2.0 * stretched
    return join(
        [claims, copies(Claims(headers.astype(claims.headers.dtypes), invented.lines.assign(units=units)), sent)]
    )
