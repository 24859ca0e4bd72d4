"""Billing providers and the physicians who work for them: how many, where, how large, how dear."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sources.synthetic import look_alikes
from sources.synthetic.settings import Settings

# specialty: (kind, share of billing providers, needed even in the smallest book, physicians per billing provider)
SPECIALTIES: dict[str, tuple[str, float, bool, float]] = {
    "family medicine": ("practice", 0.150, True, 2.2),
    "internal medicine": ("practice", 0.095, True, 2.0),
    "pediatrics": ("practice", 0.050, True, 1.8),
    "cardiology": ("practice", 0.035, True, 2.0),
    "orthopedics": ("practice", 0.035, True, 1.8),
    "dermatology": ("practice", 0.028, False, 1.3),
    "gastroenterology": ("practice", 0.026, False, 1.6),
    "endocrinology": ("practice", 0.020, False, 1.3),
    "pulmonology": ("practice", 0.022, False, 1.5),
    "neurology": ("practice", 0.020, False, 1.4),
    "behavioral health": ("practice", 0.075, True, 1.4),
    "oncology": ("practice", 0.022, True, 2.2),
    "nephrology": ("practice", 0.014, False, 1.5),
    "rheumatology": ("practice", 0.014, False, 1.3),
    "ophthalmology": ("practice", 0.022, False, 1.3),
    "obstetrics and gynecology": ("practice", 0.028, True, 1.6),
    "physical therapy": ("practice", 0.050, True, 1.7),
    "pain management": ("practice", 0.022, False, 1.3),
    "hospital medicine": ("practice", 0.014, True, 4.0),
    "emergency medicine": ("practice", 0.014, True, 3.5),
    "telehealth": ("practice", 0.016, True, 2.0),
    "hospital": ("facility", 0.030, True, 0),
    "ambulatory surgery": ("facility", 0.020, False, 0),
    "dialysis": ("facility", 0.012, False, 0),
    "home health": ("facility", 0.024, False, 0),
    "hospice": ("facility", 0.010, False, 0),
    "durable medical equipment": ("supplier", 0.055, True, 0),
    "clinical laboratory": ("laboratory", 0.045, True, 0),
    "retail pharmacy": ("pharmacy", 0.090, True, 0),
}
NAMES = tuple(SPECIALTIES)
KIND = np.array([SPECIALTIES[name][0] for name in NAMES])
_MEMBERS_PER_PROVIDER = 10.0
_SMALLEST = 28
_HOSPITAL_STAFF = (
    "cardiology",
    "orthopedics",
    "gastroenterology",
    "oncology",
    "obstetrics and gynecology",
    "hospital medicine",
    "emergency medicine",
    "nephrology",
    "pulmonology",
    "neurology",
    "internal medicine",
)

# Where a small book has none of a specialty, its patients go here instead.
SUBSTITUTE = {
    "ambulatory surgery": "hospital",
    "dialysis": "hospital",
    "home health": "hospital",
    "hospice": "hospital",
    "pain management": "orthopedics",
}


def specialty(name: str) -> int:
    return NAMES.index(name)


def billing_providers(settings: Settings) -> pd.DataFrame:
    """One row per billing provider: specialty, area, x, y, attraction (relative size), price (contract level),
    markup (charge over allowed), style (leaning to higher visit levels), staffing, look_alike, effective_day."""
    rng = settings.stream("providers")
    counts = _counts(max(_SMALLEST, round(settings.members / _MEMBERS_PER_PROVIDER)))
    special = np.repeat(np.arange(len(NAMES)), counts)
    n = len(special)
    practice = KIND[special] == "practice"
    frame = pd.DataFrame({"specialty": special})
    frame["area"] = _areas(special, settings.areas, rng)
    frame["x"], frame["y"] = rng.normal(0, 5, n), rng.normal(0, 5, n)
    frame["attraction"] = rng.lognormal(0, 0.75, n)
    frame["price"] = rng.lognormal(0, 0.13, n)
    frame["markup"] = rng.lognormal(0.65, 0.25, n)
    frame["style"] = np.where(practice, rng.normal(0, 0.35, n), 0.0)
    frame["effective_day"] = -rng.integers(60, 7300, n)
    return look_alikes.mark(frame, NAMES, settings)


def physicians(billing: pd.DataFrame, settings: Settings) -> tuple[pd.DataFrame, list[np.ndarray]]:
    """Physicians (specialty, home provider, area) and, for each billing provider, who works there.

    One physician in eight also works for a second provider of the area; hospitals share the area's specialists.
    """
    rng = settings.stream("physicians")
    special, area = billing["specialty"].to_numpy(), billing["area"].to_numpy()
    mean = np.array([SPECIALTIES[name][3] for name in NAMES])[special]
    size = np.where(
        mean > 0,
        1 + rng.poisson(np.maximum(mean - 1, 0) * 0.6 * np.sqrt(billing["attraction"]) * billing["staffing"]),
        0,
    )
    home = np.repeat(np.arange(len(billing)), size)
    doctors = pd.DataFrame({"specialty": special[home], "home": home, "area": area[home]})
    doctors["effective_day"] = -rng.integers(200, 11000, len(doctors))
    staff = [np.flatnonzero(home == provider) for provider in range(len(billing))]
    for doctor in np.flatnonzero(rng.random(len(doctors)) < 0.125):
        same = np.flatnonzero((special == special[home[doctor]]) & (area == area[home[doctor]]))
        staff_at = rng.choice(same)
        staff[staff_at] = np.union1d(staff[staff_at], [doctor])
    hospital_side = np.isin(doctors["specialty"], [specialty(name) for name in _HOSPITAL_STAFF])
    for provider in np.flatnonzero(KIND[special] == "facility"):
        near = np.flatnonzero(hospital_side & (doctors["area"].to_numpy() == area[provider]))
        near = near if len(near) >= 3 else np.flatnonzero(hospital_side)
        staff[provider] = np.sort(rng.choice(near, min(len(near), 6 + int(rng.integers(0, 20))), replace=False))
    return doctors, staff


def _counts(total: int) -> np.ndarray:
    share = np.array([row[1] for row in SPECIALTIES.values()])
    needed = np.array([row[2] for row in SPECIALTIES.values()])
    wanted = share / share.sum() * total
    counts = np.maximum(np.floor(wanted), needed).astype("int64")
    # Largest remainders take what rounding left over.
    for position in np.argsort(counts - wanted)[: max(0, total - counts.sum())]:
        counts[position] += 1
    return counts


def _areas(special: np.ndarray, areas: int, rng: np.random.Generator) -> np.ndarray:
    """Area of each provider: as people are spread; the rural area has one family practice and one pharmacy."""
    share = 1.0 / np.arange(1, areas) ** 0.6
    area = rng.choice(areas - 1, len(special), p=share / share.sum())
    for name in ("family medicine", "retail pharmacy"):
        rows = np.flatnonzero(special == specialty(name))
        if len(rows) > 1:
            area[rows[-1]] = areas - 1
    return area
