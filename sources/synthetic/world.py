"""Everything of a book that does not depend on claims: its people, their health, its providers and who goes where."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sources.synthetic import eligibility
from sources.synthetic.health import Health, burden, health
from sources.synthetic.network import Network, network
from sources.synthetic.population import people
from sources.synthetic.providers import billing_providers, physicians
from sources.synthetic.settings import Settings


@dataclass(frozen=True)
class World:
    """`covered` is (people, months), `death_day` in days since start; physicians are rows of `doctors`."""

    settings: Settings
    people: pd.DataFrame
    health: Health
    death_day: np.ndarray
    covered: np.ndarray
    billing: pd.DataFrame
    doctors: pd.DataFrame
    staff: list[np.ndarray]
    network: Network

    def insured(self, person: np.ndarray, day: np.ndarray) -> np.ndarray:
        """True where the person is covered and alive on that day, and the day lies in the book."""
        month = np.searchsorted(self.settings.month_starts, day, side="right") - 1
        inside = (day >= 0) & (day <= self.settings.last_day)
        safe = np.clip(month, 0, self.settings.months - 1)
        return np.asarray(inside & self.covered[person, safe] & (day <= self.death_day[person]))

    @property
    def lead(self) -> np.ndarray:
        """First physician of each billing provider, -1 without staff."""
        return np.array([names[0] if len(names) else -1 for names in self.staff])


def world(settings: Settings) -> World:
    persons = people(settings)
    state = health(persons, settings)
    death_day = eligibility.death_days(persons, burden(state), settings)
    covered = eligibility.coverage(persons, death_day, settings)
    billing = billing_providers(settings)
    doctors, staff = physicians(billing, settings)
    return World(
        settings,
        persons,
        state,
        death_day,
        covered,
        billing,
        doctors,
        staff,
        network(persons, billing, staff, settings),
    )
