"""What the published claim ranking finds on a generated book, whose truth is known claim by claim."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
from rich.console import Console

from benchmarks.commands import Ran, run
from benchmarks.fraud_quality.faithfulness import Faithful, faithful
from jobs.options import DEFAULT_MASTER
from jobs.spark import spark_session
from jobs.sql import connect
from lake import Lake
from models.fraud.measure import calibration_error, measures
from sources.synthetic.claims import HELD_OUT
from sources.synthetic.writer import truth_folder

CAPACITY = 0.02
LAST_DAY = date(2024, 12, 31)
_MONTHS = 36
_LINES_PER_MEMBER_MONTH = 1.56
_INTENSITY = 0.7
"""Of the schemes, so that about one claim in fifty is fraudulent: as many as can be opened."""


@dataclass(frozen=True)
class Found:
    """`claims`: one row per scored claim with its truth (is_fraud, scheme, look_alike), sorted by fraud_rank."""

    claims: pd.DataFrame
    lines: int
    steps: Mapping[str, Ran]
    reasons: Faithful

    @property
    def flagged(self) -> pd.Series:
        """Whether a claim is in the first `CAPACITY` of the ranking."""
        return self.claims["fraud_rank"] <= int(np.ceil(CAPACITY * len(self.claims)))


def book_and_lake(lines: int, seed: int, folder: Path) -> tuple[Path, Lake]:
    """The delivery of a generated book and the lake it is measured in."""
    return folder / f"book-{lines}-{seed}", Lake(str(folder / f"lake-{lines}-{seed}"))


def generated(lines: int, seed: int, folder: Path, console: Console) -> Found:
    """Generate a book of about so many lines, and ingest, build, train and score it in a new lake, which is kept."""
    book, lake = book_and_lake(lines, seed, folder)
    steps = ranked(book, lake, lines, seed, console)
    console.print("taking out the lines that reasons cite ...")
    with spark_session("fraud-quality", DEFAULT_MASTER) as spark:
        reasons = faithful(spark, lake, LAST_DAY, CAPACITY)
    return Found(scored(lake, book), _lines(lake), steps, reasons)


def ranked(
    book: Path, lake: Lake, lines: int, seed: int, console: Console, options: tuple[str, ...] = ()
) -> dict[str, Ran]:
    """Write a book of about so many lines, with `options` for the generator, and rank its claims in a new lake."""
    shutil.rmtree(lake.root, ignore_errors=True)  # a step that finds its work done would be timed as none
    members = max(100, round(lines / _MONTHS / _LINES_PER_MEMBER_MONTH))
    intensity = f"--fraud-intensity={_INTENSITY}"
    to_lake, day = f"--lake={lake.root}", f"--as-of={LAST_DAY}"
    of_book = (f"--members={members}", f"--months={_MONTHS}", f"--seed={seed}", intensity, *options)
    todo = [
        ("generate", (*of_book, f"--out={book}")),
        ("ingest-claims", ("--source=synthetic", f"--delivery={book}", to_lake)),
        ("build-features", (day, to_lake)),
        ("train-fraud", (day, to_lake, "--retrain=always")),
        ("score-claims", (day, to_lake)),
    ]
    steps = {}
    for command, given in todo:
        console.print(f"{command} ...")
        steps[command] = run(command, *given)
        console.print(f"  {steps[command].seconds:,.0f} s, {steps[command].peak_bytes / 2**30:.1f} GiB")
    return steps


def at_capacity(found: Found) -> dict[str, float]:
    """Precision and recall of the first claims up to capacity, average precision, and the calibration error."""
    claims, flagged = found.claims, found.flagged
    fraud = claims["is_fraud"].to_numpy(dtype=np.int64)
    said = measures(fraud, -claims["fraud_rank"].to_numpy(dtype=float), capacity=CAPACITY)
    known = claims["fraud_probability"].notna().to_numpy()
    probability = claims["fraud_probability"].to_numpy(dtype=float)[known]
    return {
        "share fraudulent": float(fraud.mean()),
        "precision": float(claims.loc[flagged, "is_fraud"].mean()),
        "recall": said["recall_at_capacity"],
        "average precision": said["ap"],
        "calibration error": calibration_error(fraud[known], probability) if known.any() else float("nan"),
    }


def by_scheme(found: Found) -> list[tuple[str, int, float, float]]:
    """Scheme, its claims, the share of them in the first 2 % and in the first 5 %; the never investigated one last."""
    claims = found.claims[found.claims["is_fraud"]]
    wider = found.claims["fraud_rank"] <= int(np.ceil(0.05 * len(found.claims)))
    rows = [
        (str(scheme), len(own), float(found.flagged[own.index].mean()), float(wider[own.index].mean()))
        for scheme, own in claims.groupby("scheme")
    ]
    return sorted(rows, key=lambda row: (row[0] == HELD_OUT, row[0]))


def by_look_alike(found: Found) -> list[tuple[str, int, float]]:
    """Kind of honest claims, how many, and the share flagged; ordinary ones first."""
    honest = found.claims[~found.claims["is_fraud"]]
    kind = honest["look_alike"].fillna("").replace("", "ordinary honest claims")
    rows = [(str(name), len(own), float(found.flagged[own.index].mean())) for name, own in honest.groupby(kind)]
    return sorted(rows, key=lambda row: (row[0] != "ordinary honest claims", row[0]))


def baselines(found: Found) -> list[tuple[str, float, float]]:
    """Precision in the first 2 % and average precision, of the published ranking and of plain orders of its claims."""
    claims = found.claims
    fraud = claims["is_fraud"].to_numpy(dtype=np.int64)
    orders = {
        "published ranking": -claims["fraud_rank"],
        "billing provider's rank, then paid": -claims["provider_rank"].fillna(claims["provider_rank"].max() + 1)
        + claims["paid_amount"].rank(pct=True),
        "paid amount": claims["paid_amount"],
    }
    said = {name: measures(fraud, order.to_numpy(dtype=float), capacity=CAPACITY) for name, order in orders.items()}
    return [(name, one["precision_at_capacity"], one["ap"]) for name, one in said.items()]


def scored(lake: Lake, book: Path) -> pd.DataFrame:
    """One row per scored claim with its truth, sorted by fraud_rank."""
    truth = str(truth_folder(book) / "claim_truth.csv")
    db = duckdb.connect()
    for table in ("scored_claims", "scored_providers"):
        staged = lake.staged(table, LAST_DAY)
        db.read_parquet([f"{lake.path(table)}/{file}" for file in staged.files]).create_view(table)
    frame: pd.DataFrame = db.sql(
        "select c.claim_id, c.provider_id, c.paid_amount::double as paid_amount, c.fraud_probability, c.fraud_rank, "  # noqa: S608
        "c.scheme as told_scheme, p.fraud_rank as provider_rank, "
        "p.fraud_probability as provider_probability, t.is_fraud, t.scheme, t.look_alike "
        f"from scored_claims c join read_csv('{truth}') t using (claim_id) "
        "left join scored_providers p using (provider_id) order by c.fraud_rank"
    ).df()
    if len(frame) != db.sql("select count(*) from scored_claims").fetchall()[0][0]:
        raise SystemExit("some scored claims are not in the truth: is the lake of another book?")
    return frame


def _lines(lake: Lake) -> int:
    db = connect(lake)
    return sum(db.sql(f"select count(*) from {table}").fetchall()[0][0] for table in ("claim_lines", "pharmacy_claims"))  # noqa: S608
