"""Which pairs share more than chance, on numbers that can be worked out by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import false_discovery_control, poisson

from models.cases.ties import FALSE_DISCOVERIES, LEAST_LIFT, LEAST_SHARED, ties


def pairs(*rows: tuple[str, str, int, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["left_provider_id", "right_provider_id", "shared", "expected"])


def names(found: pd.DataFrame) -> list[str]:
    return (found["left_provider_id"] + found["right_provider_id"]).tolist()


def test_a_pair_that_shares_far_more_than_chance_is_a_tie() -> None:
    found = ties(pairs(("A", "B", 20, 1.0), ("A", "C", 3, 1.0)), providers=100)
    assert names(found) == ["AB"]
    assert found["lift"].tolist() == [20.0]
    assert found["surprise"].tolist() == [pytest.approx(-np.log10(poisson.sf(19, 1.0)))]


def test_few_shared_links_are_no_tie_however_improbable() -> None:
    assert names(ties(pairs(("A", "B", LEAST_SHARED - 1, 1e-9)), providers=100)) == []


def test_large_providers_that_share_a_little_more_than_chance_are_no_tie() -> None:
    """The tail is below 1e-30, but honest referrals do that."""
    assert names(ties(pairs(("A", "B", int(LEAST_LIFT * 100) - 1, 100.0)), providers=100)) == []


def test_what_is_a_tie_among_few_providers_may_be_chance_among_many() -> None:
    one = pairs(("A", "B", 6, 0.6))
    assert names(ties(one, providers=5)) == ["AB"]
    assert names(ties(one, providers=10_000)) == []


def test_the_false_discovery_rate_is_that_of_benjamini_and_yekutieli_over_all_pairs() -> None:
    dice = np.random.default_rng(3)
    providers = 60
    tests = providers * (providers - 1) // 2
    given = pairs(*[(f"L{n:03}", f"R{n:03}", int(shared), 1.0) for n, shared in enumerate(dice.poisson(4, 300) + 1)])
    tail = np.ones(tests)  # pairs not given have p = 1
    tail[: len(given)] = poisson.sf(given["shared"] - 1, given["expected"])
    expected = false_discovery_control(tail, method="by")[: len(given)] <= FALSE_DISCOVERIES
    expected &= (given["shared"] >= max(LEAST_SHARED, LEAST_LIFT)).to_numpy()
    assert 0 < expected.sum() < len(given)
    assert names(ties(given, providers)) == names(given[expected])


def test_chance_alone_makes_no_ties() -> None:
    dice = np.random.default_rng(5)
    expected = dice.uniform(0.1, 3, 4950)
    rows = [
        (f"L{n}", f"R{n}", int(shared), rate)
        for n, (shared, rate) in enumerate(zip(dice.poisson(expected), expected, strict=True))
    ]
    assert names(ties(pairs(*rows), providers=100)) == []


def test_no_pairs_no_ties() -> None:
    assert names(ties(pairs(), providers=0)) == []
