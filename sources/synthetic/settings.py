"""What a generated book is made of, and its calendar. Everything random derives from `Settings.seed`."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import date

import numpy as np


@dataclass(frozen=True)
class Settings:
    """One book of business.

    `members` counts the people who are ever covered, `months` the length of the book from `start` (the first of
    a month). `fraud_intensity` scales how much of a fraudster's billing is fraudulent (1.0 as published cases);
    `camouflage` is the share of its fraudulent claims that a fraudster makes to look like its honest ones.
    """

    members: int
    months: int
    seed: int
    start: date = date(2022, 1, 1)
    fraud_intensity: float = 1.0
    camouflage: float = 0.0

    def stream(self, concept: str) -> np.random.Generator:
        """Random numbers of one concept, so that a change in one concept leaves the others as they were."""
        return np.random.default_rng([self.seed, zlib.crc32(concept.encode())])

    @property
    def month_starts(self) -> np.ndarray:
        """First day of each month and of the one after the last, in days since `start` (months + 1,)."""
        first = np.datetime64(self.start, "M")
        return ((first + np.arange(self.months + 1)).astype("datetime64[D]") - np.datetime64(self.start)).astype(
            "int64"
        )

    @property
    def last_day(self) -> int:
        """Last day of the book, in days since `start`: nothing that became known later is delivered."""
        return int(self.month_starts[-1]) - 1

    @property
    def areas(self) -> int:
        """Places where people live and seek care; one per about 700 people."""
        return max(2, round(self.members / 700) + 1)

    def january(self) -> np.ndarray:
        """True for each month that is a January, when plans renew (months,)."""
        return (np.datetime64(self.start, "M").astype(int) + np.arange(self.months)) % 12 == 0
