"""Publishing: only what was checked and not stopped, all tables or none."""

from __future__ import annotations

import shutil

import pytest
from pyspark.sql import SparkSession

from catalog.errors import CheckStopped, MissingTable
from jobs.check_tables import check
from jobs.checked import check_run
from jobs.publish import publish
from jobs.sql import answer
from lake import AuditLog, Lake
from tests.expectations.rows import AS_OF, rows

TABLES = "scored_claims,scored_providers"


def _stage(spark: SparkSession, lake: Lake, claim: str, **change: str) -> None:
    """Both score tables, staged; `change` spoils the claim."""
    lake.stage(rows(spark, "scored_claims", {"claim_id": f"'{claim}'"} | change), "scored_claims", AS_OF)
    lake.stage(rows(spark, "scored_providers", {"run_id": f"'{claim}'"}), "scored_providers", AS_OF)


def _pass(spark: SparkSession, lake: Lake, *tables: str, status: str = "passed") -> None:
    """Note a check of what is staged, without running it."""
    for table in tables:
        run = check_run(table, AS_OF, lake.staged(table, AS_OF))
        result = {"check_run": f"'{run}'", "check_name": "'a check'", "status": f"'{status}'", "on_fail": "'STOP'"}
        lake.overwrite(rows(spark, "check_results", result), "check_results", run)


def _published(lake: Lake) -> tuple[object, object]:
    """The claim and the provider's run that readers see."""
    _, [(claim, run)] = answer(lake, "select claim_id, scored_providers.run_id from scored_claims, scored_providers")
    return claim, run


@pytest.fixture(scope="module")
def template(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """c1 is published, c2 is staged."""
    lake = Lake(str(tmp_path_factory.mktemp("published") / "lake"))
    _stage(spark, lake, "c1")
    _pass(spark, lake, "scored_claims", "scored_providers")
    publish(TABLES, lake.root, AS_OF)
    assert _published(lake) == ("c1", "c1")
    _stage(spark, lake, "c2")
    return lake


@pytest.fixture
def published(template: Lake, lake: Lake) -> Lake:
    """A copy of that lake."""
    shutil.copytree(template.root, lake.root)
    return lake


def test_checked_rows_replace_what_readers_see(spark: SparkSession, published: Lake) -> None:
    check(spark, published, TABLES.split(","), AS_OF, staged=True)
    for _ in range(2):  # a retry changes nothing
        publish(TABLES, published.root, AS_OF)
        assert _published(published) == ("c2", "c2")
        assert published.version("scored_claims") == 1


def test_who_published_what_is_in_the_audit_log(
    spark: SparkSession, published: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UNDERWATCH_ACTOR", "nightly")
    before = list(AuditLog(published.root).entries())
    with pytest.raises(CheckStopped):
        publish(TABLES, published.root, AS_OF)  # never checked: nothing is published, and nothing said to be
    assert list(AuditLog(published.root).entries()) == before
    _pass(spark, published, "scored_claims", "scored_providers")
    publish(TABLES, published.root, AS_OF)
    made = list(AuditLog(published.root).entries())[len(before) :]
    assert [(one.actor, one.action, one.subject) for one in made] == [
        ("nightly", "publish", "scored_claims"),
        ("nightly", "publish", "scored_providers"),
    ]
    for one in made:
        staged = published.staged(one.subject, AS_OF)
        assert one.details == {
            "as_of": AS_OF,
            "version": published.version(one.subject),
            "content": staged.content,
        }
    assert AuditLog(published.root).verify() is None


def test_rows_never_checked_are_not_published(published: Lake) -> None:
    with pytest.raises(CheckStopped, match="these rows were never checked; run `underwatch check-tables --staged"):
        publish(TABLES, published.root, AS_OF)
    assert _published(published) == ("c1", "c1")


def test_rows_staged_again_after_their_check_are_not_published(spark: SparkSession, published: Lake) -> None:
    _pass(spark, published, "scored_claims", "scored_providers")
    _stage(spark, published, "c3")
    with pytest.raises(CheckStopped, match="never checked"):
        publish(TABLES, published.root, AS_OF)
    assert _published(published) == ("c1", "c1")


def test_rows_that_stopped_are_not_published(spark: SparkSession, published: Lake) -> None:
    _stage(spark, published, "c2", fraud_probability="1.5D")
    with pytest.raises(CheckStopped, match="fraud_probability is at least 0 and at most 1"):
        check(spark, published, TABLES.split(","), AS_OF, staged=True)
    said = r"is not published, readers keep the previous version: fraud_probability is at least 0 and at most 1\. Data"
    with pytest.raises(CheckStopped, match=said):
        publish(TABLES, published.root, AS_OF)
    assert _published(published) == ("c1", "c1")


def test_one_stopped_table_holds_the_others_back(spark: SparkSession, published: Lake) -> None:
    _pass(spark, published, "scored_claims")
    _pass(spark, published, "scored_providers", status="stopped")
    with pytest.raises(CheckStopped, match="scored_providers at 2025-12-31 is not published"):
        publish(TABLES, published.root, AS_OF)
    assert _published(published) == ("c1", "c1")


def test_a_warning_is_published(spark: SparkSession, published: Lake) -> None:
    _pass(spark, published, "scored_claims", "scored_providers", status="warned")
    publish(TABLES, published.root, AS_OF)
    assert _published(published) == ("c2", "c2")


def test_the_day_left_out_is_the_last_one_known(spark: SparkSession, lake: Lake) -> None:
    with pytest.raises(MissingTable, match="holds no claims; run `underwatch ingest-claims` first"):
        publish(TABLES, lake.root)
    lake.overwrite(rows(spark, "claim_lines", {"known_date": f"date'{AS_OF}'"}, {}), "claim_lines", "june")
    _stage(spark, lake, "c1")
    _pass(spark, lake, "scored_claims", "scored_providers")
    publish(TABLES, lake.root)
    assert _published(lake) == ("c1", "c1")


def test_nothing_staged_says_what_to_do(lake: Lake) -> None:
    with pytest.raises(MissingTable, match="nothing is staged for scored_claims at 2025-12-31; run the job"):
        publish(TABLES, lake.root, AS_OF)
