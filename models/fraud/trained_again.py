"""What a version would have said of its labelled cases had it been trained otherwise: for the gate, not for scoring.

Two questions that scores alone do not answer. Would it find a scheme that no investigation has found yet? Each scheme
is left out in turn (leave-one-group-out, as in the evaluation of intrusion detection by attack types never trained on:
Sommer and Paxson 2010, "Outside the Closed World"). And does its ranking hang on the seed? Both keep the numbers of
trees that the version's own training chose: choosing them is most of its time.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from models.fraud import trees
from models.fraud.blend import cross_fitted
from models.fraud.folds import held_out_margins
from models.fraud.inputs import LINE, TREE
from models.fraud.result import OutOfFold

MIN_SCHEME_CASES = 10
"""Confirmed cases below which a scheme is not left out: of so few nothing is told."""

UNNAMED = ""
"""Scheme of what was confirmed without a word of what it was; never left out."""

Rows = tuple[list[str], np.ndarray, np.ndarray]
"""Names of features, their values [cases, features], and what each case is grouped by."""


def leave_out_schemes(
    rows: OutOfFold, schemes: Sequence[str | None], grown_on: Rows, shape: dict[str, object], rounds: int, seed: int
) -> None:
    """Fills `rows.left_out_with` and `rows.unseen_margin`, by trees alone; both stay None with fewer than two schemes.

    A case is judged by trees that learnt from no case of the scheme it is left out with, and from no case of its group.
    """
    features, values, groups = grown_on
    named = pd.Series(schemes, dtype=object).fillna(UNNAMED)
    scheme = named.where(rows.confirmed == 1, None).to_numpy(object)
    left_out = left_out_with(scheme, groups)
    several = sorted({one for one in left_out if one is not None})
    if len(several) < 2:
        return
    margin = np.full(len(scheme), np.nan)
    for one in several:
        held = left_out == one
        learnt = ~held & (scheme != one)
        if len(np.unique(rows.confirmed[learnt])) < 2:
            continue
        booster = trees.grow_booster(shape, features, values[learnt], rows.confirmed[learnt], rounds, seed)
        margin[held] = trees.margins([booster], features, values[held])[:, 0]
    # A case of another scheme whose provider is left out: its likes were learnt from, so it tests nothing.
    known = (rows.confirmed == 1) & (scheme != left_out)
    left_out[known], margin[known] = None, np.nan
    rows.left_out_with, rows.unseen_margin = left_out, margin


def left_out_with(scheme: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Scheme that each case is left out with, None for those of rare schemes. `scheme` is None of what is cleared.

    A group (a provider) is left out whole, with the scheme of most of its cases; groups without one are dealt out, as
    many to each scheme as to the next.
    """
    cases = pd.DataFrame({"group": groups, "scheme": scheme})
    counts = cases["scheme"].value_counts()
    several = sorted({str(one) for one in counts.index[counts >= MIN_SCHEME_CASES]} - {UNNAMED})
    if not several:
        return np.full(len(cases), None, dtype=object)
    found: dict[str, str | None] = {}
    cleared = 0
    for group, own in cases.groupby("group", sort=True)["scheme"]:
        of_schemes = own.dropna()
        often = of_schemes[of_schemes.isin(several)].mode()
        if len(often):
            found[str(group)] = str(often.iloc[0])
        elif len(of_schemes):
            found[str(group)] = None
        else:
            found[str(group)] = several[cleared % len(several)]
            cleared += 1
    return np.array([found[str(group)] for group in groups], dtype=object)


def train_with_another_seed(
    rows: OutOfFold, grown_on: Rows, shapes: list[dict[str, object]], rounds: list[int], seed: int
) -> None:
    """Fills `rows.again_margin`: the blend out of fold, in the same folds, its trees grown with another seed.

    `shapes` and `rounds` (numbers of trees) are those of each fold."""
    features, values, _ = grown_on
    boosters = []
    for held_out, (shape, count) in enumerate(zip(shapes, rounds, strict=True)):
        learnt = rows.fold != held_out
        grown = trees.grow_booster(shape, features, values[learnt], rows.confirmed[learnt], count, seed + 1)
        boosters.append(grown)
    again = held_out_margins(trees.margins(boosters, features, values), rows.fold)
    margins = np.column_stack([again, rows.margins[LINE]])
    rows.again_margin, _ = cross_fitted((TREE, LINE), margins, rows.confirmed, rows.selected, rows.fold)
