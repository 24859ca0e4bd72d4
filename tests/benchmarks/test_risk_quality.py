"""The contest of cost models on books small enough to count by hand, and the whole way on a made-up one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from rich.console import Console

from benchmarks.risk_features import worth
from benchmarks.risk_quality import figures
from benchmarks.risk_quality.__main__ import with_section
from benchmarks.risk_quality.contest import Contest, contest
from benchmarks.risk_quality.lake_tables import with_score
from benchmarks.risk_quality.methods import OURS, _in_proportion
from benchmarks.risk_quality.panel import Panel, rows_of
from benchmarks.risk_quality.section import section
from models.risk.model import PREDICTED
from tests.models.risk.book import book

FEATURES = ("age", "sex_male", "cost_12m", "has_diabetes")


def panel(members: int) -> Panel:
    """People whose cost follows last year's and whether they have diabetes; the second year costs twice as much."""
    rng = np.random.default_rng(1)
    frame = pd.DataFrame(
        {
            "age": rng.uniform(0, 90, members),
            "sex_male": rng.integers(0, 2, members),
            "cost_12m": rng.gamma(0.5, 8000, members),
            "has_diabetes": rng.random(members) < 0.2,
        }
    )
    expected = 0.4 * frame["cost_12m"] + 6000 * frame["has_diabetes"] + 300
    years = [rows_of(frame, level * expected * rng.lognormal(-0.5, 1.0, members), FEATURES) for level in (1.0, 2.0)]
    ids = pd.Series([f"m{row}" for row in range(members)])
    groups = pd.Series([f"g{row // 40}" for row in range(members)])
    return Panel("Made-up book", "About it.", *years, (ids, ids), groups, "employer", ("has_diabetes",))


@pytest.fixture(scope="module")
def found() -> Contest:
    return contest(panel(1500), seed=1, console=Console(quiet=True))


def test_everybody_is_unseen_once_and_on_the_same_side_of_both_years() -> None:
    made = panel(500)
    turns = [made.dealt(turn, seed=1) for turn in range(5)]
    assert (np.sum([later.side == "unseen" for _, later in turns], axis=0) == 1).all()
    assert all((earlier.side == later.side).all() for earlier, later in turns)


def test_ours_wins_where_there_is_something_to_find(found: Contest) -> None:
    scores = figures.compared(found.panel.later, found.expected, OURS, seed=1)
    others = scores.drop(index=OURS)
    assert scores.loc[OURS, "gini"] > others.loc[["book mean", "age and sex", "last year's cost"], "gini"].max()
    assert scores.loc[OURS, "ratio"] == pytest.approx(0.5, abs=0.1), "nobody could know that all costs double"
    assert scores.loc[OURS, "levelled_r2_capped_250k"] > scores.loc[OURS, "r2_capped_250k"]
    assert (others["beats_gini_lower"] <= others["beats_gini_upper"]).all()
    assert scores.loc[OURS, ["beats_gini_lower", "beats_gini_upper"]].tolist() == [0.0, 0.0]
    assert found.gap < 1e-6


def test_a_feature_that_drives_the_cost_is_worth_something() -> None:
    table = worth(panel(400), ("age", "sex_male", "has_diabetes"), seed=1, console=Console(quiet=True))
    gini = table.set_index("figure").loc["Gini"]
    assert gini["members"] == 400
    assert gini["whole"] - gini["fewer"] > 0 and gini["lower"] > 0, "last year's cost was left out"


def test_segments_count_ratio_and_coverage() -> None:
    made = panel(4)
    rows = made.later.take(np.ones(4, bool))
    said = pd.DataFrame(0.0, index=range(4), columns=list(PREDICTED)).assign(
        expected_cost=rows.cost * [1.0, 1.0, 2.0, 2.0], expected_cost_upper=rows.cost * [1.0, 0.5, 1.0, 1.0]
    )
    table = figures.by_segment(rows, said, pd.Series(["a", "a", "b", "b"]), seed=1).set_index("segment")
    assert table["members"].tolist() == [2, 2]
    assert table["ratio"].tolist() == pytest.approx([1.0, 2.0])
    assert table["coverage"].tolist() == pytest.approx([0.5, 1.0])
    assert np.average(1 / table["levelled"]) > 1.0 > table.loc["a", "levelled"]


