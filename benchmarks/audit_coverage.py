"""How often the lower bound of an audit sample lies at or below the truth: python -m benchmarks.audit_coverage"""

from __future__ import annotations

import time
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Annotated

import numpy as np
import typer
from rich.console import Console
from scipy.stats import hypergeom

from jobs.text_table import text_table
from models.audit.bounds import Reviewed
from models.audit.estimate import estimate
from models.audit.strata import Stratum, stratify

CONFIDENCE = 0.9
KINDS = ("visits", "visits and stays", "fee schedule")
RATES = (0.05, 0.2, 0.6, 0.95, 0.99)
SIZES = ((600, 60), (2000, 100), (5000, 200))
"""Claims of the frame, and of the sample."""
_CENTS = 1e-6


@dataclass(frozen=True)
class Audit:
    """One draw: what was reviewed, and by stratum the paid amounts that were not."""

    reviewed: list[Reviewed]
    unseen: list[np.ndarray]


def main(
    audits: Annotated[int, typer.Option(min=100, help="Simulated audits of each population.")] = 2000,
    seed: int = 1,
) -> None:
    """Audits of skewed made-up frames: share of bounds at or below the truth, and how much of it they demand."""
    started = time.perf_counter()
    text = text_table(
        f"Lower bounds at {CONFIDENCE:.0%}, {audits:,} audits a row, seed {seed}, {datetime.now(UTC):%Y-%m-%d}",
        *("frame", "claims>", "drawn>", "overpaid", "of claims>", "Student: covers>", "demands>"),
        *("one more right (used): covers>", "demands>", "minimum sum: covers>", "demands>"),
    )
    rng = np.random.default_rng(seed)
    for kind in KINDS:
        for claims, size in SIZES:
            cents = amounts(kind, claims, rng)
            for how, rate, overpaid in overpayments(cents, rng):
                covers, demands = simulate(cents, overpaid, size, audits, rng)
                cells = [f"{value:.3f}" for pair in zip(covers, demands, strict=True) for value in pair]
                cells = cells if how == "wholly" else [*cells[:4], "", ""]
                text.add_row(kind, f"{claims:,}", str(size), how, f"{rate:.0%}", *cells)
    console = Console(width=190)
    console.print(text)
    console.print(f"{time.perf_counter() - started:.0f} s", highlight=False)


def amounts(kind: str, claims: int, rng: np.random.Generator) -> np.ndarray:
    """Cents paid on each claim: log-normal as office visits are, or with a tenth of them as large as hospital stays, or
    one of three prices."""
    if kind == "fee schedule":
        return rng.choice([7_500, 11_000, 16_500], claims)
    visits = rng.lognormal(9.2, 1.3 if kind == "visits" else 0.9, claims)
    if kind == "visits and stays":
        visits = np.where(rng.random(claims) < 0.1, rng.lognormal(13.4, 0.8, claims), visits)
    return np.maximum(np.round(visits), 1).astype(np.int64)


def overpayments(cents: np.ndarray, rng: np.random.Generator) -> Iterator[tuple[str, float, np.ndarray]]:
    """How, at what rate, and the overpaid dollars of each claim: all of it, or a share from 10 % to 90 %."""
    for rate in RATES:
        wrong = rng.random(len(cents)) < rate
        yield "wholly", rate, wrong * cents / 100
        yield "in part", rate, np.round(wrong * cents * rng.uniform(0.1, 0.9, len(cents))) / 100


def simulate(
    cents: np.ndarray, overpaid: np.ndarray, size: int, audits: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Share of bounds at or below the truth, and their mean over the truth, for each of the three bounds."""
    number, strata = stratify(cents, size)
    held = [np.flatnonzero(number == one.number) for one in strata]
    truth = float(overpaid.sum())
    # The minimum sum knows what an overpaid claim costs only where it is the whole claim.
    whole_claims = bool(((overpaid == 0) | (overpaid == cents / 100)).all())
    bounds = np.zeros((audits, 3))
    for row in range(audits):
        audit = _drawn(cents, overpaid, strata, held, rng)
        whole, _ = estimate(audit.reviewed, CONFIDENCE)
        found = sum(float(one.overpaid.sum()) for one in audit.reviewed)
        exact = minimum_sum(audit, CONFIDENCE) if whole_claims else 0.0
        bounds[row] = max(whole.student, found), whole.lower, exact
    return (bounds <= truth + _CENTS).mean(axis=0), bounds.mean(axis=0) / truth


def minimum_sum(audit: Audit, confidence: float) -> float:
    """The minimum sum method (Edwards et al. 2005) for claims overpaid wholly or not at all, exact for any frame: the
    least number of overpaid claims by the hypergeometric distribution, were they those paid least.

    Strata are drawn apart, so each takes the root of the confidence that makes their product whole."""
    estimated = [one for one in audit.reviewed if not one.certainty]
    level = confidence ** (1 / max(len(estimated), 1))
    total = sum(float(one.overpaid.sum()) for one in audit.reviewed)
    for one, unseen in zip(audit.reviewed, audit.unseen, strict=True):
        wrong = int((one.overpaid > 0).sum())
        if one.certainty or not wrong:
            continue
        most = one.claims - one.drawn + wrong
        likely = partial(_likely, one, wrong, 1 - level)
        total += float(unseen[: bisect_left(range(wrong, most), True, key=likely)].sum())
    return total


def _likely(one: Reviewed, wrong: int, chance: float, of_all: int) -> bool:
    """Whether so many overpaid claims in the review are more likely than `chance`, were `of_all` overpaid in all."""
    return bool(hypergeom.sf(wrong - 1, one.claims, of_all, one.drawn) > chance)


def _drawn(
    cents: np.ndarray, overpaid: np.ndarray, strata: list[Stratum], held: list[np.ndarray], rng: np.random.Generator
) -> Audit:
    reviewed, unseen = [], []
    for one, places in zip(strata, held, strict=True):
        order = rng.permutation(places)
        reviewed.append(Reviewed(one.number, one.claims, overpaid[order[: one.drawn]]))
        unseen.append(np.sort(cents[order[one.drawn :]]) / 100)
    return Audit(reviewed, unseen)


if __name__ == "__main__":
    typer.run(main)
