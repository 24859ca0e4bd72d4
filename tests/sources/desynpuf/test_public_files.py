"""The public DE-SynPUF files, as they are, end to end into a lake."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from pyspark.sql import SparkSession

from jobs import ingest_claims as job
from jobs.sql import connect
from lake import Lake

pytestmark = [pytest.mark.slow, pytest.mark.shared_data]

PAID = {
    "Beneficiary": "0",
    "Inpatient": "CLM_PMT_AMT::decimal(14,2)",
    "Outpatient": "CLM_PMT_AMT::decimal(14,2)",
    "Carrier": " + ".join(f"coalesce(LINE_NCH_PMT_AMT_{slot}::decimal(14,2), 0)" for slot in range(1, 14)),
    "Prescription": "TOT_RX_CST_AMT::decimal(14,2) - PTNT_PAY_AMT::decimal(14,2)",
}


@pytest.fixture(scope="module")
def lake(spark: SparkSession, shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> duckdb.DuckDBPyConnection:
    """The tables of the delivery, for SQL."""

    @contextmanager
    def shared(_app: str, _master: str) -> Iterator[SparkSession]:
        yield spark

    root = str(tmp_path_factory.mktemp("public") / "lake")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(job, "spark_session", shared)
        job.ingest_claims("desynpuf", shared_data / "desynpuf", root, "cms", 0.05, master="local[2]")
    return connect(Lake(root))


def delivered(folder: Path) -> dict[str, tuple[int, Decimal]]:
    """Rows and paid dollars of every file, counted apart from our own reader."""
    told = {}
    for path in sorted(folder.glob("*.csv")):
        paid = next(amount for part, amount in PAID.items() if part in path.name)
        query = f"select count(*), coalesce(sum({paid}), 0)::decimal(18,2) from read_csv('{path}', all_varchar = true)"
        told[path.name] = duckdb.sql(query).fetchall()[0]
    return told


def test_every_row_and_dollar_of_every_file_is_accepted_or_rejected(
    lake: duckdb.DuckDBPyConnection, shared_data: Path
) -> None:
    audits = lake.sql(
        """select file_name, rows_read, paid_read, rows_accepted + rows_rejected, paid_accepted + paid_rejected
           from delivery_audit"""
    ).fetchall()
    expected = delivered(shared_data / "desynpuf")
    assert {name: (rows, paid) for name, rows, paid, _, _ in audits} == expected
    assert {name: (rows, paid) for name, _, _, rows, paid in audits} == expected


def test_the_tables_hold_the_dollars_accepted(lake: duckdb.DuckDBPyConnection) -> None:
    written = lake.sql(
        """select file_name, count(distinct row_number), sum(paid_amount) from
           (select file_name, row_number, paid_amount from claim_lines
            union all select file_name, row_number, paid_amount from pharmacy_claims) group by 1 order by 1"""
    ).fetchall()
    audited = lake.sql(
        """select file_name, rows_accepted, paid_accepted from delivery_audit
           where table_name <> 'members' and rows_read > 0 order by 1"""
    ).fetchall()
    assert written == audited


def test_rejected_are_people_of_two_samples_and_segments_without_their_first(
    lake: duckdb.DuckDBPyConnection, shared_data: Path
) -> None:
    folder = shared_data / "desynpuf"
    people = f"read_csv('{folder}/*Beneficiary*.csv', all_varchar = true, filename = true)"
    segments = f"read_csv('{folder}/*[nt]patient*.csv', all_varchar = true, union_by_name = true)"
    repeated = f"""select count(*) - count(distinct (DESYNPUF_ID, regexp_extract(filename, 'DE1_0_([0-9]+)', 1)))
                   from {people}"""
    orphans = f"""select count(*) from {segments} where SEGMENT <> '1'
                  and CLM_ID not in (select CLM_ID from {segments} where SEGMENT = '1')"""
    expected = {
        ("members", "duplicate_beneficiary"): duckdb.sql(repeated).fetchall()[0][0],
        ("claim_lines", "missing_first_segment"): duckdb.sql(orphans).fetchall()[0][0],
    }
    found = lake.sql("select table_name, reason, count(*) from rejected_rows group by all").fetchall()
    assert {(table, reason): count for table, reason, count in found} == expected


@pytest.mark.parametrize("table", ["claim_lines", "pharmacy_claims", "members", "providers"])
def test_ids_are_unique(lake: duckdb.DuckDBPyConnection, table: str) -> None:
    key = {"members": "member_id", "providers": "provider_id"}.get(table, "claim_line_id")
    total, distinct = lake.sql(f"select count(*), count(distinct {key}) from {table}").fetchall()[0]
    assert total == distinct > 0


def test_every_claim_is_of_a_member_and_of_a_provider_of_the_tables(lake: duckdb.DuckDBPyConnection) -> None:
    strangers = """select count(*) from claim_lines
                   where member_id not in (select member_id from members)
                   or (provider_id is not null and provider_id not in (select provider_id from providers))"""
    assert lake.sql(strangers).fetchall() == [(0,)]
