"""The public provider-fraud files: labels are investigations, listed providers are there, claims keep their dollars."""

# ruff: noqa: E501  rows of a specification read as a table

from __future__ import annotations

import csv
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from sources.provider_fraud import PROVIDER_FRAUD
from tests.sources.delivered import Taken, cells, csv_text, opened, taken

FILES = {
    "Train-1.csv": """
Provider PotentialFraud
P1       Yes
P2       No
P3       Maybe
""",
    "Test-2.csv": """
Provider
P9
P8
""",
    "Train_Beneficiarydata-1.csv": """
BeneID DOB        DOD        Gender State NoOfMonths_PartACov NoOfMonths_PartBCov
B1     1943-01-01 NA         1      39    12                  12
B2     1936-09-01 2009-06-10 2      5     12                  10
""",
    "Test_Beneficiarydata-2.csv": """
BeneID DOB        DOD        Gender State NoOfMonths_PartACov NoOfMonths_PartBCov
B1     1943-01-01 NA         1      39    12                  12
""",
    "Train_Inpatientdata-1.csv": """
BeneID ClaimID ClaimStartDt ClaimEndDt Provider InscClaimAmtReimbursed AttendingPhysician DeductibleAmtPaid AdmissionDt DischargeDt DiagnosisGroupCode ClmDiagnosisCode_1 ClmDiagnosisCode_2
B1     C1      2009-04-12   2009-04-18 P1       26000                  D1                 1068              2009-04-12  2009-04-18  20                 1970               4019
B2     C2      2009-04-12   2009-04-10 P1       26000                  D1                 1068              2009-04-12  2009-04-18  201                NA                 NA
""",
    "Test_Outpatientdata-2.csv": """
BeneID ClaimID ClaimStartDt ClaimEndDt Provider InscClaimAmtReimbursed AttendingPhysician DeductibleAmtPaid ClmDiagnosisCode_1
B1     C3      2009-06-02   2009-06-02 P9       30                     NA                 0                 V5832
B7     C4      2009-06-02   2009-06-02 P9       30                     D2                 0                 NA
""",
}  # fmt: skip


@pytest.fixture(scope="module")
def read(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Taken:
    folder = tmp_path_factory.mktemp("provider_fraud")
    for name, spec in FILES.items():
        kind = PROVIDER_FRAUD.kind_of(name)
        assert kind is not None
        (folder / name).write_text(csv_text(kind.columns, cells(spec)))
    return taken(spark, opened("provider_fraud", folder, folder / "scratch"))


def test_rows_that_cannot_be_used_say_why(read: Taken) -> None:
    assert read.reasons("Train-1.csv") == {4: "bad_value"}
    assert read.reasons("Train_Inpatientdata-1.csv") == {3: "bad_date"}
    assert read.reasons("Test_Outpatientdata-2.csv") == {3: "unknown_member"}


def test_a_label_is_an_investigation_decided_at_the_end_of_the_year(read: Taken) -> None:
    found = {row["target_id"]: row for row in read.tables["investigations"]}
    assert {name: row["outcome"] for name, row in found.items()} == {"P1": "confirmed", "P2": "unfounded"}
    assert (found["P1"]["selection"], found["P1"]["known_date"]) == ("unknown", date(2009, 12, 31))


def test_listed_providers_are_there_with_or_without_claims(read: Taken) -> None:
    providers = {row["provider_id"]: (row["provider_kind"], row["file_name"]) for row in read.tables["providers"]}
    assert providers == {
        "P1": ("facility", "Train_Inpatientdata-1.csv"),
        "P9": ("facility", "Test-2.csv"),
        "P8": ("facility", "Test-2.csv"),
        "D1": ("physician", "Train_Inpatientdata-1.csv"),
    }


def test_a_claim_is_one_line_and_keeps_its_dollars(read: Taken) -> None:
    lines = {row["claim_id"]: row for row in read.tables["claim_lines"]}
    assert set(lines) == {"C1", "C3"}
    stay = lines["C1"]
    assert (stay["paid_amount"], stay["allowed_amount"], stay["charge_amount"]) == (
        Decimal(26000),
        Decimal(27068),
        None,
    )
    assert (stay["claim_type"], stay["drg_code"], stay["diagnosis_codes"]) == ("inpatient", "020", ["1970", "4019"])
    assert lines["C3"]["physician_id"] is None


def test_a_person_of_both_deliveries_is_one_member_whose_claims_are_incomplete(read: Taken) -> None:
    members = {row["member_id"]: row for row in read.tables["members"]}
    assert set(members) == {"B1", "B2"}
    assert (members["B1"]["gender"], members["B1"]["state"]) == ("male", "PA")
    spans = {row["member_id"]: row for row in read.tables["eligibility"]}
    assert spans["B2"]["enrollment_end_date"] == date(2009, 6, 30)
    assert not any(row["claims_complete"] for row in spans.values())


@pytest.mark.shared_data
@pytest.mark.slow
def test_the_public_files_arrive_whole(spark: SparkSession, shared_data: Path, tmp_path: Path) -> None:
    folder = shared_data / "provider_fraud"
    found = taken(spark, opened("provider_fraud", folder, tmp_path))
    dollars, count = Decimal(0), 0
    for path in [*folder.glob("*_Inpatientdata-*"), *folder.glob("*_Outpatientdata-*")]:
        with path.open() as stream:
            paid = [Decimal(row["InscClaimAmtReimbursed"]) for row in csv.DictReader(stream)]
        dollars, count = dollars + sum(paid), count + len(paid)
    lines = found.tables["claim_lines"]
    assert found.tables["rejected_rows"] == []
    assert (len(lines), sum(row["paid_amount"] for row in lines)) == (count, dollars)
    assert len(found.tables["investigations"]) == 4307
    assert len({row["provider_id"] for row in lines}) == 3445
