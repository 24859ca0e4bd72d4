from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from models.risk.fair import Fairness, assess
from models.risk.promote import worth_promoting
from models.risk.rows import FEATURES, labelled, traits_of
from models.risk.train import Snapshot, Trained, train
from tests.models.risk.book import book
from tests.models.risk.conftest import SEED

PLANTED = "provider_count"


def planted(members: int, year: int) -> Snapshot:
    """A book where men cost three times as much and a feature says little but who is one."""
    features, outcomes, _ = book(members, year)
    male = features["sex_male"].to_numpy()
    told = np.random.default_rng(year).normal(6 * male, 1.5)
    costlier = outcomes.assign(allowed_amount=outcomes["allowed_amount"] * (1 + 2 * male))
    return Snapshot(labelled(features.assign(**{PLANTED: told}), costlier, SEED))


@pytest.fixture(scope="module")
def with_proxy() -> Trained:
    return train(planted(2500, 1), planted(2500, 2), SEED)


def test_every_member_is_in_one_group_of_each_trait(trained: Trained) -> None:
    members = trained.fairness.groups.groupby("trait")["members"].sum()
    assert members.to_dict() == {"age_band": 1500, "sex": 1500}, "all members of the later year"


def test_a_fair_model_has_no_faults(trained: Trained) -> None:
    assert trained.fairness.faults == []


def test_a_planted_proxy_is_found_and_fails_the_gate(with_proxy: Trained) -> None:
    assert [(one.feature, one.trait) for one in with_proxy.fairness.proxies] == [(PLANTED, "sex")]
    promoted, why = worth_promoting(None, with_proxy, SEED)
    assert not promoted
    assert f"{PLANTED} stands in for sex" in why
    assert "--without" in why, "the reason names the mend"


def test_what_a_model_without_the_stand_in_would_lose_is_told(with_proxy: Trained) -> None:
    assert list(with_proxy.alternatives["without"]) == ["", PLANTED]
    assert (with_proxy.alternatives["loss"] > 0).all()
    assert any(note.startswith(f"without {PLANTED}: deviance") for note in with_proxy.notes)


def test_a_group_priced_wrongly_fails_the_gate(trained: Trained) -> None:
    """Predicting half of what women cost."""
    assert trained.test is not None
    rows = trained.test.rows
    women = rows.frame["sex_male"].to_numpy() == 0
    expected = np.where(women, 0.4, 1.0) * rows.cost + 1.0
    found = assess(rows, expected, np.zeros((len(rows), len(FEATURES))), FEATURES, SEED)
    sexes = [fault for fault in found.faults if fault.startswith("sex ")]
    assert [fault.split(" (")[0] for fault in sexes] == ["sex female", "sex male"], "each beside the other"
    assert "is predicted at 0.4" in sexes[0]
    assert not worth_promoting(None, _with(trained, found), SEED)[0]


def test_sex_that_nobody_told_is_a_group_of_its_own() -> None:
    frame = pd.DataFrame({"sex_male": [1.0, 0.0, np.nan], "age_band": ["0-17", "85+", "unknown"]})
    assert {trait: list(groups) for trait, groups in traits_of(frame).items()} == {
        "sex": ["male", "female", "unknown"],
        "age_band": ["0-17", "85+", "unknown"],
    }


def _with(trained: Trained, fairness: Fairness) -> Trained:
    return replace(trained, fairness=fairness)