def test_categories_are_held_against_what_each_cost() -> None:
    made = panel(200).later
    rows = replace(made, parts=made.cost[:, None] * np.array([0.5, 0.25, 0.125, 0.125]))
    table = figures.by_category(rows, 2 * made.cost, np.tile([0.25, 0.25, 0.25, 0.25], (200, 1)), seed=1)
    ratios = table.set_index("category")["ratio"]
    assert ratios.tolist() == pytest.approx([1.0, 2.0, 4.0, 4.0])
    assert table.set_index("category")["r2"]["inpatient"] == pytest.approx(1.0)


def test_groups_stand_in_the_band_of_their_size() -> None:
    made = panel(90)  # groups of 40, 40 and 10
    said = pd.DataFrame(dict.fromkeys(PREDICTED, made.later.cost))
    table = figures.by_group_size(made.later, said, made.groups, seed=1)
    assert table["segment"].tolist() == ["10-24", "25-49"]
    assert (table["groups"].tolist(), table["error"].tolist()) == ([1, 2], [0.0, 0.0])


def test_the_section_says_where_ours_is_ahead(found: Contest, tmp_path: Path) -> None:
    text = section(found, 1, tmp_path / "risk-quality", tmp_path)
    assert "Gini: " in text and "of the best baseline" in text
    assert text.count("of 10 tenths have predicted/actual") == 2, "the later year and the same year"
    for picture in ("lift", "calibration"):
        assert (tmp_path / f"risk-quality/made-up-book-{picture}.png").stat().st_size > 5000


def test_a_new_run_takes_the_place_of_its_own_section() -> None:
    document = with_section(with_section("", "RAND", "old"), "Generated book", "book")
    again = with_section(document, "RAND", "new")
    assert "old" not in again and again.index("## Generated book") < again.index("## RAND")


def test_the_rand_experiment_follows_people_from_year_to_year() -> None:
    pytest.importorskip("statsmodels")
    from benchmarks.risk_quality.rand import rand_panel

    made = rand_panel()
    assert made.member_ids[1].is_unique
    assert (len(made.earlier), len(made.later)) == (8609, 5620)
    assert not made.later.frame["cost_12m"].isna().any()


def test_the_beneficiary_panel_predicts_the_following_year() -> None:
    from benchmarks.risk_quality.beneficiaries import beneficiary_panel

    folder = Path(__file__).parents[2].parent / "shared/data/desynpuf"
    if not folder.is_dir():
        pytest.skip("DE-SynPUF is not beside the checkout")
    made = beneficiary_panel(folder)
    both = pd.Series(made.earlier.cost, made.member_ids[0].to_numpy()).to_frame("next").join(
        pd.Series(made.later.frame["cost_12m"].to_numpy(), made.member_ids[1].to_numpy()).rename("this"), how="inner"
    )  # fmt: skip
    assert len(both) > 9000
    assert np.allclose(both["next"], both["this"]), "what is predicted from 2008 is what 2009 is told by"


def test_the_hcc_baseline_reads_a_score_that_no_model_reads() -> None:
    features, outcomes, _ = book(200, 1)
    rows = with_score(features.assign(hcc_score=features["cost_12m"] / 1000), outcomes, seed=1)
    assert "hcc_score" not in rows.features
    said = _in_proportion(rows.learning, "hcc_score")(rows.learning.frame)
    assert np.sum(rows.learning.weight * said) == pytest.approx(np.sum(rows.learning.weight * rows.learning.cost))
    assert np.corrcoef(said, rows.learning.frame["cost_12m"])[0, 1] == pytest.approx(1.0)
