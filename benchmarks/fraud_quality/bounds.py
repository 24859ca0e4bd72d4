"""What bounds the ranking of a generated book: its labels, its features, or that providers must be found first.

Trees are taught the truth of every claim, which no insurer has, in folds of whole providers. What they miss, no more and
no better labels would find with these features. A second time they are told which providers cheat, and by which scheme:
what they miss then, these features do not tell from the provider's honest claims.
"""

# ruff: noqa: E501 - lines of the document

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
from rich.console import Console
from sklearn.model_selection import GroupKFold

from benchmarks.fraud_quality import report
from benchmarks.fraud_quality.generated import CAPACITY, LAST_DAY, scored
from lake import Lake
from models.fraud import trees
from models.fraud.folds import FOLDS, claim_groups
from models.fraud.inputs import PROVIDER_SCORE, claim_columns, matrix, names
from models.fraud.measure import measures
from sources.synthetic.claims import HELD_OUT

HEADING = "Bounds of the generated book"
SHAPE = {**trees.CLAIM_TREES, "max_depth": 7, "min_child_weight": 5.0}
"""Hundreds of thousands of labels bear deeper trees than thousands."""
ROUNDS = 250


@dataclass(frozen=True)
class Ranking:
    """`recall`: share of each scheme's claims in the first `CAPACITY`."""

    name: str
    precision: float
    average_precision: float
    recall: dict[str, float]


def bounds(lake: Lake, book: Path, seed: int, console: Console) -> list[Ranking]:
    """The published ranking, and those of trees that were taught the truth."""
    claims = claims_with_truth(lake, book)
    features = names(claim_columns())
    values = matrix(claims, features)
    rankings = [ranking("published ranking", claims, -claims["fraud_rank"].to_numpy(dtype=float))]
    console.print("teaching the truth ...")
    rankings.append(ranking("the same features, taught the truth", claims, taught(claims, features, values, seed)))
    console.print("telling who cheats ...")
    told = pd.get_dummies(scheme_of_provider(claims)).astype(float)
    more, wider = [*features, *told.columns], np.column_stack([values, told.to_numpy()])
    rankings.append(ranking("told besides which provider cheats, and how", claims, taught(claims, more, wider, seed)))
    return rankings


def claims_with_truth(lake: Lake, book: Path) -> pd.DataFrame:
    """One row per scored claim: claim_features, its provider's score, and the truth (is_fraud, scheme)."""
    features = [column.name for column in claim_columns() if column is not PROVIDER_SCORE]
    files = lake.files("claim_features", partition=str(LAST_DAY))
    known = duckdb.read_parquet(files).project(", ".join(["claim_id", *features])).df()
    truth = scored(lake, book).rename(columns={"provider_probability": PROVIDER_SCORE.name})
    kept = ["claim_id", "provider_id", "fraud_rank", "is_fraud", "scheme", PROVIDER_SCORE.name]
    return truth[kept].merge(known, on="claim_id", validate="1:1")


def scheme_of_provider(claims: pd.DataFrame) -> pd.Series:
    """The scheme of most of the provider's fraudulent claims, per claim; empty for a provider without one."""
    often = claims[claims["is_fraud"]].groupby("provider_id")["scheme"].agg(lambda own: own.mode().iloc[0])
    return claims["provider_id"].map(often).fillna("")


def taught(claims: pd.DataFrame, features: list[str], values: np.ndarray, seed: int) -> np.ndarray:
    """Log odds of fraud per claim, by trees that learnt the truth of all claims of other folds' providers."""
    fraud, margin = claims["is_fraud"].to_numpy(dtype=np.int64), np.full(len(claims), np.nan)
    for learnt, held_out in GroupKFold(FOLDS).split(values, fraud, claim_groups(claims)):
        booster = trees.grow_booster(SHAPE, features, values[learnt], fraud[learnt], ROUNDS, seed)
        margin[held_out] = trees.margins([booster], features, values[held_out])[:, 0]
    return margin


def ranking(name: str, claims: pd.DataFrame, order: np.ndarray) -> Ranking:
    """What an order of the claims, highest first, finds in the first `CAPACITY`."""
    first = np.zeros(len(claims), dtype=bool)
    first[np.argsort(-order, kind="stable")[: int(np.ceil(CAPACITY * len(claims)))]] = True
    said = measures(claims["is_fraud"].to_numpy(dtype=np.int64), order, capacity=CAPACITY)
    fraud = claims["is_fraud"].to_numpy(dtype=bool)
    found = pd.Series(first[fraud]).groupby(claims.loc[fraud, "scheme"].to_numpy(str)).mean()
    return Ranking(
        name, said["precision_at_capacity"], said["ap"], {str(key): float(found[key]) for key in found.index}
    )


def section(rankings: list[Ranking]) -> str:
    """The rankings side by side, in Markdown."""
    schemes = sorted(rankings[0].recall, key=lambda name: (name == HELD_OUT, name))
    rows = [
        (
            one.name,
            f"{one.precision:.3f}",
            f"{one.average_precision:.3f}",
            *(f"{one.recall[name]:.2f}" for name in schemes),
        )
        for one in rankings
    ]
    head = ("order", f"precision in the first {CAPACITY:.0%}", "average precision", *schemes)
    return f"""What would be found with labels that no insurer has, on the same claims: recall by scheme in the first {CAPACITY:.0%}. Trees are
taught the truth of all claims, the scheme that is never investigated too, in {FOLDS} folds of whole providers; then they are told besides
which providers cheat and by which scheme. What the second row misses, more and better labels would not find with these features; what the
third misses cannot be told from honest claims of the same provider by them. The first {CAPACITY:.0%} go by probability: a scheme that is found
for sure takes the room of one that is not.

{report.table(head, rows)}
"""
