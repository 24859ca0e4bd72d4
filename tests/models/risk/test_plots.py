from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from models.risk.plots import plot_actual, plot_completion, plot_deciles
from models.risk.rows import Rows
from models.risk.runout import run_out
from models.risk.train import Trained
from tests.models.risk.test_runout import SLOW, triangle


@pytest.mark.parametrize("members", [3, 40, 2000])
def test_any_number_of_members_can_be_drawn(members: int, tmp_path: Path) -> None:
    cost = np.geomspace(1, 1e6, members)
    rows = Rows(pd.DataFrame(), cost, np.ones(members), np.full(members, "unseen"))
    plot_actual(rows, cost[::-1].copy(), "unseen members").savefig(tmp_path / "actual.png")
    assert (tmp_path / "actual.png").stat().st_size > 1000


def test_deciles_are_drawn(trained: Trained, tmp_path: Path) -> None:
    plot_deciles(trained.deciles, "unseen members").savefig(tmp_path / "deciles.png")
    assert (tmp_path / "deciles.png").stat().st_size > 1000


def test_completion_is_drawn(tmp_path: Path) -> None:
    found = run_out(triangle(inpatient=SLOW))
    assert found is not None
    plot_completion(found.table()).savefig(tmp_path / "completion.png")
    assert (tmp_path / "completion.png").stat().st_size > 1000
