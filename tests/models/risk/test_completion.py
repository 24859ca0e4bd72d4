from __future__ import annotations

import numpy as np
import pytest

from models.risk.completion import develop

# Taylor and Ashe (1983), cumulative, as in Mack (1993), table 1.
_TAYLOR_ASHE = """
357848 1124788 1735330 2218270 2745596 3319994 3466336 3606286 3833515 3901463
352118 1236139 2170033 3353322 3799067 4120063 4647867 4914039 5339085
290507 1292306 2218525 3235179 3985995 4132918 4628910 4909315
310608 1418858 2195047 3757447 4029929 4381982 4588268
443160 1136350 2128333 2897821 3402672 3873311
396132 1333217 2180715 2985752 3691712
440832 1288463 2419861 3483130
359480 1421128 2864498
376686 1363294
344014
"""
# Reserve and standard error by period, as Mack publishes them (thousands).
_MACK = {
    1: (95, 76), 2: (470, 122), 3: (710, 134), 4: (985, 261), 5: (1419, 411), 6: (2178, 558), 7: (3920, 875),
    8: (4279, 971), 9: (4626, 1363),
}  # fmt: skip


def _triangle() -> np.ndarray:
    rows = [[float(cell) for cell in line.split()] for line in _TAYLOR_ASHE.strip().splitlines()]
    return np.array([row + [np.nan] * (10 - len(row)) for row in rows])


@pytest.mark.parametrize("period", _MACK)
def test_reserves_and_errors_are_mack_s(period: int) -> None:
    found, age = develop(_triangle()), 9 - period
    known = _triangle()[period, age]
    reserve, error = _MACK[period]
    assert found.ultimate(known, age) - known == pytest.approx(reserve * 1000, abs=500)
    assert found.standard_error(known, age) == pytest.approx(error * 1000, abs=600)


def test_the_whole_reserve_is_the_published_one() -> None:
    found, triangle = develop(_triangle()), _triangle()
    known = [triangle[period, 9 - period] for period in range(10)]
    reserve = sum(found.ultimate(cost, 9 - period) - cost for period, cost in enumerate(known))
    assert reserve == pytest.approx(18_680_856, abs=1)


def test_completion_rises_to_the_tail() -> None:
    found = develop(_triangle(), tail=1.02)
    assert (np.diff(found.completion) > 0).all()
    assert found.completion[-1] == pytest.approx(1 / 1.02)
    assert found.ultimate(100.0, 40) == pytest.approx(102.0)


def test_recent_periods_alone_teach_the_factor() -> None:
    triangle = np.array([[100.0, 900.0], [100.0, 200.0], [100.0, 220.0], [100.0, np.nan]])
    assert develop(triangle).factors[0] == pytest.approx(4.4)
    assert develop(triangle, recent=2).factors[0] == pytest.approx(2.1)


def test_a_restatement_downwards_is_a_factor_below_one() -> None:
    assert develop(np.array([[100.0, 95.0], [100.0, np.nan]])).factors[0] == pytest.approx(0.95)


def test_ages_that_no_period_shows_are_refused() -> None:
    with pytest.raises(ValueError, match="fewer ages"):
        develop(np.array([[100.0, np.nan]]))
