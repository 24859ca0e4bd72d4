"""A generated book as a panel, by Underwatch's own commands and features."""

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

DAYS = (date(2023, 12, 31), date(2024, 12, 31))
MONTHS, RUN_OUT_MONTHS = 54, 6
"""Two years before the first day, the two years that follow the days, and six months in which their claims come in."""
_ABOUT = """{members:,} people over {months} months from 2022 (seed {seed}), generated and ingested by the commands. The members of {days[0]} teach
({taught:,}; their cost of 2024), those of {days[1]} test ({tested:,}; their cost of 2025). Features are what was known on those days;
cost is the allowed amount known six months after each year's end, per year of coverage, so that the test knows its truth and needs
no completion. A generated book shows how the system behaves where spending has the published shape (zero mass, tail,
persistence), not what real claims hold."""


def generated_panel(members: int, seed: int, folder: Path, console: Console) -> Panel:
    """Generate and ingest into a lake in `folder`, which is kept and used again."""
    stem = f"{members}-{MONTHS}-{seed}"
    book, lake = folder / f"risk-book-{stem}", Lake(str(folder / f"risk-lake-{stem}"))
    todo = [
        ("generate", (f"--members={members}", f"--months={MONTHS}", f"--seed={seed}", f"--out={book}")),
        ("ingest-claims", ("--source=synthetic", f"--delivery={book}", f"--lake={lake.root}")),
    ]
    for command, options in todo if not lake.exists("claim_lines") else ():
        console.print(f"{command} ...")
        ran = run(command, *options)
        console.print(f"  {ran.seconds:,.0f} s, {ran.peak_bytes / 2**30:.1f} GiB")
    console.print("features of members and what they went on to cost ...")
    features, outcomes = member_tables(lake, DAYS, RUN_OUT_MONTHS)
    earlier, later = (with_score(known, after, seed) for known, after in zip(features, outcomes, strict=True))
    ids = earlier.frame["member_id"], later.frame["member_id"]
    about = _ABOUT.format(members=members, months=MONTHS, seed=seed, days=DAYS, taught=len(earlier), tested=len(later))
    groups: pd.Series = ids[1].map(features[1].set_index("member_id")["group_id"]).fillna("none")
    conditions = tuple(feature for feature in FEATURES if feature.startswith("has_"))
    return Panel("Generated book", about, earlier, later, ids, groups, "employer or association group", conditions)
