"""Each person's lasting health: frailty, willingness to seek care, conditions with onset, and monthly flares.

Frailty and conditions last, flares fade over months; together they decide how much of this year's spending comes
back next year.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sources.synthetic.conditions import CONDITIONS
from sources.synthetic.settings import Settings

NAMES = tuple(condition.name for condition in CONDITIONS)
_AVOIDERS = 0.175  # people who hardly ever seek care
_FLARE_MEMORY = 0.75  # month to month
_FLARE_SPREAD = 0.75


@dataclass(frozen=True)
class Health:
    """`onset` and `end` are months (people, conditions), `end` exclusive; onset beyond the book means never.
    `frailty` is standard normal, `avoids` marks people who stay away, `flare` is (people, months)."""

    onset: np.ndarray
    end: np.ndarray
    frailty: np.ndarray
    avoids: np.ndarray
    flare: np.ndarray

    def active(self, months: int) -> np.ndarray:
        """True where a condition is active (people, months, conditions)."""
        month = np.arange(months)[None, :, None]
        return (self.onset[:, None, :] <= month) & (month < self.end[:, None, :])

    def ever(self, months: int) -> np.ndarray:
        """True for conditions a person has at any time in the book (people, conditions)."""
        return (self.onset < months) & (self.end > 0)


def health(people: pd.DataFrame, settings: Settings) -> Health:
    rng = settings.stream("health")
    n, months = len(people), settings.months
    frailty = rng.standard_normal(n)
    avoids = (rng.random(n) < _AVOIDERS) & (frailty < 0.9)
    age = -people["birth_day"].to_numpy() / 365.25
    onset = np.full((n, len(CONDITIONS)), months + 1)
    end = np.full((n, len(CONDITIONS)), 10_000)
    for column, condition in enumerate(CONDITIONS):
        chance = np.interp(age, (8, 20, 45, 70, 85), (0, *condition.prevalence, condition.prevalence[2] * 1.3))
        # Illness clusters in frail people; the mean stays at the prevalence.
        chance = chance * np.exp(0.7 * frailty - 0.245) * np.where(avoids, 0.5, 1.07)
        if condition.women_only:
            chance *= people["female"].to_numpy() * 2.0
        if condition.months:
            shortest, longest = condition.months
            length = rng.integers(shortest, longest + 1, n)
            # An episode may begin before the book or before the person joins it.
            wait = rng.exponential(12 / np.maximum(chance, 1e-9))
            onset[:, column] = np.minimum(wait, months + longest + 1).astype("int64") - longest
            end[:, column] = onset[:, column] + length
        else:
            has = rng.random(n) < chance
            # About one in nine chronic patients is new in each year of the book.
            late = rng.random(n) < 0.09 * months / 12
            onset[:, column] = np.where(has, np.where(late, rng.integers(1, months + 1, n), -1), months + 1)
    return Health(onset, end, frailty, avoids, _flares(n, settings))


def burden(health: Health) -> np.ndarray:
    """Relative mortality of each person, about 1 on average."""
    ever = (health.onset < 36) & (health.end > 0)
    worst = np.where(ever, np.array([condition.mortality for condition in CONDITIONS]), 1.0).max(1)
    return 0.9 * worst * np.exp(0.35 * health.frailty)


def _flares(n: int, settings: Settings) -> np.ndarray:
    rng = settings.stream("flares")
    flare = np.empty((n, settings.months), dtype="float32")
    flare[:, 0] = rng.standard_normal(n) * _FLARE_SPREAD
    shock = _FLARE_SPREAD * np.sqrt(1 - _FLARE_MEMORY**2)
    for month in range(1, settings.months):
        flare[:, month] = _FLARE_MEMORY * flare[:, month - 1] + shock * rng.standard_normal(n)
    return flare
