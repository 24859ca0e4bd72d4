"""One quote: the members' expected cost, their group's rate, what moves it, and the notices that go with it."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import pandas as pd

from models.risk.attachment import POINTS
from models.risk.model import RiskModel
from models.risk.rows import model_input
from models.risk.tail import Tail
from models.underwriting.book import BookRates
from models.underwriting.census import KNOWN
from models.underwriting.groups import GroupRate, rate_group
from models.underwriting.uses import Rule

LARGE_CLAIM = max(POINTS)
NO_EXPERIENCE = pd.DataFrame(
    {"period": pd.Series(dtype=str), "member_months": [], "allowed_amount": [], "expected_cost": []}
)
_CHANCES = [f"above_{point}" for point in POINTS]
_MOST_REASONS = 5


@dataclass(frozen=True)
class Priced:
    """`row` holds the columns of underwriting_quotes that pricing fills; `members` one row per member of the census
    with RiskModel.answer's columns and relative_risk; `rate` is the group's."""

    row: dict[str, Any]
    members: pd.DataFrame
    rate: GroupRate

    @property
    def member_rows(self) -> list[dict[str, Any]]:
        """The columns of underwriting_members that pricing fills, in the order of the census."""
        told = ["expected_cost", "expected_cost_lower", "expected_cost_upper", "relative_risk", "reasons"]
        chances = self.members[_CHANCES].rename(columns=lambda name: name.removeprefix("above_")).to_dict("records")
        return [
            {**row, "high_cost_probability": points}
            for row, points in zip(self.members[told].to_dict("records"), chances, strict=True)
        ]


def price(
    rule: Rule, members: pd.DataFrame, model: RiskModel, book: BookRates, experience: pd.DataFrame, seed: int
) -> Priced:
    """Price a census (census.census) by a model that reads no more than `rule` allows.

    `experience` are the group's rows as for fit_book, empty where there are none or the rule does not allow them.
    Raises ValueError for a model that was trained on a feature the rule forbids.
    """
    forbidden = sorted(set(model.features) & rule.left_out)
    if forbidden:
        raise ValueError(f"this use may not read {', '.join(forbidden)}, which the model was trained on")
    answered = model.answer(members)
    answered["relative_risk"] = answered["expected_cost"] / 12.0 / book.pmpm
    manual = pd.DataFrame({"expected_cost": model.manual.predict(model_input(members, model.features))})
    manual_pmpm = float(manual["expected_cost"].mean() / 12.0)
    by_member = _stop_loss(answered, book, _tail(model), seed)
    # A list of members has no experience as a group: what is known of them is in their own predictions.
    rate = by_member
    if len(experience):
        rate = rate_group(manual, experience, book, model.manual.spread, seed=seed, points=POINTS)
    row = {
        "expected_pmpm": rate.expected_pmpm,
        "lower": rate.lower,
        "upper": rate.upper,
        "manual_pmpm": manual_pmpm,
        "experience_pmpm": rate.experience_pmpm,
        "experience_months": rate.experience_months,
        "credibility": rate.credibility,
        "credibility_basis": rate.credibility_basis,
        "model_pmpm": float(answered["expected_cost"].mean() / 12.0),
        "relative_risk": rate.relative_risk,
        "large_claim_expectation": by_member.specific[-1].expected,
        "specific_stop_loss": {str(int(one.attachment)): one.expected for one in by_member.specific},
        "aggregate_attachment": by_member.aggregate.attachment,
        "aggregate_stop_loss": by_member.aggregate.expected,
        "reasons": _reasons(rate, manual_pmpm, answered, members, book),
    }
    return Priced(row, answered, rate)


def _stop_loss(answered: pd.DataFrame, book: BookRates, tail: Tail, seed: int) -> GroupRate:
    """Stop-loss expectations from the members' own predictions, which know of costly conditions; a rate by age and sex
    does not."""
    own = answered[["expected_cost", *_CHANCES]]
    return rate_group(own, NO_EXPERIENCE, book, tail, seed=seed, points=POINTS)


def _tail(model: RiskModel) -> Tail:
    return model.trees.attachment.tail if model.trees else model.manual.spread


def _reasons(
    rate: GroupRate, manual_pmpm: float, answered: pd.DataFrame, members: pd.DataFrame, book: BookRates
) -> list[dict[str, Any]]:
    """What moves the quote from the book's average: who the members are, what they cost, and what drives their
    predicted cost. Contributions are logs of factors; the first two add up to the log of the relativity."""
    mix, factor = manual_pmpm / book.pmpm, rate.expected_pmpm / max(manual_pmpm, 1e-6)
    who = f"The manual rate of these members is {manual_pmpm:,.2f} USD PMPM; the book's average is {book.pmpm:,.2f}"
    found = [_reason("MANUAL_RATE", who, manual_pmpm, book.pmpm, mix)]
    if rate.experience_pmpm is not None:
        text = (
            f"The group's own cost was {rate.experience_pmpm:,.2f} USD PMPM over {rate.experience_months:,.0f} member "
            f"months, completed and with large claims pooled, and has a credibility of {rate.credibility:.0%}"
        )
        found.append(_reason("GROUP_EXPERIENCE", text, rate.experience_pmpm, manual_pmpm, factor))
    else:
        text = f"Member by member, by what this use may read, the risk model expects {rate.expected_pmpm:,.2f} USD PMPM"
        found.append(_reason("RISK_MODEL", text, rate.expected_pmpm, manual_pmpm, factor))
    found.sort(key=lambda one: -abs(one["contribution"]))
    return (found + _drivers(answered, members))[:_MOST_REASONS]


def _drivers(answered: pd.DataFrame, members: pd.DataFrame) -> list[dict[str, Any]]:
    """Reasons that raise the members' predicted cost, by the cost of the members they stand behind.

    Without names or values of any member: of a group of a few, those would be health facts of a person.
    """
    known = members["status"].to_numpy() == KNOWN
    weight: dict[str, float] = defaultdict(float)
    counts: dict[str, int] = defaultdict(int)
    for reasons, cost in zip(answered["reasons"][known], answered["expected_cost"][known], strict=True):
        for one in reasons:
            if one["contribution"] > 0:
                weight[one["code"]] += float(cost) * one["contribution"]
                counts[one["code"]] += 1
    total = float(answered["expected_cost"].sum())
    strongest = sorted((code for code in weight if counts[code] >= _FEWEST), key=lambda code: -weight[code])
    return [
        {
            **_reason(
                code,
                f"{code.replace('_', ' ').capitalize()}: raises the predicted cost of {counts[code]:,} of "
                f"{len(members):,} members",
                float(counts[code]),
                None,
                1.0,
            ),
            "contribution": round(weight[code] / max(total, 1e-6), 6),
        }
        for code in strongest
    ]


_FEWEST = 5
"""A reason shared by fewer members of a group is not told: it could be traced to one of them."""


def _reason(code: str, text: str, value: float, expected: float | None, factor: float) -> dict[str, Any]:
    contribution = math.log(max(factor, 1e-6))
    said = text if factor == 1.0 else f"{text} (cost x {factor:.2f})"
    return {
        "code": code,
        "text": said,
        "value": value,
        "expected": expected,
        "contribution": round(contribution, 6),
        "evidence": [],
    }
