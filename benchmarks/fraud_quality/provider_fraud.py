"""The public provider-fraud files as a Book: ingested and built by Underwatch's own commands."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
from rich.console import Console

from benchmarks.fraud_quality.book import Book
from jobs.sql import connect
from lake import Lake
from models.fraud.inputs import names, provider_columns

AS_OF = date(2009, 12, 31)
_SIMPLE = """
with stays as (
    select c.*, date_diff('day', admission_date, discharge_date) as stay, len(diagnosis_codes) as diagnoses,
        date_diff('year', m.birth_date, service_from) as age, m.gender, m.state as member_state,
        m.death_date is not null as died
    from claim_lines c left join members m using (member_id)
    where claim_type = 'inpatient'
)
select provider_id,
    count(*) as claims, count(distinct member_id) as members, count(distinct physician_id) as physicians,
    count(distinct drg_code) as drgs, count(distinct diagnosis_codes[1]) as first_diagnoses,
    count(distinct member_state) as states, sum(paid_amount) as paid, avg(paid_amount) as paid_mean,
    median(paid_amount) as paid_median, max(paid_amount) as paid_max, stddev_pop(paid_amount) as paid_spread,
    sum(allowed_amount) as allowed, avg(stay) as stay_mean, sum(stay) as stay_sum, avg(diagnoses) as diagnoses_mean,
    sum(diagnoses) as diagnoses_sum, avg(age) as age_mean, avg((gender = 'female')::int) as female,
    avg(died::int) as died, count(*) / members as claims_per_member, members / greatest(physicians, 1) as per_physician,
    paid / members as paid_per_member, avg((physician_id is null)::int) as without_physician
from stays group by provider_id order by provider_id
"""
"""Twenty-three sums and means per provider, of the inpatient claims that the labelled providers have."""


def provider_fraud_book(data: Path, folder: Path, console: Console) -> Book:
    """Labelled providers with inpatient claims. The lake is made in `folder` unless an earlier run made it."""
    lake = Lake(str(folder / "provider_fraud"))
    if not (lake.exists("neighbour_features") and str(AS_OF) in lake.partitions("neighbour_features")):
        console.print(f"building a lake of {data.name} (some minutes)")
        _run("ingest-claims", f"--source=provider_fraud --delivery={data} --lake={lake.root}")
        _run("build-features", f"--as-of={AS_OF} --lake={lake.root}")
    return book_of(lake)


def book_of(lake: Lake) -> Book:
    db = connect(lake)
    day = f"as_of = date '{AS_OF}'"
    own = db.sql(f"select * replace (paid_amount::double as paid_amount) from provider_features where {day}").df()  # noqa: S608
    around = db.sql(f"select * exclude (as_of) from neighbour_features where {day}").df()  # noqa: S608
    edges = db.sql(
        f"select edge_type, from_id, to_id, claim_count, line_count, paid_amount::double as paid_amount "  # noqa: S608
        f"from care_graph where {day}"
    ).df()
    simple = db.sql(_SIMPLE).df().set_index("provider_id")
    labels = db.sql("select target_id, outcome, decided_date from investigations where target_type = 'provider'").df()
    labels = labels[labels["target_id"].isin(simple.index)].sort_values("target_id", ignore_index=True)
    providers = own.merge(around, on="provider_id", how="left")
    # A provider whose claims all lie before the look-back is there to be ranked like the others.
    without = labels.loc[~labels["target_id"].isin(providers["provider_id"]), "target_id"]
    missing = pd.DataFrame({"provider_id": without, "peer_group": "unknown", "claim_count": 0, "paid_amount": 0.0})
    providers = pd.concat([providers, missing]).sort_values("provider_id", ignore_index=True)
    position = pd.Series(np.arange(len(providers)), index=providers["provider_id"])
    return Book(
        providers=providers,
        edges=edges,
        simple=simple,
        features=names(provider_columns()),
        rows=labels["target_id"].map(position).to_numpy(dtype=np.int64),
        confirmed=(labels["outcome"] == "confirmed").to_numpy(dtype=np.int64),
        decided=labels["decided_date"].to_numpy(),
        as_of=AS_OF,
    )


def _run(command: str, options: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "jobs.cli", command, *options.split()], check=False, capture_output=True, text=True
    )
    if done.returncode:
        raise SystemExit(f"{command} ended with {done.returncode}:\n{done.stderr[-2000:]}")
