"""When a new version scores, and when the champion stays."""

from __future__ import annotations

import pytest

from models.fraud.promote import worth_promoting
from models.registry import RegisteredModel


@pytest.fixture
def intact(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(RegisteredModel, "intact", True)


def champion(basis: str = "supervised", **metrics: float) -> RegisteredModel:
    return RegisteredModel("fraud_claim", "3", "run", {"score_basis": basis}, metrics)


def test_the_first_version_is_champion() -> None:
    assert worth_promoting(None, "unsupervised", {}) == (True, "first version: champion")


@pytest.mark.usefixtures("intact")
@pytest.mark.parametrize(
    ("ap", "promoted"),
    [(0.61, True), (0.50, True), (0.45, True), (0.44, False)],
    ids=["better", "equal", "as low", "worse"],
)
def test_it_must_not_fall_below_the_champion_s_interval(ap: float, promoted: bool) -> None:
    found, why = worth_promoting(champion(oof_ap=0.5, oof_ap_lower=0.45), "supervised", {"oof_ap": ap})
    assert found is promoted
    assert f"{ap:.3f}" in why and "0.450" in why
    assert why.endswith(": champion" if promoted else "fraud_claim version 3 stays")


@pytest.mark.usefixtures("intact")
@pytest.mark.parametrize(("basis", "promoted"), [("unsupervised", True), ("supervised", False)])
def test_one_without_labels_replaces_only_its_like(basis: str, promoted: bool) -> None:
    assert worth_promoting(champion(basis), "unsupervised", {})[0] is promoted


@pytest.mark.usefixtures("intact")
def test_labels_beat_a_champion_that_was_never_measured() -> None:
    assert worth_promoting(champion("unsupervised"), "supervised", {"oof_ap": 0.1})[0]


def test_a_damaged_champion_does_not_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(RegisteredModel, "intact", False)
    promoted, why = worth_promoting(champion(oof_ap_lower=0.9), "unsupervised", {})
    assert promoted and "damaged" in why
