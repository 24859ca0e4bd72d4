"""Which billing providers cheat, with which scheme, since when and how much. Look-alikes never do."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sources.synthetic.claims import Claims
from sources.synthetic.providers import KIND, NAMES
from sources.synthetic.schemes import MEDICAL, PHARMACY, dme_lab_ring
from sources.synthetic.schemes.scheme import Culprits
from sources.synthetic.world import World

_FRAUDULENT = 0.095  # of billing providers
_FEWEST = 3
_RING_SIZE = 4


def choose(world: World, claims: Claims, fills: pd.DataFrame) -> dict[str, Culprits]:
    """Culprits of each scheme (by NAME), drawn among providers with some volume.

    A scheme may have none in a small book.
    """
    rng = world.settings.stream("culprits")
    volume = np.bincount(claims.headers["provider"], minlength=len(world.billing))
    volume = volume + np.bincount(fills["provider"], minlength=len(world.billing))
    special = world.billing["specialty"].to_numpy()
    free = (world.billing["look_alike"].to_numpy() == 0) & (volume >= min(25, np.median(volume)))
    chosen = {}
    counts = _counts(len(world.billing) if world.settings.fraud_intensity else 0)
    for (scheme, _), count in zip((*MEDICAL, PHARMACY), counts, strict=True):
        eligible = free & np.isin(special, [NAMES.index(name) for name in scheme.SPECIALTIES])
        pick = (
            _ring_members(eligible, special, count, rng)
            if scheme is dme_lab_ring
            else _some(eligible, volume, count, rng)
        )
        free[pick] = False
        ring = np.arange(len(pick)) // _RING_SIZE if scheme is dme_lab_ring else pick
        # A last ring of one joins the one before.
        if scheme is dme_lab_ring and len(pick) > _RING_SIZE and len(pick) % _RING_SIZE == 1:
            ring[-1] -= 1
        since = rng.integers(0, max(1, world.settings.last_day // 3), len(pick))
        share = np.clip(rng.beta(4, 4, len(pick)) * world.settings.fraud_intensity, 0.02, 0.95)
        chosen[scheme.NAME] = Culprits(pick, since, share, ring)
    return chosen


def _counts(providers: int) -> list[int]:
    """Culprits per scheme: largest remainders, in the order of the schemes."""
    shares = np.array([share for _, share in (*MEDICAL, PHARMACY)])
    if not providers:
        return [0] * len(shares)
    wanted = shares / shares.sum() * max(_FEWEST, round(_FRAUDULENT * providers))
    counts = np.floor(wanted).astype("int64")
    for position in np.argsort(counts - wanted, kind="stable")[: round(wanted.sum()) - counts.sum()]:
        counts[position] += 1
    # A ring is at least a practice and a supplier.
    ring = [scheme for scheme, _ in MEDICAL].index(dme_lab_ring)
    counts[ring] = 2 if counts[ring] == 1 else counts[ring]
    return [int(count) for count in counts]


def _some(eligible: np.ndarray, volume: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    rows = np.flatnonzero(eligible)
    if not len(rows) or not count:
        return np.zeros(0, dtype="int64")
    weight = volume[rows] ** 0.4
    return rng.choice(rows, min(count, len(rows)), replace=False, p=weight / weight.sum())


def _ring_members(eligible: np.ndarray, special: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    """Members ring by ring: an ordering practice first, then suppliers and laboratories in turn."""
    pools = {
        kind: list(rng.permutation(np.flatnonzero(eligible & (KIND[special] == kind))))
        for kind in ("practice", "supplier", "laboratory")
    }
    picked: list[int] = []
    while len(picked) < count and any(pools.values()):
        wanted = ("practice", "supplier", "laboratory", "supplier")[len(picked) % _RING_SIZE]
        pool = pools[wanted] or pools["supplier"] or pools["laboratory"] or pools["practice"]
        picked.append(int(pool.pop()))
    return np.array(picked, dtype="int64")
