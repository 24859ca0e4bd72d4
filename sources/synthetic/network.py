"""Who goes where: each person has a usual and a second provider of every specialty, mostly nearby, and keeps to them.

This loyalty, with households sharing an address, gives the graph of care its structure.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sources.synthetic.providers import NAMES, SUBSTITUTE, specialty
from sources.synthetic.settings import Settings

_TO_USUAL, _TO_SECOND = 0.87, 0.96  # cumulative; the rest goes anywhere
_MILES = 5.0  # distance at which a provider is a third as attractive


@dataclass(frozen=True)
class Network:
    """`usual` and `second` are provider positions (people, specialties); `anywhere` lists providers by specialty;
    `staff_first` and `staff_count` index `staff`, the physicians of each billing provider."""

    usual: np.ndarray
    second: np.ndarray
    anywhere: tuple[np.ndarray, ...]
    staff: np.ndarray
    staff_first: np.ndarray
    staff_count: np.ndarray

    def provider(self, person: np.ndarray, special: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """A billing provider of the specialty for each visit."""
        draw = rng.random(len(person))
        chosen = np.where(draw < _TO_USUAL, self.usual[person, special], self.second[person, special])
        roaming = np.flatnonzero(draw >= _TO_SECOND)
        for code in np.unique(special[roaming]):
            rows = roaming[special[roaming] == code]
            chosen[rows] = rng.choice(self.anywhere[code], len(rows))
        return chosen

    def physician(self, person: np.ndarray, provider: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """The physician seen there, usually the same one for the same person; -1 where the provider has none."""
        count = self.staff_count[provider]
        usual = (person * 2654435761 + provider * 40503) % 1_000_003
        pick = np.where(rng.random(len(person)) < 0.88, usual, rng.integers(0, 1_000_003, len(person)))
        position = self.staff_first[provider] + pick % np.maximum(count, 1)
        return np.where(count > 0, self.staff[np.minimum(position, len(self.staff) - 1)], -1)


def network(people: pd.DataFrame, billing: pd.DataFrame, staff: list[np.ndarray], settings: Settings) -> Network:
    rng = settings.stream("network")
    usual = np.zeros((len(people), len(NAMES)), dtype="int64")
    second = np.zeros_like(usual)
    anywhere = tuple(_candidates(billing, code) for code in range(len(NAMES)))
    home = people["household"].to_numpy()
    household_draw = rng.random(home.max() + 1)
    for code, candidates in enumerate(anywhere):
        # Half of the people follow their household's choice.
        together = rng.random(len(people)) < 0.5
        first_draw = np.where(together, (household_draw[home] + 0.618 * code) % 1, rng.random(len(people)))
        second_draw = rng.random(len(people))
        for area in range(settings.areas):
            rows = np.flatnonzero(people["area"].to_numpy() == area)
            if len(rows):
                cumulative = _pull(people.iloc[rows], billing.iloc[candidates], area)
                usual[rows, code] = candidates[(cumulative < first_draw[rows, None]).sum(1)]
                second[rows, code] = candidates[(cumulative < second_draw[rows, None]).sum(1)]
    count = np.array([len(names) for names in staff])
    return Network(usual, second, anywhere, np.concatenate(staff), np.cumsum(count) - count, count)


def _candidates(billing: pd.DataFrame, code: int) -> np.ndarray:
    rows = np.flatnonzero(billing["specialty"].to_numpy() == code)
    if len(rows):
        return rows
    other = SUBSTITUTE.get(NAMES[code], "internal medicine")
    return np.flatnonzero(billing["specialty"].to_numpy() == specialty(other))


def _pull(people: pd.DataFrame, billing: pd.DataFrame, area: int) -> np.ndarray:
    """Cumulative probability of choosing each provider (people, providers), last column just above 1."""
    dx = people["x"].to_numpy()[:, None] - billing["x"].to_numpy()
    dy = people["y"].to_numpy()[:, None] - billing["y"].to_numpy()
    near = np.exp(-np.hypot(dx, dy) / _MILES) * billing["attraction"].to_numpy()
    # Other areas are an hour's drive: nobody goes there unless there is no choice.
    near = near * np.where(billing["area"].to_numpy() == area, 1.0, 2e-4) + 1e-12
    cumulative = np.cumsum(near, axis=1)
    return np.asarray(cumulative / cumulative[:, -1:] + np.r_[np.zeros(near.shape[1] - 1), 1e-9])
