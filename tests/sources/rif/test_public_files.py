"""The Synthea-made files, as they are: every row and dollar, counted apart from our own reader."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from sources.reconcile import FileAudit, reconcile
from sources.tokens import TokenKey
from tests.sources.delivered import Taken, opened, taken

pytestmark = [pytest.mark.slow, pytest.mark.shared_data]

ZERO = Decimal("0.00")


@pytest.fixture(scope="module")
def public(spark: SparkSession, shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Taken]:
    delivery = opened("rif", shared_data / "rif", tmp_path_factory.mktemp("unpacked"))
    made = taken(spark, delivery, key=TokenKey.new())
    yield made
    made.close()


@pytest.fixture(scope="module")
def audits(public: Taken) -> dict[str, FileAudit]:
    return {audit.file_name: audit for audit in reconcile(public.intake, public.frames)}


def rows_of(path: Path) -> Iterator[dict[str, str]]:
    with path.open(newline="") as stream:
        yield from csv.DictReader(stream, delimiter="|")


def paid(path: Path) -> Decimal:
    """Payments of the claims' headers, each claim once; Medicare's share of fills."""
    claims: dict[str, Decimal] = {}
    for row in rows_of(path):
        if path.stem == "pde":
            claims[row["PDE_ID"]] = Decimal(row["CVRD_D_PLAN_PD_AMT"]) + Decimal(row["LICS_AMT"])
        elif "CLM_ID" in row:
            claims[row["CLM_ID"]] = Decimal(row["CLM_PMT_AMT"])
    return sum(claims.values(), start=ZERO)


def test_every_row_and_dollar_is_accepted(audits: dict[str, FileAudit], shared_data: Path) -> None:
    expected = {
        path.name: (sum(1 for _ in rows_of(path)), paid(path))
        for path in (shared_data / "rif").glob("*.csv")
        if path.stem not in ("beneficiary_history", "export_summary")
    }
    # Carrier and DME are summed from their lines, and the header's totals say the same.
    assert {name: (audit.accepted.rows, audit.accepted.paid) for name, audit in audits.items()} == expected
    assert all(audit.rejected.rows == 0 for audit in audits.values())


def test_charges_are_those_of_the_headers(audits: dict[str, FileAudit], shared_data: Path) -> None:
    for name in ("inpatient", "snf", "hospice", "hha", "outpatient", "carrier"):
        column = "NCH_CARR_CLM_SBMTD_CHRG_AMT" if name == "carrier" else "CLM_TOT_CHRG_AMT"
        claims = {row["CLM_ID"]: Decimal(row[column]) for row in rows_of(shared_data / "rif" / f"{name}.csv")}
        assert audits[f"{name}.csv"].accepted.charge == sum(claims.values()), name


def test_claims_keep_their_number(public: Taken, shared_data: Path) -> None:
    found = defaultdict(set)
    for row in public.tables["claim_lines"]:
        found[row["file_name"]].add(row["claim_id"])
    for name, claims in found.items():
        assert len(claims) == len({row["CLM_ID"] for row in rows_of(shared_data / "rif" / name)}), name


def test_covered_months_are_those_indicated_or_counted(public: Taken, shared_data: Path) -> None:
    def months(coverage: str) -> int:
        return sum(
            row["enrollment_end_date"].month - row["enrollment_start_date"].month + 1
            for row in public.tables["eligibility"]
            if row[coverage]
        )

    files = list((shared_data / "rif").glob("beneficiary_2*.csv"))
    rows = [row for path in files for row in rows_of(path)]
    # In 18 person-years the indicators of entitlement say no where the counts say twelve months: indicators win.
    entitled = [[row[f"MDCR_ENTLMT_BUYIN_{month}_IND"].strip() for month in range(1, 13)] for row in rows]
    counted = [max(int(row["A_MO_CNT"]), int(row["B_MO_CNT"])) for row in rows]
    said = [
        sum(word not in ("", "0") for word in words) if any(words) else count
        for words, count in zip(entitled, counted, strict=True)
    ]
    assert months("medical_coverage") == sum(said) == 2284
    assert months("pharmacy_coverage") == sum(int(row["PLAN_CVRG_MO_CNT"]) for row in rows)


def test_no_identifier_of_a_person_is_left(public: Taken, shared_data: Path) -> None:
    told = repr(public.tables)
    people = list(rows_of(shared_data / "rif" / "beneficiary_2020.csv"))
    for column in ("BENE_ID", "MBI_NUM", "BENE_CRNT_HIC_NUM", "BENE_SRNM_NAME", "BENE_GVN_NAME"):
        assert not [1 for row in people if f"'{row[column]}'" in told], column
