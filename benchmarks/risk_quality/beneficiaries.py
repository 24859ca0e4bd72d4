"""DE-SynPUF's beneficiary summaries as a panel: yearly totals by setting and chronic flags of 10,000 people.

The summaries are read here, not by sources/desynpuf: yearly totals are no claims, so that reader leaves them out.
"""

# ruff: noqa: E501 - lines of the document

from __future__ import annotations

from pathlib import Path

import pandas as pd

from benchmarks.risk_quality.panel import Panel, rows_of

_FILE = "DE1_0_{year}_Beneficiary_Summary_File_Sample_1_first10k.csv"
_SETTINGS = {"inpatient": "IP", "outpatient": "OP", "professional": "CAR"}
_PAYERS = {"medicare": "MEDREIMB", "member": "BENRES", "other_insurer": "PPPYMT"}
_FLAGS = {
    "SP_ALZHDMTA": "has_dementia",
    "SP_CHF": "has_heart_failure",
    "SP_CHRNKIDN": "has_kidney_disease",
    "SP_CNCR": "has_cancer",
    "SP_COPD": "has_copd",
    "SP_DEPRESSN": "has_depression",
    "SP_DIABETES": "has_diabetes",
    "SP_ISCHMCHT": "has_coronary_disease",
    "SP_OSTEOPRS": "has_osteoporosis",
    "SP_RA_OA": "has_arthritis",
    "SP_STRKETIA": "has_stroke",
}
_ABOUT = """The public synthetic Medicare file, first 10,000 beneficiaries of sample 1: {earlier:,} people teach (2008 to 2009),
{later:,} test (2009 to 2010). Cost is what Medicare, the member and other insurers paid for inpatient, outpatient and
carrier claims. Features are the year's totals by setting and payer, chronic flags, age, sex, months of coverage and
end-stage kidney disease. Its correlations are weakened on purpose, so it says how the system behaves and nothing about
real Medicare. Its 2010 costs two fifths less than its 2009, which no model that learns from 2009 can know: look at the
columns with the level taken out. Race is in the file and is not used."""


def beneficiary_panel(folder: Path) -> Panel:
    """Raises FileNotFoundError where the three summaries are not in the folder."""
    years = {year: _year(folder / _FILE.format(year=year), year) for year in (2008, 2009, 2010)}
    pairs = [
        years[year].join(years[year + 1]["cost_12m"].rename("next"), how="inner").sort_index() for year in (2008, 2009)
    ]
    features = tuple(name for name in pairs[0] if name not in ("next", "state"))
    rows = [rows_of(pair, pair["next"], features) for pair in pairs]
    return Panel(
        "DE-SynPUF, beneficiary panel",
        _ABOUT.format(earlier=len(rows[0]), later=len(rows[1])),
        rows[0],
        rows[1],
        (pairs[0].index.to_series(), pairs[1].index.to_series()),
        pairs[1]["state"].reset_index(drop=True),
        "state",
        tuple(_FLAGS.values()),
    )


def _year(file: Path, year: int) -> pd.DataFrame:
    """One row per beneficiary alive on the year's last day, index the id."""
    read = pd.read_csv(file, dtype=str).set_index("DESYNPUF_ID")
    read = read[read["BENE_DEATH_DT"].isna()]
    amounts = {
        (setting, payer): read[f"{stem}_{suffix}"].astype(float)
        for setting, suffix in _SETTINGS.items()
        for payer, stem in _PAYERS.items()
    }
    born = pd.to_datetime(read["BENE_BIRTH_DT"], format="%Y%m%d")
    found = pd.DataFrame(
        {
            "state": read["SP_STATE_CODE"],
            "age": (pd.Timestamp(year, 12, 31) - born).dt.days / 365.25,
            "sex_male": (read["BENE_SEX_IDENT_CD"] == "1").astype(float),
            **{flag: (read[column] == "1").astype(float) for column, flag in _FLAGS.items()},
            "has_end_stage_kidney": (read["BENE_ESRD_IND"] == "Y").astype(float),
            "covered_months": read[["BENE_HI_CVRAGE_TOT_MONS", "BENE_SMI_CVRAGE_TOT_MONS"]].astype(float).max(axis=1),
            "hmo_months": read["BENE_HMO_CVRAGE_TOT_MONS"].astype(float),
        }
    )
    for setting in _SETTINGS:
        found[f"cost_{setting}_12m"] = sum(amounts[setting, payer] for payer in _PAYERS)
    for payer in ("member", "other_insurer"):
        found[f"cost_{payer}_12m"] = sum(amounts[setting, payer] for setting in _SETTINGS)
    found["cost_12m"] = sum(amounts.values())
    found["condition_count"] = found[list(_FLAGS.values())].sum(axis=1)
    return found
