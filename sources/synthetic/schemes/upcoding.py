"""Upcoding: visits billed at a higher level than was given.

Source: HHS OIG, "Coding Trends of Medicare Evaluation and Management Services", OEI-04-10-00180 (2012), and the
follow-up OEI-04-10-00181 (2014): a quarter of visit claims was coded too high, and a small group of
physicians bills the highest levels nearly always.
"""

from __future__ import annotations

import numpy as np

from sources.synthetic.claims import Claims
from sources.synthetic.codes import hcpcs
from sources.synthetic.schemes.scheme import Camouflage, Culprits, drawn, number
from sources.synthetic.world import World

NAME = "upcoding"
SPECIALTIES = (
    "family medicine",
    "internal medicine",
    "cardiology",
    "orthopedics",
    "gastroenterology",
    "endocrinology",
    "neurology",
    "pain management",
    "dermatology",
    "pulmonology",
    "obstetrics and gynecology",
)
_LADDERS = (hcpcs("99211", "99212", "99213", "99214", "99215"), hcpcs("99202", "99203", "99204", "99205"))


def commit(claims: Claims, world: World, culprits: Culprits, rng: np.random.Generator) -> Claims:
    """Raise the visits of the touched claims by one or two levels; a visit already at the top stays as it is.

    Disguised ones rise by one level only.
    """
    disguised = Camouflage(world, NAME).of(len(claims))
    touched = drawn(claims, culprits, rng)
    code = claims.lines["code"].to_numpy().copy()
    where = claims.lines["claim"].to_numpy()
    raised = np.zeros(len(claims), bool)
    for ladder in _LADDERS:
        rows = np.flatnonzero(touched[where] & np.isin(code, ladder[:-1]))
        level = np.argmax(code[rows, None] == ladder, axis=1)
        steps = np.where(disguised[where[rows]], 1, rng.choice([1, 2], len(rows), p=(0.45, 0.55)))
        code[rows] = ladder[np.minimum(level + steps, len(ladder) - 1)]
        raised[where[rows]] = True
    scheme = np.where(raised, number(NAME), claims.headers["scheme"])
    return Claims(claims.headers.assign(scheme=scheme.astype("int8")), claims.lines.assign(code=code))
