from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from models.risk.manual import fit_manual


def test_small_cells_lean_on_the_book_and_unknown_ones_are_the_book() -> None:
    frame = pd.DataFrame({"age_band": ["18-34"] * 50 + ["85+"], "sex_male": [1.0] * 51})
    cost = np.array([100.0] * 50 + [5200.0])
    manual = fit_manual(frame, cost, np.ones(51))
    assert manual.book == pytest.approx(200.0)
    young, old = manual.predict(frame)[[0, 50]]
    assert young == pytest.approx((50 * 100 + 50 * 200) / 100)
    assert old == pytest.approx((5200 + 50 * 200) / 51)
    assert manual.predict(pd.DataFrame({"age_band": ["0-17"], "sex_male": [np.nan]}))[0] == pytest.approx(200.0)
