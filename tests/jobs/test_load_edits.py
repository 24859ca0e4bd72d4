"""Files in the layouts that CMS publishes, made up here, become policy tables that features read."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from catalog.errors import BadDelivery
from jobs.load_edits import load
from jobs.policies import policies, policy_versions
from lake import Lake
from sources.ncci.files import text_files
from sources.ncci.mue import end_of_quarter, quarter_of, read_mue
from sources.ncci.ptp import read_ptp

PTP = (
    '"CPT only copyright of its owner. All rights reserved."\r\n'
    "Column1/Column2 Edits\t\t\t\t\t\t\r\n"
    "Column 1\tColumn 2\t*=In existence\tEffective\tDeletion\tModifier\tPTP Edit Rationale\r\n"
    "\t\tprior to 1996\tDate\tDate\t0=not allowed\t\r\n"
    "\t\t\t\t*=no data\t1=allowed\t\r\n"
    "\t\t\t\t\t9=not applicable\t\r\n"
    "0001A\tX0002\t*\t19960101\t*\t1\tMore extensive\r\n"
    "0001A\tX0003\t\t20200101\t20231231\t0\tMisuse of codes\r\n"
    "0001A\tX0003\t\t20240401\t*\t1\tMisuse of codes\r\n"
    "0001A\tX0004\t\t20200101\t20200101\t9\tMisuse of codes\r\n"
)
MUE = (
    '"CPT only copyright of its owner.\nAll rights reserved."\n'
    '"HCPCS/\nCPT Code",Practitioner Services MUE Values,MUE Adjudication Indicator,MUE Rationale\n'
    '99213,2,3 Date of Service Edit: Clinical,"Clinical: Data"\n'
    "X0002,1,1 Line Edit,Nature of Service\n"
)


def _file(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="ISO-8859-1", newline="")
    return path


def test_quarterly_files_replace_what_is_shipped(spark: SparkSession, tmp_path: Path) -> None:
    lake = Lake(str(tmp_path / "lake"))
    shipped = policies(spark, lake)
    before = policy_versions(lake)
    pairs = _file(tmp_path, "ccipra-v310r0-f1.txt", PTP)
    units = _file(tmp_path, "MCR_MUE_PractitionerServices_Eff_01-01-2025.csv", MUE)
    assert text_files([pairs, units], tmp_path / "in") == [(pairs, "practitioner"), (units, "practitioner")]
    load(spark, lake, {"practitioner": [pairs]}, {"practitioner": [units]})
    found = policies(spark, lake)
    edits = found.edits.where("setting = 'practitioner'").drop("setting").collect()
    assert {tuple(row) for row in edits} == {
        ("0001A", "X0002", date(1996, 1, 1), None, "1", pairs.name),
        ("0001A", "X0003", date(2020, 1, 1), date(2023, 12, 31), "0", pairs.name),
        ("0001A", "X0003", date(2024, 4, 1), None, "1", pairs.name),
        ("0001A", "X0004", date(2020, 1, 1), date(2020, 1, 1), "9", pairs.name),
    }
    limits = found.limits.where("setting = 'practitioner'").select("hcpcs_code", "max_units", "adjudication_indicator")
    assert {tuple(row) for row in limits.collect()} == {("99213", 2, "3"), ("X0002", 1, "1")}
    # What was not loaded is still the shipped one.
    hospital = "setting = 'outpatient_hospital'"
    assert found.edits.where(hospital).count() == shipped.edits.where(hospital).count() > 0
    assert policy_versions(lake) != before


def test_a_file_name_says_its_quarter() -> None:
    named = ("MCR_MUE_DMESupplier_Eff_10-01-2024.csv", "medicare-ncci-2025-q2-practitioner.csv", "limits.csv")
    assert [quarter_of(name) for name in named] == [date(2024, 10, 1), date(2025, 4, 1), None]
    assert [end_of_quarter(date(2024, month, 1)).isoformat()[5:] for month in (1, 4, 9, 10)] == [
        "03-31",
        "06-30",
        "09-30",
        "12-31",
    ]


def test_files_that_are_something_else_are_refused(spark: SparkSession, tmp_path: Path) -> None:
    pairs = _file(tmp_path, "pairs.txt", PTP.replace("20200101\t20231231", "20200101\tsoon"))
    with pytest.raises(BadDelivery, match="1 edits have no readable date"):
        read_ptp(spark, [pairs], "practitioner")
    with pytest.raises(BadDelivery, match="has no header of NCCI edits"):
        read_ptp(spark, [_file(tmp_path, "units.csv", MUE)], "practitioner")
    with pytest.raises(BadDelivery, match="say which with --setting"):
        read_ptp(spark, [pairs], "")
    first, last = date(2025, 1, 1), date(2025, 3, 31)
    with pytest.raises(BadDelivery, match="has no header of limits"):
        read_mue(pairs, "dme", first, last)
    with pytest.raises(BadDelivery, match="no code, units and indicator"):
        read_mue(_file(tmp_path, "few.csv", MUE.replace("99213,2", "99213,few")), "dme", first, last)
    with pytest.raises(BadDelivery, match="does not say its quarter"):
        load(spark, Lake(str(tmp_path / "lake")), {}, {"dme": [tmp_path / "units.csv"]})
    with pytest.raises(BadDelivery, match=r"holds no \.txt or \.csv"):
        text_files([_file(tmp_path, "edits.xlsx", "")], tmp_path / "in")
