from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from benchmarks.group_credibility import error, judge, planted_levels, write


def _years(sizes: list[int], seed: int = 1) -> list[pd.DataFrame]:
    """The same members of groups for three years; costs are gamma, twice as high above 50."""
    rng = np.random.default_rng(seed)
    group = np.repeat(np.arange(len(sizes)), sizes)
    old = rng.random(len(group)) < 0.5
    return [
        pd.DataFrame(
            {
                "member_id": [f"m{row}" for row in range(len(group))],
                "group_id": [f"g{one}" for one in group],
                "age_band": np.where(old, "55-64", "18-34"),
                "sex_male": 1.0,
                "months_covered": 12,
                "allowed_amount": rng.gamma(0.5, np.where(old, 8_000.0, 4_000.0) / 0.5),
            }
        )
        for _ in range(3)
    ]


YEARS = _years([15] * 40 + [60] * 30 + [200] * 20 + [500] * 8)


def test_planted_levels_are_the_same_every_year_and_of_the_stated_size() -> None:
    first, second = (planted_levels(year, 0.2, 1)["allowed_amount"] / year["allowed_amount"] for year in YEARS[:2])
    assert first.to_numpy() == pytest.approx(second.to_numpy())
    by_group = first.groupby(YEARS[0]["group_id"]).first()
    assert by_group.std() == pytest.approx(0.2, rel=0.25)
    assert planted_levels(YEARS[0], 0.0, 1) is YEARS[0]


def test_where_groups_differ_the_blend_beats_manual_and_experience_and_errs_less_for_larger_groups() -> None:
    rated, book = judge([planted_levels(year, 0.3, 1) for year in YEARS], seed=1)
    assert np.sqrt(book.credibility.between) == pytest.approx(0.3, rel=0.35)
    assert error(rated, "expected_pmpm") < min(error(rated, "manual_pmpm"), error(rated, "experience_pmpm"))
    errors = [error(rated[rated["members"] == size], "expected_pmpm") for size in (15, 60, 500)]
    assert errors == sorted(errors, reverse=True)


def test_where_groups_do_not_differ_experience_is_hardly_believed() -> None:
    rated, book = judge(YEARS, seed=1)
    assert np.sqrt(book.credibility.between) < 0.1
    assert error(rated, "expected_pmpm") == pytest.approx(error(rated, "manual_pmpm"), rel=0.1)


def test_the_document_holds_both_books(tmp_path: Path) -> None:
    write(YEARS, 0.2, 1, tmp_path / "groups.md")
    told = (tmp_path / "groups.md").read_text()
    assert "The book as generated" in told
    assert "planted with a spread of 20%" in told
    assert (tmp_path / "groups" / "error_by_size.png").stat().st_size > 5_000
