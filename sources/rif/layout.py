"""Names and columns of the Research Identifiable Files that are read (CMS Chronic Conditions Warehouse record layouts,
as the CMS Beneficiary FHIR Data project and Synthea write them). Columns not named here are left alone.
"""

from __future__ import annotations

import re

from sources.source import Layout


def pattern(name: str, suffix: str = r"(?:[_-][0-9A-Za-z]+)*") -> re.Pattern[str]:
    """File name of one kind, in parts or whole: carrier.csv, carrier_2020.rif, carrier-part-2.txt."""
    return re.compile(rf"{name}{suffix}\.(?:csv|rif|txt)", re.IGNORECASE)


def numbered(name: str, count: int) -> tuple[str, ...]:
    return tuple(f"{name}{number}" for number in range(1, count + 1))


_MONTHS = "JAN FEB MAR APR MAY JUN JUL AUG SEPT OCT NOV DEC".split()
BUYIN = tuple(f"MDCR_ENTLMT_BUYIN_{month}_IND" for month in range(1, 13))
HMO = tuple(f"HMO_{month}_IND" for month in range(1, 13))
PART_D = tuple(f"PTD_CNTRCT_{month}_ID" for month in _MONTHS)
MONTH_COUNTS = ("A_MO_CNT", "B_MO_CNT", "HMO_MO_CNT", "PLAN_CVRG_MO_CNT")

IDENTITY = dict.fromkeys(("BENE_SRNM_NAME", "BENE_GVN_NAME", "BENE_MDL_NAME"), "name") | dict.fromkeys(
    ("BENE_CRNT_HIC_NUM", "MBI_NUM"), "card"
)
IDENTIFIERS = tuple(IDENTITY)
_PERSON = tuple("BENE_ID BENE_BIRTH_DT BENE_SEX_IDENT_CD RFRNC_YR A_MO_CNT B_MO_CNT".split())
BENEFICIARY = (
    *_PERSON, "STATE_CODE", "DEATH_DT", "HMO_MO_CNT", "PLAN_CVRG_MO_CNT", *BUYIN, *HMO, *PART_D, *IDENTIFIERS,
)  # fmt: skip

DIAGNOSES, CARRIER_DIAGNOSES = 25, 12
_VERSIONS = "DML_IND CLM_GRP_ID NCH_WKLY_PROC_DT".split()
_DIAGNOSIS = "PRNCPAL_DGNS_CD PRNCPAL_DGNS_VRSN_CD ICD_DGNS_VRSN_CD1".split()
INPATIENT_SHARES = ("NCH_BENE_IP_DDCTBL_AMT", "NCH_BENE_PTA_COINSRNC_LBLTY_AM", "NCH_BENE_BLOOD_DDCTBL_LBLTY_AM")
OUTPATIENT_SHARES = ("NCH_BENE_PTB_DDCTBL_AMT", "NCH_BENE_PTB_COINSRNC_AMT", "NCH_BENE_BLOOD_DDCTBL_LBLTY_AM")

CLAIM_REQUIRED = tuple("BENE_ID CLM_ID CLM_FROM_DT CLM_THRU_DT".split())
INSTITUTIONAL_REQUIRED = (*CLAIM_REQUIRED, "CLM_PMT_AMT", "PRVDR_NUM", "CLM_LINE_NUM")
INSTITUTIONAL = (
    *INSTITUTIONAL_REQUIRED,
    *_VERSIONS,
    *"CLM_FREQ_CD CLM_TOT_CHRG_AMT NCH_PRMRY_PYR_CLM_PD_AMT ORG_NPI_NUM PRVDR_STATE_CD AT_PHYSN_NPI".split(),
    *"CLM_ADMSN_DT NCH_BENE_DSCHRG_DT CLM_DRG_CD REV_CNTR REV_CNTR_DT REV_CNTR_UNIT_CNT".split(),
    *"HCPCS_CD HCPCS_1ST_MDFR_CD".split(),
    *sorted({*INPATIENT_SHARES, *OUTPATIENT_SHARES}),
    *_DIAGNOSIS,
    *numbered("ICD_DGNS_CD", DIAGNOSES),
)

PROFESSIONAL_REQUIRED = (*CLAIM_REQUIRED, "LINE_NUM", "TAX_NUM", "HCPCS_CD", "LINE_NCH_PMT_AMT", "LINE_ALOWD_CHRG_AMT")
PROFESSIONAL = (
    *PROFESSIONAL_REQUIRED,
    *_VERSIONS,
    *"CARR_CLM_ENTRY_CD LINE_SBMTD_CHRG_AMT LINE_1ST_EXPNS_DT LINE_LAST_EXPNS_DT LINE_PLACE_OF_SRVC_CD".split(),
    *"LINE_SRVC_CNT HCPCS_1ST_MDFR_CD ORG_NPI_NUM PRVDR_NPI PRVDR_STATE_CD PRF_PHYSN_NPI RFR_PHYSN_NPI".split(),
    *_DIAGNOSIS,
    *numbered("ICD_DGNS_CD", CARRIER_DIAGNOSES),
)

DRUG_EVENT_REQUIRED = tuple(
    "BENE_ID PDE_ID SRVC_DT PROD_SRVC_ID QTY_DSPNSD_NUM DAYS_SUPLY_NUM TOT_RX_CST_AMT CVRD_D_PLAN_PD_AMT".split()
)
DRUG_EVENTS = (
    *DRUG_EVENT_REQUIRED,
    *"DML_IND CLM_GRP_ID PD_DT ADJSTMT_DLTN_CD LICS_AMT SRVC_PRVDR_ID PRSCRBR_ID".split(),
)

# Names of the same columns in the Master Beneficiary Summary File and in older record layouts.
_ALIASES = {
    "BENE_DEATH_DT": "DEATH_DT",
    "SEX_IDENT_CD": "BENE_SEX_IDENT_CD",
    "BENE_ENROLLMT_REF_YR": "RFRNC_YR",
    "BENE_HI_CVRAGE_TOT_MONS": "A_MO_CNT",
    "BENE_SMI_CVRAGE_TOT_MONS": "B_MO_CNT",
    "BENE_HMO_CVRAGE_TOT_MONS": "HMO_MO_CNT",
    "PTD_PLAN_CVRG_MONS": "PLAN_CVRG_MO_CNT",
    "NCH_BENE_PTA_COINSRNC_LBLTY_AMT": "NCH_BENE_PTA_COINSRNC_LBLTY_AM",
    "NCH_BENE_BLOOD_DDCTBL_LBLTY_AMT": "NCH_BENE_BLOOD_DDCTBL_LBLTY_AM",
}


def layout(columns: tuple[str, ...], required: tuple[str, ...]) -> Layout:
    return Layout(
        delimiter="|",
        optional=tuple(column for column in columns if column not in required),
        aliases=_ALIASES,
        unknown_columns="ignore",
    )


BENEFICIARY_LAYOUT = layout(BENEFICIARY, _PERSON)
