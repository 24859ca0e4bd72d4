"""The legal-use gate: which fields a prediction may read for a market and a purpose, or why there is none.

Rules come from a dated table, catalog/policies/underwriting_uses.csv, or from a file of the same columns that a company
writes for itself. They are a safeguard that a compliance officer configures, no legal advice.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from models.risk.rows import FEATURES

MARKETS = ("individual", "small_group", "large_group", "self_funded_stop_loss", "medicare", "life", "disability")
PURPOSES = ("rating", "underwriting", "renewal", "stop_loss", "care_management")
MEMBER, GROUP = "member", "group"
FIELDS: dict[str, tuple[str, ...]] = {
    "age": ("age",),
    "sex": ("sex_male",),
    "claims_history": tuple(name for name in FEATURES if name not in ("age", "sex_male")),
}
"""Field of a rule -> the features it is in. A feature that is added later counts as claims history."""

SHIPPED = Path(__file__).parent.parent.parent / "catalog" / "policies" / "underwriting_uses.csv"
_COLUMNS = ("market", "purpose", "jurisdiction", "verdict", "level", "fields", "says", "citation", "effective_from")


@dataclass(frozen=True)
class Rule:
    """One line of the policy. `fields` are keys of FIELDS; `until` is the last day, None while it holds."""

    market: str
    purpose: str
    jurisdiction: str
    permitted: bool
    level: str
    fields: frozenset[str]
    says: str
    citation: str
    since: date
    until: date | None

    @property
    def features(self) -> tuple[str, ...]:
        """The features that a model of this use may be trained on and shown, in the catalog's order."""
        allowed = {name for field in self.fields for name in FIELDS[field]}
        return tuple(name for name in FEATURES if name in allowed)

    @property
    def left_out(self) -> frozenset[str]:
        return frozenset(FEATURES) - frozenset(self.features)

    @property
    def by_member(self) -> bool:
        """Whether members may be told apart; else only the group as a whole is priced."""
        return self.level == MEMBER

    def __str__(self) -> str:
        return f"{self.says} ({self.citation})"


class BadPolicy(ValueError):
    """A policy file cannot be read as rules."""


def read_policy(file: Path = SHIPPED) -> list[Rule]:
    """The rules of a policy file (columns as in SHIPPED; dates YYYY-MM-DD). Raises BadPolicy naming line and column."""
    try:
        with file.open(encoding="utf-8", newline="") as lines:
            rows = list(csv.DictReader(lines))
    except OSError as error:
        raise BadPolicy(f"the policy file {file} cannot be read ({error.strerror})") from error
    lacking = [name for name in _COLUMNS if rows and name not in rows[0]]
    if not rows or lacking:
        raise BadPolicy(
            f"{file.name} has no {', '.join(lacking) or 'rules'}; it needs the columns {', '.join(_COLUMNS)}"
        )
    rules = [_rule(row, f"{file.name} line {number}") for number, row in enumerate(rows, start=2)]
    _no_doubt(rules, file.name)
    return rules


def rule_for(rules: Iterable[Rule], market: str, purpose: str, jurisdiction: str, day: date) -> Rule:
    """The rule that holds on a day: a state's own (US-CO) or, where it has none, its country's (US).

    What no rule speaks of is refused.
    """
    holding = {
        one.jurisdiction: one
        for one in rules
        if (one.market, one.purpose) == (market, purpose)
        and one.since <= day
        and (one.until is None or day <= one.until)
    }
    country = jurisdiction.split("-")[0]
    return holding.get(jurisdiction) or holding.get(country) or _unknown(market, purpose, jurisdiction, day)


def _unknown(market: str, purpose: str, jurisdiction: str, day: date) -> Rule:
    says = (
        f"No rule allows {purpose} in the market {market} under {jurisdiction} on {day}: what is not allowed is "
        "refused; a compliance officer may add a line to a policy file (--policy)"
    )
    return Rule(market, purpose, jurisdiction, False, "", frozenset(), says, "no rule", day, None)


def _rule(row: dict[str, str], where: str) -> Rule:
    fields = frozenset(name.strip() for name in row["fields"].split(";") if name.strip())
    permitted = row["verdict"] == "permitted"
    known = {
        "market": row["market"] in MARKETS,
        "purpose": row["purpose"] in PURPOSES,
        "verdict": row["verdict"] in ("permitted", "refused"),
        "level": row["level"] in ((MEMBER, GROUP) if permitted else ("",)),
        "fields": fields <= set(FIELDS) and bool(fields) == permitted,
        "citation": bool(row["citation"].strip()),
        "says": bool(row["says"].strip()),
    }
    wrong = [name for name, right in known.items() if not right]
    if wrong:
        raise BadPolicy(f"{where}: {wrong[0]} cannot be {row[wrong[0]]!r}")
    try:
        until = row.get("effective_to") or ""
        days = date.fromisoformat(row["effective_from"]), date.fromisoformat(until) if until else None
    except ValueError as error:
        raise BadPolicy(f"{where}: dates are written YYYY-MM-DD") from error
    market, purpose, place = row["market"], row["purpose"], row["jurisdiction"]
    return Rule(market, purpose, place, permitted, row["level"], fields, row["says"], row["citation"], *days)


def _no_doubt(rules: list[Rule], name: str) -> None:
    """Two rules of one use must not hold on one day: which of them counts would be chance."""
    for number, one in enumerate(rules):
        for other in rules[:number]:
            same = (one.market, one.purpose, one.jurisdiction) == (other.market, other.purpose, other.jurisdiction)
            last, others_last = one.until or date.max, other.until or date.max
            if same and one.since <= others_last and other.since <= last:
                raise BadPolicy(
                    f"{name}: two rules for {one.market}, {one.purpose}, {one.jurisdiction} hold on one day"
                )
