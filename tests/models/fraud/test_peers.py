from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from models.fraud.peers import MIN_PEERS, Peers, fit_peers

NAMES = ["amount", "constant", "gap"]
MANY = MIN_PEERS + 1
GROUPS = pd.Series(["clinic"] * MANY + ["lab"] * MANY + ["rare"] * 3)


def amounts() -> np.ndarray:
    """Clinics bill 0..20 around 10, laboratories 1000..1020; nobody knows the gap of a laboratory."""
    amount = np.r_[np.arange(MANY), 1000 + np.arange(MANY), 5000, 6000, 7000].astype(float)
    gap = np.where(GROUPS == "lab", np.nan, amount)
    return np.column_stack([amount, np.full(len(amount), 7.0), gap])


@pytest.fixture(scope="module")
def peers() -> Peers:
    return fit_peers(NAMES, amounts(), GROUPS)


def test_each_group_is_measured_with_its_own_median_and_spread(peers: Peers) -> None:
    assert peers.groups == ("clinic", "lab")
    assert peers.expected(pd.Series(["clinic", "lab"]))[:, 0].tolist() == [10, 1010]
    # Distances from the median are 0, 1, 1, ..., 10, 10: their median is 5.
    away = peers.deviations(
        np.array([[10 + 5 * 1.4826, 7, 10], [1010 - 10 * 1.4826, 7, 10]]), pd.Series(["clinic", "lab"])
    )
    assert away[:, 0] == pytest.approx([1, -2])


def test_a_small_or_unknown_group_is_compared_with_the_whole_book(peers: Peers) -> None:
    book = np.median(amounts()[:, 0])
    assert peers.expected(pd.Series(["rare", "never seen"]))[:, 0].tolist() == [book, book]


def test_what_does_not_vary_is_measured_with_one(peers: Peers) -> None:
    away = peers.deviations(np.array([[10, 7.0, 0], [10, 9.0, 0]]), pd.Series(["clinic", "clinic"]))
    assert away[:, 1].tolist() == [0, 2]


def test_a_feature_unknown_in_a_group_has_the_book_s_median_and_missing_values_stay_missing(peers: Peers) -> None:
    known = amounts()[:, 2]
    assert peers.expected(pd.Series(["lab"]))[0, 2] == np.median(known[~np.isnan(known)])
    assert np.isnan(peers.deviations(np.array([[1010, 7, np.nan]]), pd.Series(["lab"]))[0, 2])
    assert np.isfinite(peers.scale).all() and (peers.scale > 0).all()


def test_peers_are_known_whatever_the_frame_s_index_and_memory_order(peers: Peers) -> None:
    shuffled = np.random.default_rng(1).permutation(len(GROUPS))
    values = np.asfortranarray(amounts()[shuffled])
    again = fit_peers(NAMES, values, GROUPS.iloc[shuffled])
    assert np.array_equal(again.median, peers.median)
    assert np.array_equal(again.scale, peers.scale)


def test_saved_peers_come_back_bit_for_bit(peers: Peers, tmp_path: Path) -> None:
    peers.save(tmp_path)
    again = Peers.load(tmp_path)
    assert (again.features, again.groups) == (peers.features, peers.groups)
    assert np.array_equal(again.median, peers.median) and np.array_equal(again.scale, peers.scale)
