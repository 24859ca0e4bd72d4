"""Scoring of a small generated book that took the whole way: delivery, canonical tables, features, models."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from catalog import TABLES
from catalog.errors import MissingTable, ModelUnavailable, NotTheSame
from jobs.check_tables import check
from jobs.publish import publish
from jobs.recipe import digest
from jobs.replay import outcome, published, replayed
from jobs.retrain import RetrainWhen
from jobs.score_claims import score_as_of
from jobs.sql import answer
from jobs.train_fraud import CLAIM_MODEL, PROVIDER_MODEL, train_as_of
from lake import AuditLog, Lake
from models.fraud.inputs import labels_of
from models.registry import Registry

pytestmark = pytest.mark.slow
WHEN = RetrainWhen.if_data_changed
Generated = tuple[Lake, date]


@pytest.fixture(scope="module")
def scored(spark: SparkSession, generated: Generated) -> Iterator[Generated]:
    """The generated lake with both models trained and both tables staged."""
    patch = pytest.MonkeyPatch()
    patch.delenv("UNDERWATCH_MLFLOW", raising=False)
    train_as_of(spark, *generated, WHEN)
    assert score_as_of(spark, *generated) == {"scored_claims": True, "scored_providers": True, "cases": True}
    yield generated
    patch.undo()


def copied(scored: Generated, folder: Path) -> Generated:
    """A lake of one's own with the same tables; MLflow's files are read where they were written."""
    lake, day = scored
    shutil.copytree(lake.root, folder / "lake")
    return Lake(str(folder / "lake")), day


def staged(spark: SparkSession, at: Generated, table: str) -> pd.DataFrame:
    lake, day = at
    found: pd.DataFrame = lake.read_staged(spark, lake.staged(table, day)).toPandas()
    return found.sort_values("fraud_rank", ignore_index=True)


@pytest.fixture(scope="module")
def claims(spark: SparkSession, scored: Generated) -> pd.DataFrame:
    return staged(spark, scored, "scored_claims")


@pytest.fixture(scope="module")
def providers(spark: SparkSession, scored: Generated) -> pd.DataFrame:
    return staged(spark, scored, "scored_providers")


@pytest.fixture(scope="module")
def features(spark: SparkSession, scored: Generated) -> pd.DataFrame:
    lake, day = scored
    found: pd.DataFrame = lake.read(spark, "claim_features", partition=day).toPandas()
    return found


def test_every_claim_is_scored_once_with_what_the_features_know_of_it(
    claims: pd.DataFrame, features: pd.DataFrame
) -> None:
    passed = ["claim_id", "claim_type", "provider_id", "member_id", "service_from", "paid_amount", "batch_id"]
    one, other = (frame[passed].sort_values("claim_id", ignore_index=True) for frame in (claims, features))
    pd.testing.assert_frame_equal(one, other)
    assert list(claims) == TABLES["scored_claims"].column_names


@pytest.mark.parametrize("table", ["claims", "providers"])
def test_ranks_are_1_to_n_and_follow_the_probability(table: str, request: pytest.FixtureRequest) -> None:
    found: pd.DataFrame = request.getfixturevalue(table)
    assert found["fraud_rank"].tolist() == list(range(1, len(found) + 1))
    said = found["fraud_probability"].dropna()
    assert said.between(0, 1).all()
    assert said.is_monotonic_decreasing


def test_each_table_says_what_its_scores_rest_on(
    scored: Generated, claims: pd.DataFrame, providers: pd.DataFrame
) -> None:
    for found, name in ((claims, CLAIM_MODEL), (providers, PROVIDER_MODEL)):
        champion = Registry(scored[0].root).champion(name)
        stamped = found[["model_name", "model_version", "run_id", "score_basis"]].drop_duplicates()
        assert stamped.to_numpy().tolist() == [[name, "1", champion.run_id, champion.tags["score_basis"]]]
        supervised = champion.tags["score_basis"] == "supervised"
        assert found["fraud_probability"].notna().eq(supervised).all()
        assert found["expected_recovery"].notna().eq(supervised).all()


def test_reasons_are_never_empty_and_the_evidence_is_the_claim_s_own(
    claims: pd.DataFrame, features: pd.DataFrame
) -> None:
    own = features.set_index("claim_id")["claim_line_ids"]
    codes = {column.code for column in TABLES["claim_features"].columns} | {"PROVIDER_SUSPECT", "NO_UNUSUAL_PATTERN"}
    for claim, reasons in zip(claims["claim_id"], claims["reasons"], strict=True):
        assert 1 <= len(reasons) <= 5
        strength = [reason["contribution"] for reason in reasons]
        assert strength == sorted(strength, reverse=True)
        for reason in reasons:
            assert reason["text"] and reason["code"] in codes
            assert len(reason["evidence"]) > 0
            assert set(reason["evidence"]) <= set(own[claim])


def test_the_lines_named_exist(spark: SparkSession, scored: Generated, claims: pd.DataFrame) -> None:
    lake, _ = scored
    known = {
        row.claim_line_id
        for table in ("claim_lines", "pharmacy_claims")
        for row in lake.read(spark, table).select("claim_line_id").collect()
    }
    named = {line for reasons in claims["reasons"] for reason in reasons for line in reason["evidence"]}
    assert named <= known


def test_every_provider_is_scored_once_with_lines_of_its_own_claims(
    spark: SparkSession, scored: Generated, claims: pd.DataFrame, providers: pd.DataFrame, features: pd.DataFrame
) -> None:
    lake, day = scored
    known = lake.read(spark, "provider_features", partition=day).select("provider_id").toPandas()["provider_id"]
    assert sorted(providers["provider_id"]) == sorted(known)
    assert list(providers) == TABLES["scored_providers"].column_names
    owner = features.explode("claim_line_ids").set_index("claim_line_ids")["provider_id"]
    for provider, reasons in zip(providers["provider_id"], providers["reasons"], strict=True):
        assert 1 <= len(reasons) <= 5
        assert {owner[line] for reason in reasons for line in reason["evidence"]} <= {provider}


def test_a_book_too_small_for_rings_publishes_no_cases(
    spark: SparkSession, scored: Generated, providers: pd.DataFrame
) -> None:
    lake, day = scored
    assert providers["case_id"].isna().all()
    (report,) = check(spark, lake, ["cases"], str(day), staged=True)
    assert (report.row_count, report.left_out) == (0, ())
    publish("cases", lake.root, str(day))
    assert answer(lake, "select count(*) from cases")[1] == [(0,)]


def test_scoring_twice_leaves_the_rows_and_their_time(
    spark: SparkSession, scored: Generated, claims: pd.DataFrame, tmp_path: Path
) -> None:
    unchanged = {"scored_claims": False, "scored_providers": False, "cases": False}
    assert score_as_of(spark, *scored) == unchanged
    pd.testing.assert_frame_equal(staged(spark, scored, "scored_claims"), claims)
    # The features are written anew with the same rows: everything is scored, and comes out the same.
    lake, day = copy = copied(scored, tmp_path)
    lake.overwrite(lake.read(spark, "claim_features", partition=day).localCheckpoint(), "claim_features", day)
    assert score_as_of(spark, lake, day) == unchanged
    pd.testing.assert_frame_equal(staged(spark, copy, "scored_claims"), claims)


def test_what_is_made_of_the_same_is_not_scored_again(
    spark: SparkSession, scored: Generated, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    lake, day = copied(scored, tmp_path)
    assert not any(score_as_of(spark, lake, day).values())
    said = "".join(capfd.readouterr())
    assert "nothing that scores are made of has changed" in said
    assert "scoring claims" not in said
    for file in lake.staged("cases", day).files:
        Path(lake.path("cases"), file).unlink()
    assert score_as_of(spark, lake, day)["cases"]


def test_without_investigations_the_basis_is_unsupervised(
    spark: SparkSession, scored: Generated, claims: pd.DataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("UNDERWATCH_MLFLOW", raising=False)
    source, day = Path(scored[0].root), scored[1]
    for table in ("claim_features", "provider_features", "neighbour_features", "care_graph"):
        shutil.copytree(source / "tables" / table, tmp_path / "tables" / table)
    bare = Lake(str(tmp_path)), day
    train_as_of(spark, *bare, WHEN)
    score_as_of(spark, *bare)
    found = staged(spark, bare, "scored_claims")
    assert sorted(found["claim_id"]) == sorted(claims["claim_id"])
    assert set(found["score_basis"]) == {"unsupervised"}
    assert found["fraud_probability"].isna().all()
    assert found["fraud_rank"].tolist() == list(range(1, len(found) + 1))
    assert found["reasons"].map(len).min() >= 1


def test_confirmed_claims_come_before_unfounded_ones(
    spark: SparkSession, scored: Generated, claims: pd.DataFrame
) -> None:
    known = scored[0].read(spark, "investigations").where("target_type = 'claim'").toPandas()
    judged = claims.merge(labels_of(known), left_on="claim_id", right_on="target_id")
    middle = judged.groupby("confirmed")["fraud_rank"].median()
    assert middle[1] < middle[0]


def test_scoring_without_a_model_names_the_mend(
    spark: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("UNDERWATCH_MLFLOW", raising=False)
    with pytest.raises(ModelUnavailable, match="underwatch train-fraud"):
        score_as_of(spark, Lake(str(tmp_path)), date(2025, 12, 31))


@pytest.mark.parametrize("table", ["claims", "providers"])
def test_recovery_ranks_follow_what_is_expected_to_come_back(table: str, request: pytest.FixtureRequest) -> None:
    found: pd.DataFrame = request.getfixturevalue(table)
    assert found["recovery_share"].between(0, 1).all()
    if found["score_basis"].iloc[0] == "unsupervised":
        assert found[["recovery_rank", "expected_recovery"]].isna().all(axis=None)
        return
    ranked = found.sort_values("recovery_rank")
    assert ranked["recovery_rank"].tolist() == list(range(1, len(found) + 1))
    assert ranked["expected_recovery"].is_monotonic_decreasing
    at_stake = found["paid_amount"].astype(float).clip(lower=0)
    expected = found["fraud_probability"] * found["recovery_share"] * at_stake
    assert (found["expected_recovery"].astype(float) - expected).abs().max() < 0.006


def test_the_share_that_comes_back_is_learnt_from_confirmed_claims(
    spark: SparkSession, scored: Generated, claims: pd.DataFrame
) -> None:
    known = scored[0].read(spark, "investigations").where("target_type = 'claim'").toPandas()
    back = known[(known["outcome"] == "confirmed")].merge(claims, left_on="target_id", right_on="claim_id")
    assert set(claims["recovery_basis"]) == {"investigations" if len(back) else "assumed"}
    # The generated book gets back half of what a confirmed claim was paid; wrong outcomes and cents move it a little.
    if len(back):
        assert claims["recovery_share"].between(0.4, 0.6).all()


def test_published_scores_come_out_again_after_tables_and_champions_moved_on(
    spark: SparkSession, scored: Generated, tmp_path: Path
) -> None:
    lake, day = copied(scored, tmp_path)
    registry = Registry(lake.root)
    for table in ("scored_claims", "scored_providers"):
        lake.commit(lake.staged(table, day), run="publish")
    was = published(lake, "scored_claims")[0]
    assert was.recipe.tables["claim_features"] == lake.version("claim_features")
    assert was.recipe.model_versions == {CLAIM_MODEL: "1", PROVIDER_MODEL: "1"}

    half = lake.read(spark, "claim_features", partition=day).where("claim_id < 'm'").localCheckpoint()
    lake.overwrite(half, "claim_features", day)
    for name in (CLAIM_MODEL, PROVIDER_MODEL):
        registry.drop_alias(name, "champion")
    before = lake.versions(list(TABLES))
    asked = [*published(lake, was.recipe.models[PROVIDER_MODEL]["run_id"]), was]
    assert [each.table for each in asked] == ["scored_providers", "scored_claims"]
    for each, result in replayed(spark, lake, asked, Lake(str(tmp_path / "again"))):
        assert result.identical, (each.table, result)
        assert result.published == result.again > 0
    assert lake.versions(list(TABLES)) == before

    # Someone changes a published amount by hand, and keeps what it says of how it was made.
    rows = lake.read(spark, "scored_claims", partition=day)
    raised = F.when(F.col("fraud_rank") == 1, F.col("paid_amount") + 5).otherwise(F.col("paid_amount"))
    text = was.recipe.to_json()
    lake.commit(lake.stage(rows.withColumn("paid_amount", raised), "scored_claims", day, text), run="publish")
    changed, former = (published(lake, "scored_claims", version=at)[0] for at in (None, was.version))
    found = replayed(spark, lake, [changed, former], Lake(str(tmp_path / "once more")))
    assert [result.identical for _, result in found] == [False, True]
    assert found[0][1].differing == {"paid_amount": (1, 5.0)}
    assert outcome(found[0][1]) == "paid_amount differs in 1 rows (by 5 at most)"


def test_a_version_that_says_not_or_falsely_how_it_was_made_is_not_replayed(
    spark: SparkSession, scored: Generated, tmp_path: Path
) -> None:
    shutil.copytree(Path(scored[0].root) / "tables" / "claim_features", tmp_path / "tables" / "claim_features")
    lake, day = Lake(str(tmp_path)), str(scored[1])
    with pytest.raises(MissingTable, match="no run of published rows"):
        published(lake, "0123abc")
    rows = scored[0].read_staged(spark, scored[0].staged("scored_claims", day)).limit(3).localCheckpoint()
    lake.commit(lake.stage(rows, "scored_claims", day))
    with pytest.raises(NotTheSame, match="without saying how"):
        published(lake, "scored_claims")
    text = scored[0].staged("scored_claims", day).recipe
    version = lake.commit(lake.stage(rows, "scored_claims", day, text.replace('"capacity": 0.05', '"capacity": 0.5')))
    said = {"version": version, "recipe_sha256": digest(text)}
    AuditLog(lake.root).append(actor="ana", action="publish", subject="scored_claims", details=said)
    with pytest.raises(NotTheSame, match="not what the audit log knows"):
        published(lake, "scored_claims")
