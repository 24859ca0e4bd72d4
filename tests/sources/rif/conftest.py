"""One small delivery of made-up people: two beneficiary years, and a file of each kind of claims that matters."""

# ruff: noqa: E501  (tables read best whole)

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from sources.rif import layout
from tests.sources.delivered import Taken, cells, opened, taken

SHORT = {
    "person": "BENE_ID",
    "claim": "CLM_ID",
    "group": "CLM_GRP_ID",
    "from": "CLM_FROM_DT",
    "through": "CLM_THRU_DT",
    "processed": "NCH_WKLY_PROC_DT",
    "frequency": "CLM_FREQ_CD",
    "entry": "CARR_CLM_ENTRY_CD",
    "change": "DML_IND",
    "ccn": "PRVDR_NUM",
    "state": "PRVDR_STATE_CD",
    "npi": "ORG_NPI_NUM",
    "doctor": "AT_PHYSN_NPI",
    "performed": "PRF_PHYSN_NPI",
    "referred": "RFR_PHYSN_NPI",
    "tax": "TAX_NUM",
    "paid": "CLM_PMT_AMT",
    "charge": "CLM_TOT_CHRG_AMT",
    "primary": "NCH_PRMRY_PYR_CLM_PD_AMT",
    "deductible": "NCH_BENE_IP_DDCTBL_AMT",
    "admitted": "CLM_ADMSN_DT",
    "left": "NCH_BENE_DSCHRG_DT",
    "drg": "CLM_DRG_CD",
    "no": "CLM_LINE_NUM",
    "revenue": "REV_CNTR",
    "day": "REV_CNTR_DT",
    "code": "HCPCS_CD",
    "principal": "PRNCPAL_DGNS_CD",
    "icd": "PRNCPAL_DGNS_VRSN_CD",
    "dx1": "ICD_DGNS_CD1",
    "dx2": "ICD_DGNS_CD2",
    "line": "LINE_NUM",
    "place": "LINE_PLACE_OF_SRVC_CD",
    "units": "LINE_SRVC_CNT",
    "line_paid": "LINE_NCH_PMT_AMT",
    "line_allowed": "LINE_ALOWD_CHRG_AMT",
    "line_charge": "LINE_SBMTD_CHRG_AMT",
    "event": "PDE_ID",
    "filled": "SRVC_DT",
    "settled": "PD_DT",
    "adjusted": "ADJSTMT_DLTN_CD",
    "ndc": "PROD_SRVC_ID",
    "quantity": "QTY_DSPNSD_NUM",
    "supply": "DAYS_SUPLY_NUM",
    "total": "TOT_RX_CST_AMT",
    "covered": "CVRD_D_PLAN_PD_AMT",
    "subsidy": "LICS_AMT",
    "pharmacy": "SRVC_PRVDR_ID",
    "prescriber": "PRSCRBR_ID",
    "born": "BENE_BIRTH_DT",
    "died": "DEATH_DT",
    "sex": "BENE_SEX_IDENT_CD",
    "home": "STATE_CODE",
    "year": "RFRNC_YR",
    "A": "A_MO_CNT",
    "B": "B_MO_CNT",
    "D": "PLAN_CVRG_MO_CNT",
    "name": "BENE_SRNM_NAME",
}
NOT_READ = ("CLM_NOTE", "DRVD_LINE_1_ADR")
"""Columns of the layouts that no canonical table wants."""

