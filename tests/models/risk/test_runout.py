"""Completion of a year from a lag triangle whose answer is known."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from features.months import months_from
from models.risk.rows import CATEGORIES
from models.risk.runout import ALL, completed, cumulative, matured, run_out
from tests.models.risk.conftest import snapshot

AS_OF = date(2024, 12, 31)
SLOW = [0.5, 0.3, 0.2]
"""Shares of a service month's cost that become known in its own month, a month and two months later."""
SLOW_YEAR = (0.5 + 0.8 + 10) / 12


def triangle(months: int = 30, noise: float = 0.0, as_of: date = AS_OF, **shares: list[float]) -> pd.DataFrame:
    """Every month costs 1,000,000 in each category; its cost becomes known by these shares, or at once."""
    rng = np.random.default_rng(1)
    rows = [
        (as_of, kind, months_from(as_of, -ago), lag, 1e6 * share * np.exp(rng.normal(0, noise)))
        for kind in CATEGORIES
        for ago in range(months)
        for lag, share in enumerate(shares.get(kind, [1.0]))
        if lag <= ago
    ]
    return pd.DataFrame(rows, columns=["as_of", "claim_type", "service_month_end", "lag_months", "allowed_amount"])


def test_what_is_not_known_yet_is_no_zero() -> None:
    known = cumulative(triangle(3, inpatient=SLOW).query("claim_type == 'inpatient'"))
    assert known == pytest.approx(np.array([[5e5, 8e5, 1e6], [5e5, 8e5, np.nan], [5e5, np.nan, np.nan]]), nan_ok=True)


def test_a_year_is_completed_by_the_lags_of_its_months() -> None:
    found = run_out(triangle(inpatient=SLOW))
    assert found is not None
    assert found.share("inpatient") == pytest.approx(SLOW_YEAR)
    assert found.share("pharmacy") == 1.0
    assert found.share(ALL) == pytest.approx((SLOW_YEAR + 3) / 4, abs=1e-3)
    assert found.share("inpatient", first_lag=12) == 1.0, "a year later all is known"


def test_a_category_that_cannot_tell_its_own_is_completed_like_all_claims() -> None:
    noisy = triangle(inpatient=[1 / 12] * 12, noise=2.0).query("claim_type == 'inpatient'")
    others = triangle().query("claim_type != 'inpatient'").assign(allowed_amount=5e8)
    found = run_out(pd.concat([noisy, others]))
    assert found is not None
    assert "inpatient" not in found.developments
    assert found.share("inpatient") == found.share(ALL)


def test_less_than_a_year_of_months_tells_nothing() -> None:
    assert run_out(triangle(12)) is None
    assert run_out(triangle(0)) is None


def test_matured_costs_are_what_they_will_be() -> None:
    rows = snapshot(30, 1).rows
    half = replace(rows, cost=np.full(30, 400.0), parts=np.tile([100.0, 300.0, 0.0, 0.0], (30, 1)))
    raised, share = matured(half, run_out(triangle(inpatient=SLOW)))
    assert raised.parts is not None
    assert raised.parts[:, 0] == pytest.approx(100 / SLOW_YEAR)
    assert raised.cost == pytest.approx(raised.parts.sum(axis=1))
    assert share == pytest.approx(400 / (300 + 100 / SLOW_YEAR))
    assert matured(rows, None) == (rows, None)


def test_members_whose_parts_are_unknown_are_completed_like_all_claims() -> None:
    rows, found = replace(snapshot(30, 1).rows, parts=None), run_out(triangle(inpatient=SLOW))
    assert found is not None
    raised, share = matured(rows, found)
    assert share == found.share(ALL)
    assert raised.cost == pytest.approx(rows.cost / found.share(ALL))


def test_a_group_s_past_year_is_completed_by_its_own_kind_of_claims_and_months() -> None:
    """Hospital stays are told late. Who left after October has no month left to wait for, nor has a year-old year."""
    found = run_out(triangle(inpatient=SLOW))
    year = pd.DataFrame(
        [
            ("stays to the end", 12, 600.0, 600.0, 0.0),
            ("left after October", 10, 600.0, 600.0, 0.0),
            ("drugs alone", 12, 600.0, 0.0, 600.0),
            ("half and half", 12, 1200.0, 600.0, 600.0),
            ("told in total alone", 12, 600.0, np.nan, np.nan),
        ],
        columns=["who", "months_covered", "allowed_amount", "allowed_inpatient", "allowed_pharmacy"],
    ).assign(allowed_outpatient=0.0, allowed_professional=0.0)
    whole = (SLOW_YEAR + 3) / 4
    assert completed(year, found) == pytest.approx(
        [600 / SLOW_YEAR, 600.0, 600.0, 600 + 600 / SLOW_YEAR, 600 / whole], rel=1e-3
    )
    assert completed(year, found, first_lag=12) == pytest.approx(year["allowed_amount"])
    assert completed(year, None) == pytest.approx(year["allowed_amount"])
