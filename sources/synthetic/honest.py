"""All claims of a book before anyone cheats."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sources.synthetic import look_alikes, pharmacy, stays
from sources.synthetic.claims import Claims, join
from sources.synthetic.condition import SERVICES
from sources.synthetic.spending import market_factor
from sources.synthetic.utilisation import events, need
from sources.synthetic.visits import Clinic
from sources.synthetic.world import World


def honest_claims(world: World) -> tuple[Claims, pd.DataFrame]:
    """Medical claims and pharmacy fills. Look-alikes bill in their own honest way."""
    settings, people = world.settings, world.people
    needs = need(people, world.health, world.covered, world.death_day, settings)
    sick = world.health.ever(settings.months).sum(1)
    clinic = Clinic(people, world.billing, world.network, sick, settings)
    age = -people["birth_day"].to_numpy() / 365.25
    parts: list[Claims] = []
    for service in SERVICES:
        drawn = events(service, needs, world.death_day, settings)
        if service == "inpatient":
            drawn = pd.concat([drawn, stays.deliveries(world.health, world.covered, settings)], ignore_index=True)
            parts += stays.stays(drawn, world.network, market_factor(people), world.death_day, settings)
            at_home = stays.after_care(drawn, age, settings.stream("after care"))
            parts += clinic.make("home_health", at_home.reset_index(drop=True))
        else:
            parts += clinic.make(service, drawn)
    parts += stays.hospice(world.death_day, age, world.network, settings)
    claims = _covered_only(join([part for part in parts if len(part)]), world)
    claims = look_alikes.resend(look_alikes.bill_as_a_team(claims, world.billing, world.lead), world.billing, settings)
    fills = pharmacy.fills(needs, world.covered, world.death_day, world.network, world.health.avoids, settings)
    return look_alikes.tag(claims, world.billing), fills


def _covered_only(claims: Claims, world: World) -> Claims:
    """Courses of treatment may run past coverage or death; the insurer sees nothing of that."""
    keep = world.insured(claims.headers["person"].to_numpy(), claims.headers["first"].to_numpy())
    position = np.cumsum(keep) - 1
    lines = claims.lines[keep[claims.lines["claim"].to_numpy()]]
    return Claims(
        claims.headers[keep].reset_index(drop=True),
        lines.assign(claim=position[lines["claim"].to_numpy()].astype("int32")).reset_index(drop=True),
    )