BENEFICIARY_2019 = """
person born        died        sex home year A  B  D  buyin        plans        hmo          name
-11    17-Jan-1942 -           1   22   2019 12 12 12 333333333333 YYYYYYYYYYYY 000000111111 Quillfeather
-12    03-MAR-1950 10-Apr-2019 2   05   2019 12 12 0  333333333333 ............ 000000000000 -
-13    30-Feb-1950 -           2   05   2019 12 12 0  333333333333 ............ 000000000000 -
-14    05-Mar-1950 -           2   05   2019 13 12 0  333333333333 ............ 000000000000 -
"""
BENEFICIARY_2020 = """
person born        died        sex home year A  B  D  buyin        plans        hmo          name
-11    17-Jan-1942 -           1   33   2020 10 10 5  003333333333 .......YYYYY 000000000000 Quillfeather
-12    03-Mar-1950 10-Apr-2019 2   05   2020 2  3  1  ............ ............ ............ -
"""
INPATIENT = """
person claim group frequency from        through     processed   ccn    state npi        doctor paid    charge  primary deductible admitted    left        drg no revenue code principal icd dx1  dx2
-11    900   900   1         03-Jan-2019 07-Jan-2019 18-Jan-2019 220016 22    8000000001 9001   4000.00 6500.00 100.00  1024.00    03-Jan-2019 07-Jan-2019 47  1  450     -    J96.01    0   J449 J9601
-11    900   900   1         03-Jan-2019 07-Jan-2019 18-Jan-2019 220016 22    8000000001 9001   4000.00 6500.00 100.00  1024.00    03-Jan-2019 07-Jan-2019 47  2  0250    -    J96.01    0   J449 J9601
-11    901   900   7         03-Jan-2019 07-Jan-2019 15-Feb-2019 220016 22    8000000001 9001   3500.00 6500.00 100.00  1024.00    03-Jan-2019 07-Jan-2019 470 1  0450    -    J9601     0   -    -
-11    902   902   8         03-Jun-2019 07-Jun-2019 21-Jun-2019 220016 22    8000000001 9001   50.00   60.00   -       -          -           -           470 1  0450    -    J9601     0   -    -
-12    903   -     1         03-Jan-2014 07-Jan-2014 10-Jan-2014 220016 22    -          -      10      20      -       -          07-Jan-2014 03-Jan-2014 470 1  0450    -    4019      -   -    -
"""
OUTPATIENT = """
person claim group frequency from        through     processed   ccn    state paid   charge no day         revenue code  principal icd
-11    900   900   1         01-Apr-2019 05-Apr-2019 12-Apr-2019 220016 22    150.00 200.00 1  31-Foo-2019 0300    85025 V700      9
-11    900   900   1         01-Apr-2019 05-Apr-2019 12-Apr-2019 220016 22    150.00 200.00 2  02-Apr-2019 0300    36415 V700      9
-11    900   900   1         01-Apr-2019 05-Apr-2019 12-Apr-2019 220016 22    150.00 200.00 3  09-Apr-2019 0001    -     V700      9
-12    910   910   3         01-Apr-2012 05-Apr-2012 -           220016 22    80     90     1  -           0300    85025 4019      -
-12    911   911   1         05-Apr-2019 01-Apr-2019 12-Apr-2019 220016 22    70     90     1  -           0300    85025 4019      -
-99    912   912   1         01-Apr-2019 05-Apr-2019 12-Apr-2019 220016 22    60     90     1  -           0300    85025 4019      -
-99    912   912   1         01-Apr-2019 05-Apr-2019 12-Apr-2019 220016 22    60     90     2  -           0300    85025 4019      -
"""
HOSPICE = """
person claim group frequency from        through     processed   ccn    state paid charge no revenue code principal icd
-12    920   920   9         01-Apr-2019 05-Apr-2019 12-Apr-2019 221537 22    500  700    1  0651    -    C189      0
"""
CARRIER = """
person claim group entry change from        through     processed   tax       npi        performed  referred   line place units code  line_charge line_allowed line_paid principal icd
-11    930   930   1     INSERT 05-Jan-2019 06-Jan-2019 12-Jan-2019 999000111 8000000002 9000000001 9000000002 1    11    1     99214 150.00      100.00       80.00     I10       0
-11    930   930   1     INSERT 05-Jan-2019 06-Jan-2019 12-Jan-2019 999000111 8000000002 9000000001 9000000002 2    5     2     36415 20.00       10.00        8.005     I10       0
-11    930   930   1     INSERT 05-Jan-2019 06-Jan-2019 12-Jan-2019 999000111 8000000002 9000000001 9000000002 2    11    2     36415 20.00       10.00        8.00      I10       0
-11    931   930   5     INSERT 05-Jan-2019 06-Jan-2019 09-Mar-2019 999000111 8000000002 9000000001 9000000002 1    11    1     99213 150.00      70.00        56.00     I10       0
-11    932   932   3     INSERT 05-Feb-2019 06-Feb-2019 09-Mar-2019 999000111 8000000002 9000000001 -          1    11    1     99213 150.00      70.00        56.00     I10       0
-11    933   933   1     DELETE 05-Feb-2019 06-Feb-2019 09-Mar-2019 999000111 8000000002 9000000001 -          1    11    1     99213 150.00      70.00        56.00     I10       0
-11    934   934   1     INSERT 05-Feb-2019 06-Feb-2019 01-Feb-2019 999000111 8000000002 9000000001 -          1    11    1     99213 150.00      70.00        NaN       I10       0
"""
PDE = """
person event group filled      settled     adjusted ndc         quantity supply pharmacy   prescriber total covered subsidy
-11    940   940   01-Feb-2019 03-Feb-2019 -        00001000101 30.000   30     8000000003 9000000001 50.00 20.00   5.00
-11    941   940   01-Feb-2019 20-Feb-2019 A        00001000101 15.000   15     8000000003 9000000001 25.00 10.00   -
-11    942   942   05-Feb-2019 03-Feb-2019 -        00001000101 15.000   15     8000000003 9000000001 25.00 10.00   -
"""


