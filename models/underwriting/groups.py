"""The rate of one group: manual, experience, how far each is believed, and how wide the answer is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.risk.tail import Tail
from models.underwriting.book import BookRates, group_periods, on_level
from models.underwriting.member_costs import member_costs
from models.underwriting.stop_loss import AGGREGATE, SPECIFIC, Recovery, aggregate, draw_years, specific

COVERAGE = 0.90


@dataclass(frozen=True)
class GroupRate:
    """Rates are allowed USD per member per month (PMPM) over the next twelve months.

    `manual_pmpm`: the members' expected cost; `experience_pmpm`: the group's own past cost at the same level, members'
    years cut at the pooling point and the pooling charge added (None without experience), per member month of the
    manual rate's risk, so that a changed mix of members does not tell. `expected_pmpm` is the blend:
    credibility x experience + (1 - credibility) x manual x `centre`, where `centre` is the book's credibility-weighted
    mean ratio, near 1, which lets the blended groups cost what they cost together. `lower` and `upper` hold the
    group's actual PMPM in 90 years of 100: chance and the uncertain rate together. `relative_risk` is over the book.
    """

    members: int
    member_months: float
    manual_pmpm: float
    experience_pmpm: float | None
    experience_months: float
    pooling_point: float
    pooling_charge_pmpm: float
    credibility: float
    credibility_basis: str
    centre: float
    expected_pmpm: float
    lower: float
    upper: float
    relative_risk: float
    specific: tuple[Recovery, ...]
    aggregate: Recovery
    simulated_years: int


def rate_group(
    members: pd.DataFrame,
    experience: pd.DataFrame,
    book: BookRates,
    tail: Tail,
    *,
    seed: int = 1,
    points: tuple[int, ...] = SPECIFIC,
    attachment: float = AGGREGATE,
    years: int | None = None,
) -> GroupRate:
    """Rate one group.

    `members`: one row per member to be covered: expected_cost (USD over twelve months); optionally member_months (of
    the next twelve, 12 where absent) and above_<point> per point (chance of a year's cost above it).
    `experience`: the group's rows as for `fit_book`, without group_id; empty for a new group, which gets its manual
    rate. `tail` is the spread of cost over expected cost that the members' model learnt.
    Raises ValueError for a group without members.
    """
    if not len(members):
        raise ValueError("the group has no members to rate; pass a census of one or more")
    months = members["member_months"].to_numpy(float) if "member_months" in members else np.full(len(members), 12.0)
    cost = members["expected_cost"].to_numpy(float) * months / 12.0
    manual = float(cost.sum() / months.sum())
    ratio, exposure = _own_ratio(experience, book)
    believed = book.credibility
    factor = float(believed.blend(ratio, exposure))
    named = [f"above_{point}" for point in points]
    chances = members[named].to_numpy(float) if set(named) <= set(members.columns) else None
    costs = member_costs(cost, tail, chances, points)
    drawn = draw_years(costs, seed, points, factor, float(np.sqrt(believed.error_variance(exposure))), years)
    pmpm = drawn.total / months.sum()
    expected = manual * factor
    low, high = np.quantile(pmpm, [(1 - COVERAGE) / 2, (1 + COVERAGE) / 2])
    return GroupRate(
        members=len(members),
        member_months=float(months.sum()),
        manual_pmpm=manual,
        experience_pmpm=manual * ratio if exposure > 0 else None,
        experience_months=float(experience["member_months"].sum()) if len(experience) else 0.0,
        pooling_point=book.pooling_point,
        pooling_charge_pmpm=manual * book.pooling_charge,
        credibility=float(believed.z(exposure)),
        credibility_basis=believed.basis,
        centre=believed.centre,
        expected_pmpm=expected,
        # The mean of few, skewed costs may lie outside its central 90 %; a reader expects it inside.
        lower=min(float(low), expected),
        upper=max(float(high), expected),
        relative_risk=expected / book.pmpm,
        specific=tuple(specific(drawn, point) for point in points),
        aggregate=aggregate(drawn, expected * months.sum(), attachment),
        simulated_years=len(drawn.total),
    )


def _own_ratio(experience: pd.DataFrame, book: BookRates) -> tuple[float, float]:
    """Own pooled cost over expected cost, all periods together, and the exposure behind it (0 without any)."""
    rows = experience[experience["member_months"] > 0] if len(experience) else experience
    if not len(rows) or rows["expected_cost"].sum() <= 0:
        return book.credibility.centre, 0.0
    expected = rows["expected_cost"].to_numpy(float)
    pooled = np.minimum(on_level(rows, book.level), book.pooling_point) + book.pooling_charge * expected
    periods = group_periods(rows.assign(group_id="own", pooled=pooled), book.pmpm)
    exposure = periods["exposure"].to_numpy(float)
    return float(np.average(periods["ratio"], weights=exposure)), float(exposure.sum())
