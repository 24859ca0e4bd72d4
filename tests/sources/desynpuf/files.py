"""DE-SynPUF files with made-up people: official names and columns, a few cells per row, all others empty."""

from __future__ import annotations

from sources.desynpuf import layout
from tests.sources.delivered import cells, csv_text

COLUMNS = {
    "Beneficiary_Summary_File": layout.BENEFICIARY,
    "Inpatient_Claims": layout.INPATIENT,
    "Outpatient_Claims": layout.OUTPATIENT,
    "Carrier_Claims": layout.CARRIER,
    "Prescription_Drug_Events": layout.DRUG_EVENTS,
}

PERSON = {
    "BENE_BIRTH_DT": "19400101",
    "BENE_SEX_IDENT_CD": "2",
    "SP_STATE_CODE": "36",
    "BENE_HI_CVRAGE_TOT_MONS": "12",
    "BENE_SMI_CVRAGE_TOT_MONS": "12",
    "PLAN_CVRG_MOS_NUM": "12",
}
SHORT = {
    "person": "DESYNPUF_ID",
    "born": "BENE_BIRTH_DT",
    "died": "BENE_DEATH_DT",
    "sex": "BENE_SEX_IDENT_CD",
    "state": "SP_STATE_CODE",
    "A": "BENE_HI_CVRAGE_TOT_MONS",
    "B": "BENE_SMI_CVRAGE_TOT_MONS",
    "D": "PLAN_CVRG_MOS_NUM",
    "claim": "CLM_ID",
    "segment": "SEGMENT",
    "from": "CLM_FROM_DT",
    "through": "CLM_THRU_DT",
    "admitted": "CLM_ADMSN_DT",
    "left": "NCH_BENE_DSCHRG_DT",
    "ccn": "PRVDR_NUM",
    "doctor": "AT_PHYSN_NPI",
    "drg": "CLM_DRG_CD",
    "paid": "CLM_PMT_AMT",
    "primary": "NCH_PRMRY_PYR_CLM_PD_AMT",
    "own": "NCH_BENE_IP_DDCTBL_AMT",
    "deductible_b": "NCH_BENE_PTB_DDCTBL_AMT",
    "coinsurance": "NCH_BENE_PTB_COINSRNC_AMT",
    "event": "PDE_ID",
    "day": "SRVC_DT",
    "ndc": "PROD_SRVC_ID",
    "quantity": "QTY_DSPNSD_NUM",
    "supply": "DAYS_SUPLY_NUM",
    "patient": "PTNT_PAY_AMT",
    "total": "TOT_RX_CST_AMT",
}
NUMBERED = {
    "dx": "ICD9_DGNS_CD",
    "code": "HCPCS_CD",
    "npi": "PRF_PHYSN_NPI",
    "tax": "TAX_NUM",
    "paid": "LINE_NCH_PMT_AMT",
    "allowed": "LINE_ALOWD_CHRG_AMT",
}
"""`code2` is HCPCS_CD_2."""


def name_of(part: str, sample: str, year: int = 2008) -> str:
    """The name CMS gives a file."""
    years = str(year) if part == "Beneficiary_Summary_File" else "2008_to_2010"
    return f"DE1_0_{years}_{part}_Sample_{sample}.csv"


def text_of(part: str, spec: str, newline: str = "\r\n") -> str:
    """The file's text. A person without more is a woman of New York, born 1940, covered all year."""
    rows = [{_official(name): cell for name, cell in row.items()} for row in cells(spec)]
    given = PERSON if part == "Beneficiary_Summary_File" else {}
    return csv_text(COLUMNS[part], [given | row for row in rows], newline)


def _official(name: str) -> str:
    short = name.rstrip("0123456789")
    return SHORT[name] if short == name else f"{NUMBERED[short]}_{name[len(short) :]}"
