"""Unbundling: the parts of a laboratory panel billed one by one, which pays several times the panel.

Source: CMS, "National Correct Coding Initiative Policy Manual", chapter X (pathology and laboratory services), and
the DOJ/OIG "Operation LabScam" settlements over separately billed components of automated panels.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from sources.synthetic import claims as c
from sources.synthetic.claims import Claims
from sources.synthetic.codes import hcpcs, modifier
from sources.synthetic.schemes.scheme import Camouflage, Culprits, drawn, number
from sources.synthetic.world import World

NAME = "unbundling"
SPECIALTIES = ("clinical laboratory",)
_PANELS = {
    "80053": hcpcs(
        "82947",
        "84132",
        "84295",
        "82435",
        "82374",
        "84520",
        "82565",
        "82310",
        "84155",
        "82040",
        "82247",
        "84075",
        "84460",
        "84450",
    ),
    "80048": hcpcs("82947", "84132", "84295", "82435", "82374", "84520", "82565", "82310"),
    "80061": hcpcs("82465", "83718", "84478"),
}


def commit(claims: Claims, world: World, culprits: Culprits, rng: np.random.Generator) -> Claims:
    """Replace the panels of the touched claims by their components, with the modifier that says they were separate.

    Disguised claims bill every second component alone, without the modifier.
    """
    touched = drawn(claims, culprits, rng)[claims.lines["claim"].to_numpy()]
    disguised = Camouflage(world, NAME).of(len(claims))
    code = claims.lines["code"].to_numpy()
    split = np.zeros(len(code), bool)
    parts = [claims.lines]
    for panel, components in _PANELS.items():
        rows = np.flatnonzero(touched & (code == hcpcs(panel)[0]))
        split[rows] = True
        claim = np.repeat(claims.lines["claim"].to_numpy()[rows], len(components))
        billed = ~disguised[claim] | (np.tile(np.arange(len(components)), len(rows)) % 2 == 0)
        said = np.where(disguised[claim], -1, modifier("59"))
        made = c.lines(len(claim), claim=claim, code=np.tile(components, len(rows)), modifier=said)
        parts.append(made[billed])
    parts[0] = claims.lines[~split]
    changed = np.zeros(len(claims), bool)
    changed[claims.lines["claim"].to_numpy()[split]] = True
    scheme = np.where(changed, number(NAME), claims.headers["scheme"])
    lines = pd.concat(parts, ignore_index=True).sort_values("claim", kind="stable", ignore_index=True)
    return Claims(claims.headers.assign(scheme=scheme.astype("int8")), lines)
