"""Names, samples and columns of the DE-SynPUF files (CMS 2008-2010 Data Entrepreneurs' Synthetic PUF, codebook).

Official names end in `Sample_N` (carrier: `Sample_NA` and `Sample_NB`); any suffix is taken, with what CMS's own
downloads carry after it ("_Sample_1 - Copy", ".csv.zip").
"""

from __future__ import annotations

import re

_END = r"_Sample_(?P<sample>[0-9A-Za-z]+(?:_[0-9A-Za-z]+)*)(?: - Copy)?\.csv"


def pattern(middle: str) -> re.Pattern[str]:
    """File name of one kind; its group `sample` is the suffix."""
    return re.compile(f"DE1_0_{middle}{_END}", re.IGNORECASE)


def slots(name: str, count: int) -> tuple[str, ...]:
    """The numbered columns of a repeated field: HCPCS_CD_1, HCPCS_CD_2, ..."""
    return tuple(f"{name}_{slot}" for slot in range(1, count + 1))


LINE_SLOTS = 13
REVENUE_SLOTS = 45

BENEFICIARY = tuple(
    "DESYNPUF_ID BENE_BIRTH_DT BENE_DEATH_DT BENE_SEX_IDENT_CD BENE_RACE_CD BENE_ESRD_IND SP_STATE_CODE "
    "BENE_COUNTY_CD BENE_HI_CVRAGE_TOT_MONS BENE_SMI_CVRAGE_TOT_MONS BENE_HMO_CVRAGE_TOT_MONS PLAN_CVRG_MOS_NUM "
    "SP_ALZHDMTA SP_CHF SP_CHRNKIDN SP_CNCR SP_COPD SP_DEPRESSN SP_DIABETES SP_ISCHMCHT SP_OSTEOPRS SP_RA_OA "
    "SP_STRKETIA MEDREIMB_IP BENRES_IP PPPYMT_IP MEDREIMB_OP BENRES_OP PPPYMT_OP MEDREIMB_CAR BENRES_CAR "
    "PPPYMT_CAR".split()
)

_INSTITUTIONAL = (
    *"DESYNPUF_ID CLM_ID SEGMENT CLM_FROM_DT CLM_THRU_DT PRVDR_NUM CLM_PMT_AMT NCH_PRMRY_PYR_CLM_PD_AMT "
    "AT_PHYSN_NPI OP_PHYSN_NPI OT_PHYSN_NPI ADMTNG_ICD9_DGNS_CD NCH_BENE_BLOOD_DDCTBL_LBLTY_AM".split(),
    *slots("ICD9_DGNS_CD", 10),
    *slots("ICD9_PRCDR_CD", 6),
    *slots("HCPCS_CD", REVENUE_SLOTS),
)

INPATIENT = _INSTITUTIONAL + tuple(
    "CLM_ADMSN_DT CLM_PASS_THRU_PER_DIEM_AMT NCH_BENE_IP_DDCTBL_AMT NCH_BENE_PTA_COINSRNC_LBLTY_AM "
    "CLM_UTLZTN_DAY_CNT NCH_BENE_DSCHRG_DT CLM_DRG_CD".split()
)
OUTPATIENT = (*_INSTITUTIONAL, "NCH_BENE_PTB_DDCTBL_AMT", "NCH_BENE_PTB_COINSRNC_AMT")

CARRIER = (
    *("DESYNPUF_ID", "CLM_ID", "CLM_FROM_DT", "CLM_THRU_DT"),
    *slots("ICD9_DGNS_CD", 8),
    *(
        column
        for name in (
            "PRF_PHYSN_NPI TAX_NUM HCPCS_CD LINE_NCH_PMT_AMT LINE_BENE_PTB_DDCTBL_AMT LINE_BENE_PRMRY_PYR_PD_AMT "
            "LINE_COINSRNC_AMT LINE_ALOWD_CHRG_AMT LINE_PRCSG_IND_CD LINE_ICD9_DGNS_CD"
        ).split()
        for column in slots(name, LINE_SLOTS)
    ),
)

DRUG_EVENTS = tuple(
    "DESYNPUF_ID PDE_ID SRVC_DT PROD_SRVC_ID QTY_DSPNSD_NUM DAYS_SUPLY_NUM PTNT_PAY_AMT TOT_RX_CST_AMT".split()
)
