"""Codes of staged claims that are not valid on their days of service, counted."""

from __future__ import annotations

from decimal import Decimal

import pytest
from pyspark.sql import DataFrame, SparkSession

from catalog import TABLES
from sources.code_findings import CodeFinding, code_findings, findings_frame, rows_by_finding

COLUMNS = (
    "claim_id string, claim_type string, service_from date, service_through date, discharge_date date, "
    "hcpcs_code string, place_of_service_code string, revenue_center_code string, drg_code string, "
    "diagnosis_code_type string, diagnosis_codes array<string>, paid_amount decimal(14,2), file_name string, "
    "row_number bigint"
)
# claim type from through discharge hcpcs place revenue drg icd diagnoses paid
LINES = """
a professional 2021-12-31 2021-12-31 -          99213  10 -    -   icd-10-cm E119|E11      10
a professional 2022-01-01 2022-01-01 -          99213  10 -    -   icd-10-cm E119|E11      20
b professional 2024-02-01 2024-02-01 -          JANEDOE 11 -   -   icd-10-cm 25000         5
c inpatient    2015-09-20 2015-10-04 2015-10-04 -      -  0120 470 icd-10-cm E119          100
d inpatient    2023-09-28 2023-10-02 -          -      -  0120 247 icd-10-cm E119          900
e outpatient   2024-03-01 2024-03-09 -          AAA00  -  0022 -   -         E119          7
"""


def _lines(spark: SparkSession, text: str) -> DataFrame:
    names = "claim type day through discharge hcpcs place revenue drg icd diagnoses paid".split()
    rows = [dict(zip(names, line.split(), strict=True)) for line in text.strip().splitlines()]
    cells = [
        (*["null" if row[n] == "-" else f"'{row[n]}'" for n in names[:-2]],
         "array(" + ", ".join(f"'{code}'" for code in row["diagnoses"].split("|")) + ")", row["paid"], "'f.csv'", at)
        for at, row in enumerate(rows, 2)
    ]  # fmt: skip
    values = ", ".join("(" + ", ".join(map(str, row)) + ")" for row in cells)
    columns = [column.split(" ", 1) for column in COLUMNS.split(", ")]
    cast = ", ".join(f"cast(col{at} as {kind}) as {name}" for at, (name, kind) in enumerate(columns, 1))
    return spark.sql(f"select {cast} from values {values}")


@pytest.fixture(scope="module")
def found(spark: SparkSession) -> list[CodeFinding]:
    fills = spark.sql(
        "select 'f' as claim_id, date'2024-01-01' as dispensing_date, ndc_code, 3.00BD as paid_amount,"
        " 'g.csv' as file_name, 9L as row_number from values ('00001000101'), ('123456789') as t(ndc_code)"
    )
    return code_findings({"claim_lines": _lines(spark, LINES), "pharmacy_claims": fills})


def test_what_is_wrong_is_counted(found: list[CodeFinding]) -> None:
    assert {(f.column_name, f.code, f.finding): (f.row_count, f.claim_count, f.paid_amount) for f in found} == {
        ("diagnosis_codes", "E11", "incomplete"): (2, 1, Decimal("30.00")),
        ("diagnosis_codes", "25000", "wrong_system"): (1, 1, Decimal("5.00")),
        ("place_of_service_code", "10", "not_yet_effective"): (1, 1, Decimal("10.00")),
        ("drg_code", "247", "expired"): (1, 1, Decimal("900.00")),
        ("hcpcs_code", "(7 characters)", "unknown"): (1, 1, Decimal("5.00")),
        ("ndc_code", "(9 characters)", "unknown"): (1, 1, Decimal("3.00")),
    }
    assert found[0].code == "E11"


def test_shares_are_of_all_codes_of_the_column(found: list[CodeFinding]) -> None:
    shares = {f.finding: f.finding_share for f in found if f.column_name == "diagnosis_codes"}
    assert shares == {"incomplete": 2 / 8, "wrong_system": 1 / 8}
    assert {f.finding_share for f in found if f.column_name == "ndc_code"} == {1 / 2}


def test_a_finding_says_where_it_stands(spark: SparkSession, found: list[CodeFinding]) -> None:
    early = next(f for f in found if f.column_name == "place_of_service_code")
    assert (early.file_name, early.row_number, str(early.first_service)) == ("f.csv", 2, "2021-12-31")
    frame = findings_frame(spark, "tuva", "june", found)
    assert frame.columns == TABLES["code_findings"].column_names
    assert rows_by_finding(found)["icd-10-cm"] == {"incomplete": 2, "wrong_system": 1}


def test_no_claims_no_findings(spark: SparkSession) -> None:
    assert code_findings({}) == []
    assert code_findings({"claim_lines": _lines(spark, LINES).where("false")}) == []
    assert rows_by_finding([]) == {}
