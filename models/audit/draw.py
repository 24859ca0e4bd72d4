"""The draw: from each stratum, the claims whose hash with the seed is smallest.

A hash gives every claim of a stratum the same chance (simple random sampling with permanent random numbers, Ohlsson
1995), and anyone can check a draw with a SHA-256 tool. A random generator's numbers may change with its library.
"""

from __future__ import annotations

import hashlib

import numpy as np

from models.audit.strata import Stratum


def draw(claim_ids: list[str], number: np.ndarray, strata: list[Stratum], seed: int) -> np.ndarray:
    """Positions of the drawn claims, by stratum and claim_id. `number` is the stratum of each claim."""
    key = np.array([_key(claim, seed) for claim in claim_ids], dtype=object)
    found = []
    for stratum in strata:
        held = np.flatnonzero(number == stratum.number)
        first = sorted(held, key=lambda position: key[position])[: stratum.drawn]
        found.extend(sorted(first, key=lambda position: claim_ids[position]))
    return np.array(found, dtype=np.int64)


def frame_hash(claim_ids: list[str], cents: np.ndarray) -> str:
    """SHA-256 over the lines `claim_id,cents`, in the order given: names the frame that a sample is of."""
    digest = hashlib.sha256()
    for claim, paid in zip(claim_ids, cents.tolist(), strict=True):
        digest.update(f"{claim},{paid}\n".encode())
    return digest.hexdigest()


def _key(claim: str, seed: int) -> str:
    return hashlib.sha256(f"{seed}:{claim}".encode()).hexdigest()
