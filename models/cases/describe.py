"""What binds a case, in sentences: counts of members, names of physicians and numbers. No member is named."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

MEMBERS, PHYSICIANS = "members", "physicians"
_NAMED = 5
_DECIMALS = 6


@dataclass(frozen=True)
class Sharing:
    """Over the tied pairs of a case: links they share, added up, and what chance would have them share."""

    shared: float = 0.0
    expected: float = 0.0

    @property
    def weight(self) -> float:
        """Natural logarithm of shared over expected; 0 without ties."""
        return math.log(self.shared / max(self.expected, 1e-6)) if self.shared else 0.0


@dataclass(frozen=True)
class Facts:
    """A case: its providers, how many hang together with them, and what two or more of them have in common.

    `one_provider` counts those of its ids that `provider_links` holds to be the same provider as another of them.
    """

    providers: int
    component: int
    members: int = 0
    shared_members: int = 0
    ties: dict[str, Sharing] = field(default_factory=dict)
    physicians: Sequence[str] = ()
    tax_ids: Sequence[str] = ()
    zip_codes: Sequence[str] = ()
    one_provider: int = 0

    @property
    def bound_by(self) -> str:
        return ",".join(kind for kind in (MEMBERS, PHYSICIANS) if kind in self.ties)


@dataclass(frozen=True)
class Reason:
    """A reason of REASONS_TYPE, but for its evidence."""

    code: str
    text: str
    value: float | None
    expected: float | None
    contribution: float


def reasons(case: Facts) -> list[Reason]:
    """Why it is a case, strongest first; never empty for a case that some tie binds.

    A contribution is the natural logarithm of shared over expected, and 0 for what comes along without a test.
    """
    found = [_members(case), _physicians(case)]
    for code, values, one, some in (
        ("SHARED_TAX_ID", case.tax_ids, "tax number", "Providers of it bill under the same"),
        ("SHARED_ZIP_CODE", case.zip_codes, "ZIP code", "Providers of it practise in the same"),
    ):
        if values:
            found.append(Reason(code, f"{some} {one}: {_list(values)}", float(len(values)), None, 0.0))
    if case.one_provider:
        text = f"{case.one_provider} of its {case.providers} ids are likely the same provider as another of them"
        found.append(Reason("SAME_PROVIDER", text, float(case.one_provider), None, 0.0))
    if case.component > case.providers:
        text = f"It is the closest part of {case.component} providers that hang together more loosely"
        found.append(Reason("PART_OF_LARGER_GROUP", text, float(case.component), None, 0.0))
    return sorted((reason for reason in found if reason), key=lambda reason: (-reason.contribution, reason.code))


def _members(case: Facts) -> Reason | None:
    if not case.shared_members:
        return None
    tie = case.ties.get(MEMBERS)
    share = case.shared_members / max(case.members, 1)
    text = (
        f"{case.shared_members:,} members go to two or more of its {case.providers} providers, {share:.0%} of all "
        f"their members{_beyond(tie)}"
    )
    return _reason("SHARED_MEMBERS", text, tie, float(case.shared_members))


def _physicians(case: Facts) -> Reason | None:
    if not case.physicians:
        return None
    tie = case.ties.get(PHYSICIANS)
    count = len(case.physicians)
    who = "1 physician is" if count == 1 else f"{count:,} physicians are"
    text = f"{who} on claims of two or more of its providers: {_list(case.physicians)}{_beyond(tie)}"
    return _reason("SHARED_PHYSICIANS", text, tie, float(count))


def _beyond(tie: Sharing | None) -> str:
    return f"; pair by pair {tie.shared:,.0f} are shared where chance makes {tie.expected:,.1f}" if tie else ""


def _reason(code: str, text: str, tie: Sharing | None, count: float) -> Reason:
    if tie is None:
        return Reason(code, text, count, None, 0.0)
    return Reason(code, text, tie.shared, round(tie.expected, _DECIMALS), round(tie.weight, _DECIMALS))


def _list(values: Sequence[str]) -> str:
    more = f" and {len(values) - _NAMED} more" if len(values) > _NAMED else ""
    return ", ".join(values[:_NAMED]) + more
