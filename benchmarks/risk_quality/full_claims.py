"""DE-SynPUF's 500 beneficiaries with all their claims as a panel: Underwatch's own features, from its own reader."""

# ruff: noqa: E501 - lines of the document

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
from rich.console import Console

from benchmarks.commands import run
from benchmarks.risk_quality.lake_tables import member_tables, with_score
from benchmarks.risk_quality.panel import Panel
from lake import Lake
from models.risk.rows import FEATURES

DAYS, RUN_OUT_MONTHS = (date(2008, 12, 31), date(2009, 12, 31)), 12
_ABOUT = """The public synthetic Medicare file, the 500 beneficiaries of sample "TestB" whose claims of every kind are there, ingested by the
command: {taught} teach (what was known at the end of 2008, their cost of 2009), {tested} test (2009 and 2010). Features are
Underwatch's own from the claims. So few people teach little: intervals are wide, and the blend is chosen on four hundred. Its
correlations are weakened on purpose, and 2010 costs far less than 2009. Its
codes are ICD-9-CM, which tell no CMS-HCC category: only members observed for less than a year have a score, by age and sex, and the
row of that baseline says nothing."""


def full_claims_panel(delivery: Path, seed: int, folder: Path, console: Console) -> Panel:
    """Ingest into a lake in `folder`, which is kept and used again."""
    lake = Lake(str(folder / "risk-lake-desynpuf"))
    if not lake.exists("claim_lines"):
        console.print("ingest-claims ...")
        run("ingest-claims", "--source=desynpuf", f"--delivery={delivery}", f"--lake={lake.root}")
    features, outcomes = member_tables(lake, DAYS, RUN_OUT_MONTHS)
    earlier, later = (with_score(known, after, seed) for known, after in zip(features, outcomes, strict=True))
    ids = earlier.frame["member_id"], later.frame["member_id"]
    groups: pd.Series = ids[1].map(features[1].set_index("member_id")["state"]).fillna("none")
    conditions = tuple(feature for feature in FEATURES if feature.startswith("has_"))
    about = _ABOUT.format(taught=len(earlier), tested=len(later))
    return Panel("DE-SynPUF, full claims", about, earlier, later, ids, groups, "state", conditions)
