"""What every scheme shares: who commits it, when it starts and how much of the billing it touches."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sources.synthetic.claims import SCHEMES, Claims
from sources.synthetic.world import World


@dataclass(frozen=True)
class Culprits:
    """Billing providers that commit a scheme: from day `since` on, `share` of their billing is touched.

    `ring` groups culprits who work together; without rings it is the provider itself.
    """

    providers: np.ndarray
    since: np.ndarray
    share: np.ndarray
    ring: np.ndarray

    def __len__(self) -> int:
        return len(self.providers)


def number(scheme: str) -> int:
    """Position of a scheme in SCHEMES."""
    return SCHEMES.index(scheme)


def drawn(claims: Claims, culprits: Culprits, rng: np.random.Generator) -> np.ndarray:
    """True for the culprits' claims that the scheme touches: each claim after the start with the culprit's share."""
    share = np.zeros(claims.headers["provider"].max() + 1)
    since = np.full(len(share), np.iinfo("int64").max)
    known = culprits.providers < len(share)
    share[culprits.providers[known]] = culprits.share[known]
    since[culprits.providers[known]] = culprits.since[known]
    provider = claims.headers["provider"].to_numpy()
    return np.asarray(
        (claims.headers["first"].to_numpy() >= since[provider]) & (rng.random(len(claims)) < share[provider])
    )


class Camouflage:
    """Which fraudulent claims of a scheme are made to look like honest ones. Its random numbers are its own, so that a
    book without camouflage is the same as ever."""

    def __init__(self, world: World, scheme: str) -> None:
        self._share, self._rng = world.settings.camouflage, world.settings.stream(f"camouflage of {scheme}")

    def of(self, count: int) -> np.ndarray:
        """True for those of the next `count` claims that are disguised."""
        return self._rng.random(count) < self._share

    def days(self, least: int, most: int, count: int) -> np.ndarray:
        """Days from `least` to `most`, both included, for disguised claims."""
        return self._rng.integers(least, most + 1, count)

    def some(self, of: np.ndarray, count: int) -> np.ndarray:
        """So many of the values, at random."""
        return self._rng.choice(of, count)


def patients_near(world: World, provider: int, count: int, rng: np.random.Generator) -> np.ndarray:
    """People of the provider's area, at random."""
    near = np.flatnonzero(world.people["area"].to_numpy() == world.billing["area"].to_numpy()[provider])
    return rng.choice(near if len(near) else np.arange(len(world.people)), count)


def days_between(first: int, last: int, count: int, rng: np.random.Generator) -> np.ndarray:
    return rng.integers(first, max(first + 1, last), count)
