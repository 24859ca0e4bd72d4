"""One delivery for all tests of this folder: sample 1 plain, sample 2 as zips, sample 3 beneficiaries only."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from tests.sources.delivered import Taken, opened, taken, zipped
from tests.sources.desynpuf.files import name_of, text_of

BENEFICIARIES = {
    2008: """
person born     died     sex state A  B  D
B1     19400215 -        1   05    12 12 12
B2     19510630 -        2   54    0  0  0
""",
    2009: """
person born     died     sex state A  B  D
B1     19400215 -        1   05    12 10 6
B2     19510630 -        2   54    3  3  12
BAD1   19400230 -        2   36    12 12 12
BAD2   19400201 19390101 2   36    12 12 12
BAD3   19400201 -        2   36    13 12 12
BAD4   -        -        2   36    12 12 12
""",
    2010: """
person born     died     sex state A  B  D
B1     19400215 20100310 1   05    12 12 12
B2     19510630 -        9   7     12 12 0
""",
}
INPATIENT = """
person claim segment  from     through  ccn    paid         primary      doctor drg admitted left     own     dx1  dx2
B1     100   1        20080103 20080107 0500XY 4000.00      100.00       9001   470 20080103 20080107 1024.00 4019 OTHER
B2     101   2        -        -        3300ZZ 50           -            -      -   -        -        -       -    -
B2     102   x        20080103 20080107 3300ZZ 50           -            -      -   -        -        -       -    -
B2     103   1        20080107 20080103 3300ZZ 50           -            -      -   -        -        -       -    -
B2     104   99999999 20080103 20080107 3300ZZ 50           -            -      -   -        -        -       -    -
B2     105   1        20080103 20080107 3300ZZ 600000000000 600000000000 -      -   -        -        -       -    -
B2     106   1        -        20080107 3300ZZ 50           -            -      -   -        -        -       -    -
"""
OUTPATIENT = """
person claim segment from     through  ccn    paid   doctor dx1  code1 code2 code45 deductible_b coinsurance
B1     200   1       20090401 20090401 3300ZZ 150.00 9002   V700 99213 85025 36415  20.00        5.50
B1     200   2       -        -        -9     80.00  -      -    71010 -     -      -            -
B1     201   1       20090501 20090501 3300ZZ -30.00 9002   4019 -     -     -      -            -
"""
CARRIER = """
person claim from     through  npi1 tax1   code1 paid1        allowed1 paid3        tax13  npi13 code13 paid13 allowed13
B1     300   20090105 20090106 9003 700001 99214 80.00        100.00   -10.00       700003 9004  G0008  20.005 30
B2     301   20090107 20090107 -    -      -     -            -        0.00         -      -     -      0      0
B2     302   20090107 20090107 -    -      99214 600000000000 -        600000000000 -      -     -      -      -
B2     303   20090230 20090301 -    700001 99214 80.00        100.00   -            -      -     -      -      -
"""
DRUG_EVENTS = """
person event day      ndc         quantity supply patient       total
B1     400   20090201 00001000101 30.000   30     10.00         50.00
B1     401   20090202 00001000101 30.000   30     60.00         50.00
B1     401   20090202 00001000101 30.000   30     60.00         50.00
NOBODY 402   20090202 00001000101 30.000   30     0             7.00
B1     403   20090202 00001000101 30.000   30     0             NaN
B1     404   20090202 00001000101 30.000   30     -600000000000 600000000000
"""


def plain(folder: Path) -> None:
    for year, spec in BENEFICIARIES.items():
        part = "Beneficiary_Summary_File"
        (folder / name_of(part, "1", year)).write_text(text_of(part, spec), newline="")
    for part, sample, spec in (
        ("Inpatient_Claims", "1", INPATIENT),
        ("Outpatient_Claims", "1", OUTPATIENT),
        ("Carrier_Claims", "1A", CARRIER),
        ("Carrier_Claims", "1B", "person claim"),
        ("Prescription_Drug_Events", "1", DRUG_EVENTS),
    ):
        (folder / name_of(part, sample)).write_text(text_of(part, spec), newline="")


def as_downloaded(folder: Path) -> None:
    """Sample 2: one zip per file; B1 is in it too, and so is one of its claims."""
    stay = "person claim segment from through ccn paid\n C1 500 1 20080301 20080302 0500XY 10"
    visit = "person claim from through tax1 paid1\n"
    made = {
        name_of("Inpatient_Claims", "2"): text_of("Inpatient_Claims", stay),
        name_of("Outpatient_Claims", "2"): text_of("Outpatient_Claims", stay.replace("500", "501", 1)),
        name_of("Carrier_Claims", "2A"): text_of("Carrier_Claims", f"{visit} C1 502 20080301 20080301 700009 5"),
        name_of("Carrier_Claims", "2B"): text_of("Carrier_Claims", f"{visit} B1 300 20090105 20090106 700001 80"),
        name_of("Prescription_Drug_Events", "2"): text_of(
            "Prescription_Drug_Events", "person event day ndc total\n C1 503 20080301 7 3"
        ),
    }
    for year in BENEFICIARIES:
        made[name_of("Beneficiary_Summary_File", "2", year)] = text_of(
            "Beneficiary_Summary_File", "person\n B1\n C1" if year == 2008 else "person\n C1"
        )
    for name, text in made.items():
        zipped(folder / name.replace(".csv", ".zip"), {name: text})


@pytest.fixture(scope="session")
def book(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Taken:
    folder = tmp_path_factory.mktemp("desynpuf")
    plain(folder)
    as_downloaded(folder)
    alone = "Beneficiary_Summary_File"
    (folder / name_of(alone, "3_first10k", 2010).lower()).write_text(text_of(alone, "person\n D1\n C1"), newline="")
    return taken(spark, opened("desynpuf", folder, tmp_path_factory.mktemp("unpacked")))
