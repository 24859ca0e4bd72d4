from __future__ import annotations

import pytest

from models.risk.rows import labelled
from models.risk.train import Snapshot, Trained, train
from tests.models.risk.book import book

SEED = 1


def snapshot(members: int, year: int) -> Snapshot:
    features, outcomes, edges = book(members, year)
    return Snapshot(labelled(features, outcomes, SEED), edges)


@pytest.fixture(scope="session")
def trained() -> Trained:
    """Learnt from 1500 members of year 1, tested on year 2."""
    return train(snapshot(1500, 1), snapshot(1500, 2), SEED)
