"""The Tuva input layer, by its older and newer names, as CSV and as Parquet."""

# ruff: noqa: E501  rows of a specification read as a table

from __future__ import annotations

import csv
from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyspark.sql import SparkSession

from sources.tokens import TokenKey
from tests.sources.delivered import Taken, cells, csv_text, opened, taken

ELIGIBILITY = """
person_id gender birth_date enrollment_start_date enrollment_end_date payer_type state    death_date data_source
P1        female 1950-04-01 2023-01-01            2023-12-31          medicare   Colorado -          a
P1        female 1950-04-01 2024-01-01            2024-06-30          medicare   Colorado 2024-06-30 a
P2        other  -          2023-01-01            2023-12-31          commercial tx       -          a
P3        male   1980-01-01 2023-05-01            2023-04-01          commercial TX       -          a
"""
MEDICAL = """
claim_id claim_line_number claim_type    person_id claim_start_date claim_end_date claim_line_start_date paid_amount charge_amount bill_type_code drg_code revenue_center_code hcpcs_code billing_npi facility_npi rendering_npi paid_date  diagnosis_code_type diagnosis_code_1 diagnosis_code_2
C1       1                 institutional P1        2023-02-01       2023-02-04     -                     900.005     1000.00       111            45       120                 -          -           1000000004   1000000012    2023-03-01 icd-10-cm           i25.10           E119
C2       1                 professional  P2        2023-03-01       2023-03-01     2023-03-01            -           80.00         -              -        -                   99213      -           -            1000000020    -          -                   -                -
C3       1                 institutional P1        2023-04-01       2023-04-01     -                     50.00       60.00         138            -        0450                99283      1000000038  -            -             -          icd-10-cm           R51              -
C3       1                 institutional P1        2023-04-01       2023-04-01     -                     50.00       60.00         138            -        0450                99283      1000000038  -            -             -          icd-10-cm           R51              -
C4       1                 professional  P9        2023-03-01       2023-03-01     -                     5.00        80.00         -              -        -                   99213      -           -            1000000020    -          -                   -                -
C5       1                 professional  P2        2023-02-30       2023-03-01     -                     5.00        80.00         -              -        -                   99213      -           -            1000000020    -          -                   -                -
"""
FILLS = """
claim_id claim_line_number person_id dispensing_date ndc_code      paid_amount quantity days_supply
P1-9     1                 P1        2023-05-01      00002-1433-80 12.50       30       30
P1-9     2                 P1        2023-05-01      00002143381   1.00        -        -
"""


def write(folder: Path, spec: str, name: str) -> None:
    rows = cells(spec)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(csv_text(list(rows[0]), rows))


@pytest.fixture(scope="module")
def delivery(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tuva")
    write(folder, ELIGIBILITY, "eligibility.csv")
    write(folder, MEDICAL.replace("person_id", "patient_id").replace("drg_code", "ms_drg_code"), "medical_claim.csv")
    fills = cells(FILLS)
    columns = {name: [row[name] or None for row in fills] for name in fills[0]}
    columns |= {"paid_amount": [12.5, 1.0], "dispensing_date": [date(2023, 5, 1)] * 2, "claim_line_number": [1, 2]}
    pq.write_table(pa.table(columns), folder / "pharmacy_claim.parquet")
    return folder


@pytest.fixture(scope="module")
def read(spark: SparkSession, delivery: Path) -> Taken:
    return taken(spark, opened("tuva", delivery, delivery / "scratch"))


def test_rows_that_cannot_be_used_say_why(read: Taken) -> None:
    assert read.reasons("eligibility.csv") == {5: "bad_date"}
    assert read.reasons("medical_claim.csv") == {5: "duplicate_claim_line", 6: "unknown_member", 7: "bad_date"}


def test_a_stay_is_told_by_its_type_of_bill(read: Taken) -> None:
    lines = {row["claim_id"]: row for row in read.tables["claim_lines"]}
    stay = lines["C1"]
    assert (stay["claim_type"], stay["drg_code"], stay["revenue_center_code"]) == ("inpatient", "045", "0120")
    assert (stay["provider_id"], stay["physician_id"]) == ("1000000004", "1000000012")
    assert (stay["paid_amount"], stay["known_date"]) == (Decimal("900.01"), date(2023, 3, 1))
    assert stay["diagnosis_codes"] == ["I2510", "E119"]
    assert (lines["C3"]["claim_type"], lines["C3"]["claim_frequency_code"]) == ("outpatient", "8")


def test_who_renders_bills_where_nobody_else_is_named_and_no_payment_is_none(read: Taken) -> None:
    visit = next(row for row in read.tables["claim_lines"] if row["claim_id"] == "C2")
    assert (visit["claim_type"], visit["provider_id"], visit["paid_amount"]) == (
        "professional",
        "1000000020",
        Decimal(0),
    )
    assert visit["known_date"] == date(2023, 3, 1)
    kinds = {row["provider_id"]: row["provider_kind"] for row in read.tables["providers"]}
    assert kinds["1000000020"] == "practice"


def test_people_are_described_by_their_latest_span(read: Taken) -> None:
    members = {row["member_id"]: row for row in read.tables["members"]}
    assert (members["P1"]["death_date"], members["P1"]["state"]) == (date(2024, 6, 30), "CO")
    assert (members["P2"]["gender"], members["P2"]["birth_date"], members["P2"]["state"]) == ("unknown", None, "TX")
    markets = Counter(row["market"] for row in read.tables["eligibility"])
    assert markets == {"medicare": 2, "large_group": 1}


def test_fills_of_a_parquet_file_keep_their_values(read: Taken) -> None:
    fills = {row["claim_id"]: row for row in read.tables["pharmacy_claims"]}
    assert (fills["P1-9"]["ndc_code"], fills["P1-9"]["paid_amount"]) == ("00002143380", Decimal("12.50"))
    assert (fills["P1-9.2"]["row_number"], fills["P1-9.2"]["days_supply"]) == (2, None)


def test_with_a_key_no_table_names_a_person_not_even_in_claim_ids(spark: SparkSession, delivery: Path) -> None:
    key = TokenKey(b"a key of tests, thirty-two bytes!")
    found = taken(spark, opened("tuva", delivery, delivery / "scratch"), key=key)
    assert {row["claim_id"] for row in found.tables["pharmacy_claims"]} == {
        f"{key.token('P1')}-9",
        f"{key.token('P1')}-9.2",
    }
    texts = str(found.tables)
    assert not any(f"'{person}" in texts for person in ("P1", "P2", "P3", "P9"))


@pytest.mark.shared_data
def test_the_public_demo_arrives_whole(spark: SparkSession, shared_data: Path, tmp_path: Path) -> None:
    found = taken(spark, opened("tuva", shared_data / "tuva", tmp_path))
    with (shared_data / "tuva" / "medical_claim.csv").open() as stream:
        rows = list(csv.DictReader(stream))
    lines = found.tables["claim_lines"]
    assert found.tables["rejected_rows"] == []
    assert len(lines) == len(rows) == 6075
    assert sum(row["paid_amount"] for row in lines) == sum(Decimal(row["paid_amount"] or "0") for row in rows)
    assert len(found.tables["members"]) == 100
