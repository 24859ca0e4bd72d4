"""Strata of a frame of paid claims by amount, and how many claims to draw from each.

The largest claims are all reviewed (a certainty stratum): those that a sample proportional to size would be sure to
hold, n x paid / sum of paid >= 1 (Särndal, Swensson and Wretman 1992, section 3.6.2), but no more than half of the
sample. The others are parted where the cumulative square root of the frequencies is parted evenly (Dalenius and Hodges
1959; Cochran 1977, section 5A.7), and the rest of the sample goes to them by Neyman's allocation (Cochran 1977, section
5.5), with a floor.
Amounts are whole cents, so that sums are exact.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

FLOOR = 10
"""Claims drawn from a stratum at least, where it has as many: fewer say little about its spread."""
MOST_STRATA = 5
"""Beside the certainty stratum. More gain little (Cochran 1977, section 5A.8)."""
_CLAIMS_EACH = 20
_CLASSES = 400
_PLANNED_RATE = 0.5


@dataclass(frozen=True)
class Stratum:
    """`number` counts from 1, the smallest amounts first; `low` and `high` are its smallest and largest amount."""

    number: int
    claims: int
    paid_cents: int
    low_cents: int
    high_cents: int
    drawn: int

    @property
    def certainty(self) -> bool:
        """Every claim is reviewed, so nothing is estimated."""
        return self.drawn == self.claims


def stratify(cents: np.ndarray, size: int) -> tuple[np.ndarray, list[Stratum]]:
    """The stratum of each claim [claims], from 1, and the strata, for a sample of `size` claims.

    `cents` are what was paid on each claim, above zero. A frame of at most `size` claims is one stratum, all reviewed.
    """
    if len(cents) <= size:
        number = np.ones(len(cents), dtype=np.int64)
        return number, _described(cents, number, np.array([len(cents)]))
    certain = cents >= certainty_cut(cents, size)
    rest = cents[~certain]
    left = size - int(certain.sum())
    number = np.zeros(len(cents), dtype=np.int64)
    number[~certain] = _merged(1 + np.searchsorted(boundaries(rest, _wanted(left)), rest, side="left"))
    strata = int(number.max())
    spread = np.array([_planned_spread(cents[number == one]) for one in range(1, strata + 1)])
    counts = np.bincount(number[~certain], minlength=strata + 1)[1:]
    drawn = allocate(counts, spread, left)
    if certain.any():
        number[certain] = strata + 1
        drawn = np.append(drawn, certain.sum())
    return number, _described(cents, number, drawn)


def certainty_cut(cents: np.ndarray, size: int) -> float:
    """Amount from which on every claim is reviewed; infinite where no claim is that large."""
    ordered = np.sort(cents)[::-1]
    certain = 0
    while more := int((ordered[certain:] * (size - certain) >= ordered[certain:].sum()).sum()):
        certain += more
    certain = min(certain, size // 2)
    # Equal amounts stay together: a claim's stratum follows from its amount alone.
    certain = int((ordered > ordered[certain]).sum()) if certain else 0
    return float(ordered[certain - 1]) if certain else np.inf


def boundaries(cents: np.ndarray, strata: int) -> np.ndarray:
    """Largest amount of each stratum but the last, ascending; fewer than `strata` - 1 where amounts are few."""
    low, high = int(cents.min()), int(cents.max())
    if strata < 2 or low == high:
        return np.array([], dtype=np.int64)
    edges = np.linspace(low, high, _CLASSES + 1)
    count, _ = np.histogram(cents, edges)
    reached = np.cumsum(np.sqrt(count))
    parts = reached[-1] * np.arange(1, strata) / strata
    found = np.unique(np.floor(edges[np.searchsorted(reached, parts) + 1]).astype(np.int64))
    return found[found < high]


def allocate(counts: np.ndarray, spread: np.ndarray, size: int) -> np.ndarray:
    """Claims to draw from each stratum [strata]: in proportion to count x spread, at least FLOOR, at most all of it.

    They add up to `size`, at most all claims there are; where it is too small for the floors, these shrink."""
    floor = np.minimum(np.minimum(FLOOR, size // len(counts)), counts)
    weight = counts * spread
    weight = weight if weight.sum() > 0 else counts.astype(np.float64)
    share, settled = np.zeros(len(counts)), np.zeros(len(counts), dtype=bool)
    for bound, broken in ((counts, np.greater), (floor, np.less)) * len(counts):
        # What a bound takes or frees, the others share; every pass settles a stratum or changes nothing.
        open_weight = weight[~settled].sum()
        if open_weight > 0:
            share[~settled] = (size - share[settled].sum()) * weight[~settled] / open_weight
        beyond = ~settled & broken(share, bound)
        share[beyond] = bound[beyond]
        settled |= beyond
    return _whole(share, floor, counts, size)


def _whole(share: np.ndarray, floor: np.ndarray, counts: np.ndarray, size: int) -> np.ndarray:
    """`share` in whole claims, the largest remainders rounded up, within the bounds, adding up to `size`."""
    drawn = np.clip(np.floor(share).astype(np.int64), floor, counts)
    while drawn.sum() != size:
        step = 1 if drawn.sum() < size else -1
        movable = drawn < counts if step > 0 else drawn > floor
        wanting = np.where(movable, step * (share - drawn), -np.inf)
        drawn[int(np.argmax(wanting))] += step
    return drawn


def _wanted(size: int) -> int:
    return int(np.clip(size // _CLAIMS_EACH, 1, MOST_STRATA))


def _merged(number: np.ndarray) -> np.ndarray:
    """Strata with fewer than FLOOR claims join the one below, the lowest the one above; numbered from 1 again."""
    number = np.unique(number, return_inverse=True)[1] + 1
    while number.max() > 1 and (counts := np.bincount(number)[1:]).min() < FLOOR:
        small = int(np.argmin(counts)) + 1
        number = np.where(number >= max(small, 2), number - 1, number)
    return number


def _planned_spread(cents: np.ndarray) -> float:
    """Standard deviation that overpayments would have if half of the claims, at random, were wholly overpaid."""
    mean, square = float(cents.mean()), float((cents.astype(np.float64) ** 2).mean())
    return float(np.sqrt(max(_PLANNED_RATE * square - (_PLANNED_RATE * mean) ** 2, 0.0)))


def _described(cents: np.ndarray, number: np.ndarray, drawn: np.ndarray) -> list[Stratum]:
    strata = []
    for one in range(1, len(drawn) + 1):
        held = cents[number == one]
        totals = (len(held), int(held.sum()), int(held.min()), int(held.max()))
        strata.append(Stratum(one, *totals, int(drawn[one - 1])))
    return strata
