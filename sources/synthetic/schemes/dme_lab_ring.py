"""A ring of suppliers and laboratories that pays a practice for orders nobody needs.

Source: DOJ, "Operation Brace Yourself" (2019) and "Operation Double Helix" (2019): braces and genetic tests ordered,
against kickbacks, by doctors who hardly saw the patient, for lists of mostly older people that several suppliers bill.
"""

from __future__ import annotations

import numpy as np

from sources.synthetic import claims as c
from sources.synthetic import lag
from sources.synthetic.claims import Claims, join
from sources.synthetic.codes import hcpcs, modifier
from sources.synthetic.diagnoses import of_condition
from sources.synthetic.health import NAMES as CONDITIONS
from sources.synthetic.providers import KIND, specialty
from sources.synthetic.schemes.scheme import Camouflage, Culprits, days_between, number
from sources.synthetic.world import World

NAME = "dme_lab_ring"
SPECIALTIES = (
    "durable medical equipment",
    "clinical laboratory",
    "family medicine",
    "internal medicine",
    "pain management",
)
_BRACES = hcpcs("L0650", "L1833", "L3960")
_TESTS = hcpcs("81162", "81225", "G0480", "80307")
_VISITS = hcpcs("99203", "99213", "99442")


def commit(claims: Claims, world: World, culprits: Culprits, rng: np.random.Generator) -> Claims:
    """Add each ring's sham visits and the orders that follow; each supplier bills most of the ring's people.

    Disguised ones are of people near the practice, and the physicians of the practice take turns.
    """
    parts, camouflage = [claims], Camouflage(world, NAME)
    volume = np.bincount(claims.headers["provider"], minlength=len(world.billing))
    for ring in np.unique(culprits.ring):
        inside = culprits.ring == ring
        members, since = culprits.providers[inside], int(culprits.since[inside].min())
        usual = volume[members].mean() * culprits.share[inside].mean()
        person = _listed_people(world, int(np.clip(usual, 25, 0.02 * len(world.people) + 60)), rng)
        day = days_between(since, world.settings.last_day - 40, len(person), rng)
        practice = members[KIND[world.billing["specialty"].to_numpy()[members]] == "practice"]
        doctor = np.full(len(person), _doctor(world, practice, rng))
        disguised = camouflage.of(len(person))
        if len(practice):
            near = world.people["area"].to_numpy() == world.billing["area"].to_numpy()[practice[0]]
            person = np.where(disguised, camouflage.some(np.flatnonzero(near), len(person)), person)
            staff = world.staff[practice[0]]
            doctor = np.where(disguised, camouflage.some(staff, len(person)), doctor) if len(staff) else doctor
        for provider in members:
            parts.append(_billed(world, int(provider), person, day, doctor, rng))
    return join(parts)


def _listed_people(world: World, count: int, rng: np.random.Generator) -> np.ndarray:
    """People on the bought list: mostly older, from everywhere, each used one to three times."""
    age = -world.people["birth_day"].to_numpy() / 365.25
    weight = np.where(age > 55, 1.0, 0.12)
    chosen = rng.choice(len(age), min(count, len(age) // 3), replace=False, p=weight / weight.sum())
    return np.repeat(chosen, rng.integers(1, 4, len(chosen)))


def _doctor(world: World, practice: np.ndarray, rng: np.random.Generator) -> int:
    if len(practice) and len(world.staff[practice[0]]):
        return int(world.staff[practice[0]][0])
    return int(rng.integers(0, len(world.doctors)))


def _billed(
    world: World, provider: int, person: np.ndarray, day: np.ndarray, doctor: np.ndarray, rng: np.random.Generator
) -> Claims:
    special = int(world.billing["specialty"].to_numpy()[provider])
    kind = KIND[special]
    wait = 0 if kind == "practice" else rng.integers(2, 14, len(person))
    took_part = rng.random(len(person)) < (0.75 if kind == "practice" else 0.65)
    rows = np.flatnonzero(took_part & world.insured(person, day + wait))
    when = (day + wait)[rows]
    pain = of_condition(np.full(len(rows), CONDITIONS.index("back_or_joint")), person[rows])
    made = c.headers(
        len(rows),
        person=person[rows],
        provider=provider,
        physician=doctor[rows] if kind == "practice" else c.NOBODY,
        referring=c.NOBODY if kind == "practice" else doctor[rows],
        first=when,
        diagnosis=pain,
        scheme=number(NAME),
        place={"practice": 11, "laboratory": 81}.get(kind, 12),
        lag=lag.EQUIPMENT if special == specialty("durable medical equipment") else lag.PROFESSIONAL,
    )
    codes, most = {"practice": (_VISITS, 1), "laboratory": (_TESTS, 3)}.get(kind, (_BRACES, 2))
    count = rng.integers(1, most + 1, len(rows))
    claim = np.repeat(np.arange(len(rows)), count)
    order = np.arange(len(claim)) - np.repeat(np.cumsum(count) - count, count)
    start = np.repeat(rng.integers(0, len(codes), len(rows)), count)
    return Claims(
        made,
        c.lines(
            len(claim),
            claim=claim,
            code=codes[(start + order) % len(codes)],
            modifier=modifier("NU") if kind == "supplier" else -1,
        ),
    )
