"""Which care each person seeks in each month: rates from age, conditions and flares, then events drawn from them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sources.synthetic.condition import SERVICES
from sources.synthetic.conditions import CONDITIONS
from sources.synthetic.health import Health
from sources.synthetic.settings import Settings

# Yearly rates without any condition at ages 0, 10, 25, 50, 70, 90.
_AGES = (0, 10, 25, 50, 70, 90)
_BASE = {
    "primary": (3.6, 1.5, 1.0, 1.35, 1.9, 1.9),
    "specialist": (0.25, 0.30, 0.42, 0.75, 1.05, 0.8),
    "laboratory": (0.12, 0.12, 0.32, 0.6, 0.8, 0.8),
    "emergency": (0.34, 0.16, 0.20, 0.17, 0.22, 0.36),
    "imaging": (0.06, 0.10, 0.22, 0.50, 0.62, 0.5),
    "surgery": (0.04, 0.03, 0.09, 0.24, 0.32, 0.12),
    "inpatient": (0.040, 0.006, 0.009, 0.018, 0.045, 0.10),
    "therapy": (0.05, 0.12, 0.35, 0.55, 0.6, 0.4),
    "behavioural": (0.0, 0.25, 0.25, 0.12, 0.05, 0.02),
    "equipment": (0.01, 0.01, 0.01, 0.03, 0.12, 0.2),
    "telehealth": (0.08, 0.08, 0.2, 0.22, 0.12, 0.05),
}
# How strongly lasting frailty and a passing flare raise each service, per standard deviation.
_FRAILTY = {
    "primary": 0.35,
    "specialist": 0.5,
    "laboratory": 0.45,
    "emergency": 0.6,
    "inpatient": 0.55,
    "imaging": 0.45,
    "surgery": 0.35,
    "therapy": 0.5,
    "behavioural": 0.5,
    "equipment": 0.3,
    "infusion": 0.25,
    "home_health": 0.4,
}
_FLARE = {
    "primary": 0.35,
    "specialist": 0.6,
    "laboratory": 0.5,
    "emergency": 0.8,
    "inpatient": 1.1,
    "imaging": 0.6,
    "surgery": 0.8,
    "therapy": 0.8,
    "infusion": 0.3,
    "home_health": 1.0,
}
_LAST_MONTHS = 1.0  # flare added in the four months before death
LEVEL = 0.95
"""Overall level of visits and stays, set so that a covered year brings 15 to 20 claim lines."""
NO_CONDITION = -1


@dataclass(frozen=True)
class Need:
    """What drives care: `rates` events a month (people, months, services), `base` the part owed to no condition
    (people, services), `active` conditions (people, months, conditions)."""

    rates: np.ndarray
    base: np.ndarray
    active: np.ndarray


def need(people: pd.DataFrame, health: Health, covered: np.ndarray, death_day: np.ndarray, settings: Settings) -> Need:
    """Monthly rates of every service; zero in months without coverage."""
    age = -people["birth_day"].to_numpy() / 365.25 + settings.months / 24
    base = np.stack([np.interp(age, _AGES, _BASE.get(name, (0,) * 6)) for name in SERVICES], axis=1).astype("float32")
    base[:, SERVICES.index("behavioural")] *= np.where(health.frailty > 0.5, 2.0, 0.5)
    active = health.active(settings.months)
    rates = active.reshape(-1, len(CONDITIONS)).astype("float32") @ condition_rates()
    rates = rates.reshape(*active.shape[:2], len(SERVICES)) + base[:, None, :]
    to_death = (death_day[:, None] - settings.month_starts[:-1]) / 30.4
    flare = health.flare + _LAST_MONTHS * ((to_death >= 0) & (to_death < 4))
    for column, name in enumerate(SERVICES):
        lasting, passing = _FRAILTY.get(name, 0.0), _FLARE.get(name, 0.0)
        mean_one = 0.5 * (lasting**2 + (0.75 * passing) ** 2)
        rates[:, :, column] *= np.exp(lasting * health.frailty[:, None] + passing * flare - mean_one)
    rates *= (covered * np.where(health.avoids, 0.04, 1.1)[:, None] * LEVEL / 12)[:, :, None]
    return Need(rates, base, active)


def condition_rates() -> np.ndarray:
    """Yearly rate of each service owed to each condition (conditions, services)."""
    return np.array([[c.rates.get(name, 0.0) for name in SERVICES] for c in CONDITIONS], dtype="float32")


def events(service: str, needs: Need, death_day: np.ndarray, settings: Settings) -> pd.DataFrame:
    """One row per event of a service: person, day, month and the condition behind it (NO_CONDITION for none).

    Offices keep weekdays; a hospital does not. No event falls after death.
    """
    rng = settings.stream(f"events {service}")
    column = SERVICES.index(service)
    counts = rng.poisson(needs.rates[:, :, column])
    person, month = np.nonzero(counts)
    times = counts[person, month]
    person, month = np.repeat(person, times), np.repeat(month, times)
    starts = settings.month_starts
    length = np.minimum(starts[month + 1] - 1, death_day[person]) - starts[month] + 1
    day = starts[month] + (rng.random(len(person)) * length).astype("int64")
    if service not in ("emergency", "inpatient", "dialysis"):
        day = _weekday(day, settings, rng)
        day = np.clip(day, starts[month], np.minimum(starts[month + 1] - 1, death_day[person]))
    weight = needs.active[person, month] * condition_rates()[:, column]
    cumulative = np.cumsum(np.column_stack([needs.base[person, column], weight]), axis=1)
    draw = rng.random(len(person)) * cumulative[:, -1]
    condition = (cumulative <= draw[:, None]).sum(1) - 1
    return pd.DataFrame(
        {"person": person, "day": day, "month": month, "condition": np.minimum(condition, len(CONDITIONS) - 1)}
    )


def _weekday(day: np.ndarray, settings: Settings, rng: np.random.Generator) -> np.ndarray:
    """Move 19 of 20 weekend days to a day of the following week."""
    of_week = (day + np.datetime64(settings.start).astype(int) + 3) % 7  # 0 is Monday
    moved = (of_week >= 5) & (rng.random(len(day)) < 0.95)
    return np.where(moved, day + 7 - of_week + rng.integers(0, 5, len(day)), day)
