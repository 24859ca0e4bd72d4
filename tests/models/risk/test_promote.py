from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from models.registry import RegisteredModel
from models.risk.promote import worth_promoting
from models.risk.train import Trained, train
from tests.models.risk.conftest import SEED, snapshot


def _champion(found: Trained, folder: Path, monkeypatch: pytest.MonkeyPatch) -> RegisteredModel:
    """A registered version whose files are those of `found`."""
    found.model.save(folder)
    monkeypatch.setattr(RegisteredModel, "folder", folder)
    return RegisteredModel("risk_cost", "1", "run", {}, {})


@pytest.fixture(scope="module")
def crude() -> Trained:
    """The manual rate alone."""
    return train(snapshot(20, 1), snapshot(20, 2), SEED)


def test_the_first_version_is_champion(trained: Trained) -> None:
    assert worth_promoting(None, trained, SEED)[0]


def test_an_equal_one_takes_over(trained: Trained, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert worth_promoting(_champion(trained, tmp_path, monkeypatch), trained, SEED)[0]


def test_a_worse_one_does_not(
    trained: Trained, crude: Trained, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    worse = replace(trained, model=crude.model)
    promoted, why = worth_promoting(_champion(trained, tmp_path, monkeypatch), worse, SEED)
    assert not promoted
    assert "stays champion" in why


def test_an_untested_one_does_not_replace_a_tested_one(
    trained: Trained, crude: Trained, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not worth_promoting(_champion(trained, tmp_path, monkeypatch), crude, SEED)[0]
