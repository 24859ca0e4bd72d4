"""Costs of past years at the level of the coming one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.risk.train import Snapshot, train
from models.risk.trend import observed_trend, trended
from tests.models.risk.conftest import SEED, snapshot


def test_cost_and_its_categories_rise_by_the_trend_of_each_year() -> None:
    rows = replace(snapshot(30, 1).rows, parts=np.ones((30, 4)))
    raised = trended(rows, 0.1, 2)
    assert raised.cost == pytest.approx(rows.cost * 1.21)
    assert raised.parts == pytest.approx(np.full((30, 4), 1.21))
    assert trended(rows, 0.0, 2) is rows


def test_an_older_book_is_no_trend() -> None:
    rows = replace(snapshot(30, 1).rows, cost=np.full(30, 100.0))
    dearer = replace(rows, cost=rows.cost * 1.5)
    assert observed_trend(rows, dearer, np.full(30, 100.0), np.full(30, 150.0)) == pytest.approx(0.0)
    assert observed_trend(rows, dearer, np.full(30, 100.0), np.full(30, 100.0)) == pytest.approx(0.5)
    assert np.isnan(observed_trend(replace(rows, cost=np.zeros(30)), dearer, np.ones(30), np.ones(30)))


def test_the_model_predicts_at_the_coming_year_s_level_and_says_what_the_book_showed() -> None:
    """The same people, ten per cent dearer in the later year, and told so."""
    earlier = snapshot(400, 1).rows
    later = replace(earlier, cost=earlier.cost * 1.1, parts=None if earlier.parts is None else earlier.parts * 1.1)
    told = [Snapshot(trended(rows, 0.1, years), None, annual_trend=0.1) for rows, years in ((earlier, 2), (later, 1))]
    found = train(told[0], told[1], SEED)
    assert found.metrics["observed_trend"] == pytest.approx(0.1)
    assert found.annual_trend == 0.1
    level = found.model.manual.book / train(Snapshot(earlier), Snapshot(later), SEED).model.manual.book
    assert level == pytest.approx(1.21)
    assert any("10.0% a year" in note and "moved by 10.0%" in note for note in found.notes)
