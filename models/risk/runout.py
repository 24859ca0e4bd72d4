"""How much of a year's cost is known, and how much once all its claims have come in, from the book's own lag triangle.

The year that a model is tested on has just ended: part of its claims is not paid yet. Comparing a prediction of the
whole year with what is known so far would make every model look too high.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np
import pandas as pd

from models.risk.completion import Development, develop
from models.risk.rows import CATEGORIES, HORIZON_MONTHS, Rows

ALL = "all"
LAGS = 24
"""Lags developed: two years of service months, those of the learning and of the test year. No tail after them."""

_LEAST = 0.5  # a smaller share says that a delivery is missing, not that claims are late
_SURE = 0.05  # a category whose share is known less exactly is completed like all claims together


@dataclass(frozen=True)
class RunOut:
    """Development of known cost by lag: of `all` claims, and of CATEGORIES with claims enough to tell their own."""

    developments: Mapping[str, Development] = field(default_factory=dict)

    def share(self, kind: str, first_lag: int = 0, months: int = HORIZON_MONTHS) -> float:
        """Known share of the cost of the year whose last month has this lag, were every month's cost the same; of its
        first `months` alone for who was not covered longer.

        The estimate of Stanard and Buehlmann ("Cape Cod") for even exposure: known cost over the share that ought to be
        known by now. Unlike the chain ladder it does not multiply the chance of the last months' few claims.
        """
        found = self.developments.get(kind, self.developments[ALL])
        last = first_lag + HORIZON_MONTHS
        ages = np.minimum(np.arange(last - months, last), len(found.factors))
        return float(np.clip(found.completion[ages].mean(), _LEAST, 1.0))

    def table(self) -> pd.DataFrame:
        """One row per `claims` (category or all) and `lag_months`: `completion` and its standard `error`."""
        return pd.concat(
            [
                pd.DataFrame(
                    {
                        "claims": kind,
                        "lag_months": range(len(found.completion)),
                        "completion": found.completion,
                        "error": found.completion_error,
                    }
                )
                for kind, found in self.developments.items()
            ],
            ignore_index=True,
        )


def run_out(triangle: pd.DataFrame) -> RunOut | None:
    """Develop a day's lag_triangle (catalog/lag_triangle.py); None where it shows less than a year of lags."""
    whole = _developed(triangle)
    if whole is None:
        return None
    own = {kind: _developed(triangle[triangle["claim_type"] == kind], whole) for kind in CATEGORIES}
    sure = {kind: one for kind, one in own.items() if one is not None and one.completion_error[:12].mean() <= _SURE}
    return RunOut({ALL: whole, **sure})


def matured(rows: Rows, found: RunOut | None, first_lag: int = 0) -> tuple[Rows, float | None]:
    """The rows with every cost raised to what it is expected to be once all its claims are in, each service category by
    its own share, and the share of all cost that is known."""
    if found is None:
        return rows, None
    if rows.parts is None:
        share = found.share(ALL, first_lag)
        return replace(rows, cost=rows.cost / share), share
    parts = rows.parts / np.array([found.share(kind, first_lag) for kind in CATEGORIES])
    # A member's cost may differ from the sum of the parts, where a refund made one negative: raised as the parts are.
    known = rows.parts.sum(axis=1)
    factor = np.divide(parts.sum(axis=1), known, out=np.ones(len(rows)), where=known > 0)
    raised = replace(rows, cost=rows.cost * factor, parts=parts)
    total = float(np.sum(rows.weight * raised.cost))
    return raised, float(np.sum(rows.weight * rows.cost)) / total if total > 0 else None


def completed(outcomes: pd.DataFrame, found: RunOut | None, first_lag: int = 0) -> np.ndarray:
    """Allowed amount of each row of member_outcomes (USD) once all its claims are in: each service category raised by
    its completion factors of the months in which the member was covered.

    An outcome is of a member covered on its first day: who was covered for some months is taken for covered in the
    first of them, the most mature. `first_lag` is that of the year's last month.
    """
    allowed = outcomes["allowed_amount"].to_numpy(float)
    if found is None:
        return allowed
    months = np.clip(outcomes["months_covered"].to_numpy(int), 1, HORIZON_MONTHS)

    def shares(kind: str) -> np.ndarray:
        return np.array([found.share(kind, first_lag, count) for count in range(1, HORIZON_MONTHS + 1)])[months - 1]

    # A refund larger than a category's claims would turn the others' factor round.
    parts = np.maximum(outcomes[[f"allowed_{kind}" for kind in CATEGORIES]].to_numpy(float), 0.0)
    known, raised = parts.sum(axis=1), (parts / np.column_stack([shares(kind) for kind in CATEGORIES])).sum(axis=1)
    # Where no category has a cost, or the outcome was built before it told them, all claims together serve.
    return allowed * np.divide(raised, known, out=1.0 / shares(ALL), where=known > 0)


def _developed(triangle: pd.DataFrame, like: Development | None = None) -> Development | None:
    """The chain ladder of these claims; None where they show too few lags, or fewer than `like`."""
    known = cumulative(triangle)
    while known.shape[1] > HORIZON_MONTHS:
        try:
            found = develop(known)
            return found if like is None or len(found.factors) == len(like.factors) else None
        except ValueError:  # no service month shows cost at some of the last lags
            known = known[:, :-1]
    return None


def cumulative(triangle: pd.DataFrame) -> np.ndarray:
    """Service months x lags, oldest first: allowed amount known so far, NaN where the time has not come yet."""
    if triangle.empty:
        return np.zeros((0, 0))
    last = pd.Timestamp(triangle["as_of"].iloc[0])
    months_ago = [lag_of(pd.Timestamp(end), last) for end in triangle["service_month_end"]]
    amounts = triangle["allowed_amount"].astype(float)
    periods = max(months_ago) + 1
    cells = np.zeros((periods, periods))
    np.add.at(cells, (periods - 1 - np.array(months_ago), triangle["lag_months"].to_numpy(int)), amounts)
    known = cells.cumsum(axis=1)
    known[np.arange(periods)[:, None] + np.arange(periods)[None, :] >= periods] = np.nan
    return known[:, : min(LAGS, periods)]


def lag_of(end: date, last: date) -> int:
    """Months from the month that ends with `end` to that of `last`."""
    return (last.year - end.year) * 12 + last.month - end.month
