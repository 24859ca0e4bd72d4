"""The sample interchanges, as they are, end to end into a lake. Figures are counted apart from our reader."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest
from pyspark.sql import SparkSession

from jobs import ingest_claims as job
from jobs.sql import connect
from lake import Lake

pytestmark = [pytest.mark.slow, pytest.mark.shared_data]


@pytest.fixture(scope="module")
def lake(spark: SparkSession, shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> duckdb.DuckDBPyConnection:
    @contextmanager
    def shared(_app: str, _master: str) -> Iterator[SparkSession]:
        yield spark

    root = str(tmp_path_factory.mktemp("public") / "lake")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(job, "spark_session", shared)
        job.ingest_claims("x12", shared_data / "x12", root, "edi", 0.05, master="local[2]")
    return connect(Lake(root))


def counted(folder: Path, segment: str) -> dict[str, int]:
    """How often a segment begins in each file, by its text alone."""
    texts = {path.name: path.read_text() for path in folder.glob("*.txt")}
    return {name: len(re.findall(rf"(?:^|[~_])\s*{segment}[*~]", text)) for name, text in texts.items()}


def test_every_claim_and_enrolment_is_accounted(lake: duckdb.DuckDBPyConnection, shared_data: Path) -> None:
    claims, people = counted(shared_data / "x12", "CLM"), counted(shared_data / "x12", "INS")
    read = lake.sql("select file_name, rows_read, rows_accepted + rows_rejected from delivery_audit").fetchall()
    expected = {name: claims[name] + people[name] for name in claims}
    assert {name: rows for name, rows, _ in read} == expected
    assert {name: rows for name, _, rows in read} == expected


def test_only_the_damaged_files_and_true_duplicates_are_rejected(lake: duckdb.DuckDBPyConnection) -> None:
    faults = lake.sql(
        """select file_name, row_number, reason, detail like '%segment 9%' or detail like 'ISA is%' from rejected_rows
           where reason <> 'duplicate_claim_line' order by 1, 2"""
    ).fetchall()
    assert faults == [
        ("x12_bad_first_line.txt", 22, "bad_envelope", True),
        ("x12_bad_first_line.txt", 31, "bad_envelope", True),
        ("x12_segment_errors.txt", 21, "missing_segment", True),
    ]


def test_a_duplicate_has_the_number_of_a_claim_that_is_kept(lake: duckdb.DuckDBPyConnection, shared_data: Path) -> None:
    folder = shared_data / "x12"
    repeated = lake.sql(
        "select file_name, row_number from rejected_rows where reason = 'duplicate_claim_line'"
    ).fetchall()
    kept = {row[0].split("-")[1] for row in lake.sql("select distinct claim_id from claim_lines").fetchall()}
    for name, number in repeated:
        text = (folder / name).read_text()
        segments = [part.strip() for part in text.split(text[105]) if part.strip()]
        assert segments[number - 1].split(text[3])[1] in kept


def test_charges_are_those_of_the_lines(lake: duckdb.DuckDBPyConnection, shared_data: Path) -> None:
    for path in sorted((shared_data / "x12").glob("sample_837_*.txt")):
        charged = re.findall(r"SV1\*[^*]*\*([0-9.]+)", path.read_text())
        (read,) = lake.sql(f"select charge_read from delivery_audit where file_name = '{path.name}'").fetchall()[0]
        assert float(read) == pytest.approx(sum(map(float, charged)))


def test_members_of_claims_and_coverage_are_in_members(lake: duckdb.DuckDBPyConnection) -> None:
    for table in ("claim_lines", "eligibility"):
        strangers = f"select count(*) from {table} where member_id not in (select member_id from members)"
        assert lake.sql(strangers).fetchall() == [(0,)]
    assert (
        lake.sql("select count(*) from members where starts_with(member_id, 'm-')").fetchall()
        == lake.sql("select count(*) from members").fetchall()
    )
