from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.underwriting.book import BookRates, fit_book
from models.underwriting.groups import GroupRate, rate_group
from tests.models.underwriting.worlds import EXPONENTIAL, book_of_groups

SIZES = np.repeat([20, 60, 200, 600], 30)
EXPERIENCE, TRUE = book_of_groups(1, SIZES, 0.04)
BOOK = fit_book(EXPERIENCE, pooling_point=1e9)
NONE = EXPERIENCE.iloc[:0]


def own(group: int) -> pd.DataFrame:
    return EXPERIENCE[EXPERIENCE["group_id"] == f"g{group}"]


def census(group: int) -> pd.DataFrame:
    return own(group)[lambda rows: rows["period"] == "2022"][["expected_cost"]]


@cache
def rated(group: int, years: int = 400) -> GroupRate:
    return rate_group(census(group), own(group), BOOK, EXPONENTIAL, years=years)


def test_the_book_s_differences_are_found() -> None:
    assert BOOK.credibility.basis == "buhlmann_straub"
    assert BOOK.credibility.between == pytest.approx(0.04, rel=0.4)
    # Gamma members with a coefficient of variation of 2: 4 x E[expected^2] / E[expected]^2 a year, 12 times a month.
    assert BOOK.credibility.within == pytest.approx(4 * np.exp(0.36) * 12, rel=0.25)


def test_the_blend_lies_between_and_balances_to_the_book() -> None:
    rates = [rated(group) for group in range(len(SIZES))]
    for rate in rates:
        ends = sorted((rate.manual_pmpm * rate.centre, rate.experience_pmpm))
        assert ends[0] - 1e-6 <= rate.expected_pmpm <= ends[1] + 1e-6
        assert rate.lower <= rate.expected_pmpm <= rate.upper
    months = np.array([rate.member_months for rate in rates])
    blended = np.array([rate.expected_pmpm for rate in rates])
    assert np.sum(months * blended) / months.sum() == pytest.approx(BOOK.pmpm)
    assert np.sum(months * [rate.relative_risk for rate in rates]) / months.sum() == pytest.approx(1.0)


def test_error_falls_with_size_and_the_blend_beats_both() -> None:
    blended = np.array([rated(group).expected_pmpm / rated(group).manual_pmpm for group in range(len(SIZES))])
    alone = np.array([rated(group).experience_pmpm / rated(group).manual_pmpm for group in range(len(SIZES))])
    by_size = [np.sqrt(np.mean((blended - TRUE)[size == SIZES] ** 2)) for size in (20, 200, 600)]
    assert by_size[0] > by_size[1] > by_size[2]
    assert np.mean((blended - TRUE) ** 2) < 0.8 * np.mean((1.0 - TRUE) ** 2)
    assert np.mean((blended - TRUE) ** 2) < 0.8 * np.mean((alone - TRUE) ** 2)


def test_a_larger_group_has_a_narrower_interval_and_more_credibility() -> None:
    small, large = rated(0, 2_000), rated(119, 2_000)
    assert small.credibility < large.credibility
    assert (small.upper - small.lower) / small.expected_pmpm > 2 * (large.upper - large.lower) / large.expected_pmpm


def test_the_interval_holds_what_groups_cost_nine_times_in_ten() -> None:
    inside = []
    for group in range(len(SIZES)):
        rate = rated(group, 1_000)
        rng = np.random.default_rng(group)
        cost = rng.exponential(census(group)["expected_cost"].to_numpy()[None, :] * TRUE[group], (20, SIZES[group]))
        pmpm = cost.sum(1) / rate.member_months
        inside.append(np.mean((pmpm >= rate.lower) & (pmpm <= rate.upper)))
    assert np.mean(inside) == pytest.approx(0.90, abs=0.03)


def test_a_new_group_gets_its_manual_rate() -> None:
    rate = rate_group(census(3), NONE, BOOK, EXPONENTIAL)
    assert rate.credibility == 0.0
    assert rate.experience_pmpm is None
    assert rate.expected_pmpm == pytest.approx(rate.manual_pmpm * BOOK.credibility.centre)


def test_large_claims_are_pooled_and_the_book_pays_them() -> None:
    book = fit_book(EXPERIENCE, pooling_point=40_000.0)
    assert 0 < book.pooling_charge < 0.5
    assert book.credibility.within < BOOK.credibility.within
    hit = own(5).assign(allowed_amount=lambda rows: rows["allowed_amount"].where(rows.index != rows.index[0], 2e6))
    plain, struck = (rate_group(census(5), rows, book, EXPONENTIAL, years=400) for rows in (own(5), hit))
    most = 40_000.0 / plain.experience_months
    assert struck.experience_pmpm - plain.experience_pmpm <= most * 1.1
    assert plain.pooling_charge_pmpm == pytest.approx(book.pooling_charge * plain.manual_pmpm)


def test_one_period_falls_back_to_limited_fluctuation() -> None:
    book = fit_book(EXPERIENCE[EXPERIENCE["period"] == "2022"])
    assert book.credibility.basis == "limited_fluctuation"
    assert 0 < rate_group(census(0), own(0), book, EXPONENTIAL).credibility < 0.2


def test_a_book_without_exposure_and_a_group_without_members_are_refused() -> None:
    with pytest.raises(ValueError, match="build features"):
        fit_book(NONE)
    with pytest.raises(ValueError, match="census"):
        rate_group(census(0).iloc[:0], own(0), BOOK, EXPONENTIAL)


def test_saved_and_loaded_the_book_is_the_same() -> None:
    assert BookRates.load(BOOK.save()) == BOOK


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 300), st.floats(100.0, 50_000.0), st.floats(0.0, 5.0))
def test_any_group_s_rate_is_ordered(size: int, cost: float, ratio: float) -> None:
    members = pd.DataFrame({"expected_cost": np.full(size, cost)})
    experience = pd.DataFrame(
        {"period": "2022", "member_months": 12.0, "allowed_amount": cost * ratio, "expected_cost": cost},
        index=range(size),
    )
    rate = rate_group(members, experience, BOOK, EXPONENTIAL, years=400)
    assert 0.0 <= rate.credibility <= 1.0
    assert 0.0 <= rate.lower <= rate.expected_pmpm <= rate.upper
    assert [one.expected for one in rate.specific] == sorted((one.expected for one in rate.specific), reverse=True)
