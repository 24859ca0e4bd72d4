"""The whole main job as a user runs it: a real Airflow and real Spark, from a delivery to published tables."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from jobs.checked import check_run, kept_results
from jobs.quote_sample import SAMPLE
from jobs.sql import connect
from lake import Lake
from models.registry import CHAMPION, Registry
from tests.end_to_end.main_job import needs_airflow, one, rows, succeeded, underwatch_run
from tests.privacy.scan import scan

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

PUBLISHED = ("scored_claims", "scored_providers", "cases", "risk_predictions")


@dataclass(frozen=True)
class Book:
    """A delivery, the lake it was run into, and what the first run printed."""

    delivery: Path
    lake: Path
    said: str


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Book:
    folder = tmp_path_factory.mktemp("generated")
    delivery, lake = folder / "delivery", folder / "lake"
    options = [f"--delivery={delivery}", f"--lake={lake}", "--members=900", "--months=30", "--seed=3"]
    return Book(delivery, lake, succeeded(underwatch_run(folder, *options)))


@needs_airflow
class TestGeneratedBook:
    def test_the_summary_tells_what_was_read_checked_learnt_and_published(self, generated: Book) -> None:
        for words in ("accepted", "rejected", "fraud_provider", "risk_cost", "to open first", "Predicted cost", "sql"):
            assert words in generated.said
        assert re.search(r"Done in \d+:\d\d; peak memory", generated.said)

    def test_every_accepted_claim_is_scored_once(self, generated: Book) -> None:
        accepted = one(
            generated.lake,
            """select count(distinct claim_id) from
               (select claim_id, claim_version, claim_frequency_code from claim_lines
                union all select claim_id, claim_version, claim_frequency_code from pharmacy_claims)
               where claim_id not in (select claim_id from claim_lines where claim_frequency_code = '8')
                 and claim_id not in (select claim_id from pharmacy_claims where claim_frequency_code = '8')""",
        )
        assert one(generated.lake, "select count(*) from scored_claims") == accepted
        assert one(generated.lake, "select count(distinct claim_id) from scored_claims") == accepted

    def test_no_score_goes_without_reasons_and_a_registered_version(self, generated: Book) -> None:
        registry = Registry(str(generated.lake))
        for table in PUBLISHED:
            assert one(generated.lake, f"select count(*) from {table} where len(reasons) = 0 or run_id is null") == (0,)
            names = connect(Lake(str(generated.lake))).sql(f"select distinct model_name, model_version from {table}")
            for name, version in names.fetchall():
                champion = registry.aliased(name, CHAMPION)
                assert champion is not None
                assert champion.version == version

    def test_a_quote_through_the_inbox_is_the_same_as_the_main_job_s_sample(
        self, generated: Book, tmp_path: Path
    ) -> None:
        """The group of the sample asked for once more, as a file; both were checked before readers saw them."""
        kept = "select group_id, expected_pmpm, lower, upper from underwriting_quotes where request_id = ?"
        lake = Lake(str(generated.lake))
        group, *sample = connect(lake).execute(kept, [SAMPLE]).fetchall()[0]
        asked = {"market": "large_group", "purpose": "renewal", "requested_by": "an underwriter", "group_id": group}
        (tmp_path / "renewal.json").write_text(json.dumps(asked))
        command = ["answer-requests", f"--inbox={tmp_path}", f"--lake={lake.root}"]
        done = subprocess.run([sys.executable, "-m", "jobs.cli", *command], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr[-2000:]
        (answered,) = json.loads((tmp_path / "done" / "renewal.json.answer.json").read_text())
        assert [answered[name] for name in ("expected_pmpm", "lower", "upper")] == pytest.approx(sample)
        assert answered["refused_reason"] is None and answered["reasons"]
        for request in (SAMPLE, answered["request_id"]):
            (members, quote) = (
                kept_results(lake, check_run(table, request, lake.staged(table, request)))
                for table in ("underwriting_members", "underwriting_quotes")
            )
            assert {status for _, status in members + quote} == {"passed"}
            assert connect(lake).execute(kept, [request]).fetchall() == [(group, *sample)]

    def test_no_member_is_named_anywhere(self, generated: Book) -> None:
        """Lake, Data Docs, MLflow, Airflow's logs and database, and what the command printed."""
        said = generated.lake.parent / "said.txt"
        said.write_text(generated.said)
        members = duckdb.sql(f"select member_id from read_csv('{generated.delivery}/members.csv')").fetchall()
        names = [str(member) for (member,) in members[::20]]
        assert len(names) > 40
        places = [generated.lake, generated.lake / "mlflow", generated.lake.parent / "airflow", said]
        assert scan(places, names) == []

    def test_nothing_keeps_running(self, generated: Book) -> None:
        found = subprocess.run(["ps", "-eo", "args", "eww"], capture_output=True, text=True, check=True).stdout
        assert not [line for line in found.splitlines() if str(generated.lake.parent / "airflow") in line]

    def test_running_it_again_leaves_the_same_rows(self, generated: Book) -> None:
        before = {table: rows(generated.lake, table) for table in PUBLISHED}
        folder, options = generated.lake.parent, [f"--delivery={generated.delivery}", f"--lake={generated.lake}"]
        succeeded(underwatch_run(folder, *options, "--members=900", "--months=30", "--seed=3"))
        for table in PUBLISHED:
            assert rows(generated.lake, table) == before[table]

    def test_a_damaged_file_is_named_and_readers_keep_what_they_had(self, generated: Book, tmp_path: Path) -> None:
        before = {table: Lake(str(generated.lake)).version(table) for table in PUBLISHED}
        damaged = tmp_path / generated.delivery.name
        shutil.copytree(generated.delivery, damaged)
        claims = next(damaged.glob("claim_lines*.csv"))
        claims.write_bytes(claims.read_bytes()[: claims.stat().st_size // 2])
        done = underwatch_run(tmp_path, f"--delivery={damaged}", f"--lake={generated.lake}", "--source=canonical")
        assert done.returncode == 3, done.stdout[-2000:]
        assert claims.name in done.stdout + done.stderr
        assert {table: Lake(str(generated.lake)).version(table) for table in PUBLISHED} == before
