"""The RAND Health Insurance Experiment as a panel: people in their plan's years, of whom each next year is known.

The yearly records lie in the statsmodels package (src/randhie.csv), which its own loader reduces to ten columns.
"""

# ruff: noqa: E501 - lines of the document

from __future__ import annotations

from importlib import resources

import numpy as np
import pandas as pd

from benchmarks.risk_quality.panel import Panel, rows_of

_ABOUT = """The only randomised experiment of health insurance (1974 to 1982; public domain, in the statsmodels package). Cost
is a person's medical expense in a year of the plan, USD of the time, without dental care and psychotherapy. Features are
the year's expense by kind, visits, admissions, the plan's coinsurance, family, education, income, age, sex, and health
as told on entry. People stay three to five years. Prospective: of each person the last year whose next is known tests
({later:,} people), the years before teach ({earlier:,} person-years of other people: a person is on one side only). Only
years in which the person was eligible throughout count. Race is in the file and is not used."""
_COSTS = {
    "outpdol": "cost_outpatient_12m",
    "drugdol": "cost_pharmacy_12m",
    "suppdol": "cost_supplies_12m",
    "mentdol": "cost_mental_12m",
    "inpdol": "cost_inpatient_12m",
    "meddol": "cost_12m",
}
_OTHER = {
    "totadm": "admissions",
    "mdvis": "office_visits",
    "notmdvis": "other_visits",
    "mentvis": "mental_visits",
    "coins": "coinsurance",
    "physlm": "has_physical_limit",
    "disea": "disease_count",
    "mhi": "mental_health_index",
    "ghindx": "health_index",
    "hlthg": "health_good",
    "hlthf": "health_fair",
    "hlthp": "health_poor",
    "income": "income",
    "educdec": "education_years",
    "num": "family_size",
    "child": "is_child",
}
_WHOLE = 0.99
"""Share of the year a person was eligible for."""


def rand_panel() -> Panel:
    """Raises ModuleNotFoundError without statsmodels (requirements/dev.in)."""
    with resources.files("statsmodels").joinpath("datasets/randhie/src/randhie.csv").open("rb") as stream:
        read = pd.read_csv(stream, na_values=["", "."])
    read = read[read["time"] >= _WHOLE].sort_values(["zper", "year"])
    people = read.groupby("zper")
    follows = people["year"].shift(-1) == read["year"] + 1
    read = read.assign(next=np.where(follows, people["meddol"].shift(-1), np.nan))
    known = read[read["next"].notna() & read["meddol"].notna()]
    frame = known.rename(columns=_COSTS | _OTHER).assign(
        age=known["xage"],
        sex_male=1.0 - known["female"],
    )
    features = ("age", "sex_male", *_COSTS.values(), *_OTHER.values())
    last = ~frame.duplicated("zper", keep="last")
    earlier, later = frame[~last], frame[last]
    rows = [rows_of(part, part["next"], features) for part in (earlier, later)]
    return Panel(
        "RAND Health Insurance Experiment",
        _ABOUT.format(earlier=len(earlier), later=len(later)),
        rows[0],
        rows[1],
        (earlier["zper"].astype(str), later["zper"].astype(str)),
        later["plan"].astype(int).astype(str).reset_index(drop=True),
        "plan",
        ("has_physical_limit", "health_fair", "health_poor"),
    )
