"""The whole main job as a user runs it: a real Airflow and real Spark, from a delivery to published tables."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from jobs.sql import connect
from lake import Lake
from tests.privacy.scan import scan

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

HOME = Path(__file__).resolve().parents[2]
AIRFLOW = Path(os.environ.get("UNDERWATCH_AIRFLOW", HOME / ".venv-airflow")) / "bin" / "airflow"
needs_airflow = pytest.mark.skipif(not AIRFLOW.exists(), reason="Airflow is not installed; run `make setup`")
PUBLISHED = ("scored_claims", "scored_providers", "cases", "risk_predictions")


@dataclass(frozen=True)
class Book:
    """A delivery, the lake it was run into, and what the first run printed."""

    delivery: Path
    lake: Path
    said: str


def underwatch_run(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "jobs.cli", "run", f"--airflow-runs={folder / 'airflow'}", *options]
    return subprocess.run(command, cwd=HOME, capture_output=True, text=True, check=False)


def succeeded(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 0, f"{done.stdout[-4000:]}\n{done.stderr[-4000:]}"
    return done.stdout


def rows(lake: Path, table: str) -> list[tuple[object, ...]]:
    return connect(Lake(str(lake))).sql(f"select * from {table} order by all").fetchall()


def one(lake: Path, query: str) -> tuple[object, ...]:
    (row,) = connect(Lake(str(lake))).sql(query).fetchall()
    return row


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
        from models.registry import CHAMPION, Registry

        registry = Registry(str(generated.lake))
        for table in PUBLISHED:
            assert one(generated.lake, f"select count(*) from {table} where len(reasons) = 0 or run_id is null") == (0,)
            names = connect(Lake(str(generated.lake))).sql(f"select distinct model_name, model_version from {table}")
            for name, version in names.fetchall():
                champion = registry.aliased(name, CHAMPION)
                assert champion is not None
                assert champion.version == version

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


@needs_airflow
@pytest.mark.shared_data
def test_the_public_medicare_files_as_downloaded(shared_data: Path, tmp_path: Path) -> None:
    files, lake = shared_data / "desynpuf", tmp_path / "lake"
    said = succeeded(underwatch_run(tmp_path, "--source=desynpuf", f"--delivery={files}", f"--lake={lake}"))
    assert "no probability of fraud" in said
    pattern = f"{files}/*_Claims_*.csv"
    delivered = duckdb.sql(
        f"""select count(distinct CLM_ID) + (select count(distinct PDE_ID) from '{files}/*Prescription_Drug*.csv')
            from read_csv('{pattern}', union_by_name = true, all_varchar = true)"""
    ).fetchall()[0][0]
    # One outpatient row continues a claim whose first part is not in the public file.
    (rejected,) = one(lake, "select count(*) from rejected_rows where table_name in ('claim_lines', 'pharmacy_claims')")
    assert one(lake, "select count(*), count(distinct claim_id) from scored_claims") == (delivered - rejected,) * 2
    assert rejected == 1
    assert one(lake, "select distinct score_basis from scored_claims") == ("unsupervised",)
    assert one(lake, "select count(fraud_probability) from scored_claims") == (0,)
    assert one(lake, "select count(*) > 0 from risk_predictions") == (True,)
