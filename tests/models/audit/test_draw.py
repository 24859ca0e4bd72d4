"""The draw: the same from the same seed, whatever the order, and every claim with the same chance."""

from __future__ import annotations

import hashlib

import numpy as np

from models.audit.draw import draw, frame_hash
from models.audit.strata import Stratum, stratify

IDS = [f"c{claim:03}" for claim in range(200)]
CENTS = np.array([100 + claim for claim in range(200)])


def _drawn(ids: list[str], cents: np.ndarray, seed: int) -> list[str]:
    number, strata = stratify(cents, 40)
    return [ids[place] for place in draw(ids, number, strata, seed)]


def test_the_same_seed_draws_the_same_claims_whatever_their_order() -> None:
    shuffled = np.random.default_rng(3).permutation(200)
    again = _drawn([IDS[place] for place in shuffled], CENTS[shuffled], 7)
    assert _drawn(IDS, CENTS, 7) == again
    assert _drawn(IDS, CENTS, 8) != again


def test_the_claims_with_the_smallest_hashes_are_drawn() -> None:
    ids = ["a", "b", "c", "d"]
    by_hand = sorted(ids, key=lambda claim: hashlib.sha256(f"7:{claim}".encode()).hexdigest())[:2]
    one = Stratum(1, 4, 400, 100, 100, 2)
    assert [ids[place] for place in draw(ids, np.ones(4), [one], 7)] == sorted(by_hand)


def test_a_claim_that_joins_a_stratum_moves_at_most_one_other() -> None:
    one = Stratum(1, 200, 0, 0, 0, 40)
    before = {IDS[place] for place in draw(IDS, np.ones(200), [one], 7)}
    ids = [*IDS, "new"]
    after = {ids[place] for place in draw(ids, np.ones(201), [one], 7)}
    assert len(before - after) <= 1


def test_every_claim_has_the_same_chance() -> None:
    one, times = Stratum(1, 200, 0, 0, 0, 40), np.zeros(200)
    for seed in range(1000):
        times[draw(IDS, np.ones(200), [one], seed)] += 1
    # 200 of 1,000 each; the sum of squares has 199 degrees of freedom less the fixed size's share.
    chi_square = ((times - 200) ** 2 / (1000 * 0.2 * 0.8)).sum()
    assert 130 < chi_square < 280


def test_the_frame_hash_names_claims_and_amounts() -> None:
    assert frame_hash(["a", "b"], np.array([1, 2])) == hashlib.sha256(b"a,1\nb,2\n").hexdigest()
    assert frame_hash(["a", "b"], np.array([2, 1])) != frame_hash(["a", "b"], np.array([1, 2]))