def piped(columns: tuple[str, ...], spec: str, quoted: bool = False) -> str:
    """The file's text: all columns of the kind, columns nobody reads, blank-padded cells where a cell is empty."""
    names = (*columns, *NOT_READ)
    rows = [dict(zip(names, names, strict=True))]
    rows += [_official(row) | {"CLM_NOTE": "x"} for row in cells(spec)]
    quote = '"' if quoted else ""
    return "".join("|".join(f"{quote}{row.get(name) or ' '}{quote}" for name in names) + "\n" for row in rows)


def _official(row: dict[str, str]) -> dict[str, str]:
    months = {}
    for short, names in (("buyin", layout.BUYIN), ("plans", layout.PART_D), ("hmo", layout.HMO)):
        months |= {name: mark.replace(".", "") for name, mark in zip(names, row.pop(short, ""), strict=False)}
    return months | {SHORT[name]: cell for name, cell in row.items()}


FILES = {
    "beneficiary_2019.csv": (layout.BENEFICIARY, BENEFICIARY_2019),
    "beneficiary_2020.csv": (layout.BENEFICIARY, BENEFICIARY_2020),
    "inpatient.csv": (layout.INSTITUTIONAL, INPATIENT),
    "outpatient_2019.rif": (layout.INSTITUTIONAL, OUTPATIENT),
    "hospice.csv": (layout.INSTITUTIONAL, HOSPICE),
    "carrier.txt": (layout.PROFESSIONAL, CARRIER),
    "pde.csv": (layout.DRUG_EVENTS, PDE),
    "dme.csv": (layout.PROFESSIONAL, "person"),
}


def write(folder: Path) -> None:
    for name, (columns, spec) in FILES.items():
        (folder / name).write_text(piped(columns, spec, quoted=name == "hospice.csv"))
    (folder / "beneficiary_history.csv").write_text("BENE_ID|MBI_NUM\n-11|1A00A00AA00\n")


@pytest.fixture(scope="module")
def book(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Taken]:
    folder = tmp_path_factory.mktemp("rif")
    write(folder)
    made = taken(spark, opened("rif", folder, tmp_path_factory.mktemp("unpacked")))
    yield made
    made.close()
